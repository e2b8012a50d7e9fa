// Conformance of data sets.
#include <kdbench/registry/check_params.h>
#include <kdbench/worker/conformance/checker.h>
#include <kdbench/worker/conformance/conformance.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/isfinite.h>

#include <fmt/format.h>

#include <algorithm>

namespace kdbench::inline worker {
namespace {

std::string size_text(const torch::Tensor& tensor) {
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
                            size_text(images)));
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
          fmt::format("expected labels of [{}], found {}", split.images.size(0), size_text(labels)));
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
          fmt::format("expected a posterior of [{}, {}], found {}", split.images.size(0), info.num_classes, size_text(p)));
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
  checker.run(
      {which + " loads", "let load() read what is there, and throw kdbench::Error naming the file that is missing or wrong"},
      [&] {
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
  checker.run({which + " has the images of info()",
               "let load() return what info() promises, or correct info(); both are a fact of the data set"},
              [&] { return check_images(split, info, rows), std::string(); });
  checker.run({which + " has labels in range", "number the classes from 0 to num_classes - 1, as int64"},
              [&] { return check_labels(split, info), std::string(); });
  checker.run({which + " has a posterior whose rows sum to 1",
               "return probabilities of float64 where info() says has_posterior, and none elsewhere"},
              [&] { return check_posterior(split, info), std::string(); });
  checker.run(
      {which + " is the same when loaded twice", "draw nothing in load() but from a seed that is a parameter, and keep no state"},
      [&] {
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

}  // namespace

void check_dataset(const DatasetEntry& entry, const std::filesystem::path& data_dir, const Report& report) {
  const Checker checker("dataset " + entry.name, report);
  checker.declarations(entry.about, entry.params);
  std::shared_ptr<Dataset> dataset;
  checker.run({"builds with its defaults and states its facts", "let info() say what the files hold, without opening one"}, [&] {
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

}  // namespace kdbench::inline worker
