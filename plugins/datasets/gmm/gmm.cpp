// Points of a Gaussian mixture with the exact posterior of every point: a data set whose best teacher is known.
#include "gmm_math.h"

#include <kdbench/sdk/plugin.h>

#include <ATen/ops/empty.h>

namespace {

class Gmm final : public kdbench::Dataset {
 public:
  struct Options {
    std::int64_t classes = 10;
    std::int64_t dims = 2;
    std::int64_t train = 10000;
    std::int64_t test = 3000;
    std::int64_t seed = 0;
    double spread = 3.6;
    double anisotropy = 3.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("classes", &Options::classes, "K, one Gaussian each, all equally likely.", {.min = 2, .max = 100000})
        .add("dims", &Options::dims, "D, numbers per point.", {.min = 1, .max = 4096})
        .add("train", &Options::train, "Points of the training split.", {.min = 1})
        .add("test", &Options::test, "Points of the test split.", {.min = 1})
        .add("seed", &Options::seed, "Seed of means, covariances and points; independent of the suite's seeds.", {.min = 0})
        .add("spread", &Options::spread,
             "Side of the cell each mean has on average, in typical standard deviations: more is easier.",
             {.min = 0.0, .max = 1e6})
        .add("anisotropy", &Options::anisotropy, "Longest over shortest axis of every Gaussian; 1: round.",
             {.min = 1.0, .max = 1e3});
  }
  Gmm(Options options, const kdbench::DatasetContext&)
      : options_(options),
        mixture_(gmm::draw_mixture({static_cast<std::size_t>(options.classes), static_cast<std::size_t>(options.dims),
                                    options.spread, options.anisotropy},
                                   seed())) {}

  kdbench::DatasetInfo info() const override {
    kdbench::DatasetInfo info{.num_classes = options_.classes,
                              .image = {options_.dims, 1, 1},
                              .num_train = options_.train,
                              .num_test = options_.test,
                              .mean = {},
                              .stddev = {},
                              .has_posterior = true};
    for (std::size_t i = 0; i < mixture_.d; ++i) {
      const auto [mean, variance] = moments(i);
      info.mean.push_back(mean);
      info.stddev.push_back(std::sqrt(variance));
    }
    return info;
  }

  kdbench::Split load(kdbench::SplitKind kind, const std::filesystem::path&) const override {
    const bool train = kind == kdbench::SplitKind::kTrain;
    const std::int64_t n = train ? options_.train : options_.test;
    kdbench::Split split{at::empty({n, options_.dims, 1, 1}, torch::kFloat32), at::empty({n}, torch::kInt64),
                         at::empty({n, options_.classes}, torch::kFloat64)};
    auto* images = split.images.data_ptr<float>();
    auto* labels = split.labels.data_ptr<std::int64_t>();
    auto* posterior = split.posterior.data_ptr<double>();
    gmm::Random random(seed(), train ? 2 : 3);
    for (std::int64_t i = 0; i < n; ++i) {
      const auto label = random.below(mixture_.k);
      auto x = mixture_.draw(label, random);
      // The posterior belongs to the number the network sees, which is the one rounded to float.
      for (double& v : x) v = static_cast<float>(v);
      images = std::copy(x.begin(), x.end(), images);
      *labels++ = static_cast<std::int64_t>(label);
      for (const double log_p : mixture_.log_posterior(x.data()).first) *posterior++ = std::exp(log_p);
    }
    return split;
  }

 private:
  std::uint64_t seed() const { return static_cast<std::uint64_t>(options_.seed); }

  /// Mean and variance of coordinate `i` over the whole mixture.
  std::pair<double, double> moments(std::size_t i) const {
    const auto k = static_cast<double>(mixture_.k);
    double mean = 0, square = 0;
    for (std::size_t c = 0; c < mixture_.k; ++c) {
      const double m = mixture_.means[c * mixture_.d + i];
      mean += m / k;
      square += m * m / k;
      for (std::size_t j = 0; j <= i; ++j) square += std::pow(mixture_.factors[(c * mixture_.d + i) * mixture_.d + j], 2) / k;
    }
    return {mean, square - mean * mean};
  }

  Options options_;
  gmm::Mixture mixture_;
};

}  // namespace

KDBENCH_PLUGIN("gmm", "0.1.0", r) {
  r.dataset<Gmm>(
      "gmm", {.summary = "Gaussian mixture, K classes in D dimensions, with the exact posterior of every point.",
              .formula = "P(k | x) = N(x; mean_k, cov_k) / sum_j N(x; mean_j, cov_j), in log space",
              .source = "Fan et al. 2024, Revisit the Essence of Distilling Knowledge through Calibration, sec. 3.2, Table 1"});
}
