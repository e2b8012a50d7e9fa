// The suite catches calibrators that are wrong, one mistake each.
#include "collected.h"

#include <ATen/Functions.h>

#include <gtest/gtest.h>

#include <functional>
#include <memory>

namespace kdbench {
namespace {

using test::Collected;

/// Divides by 2 or by the standard deviation of the labels it was fitted to; `change` has the last word.
class FunctionCalibrator final : public Calibrator {
 public:
  using Change =
      std::function<torch::Tensor(const torch::Tensor& answer, const torch::Tensor& logits, const torch::Tensor& rows)>;
  explicit FunctionCalibrator(Change change) : change_(std::move(change)) {}
  void fit(const CalibrationRows& validation) override { scale_ = validation.labels.to(torch::kFloat64).std().item<double>(); }
  torch::Tensor apply(const torch::Tensor& logits, const torch::Tensor& rows) const override {
    return change_(logits / scale_, logits, rows);
  }

 private:
  Change change_;
  double scale_ = 2;
};

Collected checks_of(const FunctionCalibrator::Change& change, CalibratorTraits traits = {true, true}) {
  CalibratorEntry entry;
  entry.name = "x";
  entry.about = {.summary = "A calibrator."};
  entry.create = [change](const ParamValues&, const auto&) { return std::make_shared<FunctionCalibrator>(change); };
  entry.traits = [traits](const ParamValues&) { return traits; };
  Collected collected;
  check_calibrator(entry, collected.report());
  return collected;
}

TEST(CheckCalibrator, PassesOneThatIsRight) {
  checks_of([](const auto& answer, const auto&, const auto&) { return answer; }).expect_all_pass();
  const auto free = checks_of([](const auto& answer, const auto&, const auto&) { return answer; }, {false, false});
  free.expect_all_pass();
  EXPECT_EQ(free.finding("keeps predictions if it says so"), "skipped: it does not say that it keeps predictions");
}

TEST(CheckCalibrator, CatchesAnswersThatAreNoLogits) {
  const std::string check = "returns finite logits of every row and class";
  const auto finding = [&](const FunctionCalibrator::Change& change) { return checks_of(change).finding(check); };
  EXPECT_EQ(finding([](const auto&, const auto&, const auto&) { return torch::Tensor(); }), "it returned an undefined tensor");
  EXPECT_EQ(finding([](const auto& answer, const auto&, const auto&) { return answer.to(torch::kFloat32); }), "expected float64");
  EXPECT_EQ(finding([](const auto& answer, const auto&, const auto&) { return answer.slice(1, 1); }),
            "expected [60, 4], found 2 dimensions, 180 numbers");
  EXPECT_EQ(finding([](const auto& answer, const auto&, const auto&) { return answer.softmax(1).floor().log(); }),
            "some numbers are not finite; return ln of what is no smaller than 1e-300");
}

TEST(CheckCalibrator, CatchesWhatWritesIntoItsRows) {
  const auto checks = checks_of([](const auto& answer, const auto& logits, const auto&) {
    logits.add_(1);
    return answer;
  });
  EXPECT_EQ(checks.finding("leaves what it is lent as it is"), "it wrote into them");
}

TEST(CheckCalibrator, CatchesRowsThatReadEachOther) {
  const auto checks = checks_of([](const auto& answer, const auto&, const auto&) { return answer - answer.mean(); });
  EXPECT_EQ(checks.finding("says of a row what it says of it alone"), "row 41 alone differs from the same row among 60");
}

TEST(CheckCalibrator, CatchesAMemory) {
  auto calls = std::make_shared<int>(0);
  const auto checks = checks_of([calls](const auto& answer, const auto&, const auto&) { return answer / ++*calls; });
  EXPECT_EQ(checks.finding("makes the same of the same rows again"), "the second call differs");
}

TEST(CheckCalibrator, HoldsItToWhatItSaysOfPredictions) {
  const auto flipped = [](const auto& answer, const auto&, const auto&) { return -answer; };
  EXPECT_EQ(checks_of(flipped).finding("keeps predictions if it says so"), "60 of 60 rows have another largest logit");
  checks_of(flipped, {true, false}).expect_all_pass();
}

}  // namespace
}  // namespace kdbench
