// A Wasserstein distance between Gaussians: the channels of the last feature maps by their means and standard deviations.
#include <kdbench/sdk/connectors.h>
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/plugin.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace {

namespace feature_maps = kdbench::feature_maps;
using kdbench::LossContext;
using torch::Tensor;

class WkdF final : public kdbench::Loss {
 public:
  struct Options {
    double weight = 0.08;
    double mean_ratio = 4.0;
    std::int64_t grid = 1;
    std::string projector = "conv";
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("weight", &Options::weight, "Factor of both terms.", {.min = 0.0})
        .add("mean_ratio", &Options::mean_ratio, "Weight of the means against the standard deviations (gamma).", {.min = 0.0})
        .add("grid", &Options::grid, "The last maps are cut into grid x grid blocks, each with a Gaussian of its own.",
             {.min = 1.0})
        .add(
            "projector", &Options::projector,
            "conv: a 1 x 1 convolution, batch norm and ReLU lead the student's map to the teacher's channels; none: as they are.",
            {.choices = {"conv", "none"}});
  }
  WkdF(Options options, const LossContext& context) : options_(std::move(options)) {
    if (unsupported(options_, context)) return;
    pair_ = pair_of(context);
    if (options_.projector == "conv")
      projector_ =
          register_module("projector", std::make_shared<kdbench::connectors::Regressor>(pair_.student, pair_.teacher, true));
  }

  static kdbench::LossNeeds needs(const Options&, const LossContext&) {
    return {.teacher_features = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options& options, const LossContext& context) {
    const auto found = feature_maps::pair_stages(context, feature_maps::Stages::kLast);
    if (found.pairs.empty()) return found.reason;
    const auto pair = pair_of(context);
    const auto both = "the student's " + feature_maps::to_text(found.pairs[0].student) + " and the teacher's " +
                      feature_maps::to_text(found.pairs[0].teacher);
    if (options.projector == "none" && pair.student.channels != pair.teacher.channels)
      return "projector = \"none\" compares maps of as many channels, found " + both + "; set projector = \"conv\"";
    const auto blocks = options.grid * options.grid, pixels = pair.student.height * pair.student.width;
    if (pair.student.height < options.grid || pair.student.width < options.grid || pixels <= blocks)
      return "a standard deviation needs blocks of more than one pixel, found grid = " + std::to_string(options.grid) + " on " +
             both + "; set a smaller 'grid', or use models whose last maps are larger";
    return std::nullopt;
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    auto maps = feature_maps::pooled_to_smaller(feature_maps::maps_of(in, pair_, "wkd_f"));
    if (projector_) maps.student = feature_maps::widened(projector_->forward(maps.student));
    Tensor means, deviations;
    for (std::int64_t row = 0; row < options_.grid; ++row) {
      for (std::int64_t column = 0; column < options_.grid; ++column) {
        const auto [student_mean, student_deviation] = gaussian(block(maps.student, row, column));
        const auto [teacher_mean, teacher_deviation] = gaussian(block(maps.teacher, row, column));
        add(means, student_mean - teacher_mean);
        add(deviations, student_deviation - teacher_deviation);
      }
    }
    const double factor = options_.weight / static_cast<double>(maps.student.size(0) * options_.grid * options_.grid);
    return {{"mean", factor * options_.mean_ratio * means}, {"std", factor * deviations}};
  }

 private:
  /// The deepest maps, in the height and width of the smaller.
  static feature_maps::StagePair pair_of(const LossContext& context) {
    feature_maps::StagePair pair{context.student.back(), context.teacher.back()};
    pair.student.height = pair.teacher.height = std::min(pair.student.height, pair.teacher.height);
    pair.student.width = pair.teacher.width = std::min(pair.student.width, pair.teacher.width);
    return pair;
  }

  /// [N, C, pixels]; where the size is not divisible, blocks overlap as those of adaptive pooling do.
  Tensor block(const Tensor& map, std::int64_t row, std::int64_t column) const {
    const auto cut = [&](const Tensor& of, std::int64_t dim, std::int64_t i) {
      const auto size = of.size(dim), begin = i * size / options_.grid,
                 end = ((i + 1) * size + options_.grid - 1) / options_.grid;
      return of.narrow(dim, begin, end - begin);
    };
    return cut(cut(map, 2, row), 3, column).flatten(2);
  }

  static std::pair<Tensor, Tensor> gaussian(const Tensor& pixels) {
    return {pixels.mean(2), (pixels.var(2, /*unbiased=*/true) + 1e-5).sqrt()};
  }

  static void add(Tensor& sum, const Tensor& difference) {
    const auto square = difference.square().sum();
    sum = sum.defined() ? sum + square : square;
  }

  Options options_;
  feature_maps::StagePair pair_;
  std::shared_ptr<kdbench::connectors::Regressor> projector_;
};

}  // namespace

KDBENCH_PLUGIN("wkd_f", "0.1.0", r) {
  r.loss<WkdF>("wkd_f",
               {.summary = "Distance between Gaussians of the last feature maps, channel by channel.",
                .formula = "weight / (N grid^2) sum over images, blocks and channels of [mean_ratio (mean_s - mean_t)^2 + "
                           "(std_s - std_t)^2]",
                .source = "Lv, Yang, Li 2024, Wasserstein Distance Rivals Kullback-Leibler Divergence for Knowledge "
                          "Distillation, WKD-F"});
}
