// The weights of the three posteriors.
#include <tests/plugins/calibrator_checks.h>

#include <gtest/gtest.h>

namespace kdbench::test {
namespace {

TEST(EnsembleTemperature, MixesThePosteriorsByItsWeights) {
  const auto data = drawn_rows(2000, 5, 2.5);
  const auto calibrator = fitted_to(data, "ensemble_temperature");
  const auto fitted = calibrator->fitted();
  const double scaled = fitted.at("w_scaled"), original = fitted.at("w_original"), uniform = fitted.at("w_uniform");
  EXPECT_NEAR(scaled + original + uniform, 1, 1e-12);
  const auto mix = (data.logits / fitted.at("temperature")).softmax(1) * scaled + data.logits.softmax(1) * original + uniform / 5;
  EXPECT_TRUE(at::allclose(applied(*calibrator, data.logits), mix.log(), 1e-10, 1e-12));
  EXPECT_TRUE(keeps_ranking(data.logits, applied(*calibrator, data.logits)));
}

// Half the labels are noise: 1/2 + 1/2 * 1/5 of what is drawn from the posterior. A temperature cannot say that, a share of the
// uniform posterior can. It is fitted beside the temperature of such labels, which is higher, so that the share is below 1/2.
TEST(EnsembleTemperature, IsNoWorseThanTheTemperatureAndBetterWhereLabelsAreNoise) {
  auto data = drawn_rows(6000, 5, 1);
  const auto every_other = numbers_up_to(6000).remainder(2).eq(0);
  data.labels = at::where(every_other, numbers_up_to(6000).div(2, "floor").remainder(5), data.labels);
  const auto by = [&](const char* name) { return said(applied(*fitted_to(data, name), data.logits), data.labels).nll; };
  EXPECT_LT(by("ensemble_temperature"), by("temperature") - 1e-4);
  EXPECT_GT(fitted_to(data, "ensemble_temperature")->fitted().at("w_uniform"), 0.05);
  const auto sound = drawn_rows(2000, 5, 2.5);
  const auto nll = [&](const char* name) { return said(applied(*fitted_to(sound, name), sound.logits), sound.labels).nll; };
  EXPECT_LE(nll("ensemble_temperature"), nll("temperature") + 1e-9);
}

}  // namespace
}  // namespace kdbench::test
