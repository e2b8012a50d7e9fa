// The stages: who is trained, by whom and for how long.
#include <kdbench/sdk/testing.h>

#include <gtest/gtest.h>

namespace {

using kdbench::test::plugins;

kdbench::StrategyContext pair_of(const std::string& teacher) {
  return {.teacher = teacher,
          .student = "small",
          .models = {{"large", 1000}, {"small", 100}},
          .teacher_epochs = 20,
          .student_epochs = 9};
}

/// "student: small by generation1, 9 epochs"
std::vector<std::string> lines_of(std::int64_t generations, const std::string& teacher = "large") {
  std::vector<std::string> lines;
  for (const auto& stage : plugins().strategy("my_strategy", {{"generations", generations}})->plan(pair_of(teacher))) {
    lines.push_back(stage.id + ": " + stage.model + " by " + stage.teacher.value_or("labels") + ", " +
                    std::to_string(stage.epochs) + " epochs");
  }
  return lines;
}

TEST(MyStrategy, TrainsEachGenerationByTheOneBefore) {
  EXPECT_EQ(lines_of(3),
            (std::vector<std::string>{"teacher: large by labels, 20 epochs", "generation1: small by teacher, 9 epochs",
                                      "generation2: small by generation1, 9 epochs", "student: small by generation2, 9 epochs"}));
}

TEST(MyStrategy, OfOneGenerationIsThePlainWay) {
  EXPECT_EQ(lines_of(1),
            (std::vector<std::string>{"teacher: large by labels, 20 epochs", "student: small by teacher, 9 epochs"}));
}

TEST(MyStrategy, TrainsTheStudentAloneWhereTheMethodNeedsNoTeacher) {
  EXPECT_EQ(lines_of(3, ""), (std::vector<std::string>{"student: small by labels, 9 epochs"}));
}

}  // namespace
