// Temperatures by row: the calibration goes, the mean entropy and every ranking stay.
#include <tests/plugins/calibrator_checks.h>

#include <gtest/gtest.h>

namespace kdbench::test {
namespace {

TEST(Jitter, KeepsTheMeanEntropyOfTheRowsItIsFittedOn) {
  const auto data = drawn_rows(4000, 5, 2.5);
  const auto right = said(applied(*fitted_to(data, "temperature"), data.logits), data.labels);
  for (const double sigma : {0.25, 0.8, 2.0}) {
    const auto after = said(applied(*fitted_to(data, "jitter", {{"sigma", sigma}}), data.logits), data.labels);
    EXPECT_NEAR(after.entropy, right.entropy, 1e-9) << sigma;
    EXPECT_EQ(after.accuracy, right.accuracy) << sigma;
  }
}

// Other rows have other draws: of 4000 the mean entropy stays within 0.03 nats, and with it the mean confidence within 0.03.
TEST(Jitter, KeepsEntropyAndConfidenceOfOtherRowsUpToTheDraws) {
  const auto data = drawn_rows(4000, 5, 2.5), others = drawn_rows(4000, 5, 2.5, 2);
  const auto right = said(applied(*fitted_to(data, "temperature"), others.logits), others.labels);
  const auto moved = applied(*fitted_to(data, "jitter", {{"sigma", 0.8}}), others.logits);
  const auto after = said(moved, others.labels);
  EXPECT_NEAR(after.entropy, right.entropy, 0.03);
  EXPECT_NEAR(after.confidence, right.confidence, 0.03);
  EXPECT_EQ(after.accuracy, right.accuracy);
  EXPECT_TRUE(keeps_ranking(others.logits, moved));
  EXPECT_LT(right.ece, 0.03);
  EXPECT_GT(after.ece, 0.06);
}

// The factor is that of the validation rows. Of rows with 2.5 times their logits, as training rows are surer, a larger
// temperature adds more entropy than a smaller one takes.
TEST(Jitter, MakesRowsThatAreSurerLessSure) {
  const auto data = drawn_rows(4000, 5, 2.5), others = drawn_rows(4000, 5, 2.5, 2);
  const auto surer = others.logits * 2.5;
  const auto right = said(applied(*fitted_to(data, "temperature"), surer), others.labels);
  const auto after = said(applied(*fitted_to(data, "jitter", {{"sigma", 0.8}}), surer), others.labels);
  EXPECT_GT(after.entropy, right.entropy + 0.1);
  EXPECT_LT(after.confidence, right.confidence - 0.03);
  EXPECT_EQ(after.accuracy, right.accuracy);
}

// ln(z_0 / z'_0) is ln T of the row: its spread is sigma.
TEST(Jitter, SpreadsTheLogarithmOfTheTemperatureBySigma) {
  const auto data = drawn_rows(4000, 5, 2.5);
  const auto t = (data.logits / applied(*fitted_to(data, "jitter", {{"sigma", 0.5}}), data.logits)).select(1, 0).log();
  EXPECT_NEAR(t.std().item<double>(), 0.5, 0.02);
}

TEST(Jitter, DrawsByRowAndSeedAlone) {
  const auto data = drawn_rows(100, 5, 2.5);
  const auto one = fitted_to(data, "jitter"), other = fitted_to(data, "jitter", {}, 12);
  const auto last = data.logits.slice(0, 99), number = numbers_up_to(100).slice(0, 99);
  EXPECT_TRUE(one->apply(last, number)[0].equal(applied(*one, data.logits)[99]));
  EXPECT_FALSE(one->apply(last, number).equal(other->apply(last, number)));
}

TEST(Jitter, IsTheStartWithoutSpread) {
  const auto data = drawn_rows(500, 5, 2.5);
  const auto calibrated = applied(*fitted_to(data, "temperature"), data.logits);
  EXPECT_TRUE(at::allclose(applied(*fitted_to(data, "jitter", {{"sigma", 0.0}}), data.logits), calibrated, 1e-12));
  const auto as_is = fitted_to(data, "jitter", {{"sigma", 0.0}, {"start", std::string("as_is")}});
  EXPECT_TRUE(at::allclose(applied(*as_is, data.logits), data.logits, 1e-12));
}

}  // namespace
}  // namespace kdbench::test
