// Mixture arithmetic against scipy's, and the draws against what they promise.
#include <plugins/datasets/gmm/gmm_math.h>

#include <tests/plugins/dataset_checks.h>

#include <kdbench/base/json.h>

#include <gtest/gtest.h>

#include <functional>

namespace {

using gmm::Vector;
using kdbench::Json;

Vector numbers(const Json& json) {
  const auto& data = json.is_object() ? json.at("data") : json;
  Vector values;
  const std::function<void(const Json&)> append = [&](const Json& item) {
    if (item.is_array()) {
      for (const auto& inner : item) append(inner);
    } else {
      values.push_back(kdbench::to_double(item));
    }
  };
  append(data);
  return values;
}

/// Relative where the value is large, absolute where it is small.
void expect_close(double found, double expected, double tolerance, const std::string& what) {
  EXPECT_NEAR(found, expected, tolerance * std::max(1.0, std::abs(expected))) << what;
}

TEST(GmmMath, AgreesWithScipyOnEveryGoldenCase) {
  const auto document = kdbench::read_json(KDBENCH_TEST_DATA "/golden/gmm.json");
  ASSERT_TRUE(document.has_value());
  for (const auto& c : document->at("cases")) {
    const auto id = c.at("id").get<std::string>();
    const auto& inputs = c.contains("inputs") ? c.at("inputs") : c;
    const auto mixture =
        gmm::Mixture::from(numbers(inputs.at("weights")), numbers(inputs.at("means")), numbers(inputs.at("covariances")));
    const auto points = numbers(inputs.at("points"));
    const auto& expected = c.at("expected");
    const auto density = numbers(expected.at("component_log_density")), total = numbers(expected.at("log_density"));
    const auto posterior = numbers(expected.at("posterior")), log_posterior = numbers(expected.at("log_posterior"));
    // A covariance of condition number 1e8 or so costs as many digits of the squared distance.
    const double tolerance = id.find("near_singular") == std::string::npos ? 1e-12 : 1e-9;
    for (std::size_t n = 0; n < points.size() / mixture.d; ++n) {
      const auto [log_p, log_total] = mixture.log_posterior(points.data() + n * mixture.d);
      expect_close(log_total, total[n], tolerance, id);
      for (std::size_t k = 0; k < mixture.k; ++k) {
        const auto at = n * mixture.k + k;
        expect_close(mixture.log_density(points.data() + n * mixture.d, k), density[at], tolerance, id);
        expect_close(log_p[k], log_posterior[at], tolerance, id);
        EXPECT_NEAR(std::exp(log_p[k]), posterior[at], tolerance) << id;
      }
    }
  }
}

TEST(GmmMath, FactorsAMatrixAndRefusesOneThatIsNotPositive) {
  // [[4, 2], [2, 5]] = [[2, 0], [1, 2]] times its transpose
  EXPECT_EQ(gmm::cholesky({4, 2, 2, 5}, 2), (Vector{2, 0, 1, 2}));
  EXPECT_THROW(gmm::cholesky({1, 2, 2, 1}, 2), kdbench::Error);
}

TEST(GmmMath, DrawsCovariancesOfDeterminantOneAndTheAskedRatio) {
  gmm::Random random(3);
  const auto c = gmm::draw_covariance({.classes = 1, .dims = 2, .spread = 1, .anisotropy = 3}, random);
  EXPECT_NEAR(c[0] * c[3] - c[1] * c[2], 1, 1e-12);
  EXPECT_NEAR(c[0] + c[3], 3 + 1.0 / 3, 1e-12);  // variances 3 and 1/3: deviations in the ratio 3 to 1
  EXPECT_EQ(c[1], c[2]);
}

TEST(GmmMath, DrawsTheSameNumbersEverywhere) {
  gmm::Random random(0);
  EXPECT_EQ(random.bits(), gmm::Random(0).bits());
  EXPECT_NE(gmm::Random(0, 2).bits(), gmm::Random(0, 3).bits());
  double sum = 0, squares = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0, 5 / std::sqrt(kDraws));
  EXPECT_NEAR(squares / kDraws, 1, 5 * std::sqrt(2.0 / kDraws));
}

TEST(GmmMath, ReachesTheDocumentedBayesAccuracies) {
  const auto ten = gmm::draw_mixture({.classes = 10, .dims = 2, .spread = 3.6, .anisotropy = 3}, 0);
  EXPECT_NEAR(gmm::bayes_accuracy(ten, 50000, 0), 0.906, 0.003);
  const auto hundred = gmm::draw_mixture({.classes = 100, .dims = 2, .spread = 5.45, .anisotropy = 3}, 0);
  EXPECT_NEAR(gmm::bayes_accuracy(hundred, 10000, 0), 0.950, 0.005);
}

TEST(GmmDataset, IsAFunctionOfItsSeed) {
  const auto load = [](std::int64_t seed) {
    return kdbench::test::dataset("gmm", {{"train", std::int64_t{50}}, {"test", std::int64_t{20}}, {"seed", seed}})
        ->load(kdbench::SplitKind::kTrain, "");
  };
  EXPECT_TRUE(load(1).images.equal(load(1).images));
  EXPECT_FALSE(load(1).images.equal(load(2).images));
}

TEST(GmmDataset, StatesTheMomentsOfItsPoints) {
  const auto gmm = kdbench::test::dataset("gmm", {{"train", std::int64_t{40000}}});
  const auto info = gmm->info();
  const auto points = gmm->load(kdbench::SplitKind::kTrain, "").images.flatten(1).to(torch::kFloat64);
  for (std::int64_t i = 0; i < 2; ++i) {
    // The mean of 40,000 draws of deviation s lies within 5 s / 200 of the true one.
    const double s = info.stddev[static_cast<std::size_t>(i)];
    EXPECT_NEAR(points.select(1, i).mean().item<double>(), info.mean[static_cast<std::size_t>(i)], 5 * s / 200);
    EXPECT_NEAR(points.select(1, i).std().item<double>(), s, 0.05 * s);
  }
}

}  // namespace
