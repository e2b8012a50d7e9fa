// Whose temperature is fitted, and for whom.
#include <tests/plugins/strategy_checks.h>

namespace kdbench::test {
namespace {

TEST(TemperatureScaledTeacher, FitsTheTeacherThatTeaches) {
  EXPECT_EQ(plan("temperature_scaled_teacher"), (Lines{"teacher: large by labels, 20 epochs",
                                                       "student: small by method from teacher, 9 epochs, temperature fitted"}));
}

TEST(TemperatureScaledTeacher, IsTheDirectWayButForTheTemperature) {
  auto scaled = stages("temperature_scaled_teacher");
  scaled.back().fit_teacher_temperature = false;
  Lines lines;
  for (const auto& stage : scaled) lines.push_back(line_of(stage));
  EXPECT_EQ(lines, plan("direct"));
  EXPECT_TRUE(built_plugins().strategies.at("temperature_scaled_teacher").params.empty());
}

}  // namespace
}  // namespace kdbench::test
