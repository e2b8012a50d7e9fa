// t-SNE against an independent implementation: exact pieces by number, the whole by its quality.
#include <kdbench/base/json.h>
#include <kdbench/stats/maps/affinities.h>
#include <kdbench/stats/maps/neighbours.h>
#include <kdbench/stats/maps/principal.h>
#include <kdbench/stats/maps/tsne.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace kdbench::stats {
namespace {

Json golden(const std::string& name) { return read_json(std::filesystem::path(KDBENCH_TEST_DATA) / "golden" / name).value(); }

PointSet points_of(const Json& tensor) {
  return {tensor.at("shape").at(0), tensor.at("shape").at(1), tensor.at("data").get<std::vector<double>>()};
}

double perplexity_of(const Json& test_case) { return test_case.at("params").at("perplexity"); }

TEST(Tsne, BandwidthsAndJointProbabilitiesAreTheGoldenOnes) {
  for (const auto& c : golden("tsne_small.json").at("cases")) {
    const auto x = points_of(c.at("inputs").at("X"));
    const auto got = gaussian_affinities(x, perplexity_of(c));
    const auto& expected = c.at("expected");
    for (std::size_t i = 0; i < x.count; ++i) {
      const double beta = expected.at("beta").at(i);
      EXPECT_NEAR(got.beta[i], beta, 1e-12 * beta) << c.at("id") << " point " << i;
    }
    std::size_t k = 0;
    for (std::size_t i = 0; i < x.count; ++i) {
      EXPECT_EQ(got.joint[i * x.count + i], 0.0);
      for (std::size_t j = i + 1; j < x.count; ++j, ++k) {
        const double p = expected.at("P_upper").at(k);
        EXPECT_NEAR(got.joint[i * x.count + j], p, 1e-11 * p) << c.at("id") << " pair " << i << ", " << j;
        EXPECT_EQ(got.joint[i * x.count + j], got.joint[j * x.count + i]);
      }
    }
  }
}

TEST(Tsne, DivergenceAndGradientAreTheGoldenOnes) {
  for (const auto& c : golden("tsne_small.json").at("cases")) {
    const auto joint = gaussian_affinities(points_of(c.at("inputs").at("X")), perplexity_of(c)).joint;
    const auto y = points_of(c.at("inputs").at("Y"));
    const auto& expected = c.at("expected");
    EXPECT_NEAR(kl_divergence(joint, y), expected.at("kl_at_Y").get<double>(), 1e-12) << c.at("id");
    const auto gradient = kl_gradient(joint, y);
    const auto wanted = expected.at("grad_at_Y").at("data").get<std::vector<double>>();
    for (std::size_t k = 0; k < wanted.size(); ++k) EXPECT_NEAR(gradient.values[k], wanted[k], 1e-13) << c.at("id") << " " << k;
  }
}

TEST(Tsne, JointProbabilitiesOfTheDigitsAreTheGoldenOnes) {
  const auto file = golden("tsne_digits300.json");
  const auto joint = gaussian_affinities(points_of(file.at("X")), 30).joint;
  const auto& expected = file.at("exact_P_perplexity30");
  double sum = 0, largest = 0, entropy = 0;
  for (const double p : joint) {
    sum += p;
    largest = std::max(largest, p);
    if (p > 0) entropy -= p * std::log(p);
  }
  EXPECT_NEAR(sum, expected.at("sum").get<double>(), 1e-12);
  EXPECT_NEAR(largest, expected.at("max").get<double>(), 1e-14);
  EXPECT_NEAR(entropy, expected.at("entropy").get<double>(), 1e-10);
  for (std::size_t j = 0; j < 300; ++j) {
    EXPECT_NEAR(joint[j], expected.at("row0").at(j).get<double>(), 1e-15);
    EXPECT_NEAR(joint[150 * 300 + j], expected.at("row150").at(j).get<double>(), 1e-15);
  }
}

/// The bar of the golden file: KL within 5 % of the worst of four independent exact runs, neighbours and classes kept as well.
TEST(Tsne, MapsTheDigitsAsWellAsTheReference) {
  const auto file = golden("tsne_digits300.json");
  const auto x = points_of(file.at("X"));
  const auto labels = file.at("labels").get<std::vector<std::int64_t>>();
  for (const auto start : {TsneStart::kPrincipal, TsneStart::kRandom}) {
    TsneOptions options;
    options.start = start;
    const auto got = tsne(x, options);
    EXPECT_LE(got.kl, 0.285);
    EXPECT_GE(trustworthiness(x, got.map, 5), 0.988);
    EXPECT_GE(neighbour_accuracy(got.map, labels, 1), 0.973);
  }
}

TEST(Tsne, TheSameInputGivesTheSameMapAndTellsItsProgress) {
  const auto x = points_of(golden("tsne_small.json").at("cases").at(0).at("inputs").at("X"));
  TsneOptions options;
  options.perplexity = 5;
  options.iterations = 60;
  std::vector<std::size_t> told;
  options.on_iteration = [&](std::size_t done) { told.push_back(done); };
  const auto first = tsne(x, options), second = tsne(x, options);
  EXPECT_EQ(first.map.values, second.map.values);
  ASSERT_EQ(told.size(), 120u);
  EXPECT_EQ(told[59], 60u);
  EXPECT_EQ(first.kl, second.kl);
}

TEST(Tsne, PointsOnALineLeaveIt) {
  PointSet line{6, 1, {0, 1, 2, 10, 11, 12}};
  TsneOptions options;
  options.perplexity = 2;
  const auto map = tsne(line, options).map;
  double width = 0;
  for (std::size_t i = 0; i < 6; ++i) width = std::max(width, std::abs(map.point(i)[1]));
  EXPECT_GT(width, 0.0);
}

TEST(Affinities, EqualPointsGetEqualShares) {
  // Four equal points, perplexity 2: no bandwidth makes two of three equal neighbours count less, so p(j | i) = 1/3 for each, and
  // P_ij = (1/3 + 1/3) / (2 * 4) = 1/12.
  const auto joint = gaussian_affinities({4, 1, {7, 7, 7, 7}}, 2).joint;
  EXPECT_NEAR(joint[1], 1.0 / 12, 1e-15);
  EXPECT_NEAR(joint[11], 1.0 / 12, 1e-15);
}

TEST(PrincipalPlane, IsThatOfMostSpread) {
  // Centred, the points are (-+2, 0, 0) and (0, -+1, 0): variances 2, 1/2 and 0 along the three axes.
  const auto plane = principal_plane({4, 3, {3, 5, 9, -1, 5, 9, 1, 6, 9, 1, 4, 9}});
  const std::vector<double> expected = {2, 0, -2, 0, 0, 1, 0, -1};
  for (std::size_t k = 0; k < 8; ++k) EXPECT_NEAR(plane.values[k], expected[k], 1e-5) << k;
}

TEST(PrincipalPlane, HasZerosWhereThereIsNoSpread) {
  EXPECT_EQ(principal_plane({3, 2, {1, 1, 1, 1, 1, 1}}).values, std::vector<double>(6, 0.0));
  EXPECT_EQ(principal_plane({2, 1, {1, 3}}).values, (std::vector<double>{-1, 0, 1, 0}));
}

TEST(Trustworthiness, CountsIntrudersByTheirRank) {
  const PointSet points{5, 1, {0, 1, 3, 6, 10}};
  EXPECT_EQ(trustworthiness(points, points, 1), 1.0);
  // The map swaps the last two of 0 1 3 6 10. Nearest in the map (k = 1): 0->1, 1->0, 3->1, 6 (now at 10) -> 10 (now at 6), and
  // 10 -> 3. Ranks in the points: 1, 1, 1, 2 (of 6: 3 then 10), and of 10: 6, then 3: rank 2. Sum of rank - 1: 2.
  // 1 - 2 / (5 * 1 * (10 - 3 - 1)) * 2 = 1 - 4 / 30.
  EXPECT_NEAR(trustworthiness(points, {5, 1, {0, 1, 3, 10, 6}}, 1), 1 - 4.0 / 30, 1e-15);
  EXPECT_TRUE(std::isnan(trustworthiness(points, points, 3)));
}

TEST(NeighbourAccuracy, LeavesThePointItselfOutAndBreaksTiesByTheSmallestLabel) {
  const PointSet map{4, 1, {0, 1, 5, 6}};
  EXPECT_EQ(neighbour_accuracy(map, {0, 0, 1, 1}, 1), 1.0);
  EXPECT_EQ(neighbour_accuracy(map, {0, 1, 1, 0}, 1), 0.0);
  // k = 2: point 0 sees labels 0, 1 (tie: 0, right); 1 sees 0, 1 (0, right); 2 sees 1, 0 (0, wrong); 3 sees 1, 0 (0, wrong).
  EXPECT_EQ(neighbour_accuracy(map, {0, 0, 1, 1}, 2), 0.5);
  EXPECT_TRUE(std::isnan(neighbour_accuracy(map, {0, 0, 1, 1}, 4)));
}

}  // namespace
}  // namespace kdbench::stats
