// Gradients at several temperatures of the teacher, of students that nobody trains.
#include "unit/train/toy.h"

#include <kdbench/train/session/gradient_probe.h>

#include <gtest/gtest.h>

#include <cmath>

namespace kdbench {
namespace {

using toy::taught;
using toy::TemporaryStore;

std::vector<ProbedGradient> probe(const Store& store, const std::vector<Job>& jobs, std::vector<double> temperatures,
                                  std::int64_t batches = 2) {
  SessionOptions session;
  session.loaded = toy::build("first");
  return probe_gradients(jobs, store, toy::factories(), session, {std::move(temperatures), batches});
}

TEST(GradientProbe, IsOneAndOneAtTheTemperatureOfTheSuite) {
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, true)});
  for (const auto& found : probe(s.store, {taught("a", "mse", 2, true), taught("b", "features", 4, true)}, {1})) {
    EXPECT_EQ(found.reason, "");
    EXPECT_DOUBLE_EQ(found.cosine.at(0), 1);
    EXPECT_DOUBLE_EQ(found.norm_ratio.at(0), 1);
  }
}

TEST(GradientProbe, MovesWithTheTeachersLogitsAlone) {
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, false)});
  const auto found = probe(s.store, {taught("logits", "mse", 1, false), taught("embedding", "adapter", 1, false)}, {0.5, 8});
  EXPECT_LT(found[0].cosine[1], 0.999);
  EXPECT_GT(std::abs(found[0].norm_ratio[1] - 1), 1e-3);
  for (const auto& values : {found[1].cosine, found[1].norm_ratio}) {
    for (const auto value : values) EXPECT_NEAR(value, 1, 1e-9);
  }
}

TEST(GradientProbe, IsTheGradientOfTheJobWithThatTeacherTemperature) {
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, false)});
  auto softer = taught("softer", "mse", 1, false);
  toy::change(softer.spec.loss, [](LossSpec& loss) { loss.parts.front().teacher_temperature = 4; });
  const auto plain = probe(s.store, {taught("plain", "mse", 1, false)}, {4}), from_there = probe(s.store, {softer}, {0.25});
  EXPECT_NEAR(plain[0].cosine[0], from_there[0].cosine[0], 1e-9);              // the angle between the two
  EXPECT_NEAR(plain[0].norm_ratio[0] * from_there[0].norm_ratio[0], 1, 1e-9);  // |g(4)| / |g(1)| and its inverse
}

TEST(GradientProbe, LeavesNothingInTheStoreAndSaysWhatCannotBeMade) {
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, false)});
  const auto found = probe(s.store, {taught("fine", "mse", 1, false), taught("thrower", "throws", 1, false)}, {2});
  EXPECT_EQ(found[0].reason, "");
  EXPECT_EQ(found[1].reason, "the toy loss throws");
  EXPECT_EQ(s.store.jobs(), (std::vector<std::string>{"teacher"}));
  EXPECT_FALSE(std::filesystem::exists(s.folder / "artifacts" / "fine"));
}

}  // namespace
}  // namespace kdbench
