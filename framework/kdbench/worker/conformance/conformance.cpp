// Conformance of data sets and strategies, and the walk over a catalog.
#include <kdbench/worker/conformance/conformance.h>

#include <kdbench/plan/make/stages.h>
#include <kdbench/registry/check_params.h>
#include <kdbench/worker/conformance/checker.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/isfinite.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace kdbench::inline worker {
namespace {

std::string shape_text(const torch::Tensor& tensor) {
  if (!tensor.defined()) return "nothing";
  return fmt::format("[{}]", fmt::join(tensor.sizes().vec(), ", "));
}

void check_info(const DatasetInfo& info) {
  const auto channels = static_cast<std::size_t>(std::max<std::int64_t>(info.image.channels, 0));
  require(info.num_classes >= 2, fmt::format("expected at least 2 classes, found {}", info.num_classes));
  require(info.image.channels > 0 && info.image.height > 0 && info.image.width > 0, "an image dimension is not positive");
  require(info.mean.empty() || info.mean.size() == channels, fmt::format("{} means for {} channels", info.mean.size(), channels));
  require(info.stddev.empty() || info.stddev.size() == channels,
          fmt::format("{} deviations for {} channels", info.stddev.size(), channels));
  for (const double s : info.stddev) require(s > 0, fmt::format("expected deviations above 0, found {}", s));
}

void check_images(const Split& split, const DatasetInfo& info, std::int64_t expected_rows) {
  const auto& image = info.image;
  const auto& images = split.images;
  const bool fits = images.defined() && images.dim() == 4 && images.size(1) == image.channels && images.size(2) == image.height &&
                    images.size(3) == image.width;
  require(fits, fmt::format("expected images of [N, {}, {}, {}], found {}", image.channels, image.height, image.width,
                            shape_text(images)));
  require(images.device().is_cpu(), "the images are not on the CPU");
  require(images.scalar_type() == torch::kUInt8 || images.scalar_type() == torch::kFloat32,
          std::string("expected uint8 or float32 images, found ") + c10::toString(images.scalar_type()));
  require(images.size(0) > 0, "the split is empty");
  require(expected_rows == 0 || images.size(0) == expected_rows,
          fmt::format("info() says {} rows, load() gives {}", expected_rows, images.size(0)));
  if (images.is_floating_point()) require(at::isfinite(images).all().item<bool>(), "an image value is not finite");
}

void check_labels(const Split& split, const DatasetInfo& info) {
  const auto& labels = split.labels;
  require(labels.defined() && labels.dim() == 1 && labels.size(0) == split.images.size(0),
          fmt::format("expected labels of [{}], found {}", split.images.size(0), shape_text(labels)));
  require(labels.scalar_type() == torch::kInt64, "labels are not int64");
  const auto low = labels.min().item<std::int64_t>(), high = labels.max().item<std::int64_t>();
  require(low >= 0 && high < info.num_classes,
          fmt::format("expected labels from 0 to {}, found {} to {}", info.num_classes - 1, low, high));
}

void check_posterior(const Split& split, const DatasetInfo& info) {
  const auto& p = split.posterior;
  if (!info.has_posterior) {
    require(!p.defined(), "info() promises no posterior, load() gives one");
    throw NotApplicable("the data set has no posterior");
  }
  require(p.defined() && p.dim() == 2 && p.size(0) == split.images.size(0) && p.size(1) == info.num_classes,
          fmt::format("expected a posterior of [{}, {}], found {}", split.images.size(0), info.num_classes, shape_text(p)));
  require(p.scalar_type() == torch::kFloat64, "the posterior is not float64");
  require(p.min().item<double>() >= 0, "a probability is negative");
  const double off = (p.sum(1) - 1).abs().max().item<double>();
  require(off <= 1e-9, fmt::format("a row sums to 1 only within {:.1e}", off));
}

bool same(const torch::Tensor& a, const torch::Tensor& b) { return a.defined() == b.defined() && (!a.defined() || a.equal(b)); }

void check_split(const Checker& checker, const Dataset& dataset, SplitKind kind, const std::filesystem::path& data_dir) {
  const std::string which = kind == SplitKind::kTrain ? "training split" : "test split";
  const auto info = dataset.info();
  Split split;
  bool loaded = false;
  checker.run(which + " loads", [&] {
    try {
      split = dataset.load(kind, data_dir);
    } catch (const Error& error) {
      throw NotApplicable(error.what());
    }
    loaded = true;
    return std::string();
  });
  if (!loaded) return;
  const auto rows = kind == SplitKind::kTrain ? info.num_train : info.num_test;
  checker.run(which + " has the images of info()", [&] { return check_images(split, info, rows), std::string(); });
  checker.run(which + " has labels in range", [&] { return check_labels(split, info), std::string(); });
  checker.run(which + " has a posterior whose rows sum to 1", [&] { return check_posterior(split, info), std::string(); });
  checker.run(which + " is the same when loaded twice", [&] {
    const auto again = dataset.load(kind, data_dir);
    require(same(split.images, again.images) && same(split.labels, again.labels) && same(split.posterior, again.posterior),
            "the second load differs");
    return std::string();
  });
}

/// What data sets that are made of another are made of here: 24 images of 4 x 4 that all differ, three classes.
class SmallImages final : public Dataset {
 public:
  DatasetInfo info() const override {
    DatasetInfo info;
    info.num_classes = 3;
    info.image = {1, 4, 4};
    info.num_train = info.num_test = kRows;
    return info;
  }
  Split load(SplitKind, const std::filesystem::path&) const override {
    const auto rows = at::arange(kRows, torch::kInt64);
    return {at::arange(kRows * 16, torch::kInt64).remainder(251).to(torch::kUInt8).view({kRows, 1, 4, 4}), rows.remainder(3), {}};
  }

 private:
  static constexpr std::int64_t kRows = 24;
};

StrategyContext strategy_context(bool with_teacher) {
  return {.teacher = with_teacher ? "large" : "",
          .student = "small",
          .models = {{"large", 1'000'000}, {"middle", 300'000}, {"small", 100'000}},
          .teacher_epochs = 10,
          .student_epochs = 8};
}

void check_stage(const Stage& stage, const std::map<std::string, bool>& earlier, const StrategyContext& context) {
  const auto& rules = checkpoint_rules();
  const auto at = "stage '" + stage.id + "': ";
  require(!stage.id.empty() && !earlier.contains(stage.id), at + "its id is empty or used twice");
  require(std::any_of(context.models.begin(), context.models.end(), [&](const auto& m) { return m.name == stage.model; }),
          at + "model '" + stage.model + "' is not in the suite");
  require(stage.epochs > 0, at + fmt::format("expected epochs above 0, found {}", stage.epochs));
  require(!stage.teacher || earlier.contains(*stage.teacher), at + "its teacher is no earlier stage");
  require(std::find(rules.begin(), rules.end(), stage.teacher_checkpoint.rule) != rules.end(),
          at + "unknown checkpoint rule '" + stage.teacher_checkpoint.rule + "'");
  require(stage.teacher_checkpoint.rule != "epoch" || stage.teacher_checkpoint.epoch >= 1,
          at + "asks for an epoch below 1 of its teacher");
  require(!stage.init || earlier.contains(*stage.init), at + "it starts from no earlier stage");
  require(!stage.added_to || earlier.contains(*stage.added_to), at + "it is added to no earlier stage");
  require((stage.loss == StageLoss::kNamed) == !stage.loss_name.empty(),
          at + "loss_name goes with StageLoss::kNamed, and only with it");
  require(stage.kd_begin >= 0 && stage.kd_begin <= stage.epochs, at + "kd_begin lies outside its epochs");
  require(stage.kd_end == 0 || (stage.kd_end >= stage.kd_begin && stage.kd_end <= stage.epochs),
          at + "kd_end lies outside its epochs");
  require(stage.label_smoothing >= 0 && stage.label_smoothing < 1, at + "label_smoothing lies outside [0, 1)");
}

void check_stages(const std::vector<Stage>& stages, const StrategyContext& context) {
  require(!stages.empty(), "no stages");
  std::map<std::string, bool> earlier;
  for (const auto& stage : stages) {
    check_stage(stage, earlier, context);
    earlier[stage.id] = true;
  }
  require(stages.back().id == "student", "the last stage is '" + stages.back().id + "', not 'student'");
  require(stages.back().model == context.student, "the last stage trains '" + stages.back().model + "', not the student");
}

std::string stages_text(const std::vector<Stage>& stages) {
  std::string text;
  for (const auto& s : stages) {
    text += fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {}\n", s.id, s.model, s.teacher.value_or("-"),
                        s.teacher_checkpoint.rule, s.teacher_checkpoint.epoch, static_cast<int>(s.loss), s.epochs, s.kd_begin,
                        s.kd_end, s.label_smoothing, s.loss_name, s.fit_teacher_temperature, s.init.value_or("-"),
                        s.added_to.value_or("-"));
  }
  return text;
}

}  // namespace

void check_dataset(const DatasetEntry& entry, const std::filesystem::path& data_dir, const Report& report) {
  const Checker checker("dataset " + entry.name, report);
  checker.declarations(entry.about, entry.params);
  std::shared_ptr<Dataset> dataset;
  checker.run("builds with its defaults and states its facts", [&] {
    DatasetContext context;
    if (entry.about.takes_of) context.of = std::make_shared<SmallImages>();
    auto built = entry.create(resolve_params(entry.params, {}), context);
    check_info(built->info());
    dataset = std::move(built);
    return std::string();
  });
  if (!dataset) return;
  check_split(checker, *dataset, SplitKind::kTrain, data_dir);
  check_split(checker, *dataset, SplitKind::kTest, data_dir);
}

void check_strategy(const StrategyEntry& entry, const Report& report) {
  const Checker checker("strategy " + entry.name, report);
  checker.declarations(entry.about, entry.params);
  std::shared_ptr<Strategy> strategy;
  checker.run("builds with its defaults", [&] {
    strategy = entry.create(resolve_params(entry.params, {}), {});
    return std::string();
  });
  if (!strategy) return;
  for (const bool with_teacher : {true, false}) {
    const std::string which = with_teacher ? "" : " (no teacher)";
    const auto context = strategy_context(with_teacher);
    const auto plan = [&] {
      try {
        return strategy->plan(context);
      } catch (const Error& error) {
        throw NotApplicable(error.what());
      }
    };
    checker.run("stages refer backwards and end in the student" + which,
                [&] { return check_stages(plan(), context), std::string(); });
    checker.run("plans the same when asked twice" + which, [&] {
      require(stages_text(plan()) == stages_text(plan()), "the second plan differs");
      return std::string();
    });
  }
}

void check_catalog(const Catalog& catalog, const std::string& library, const std::filesystem::path& data_dir,
                   const Report& report) {
  const auto wanted = [&](const auto& entry) { return library.empty() || entry.library == library; };
  for (const auto& [name, entry] : catalog.models) {
    if (wanted(entry)) check_model(entry, report);
  }
  for (const auto& [name, entry] : catalog.datasets) {
    if (wanted(entry)) check_dataset(entry, data_dir, report);
  }
  for (const auto& [name, entry] : catalog.losses) {
    if (wanted(entry)) check_loss(entry, report);
  }
  for (const auto& [name, entry] : catalog.strategies) {
    if (wanted(entry)) check_strategy(entry, report);
  }
}

}  // namespace kdbench::inline worker
