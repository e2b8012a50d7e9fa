/// Every case of golden/stats.json, which holds what independent implementations return.
#include <kdbench/base/json.h>
#include <kdbench/stats/comparison/friedman.h>
#include <kdbench/stats/comparison/multiple.h>
#include <kdbench/stats/comparison/paired.h>
#include <kdbench/stats/correlation/correlation.h>
#include <kdbench/stats/correlation/ranks.h>
#include <kdbench/stats/describe/regression.h>
#include <kdbench/stats/describe/summary.h>

#include <gtest/gtest.h>

#include <cmath>

namespace kdbench::stats {
namespace {

using Column = std::vector<double>;

/// Cases whose id begins with `stats/<kind>/`.
std::vector<Json> cases(const std::string& kind) {
  const auto document = read_json(KDBENCH_TEST_DATA "/golden/stats.json");
  std::vector<Json> out;
  for (const auto& one : document.value()["cases"]) {
    if (one["id"].get<std::string>().starts_with("stats/" + kind + "/")) out.push_back(one);
  }
  return out;
}

Column column(const Json& array) { return array.get<Column>(); }

/// Relative 1e-9; `floor` is what counts as zero.
void expect_near(double found, const Json& expected, const char* what, double floor = 1e-12) {
  const auto value = to_double(expected);
  if (!std::isfinite(value)) {
    EXPECT_EQ(std::isnan(found), std::isnan(value)) << what;
    EXPECT_TRUE(std::isnan(value) || found == value) << what;
    return;
  }
  EXPECT_NEAR(found, value, 1e-9 * std::abs(value) + floor) << what;
}

void expect_p(double found, const Json& expected, const char* what) { expect_near(found, expected, what, 1e-20); }

void expect_same(const Column& found, const Json& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) expect_near(found[i], expected[i], "element");
}

void check_line(const Column& x, const Column& y, const Json& expected) {
  const auto line = fit_line(x, y);
  expect_near(line.slope, expected["slope"], "slope");
  expect_near(line.intercept, expected["intercept"], "intercept");
  expect_near(line.slope_error, expected["stderr"], "stderr");
  expect_near(line.intercept_error, expected["intercept_stderr"], "intercept_stderr");
  expect_p(line.p, expected["p"], "p of slope");
}

void check_pair(const Json& one) {
  const auto x = column(one["inputs"]["x"]), y = column(one["inputs"]["y"]);
  const auto& expected = one["expected"];
  expect_same(average_ranks(x), expected["ranks_x"]);
  expect_same(average_ranks(y), expected["ranks_y"]);
  expect_near(spearman(x, y).value, expected["spearman"]["rho"], "rho");
  expect_p(spearman(x, y).p, expected["spearman"]["p_two_sided_t"], "p of rho");
  expect_near(pearson(x, y).value, expected["pearson"]["r"], "r");
  expect_p(pearson(x, y).p, expected["pearson"]["p"], "p of r");
  const auto& tau = expected["kendall_tau_b"];
  expect_near(kendall(x, y).value, tau["tau"], "tau");
  expect_p(kendall(x, y).p, tau["p_auto"], "p of tau");
  expect_p(kendall(x, y, KendallP::kNormal).p, tau["p_asymptotic"], "normal p of tau");
  check_line(x, y, expected["ols"]);
}

void check_wilcoxon(const Column& a, const Column& b, bool tied, const Json& expected) {
  const std::vector<std::pair<std::string, Zeros>> zeros{
      {"wilcox", Zeros::kDrop}, {"pratt", Zeros::kRank}, {"zsplit", Zeros::kSplit}};
  const std::vector<std::pair<std::string, WilcoxonP>> methods{
      {"/exact", WilcoxonP::kExact}, {"/approx", WilcoxonP::kNormal}, {"/approx/cc", WilcoxonP::kNormalCorrected}};
  for (const auto& [zero, zero_value] : zeros) {
    for (const auto& [method, method_value] : methods) {
      const auto key = zero + method;
      // scipy's method "exact" counts with ranks that do not tie, whether they do or not.
      const bool counted_as_untied = method_value == WilcoxonP::kExact && tied;
      if (!expected.contains(key) || counted_as_untied) continue;
      const auto found = wilcoxon(a, b, zero_value, method_value);
      expect_near(found.statistic, expected[key]["W"], key.c_str());
      expect_p(found.p, expected[key]["p"], key.c_str());
    }
  }
}

void check_paired(const Json& one) {
  const auto a = column(one["inputs"]["a"]), b = column(one["inputs"]["b"]);
  const auto& expected = one["expected"];
  const auto difference = paired_difference(a, b);
  expect_near(difference.mean, expected["mean_diff"], "mean");
  expect_near(difference.sd, expected["std_diff_ddof1"], "sd");
  expect_near(difference.t, expected["paired_t"]["t"], "t");
  expect_p(difference.p, expected["paired_t"]["p"], "p of t");
  const auto signed_ranks = wilcoxon(a, b);
  expect_near(signed_ranks.plus, expected["W_plus"], "W+");
  expect_near(signed_ranks.minus, expected["W_minus"], "W-");
  EXPECT_EQ(signed_ranks.nonzero, expected["n_nonzero"].get<std::size_t>());
  EXPECT_EQ(signed_ranks.ties, expected["has_ties"].get<bool>());
  // The file's scipy is older than its exact test with ties; wilcoxon_test.cpp has the values of a later one.
  constexpr std::size_t kMostExact = 50;
  if (!signed_ranks.ties || a.size() > kMostExact) expect_p(signed_ranks.p, expected["wilcoxon_scipy_default"]["p"], "p of W");
  check_wilcoxon(a, b, signed_ranks.ties, expected["wilcoxon_scipy"]);
}

void check_friedman(const Json& one) {
  const auto& expected = one["expected"];
  const auto scores = one["inputs"]["rows_settings_cols_methods"].get<std::vector<Column>>();
  const auto found = friedman(scores);
  for (std::size_t i = 0; i < scores.size(); ++i) expect_same(found.ranks[i], expected["ranks_1_is_best"][i]);
  expect_same(found.average_ranks, expected["average_ranks"]);
  expect_near(found.chi2, expected["chi2_tie_corrected"], "chi2");
  expect_near(found.chi2_uncorrected, expected["chi2_without_tie_correction"], "uncorrected chi2");
  expect_p(found.p, expected["p"], "p of chi2");
  expect_near(found.f, expected["iman_davenport_F"], "F");
  expect_p(found.f_p, expected["iman_davenport_p"], "p of F");
  for (const auto& [alpha, nemenyi] : expected["nemenyi"].items()) {
    const auto methods = scores.front().size(), settings = scores.size();
    expect_near(nemenyi_q(methods, std::stod(alpha)), nemenyi["q"], "q");
    expect_near(nemenyi_critical_difference(methods, settings, std::stod(alpha)), nemenyi["critical_difference"], "CD");
  }
}

TEST(StatsGolden, CorrelationsRanksAndLines) {
  const auto all = cases("pair");
  EXPECT_EQ(all.size(), 13u);
  for (const auto& one : all) {
    SCOPED_TRACE(one["id"].get<std::string>());
    check_pair(one);
  }
}

TEST(StatsGolden, TableSixPrintsThePapersNumbers) {
  for (const auto& one : cases("pair")) {
    if (!one.contains("paper")) continue;
    SCOPED_TRACE(one["id"].get<std::string>());
    const auto rho = spearman(column(one["inputs"]["x"]), column(one["inputs"]["y"])).value;
    EXPECT_NEAR(100 * rho, one["paper"]["printed_spearman_percent"].get<double>(), 0.0101);
  }
}

TEST(StatsGolden, PairedDifferencesAndWilcoxon) {
  const auto all = cases("paired");
  EXPECT_EQ(all.size(), 4u);
  for (const auto& one : all) {
    SCOPED_TRACE(one["id"].get<std::string>());
    check_paired(one);
  }
}

TEST(StatsGolden, FriedmanImanDavenportAndNemenyi) {
  const auto all = cases("friedman");
  EXPECT_EQ(all.size(), 4u);
  for (const auto& one : all) {
    SCOPED_TRACE(one["id"].get<std::string>());
    check_friedman(one);
  }
}

TEST(StatsGolden, CorrectionsForManyTests) {
  const auto all = cases("holm");
  EXPECT_EQ(all.size(), 4u);
  for (const auto& one : all) {
    SCOPED_TRACE(one["id"].get<std::string>());
    const auto p = column(one["inputs"]["p"]);
    expect_same(holm(p), one["expected"]["holm"]);
    expect_same(bonferroni(p), one["expected"]["bonferroni"]);
    expect_same(benjamini_hochberg(p), one["expected"]["benjamini_hochberg"]);
  }
}

}  // namespace
}  // namespace kdbench::stats
