// Several teachers of one student, as the suite has them or as they are named, and such as there cannot be.
#include <tests/plugins/strategy_checks.h>

namespace kdbench::test {
namespace {

TEST(MultiTeacher, LetsEveryOtherModelTeach) {
  EXPECT_EQ(plan("multi_teacher"),
            (Lines{"teacher: large by labels, 20 epochs", "teacher2: middle by labels, 20 epochs",
                   "teacher3: modest by labels, 20 epochs", "teacher4: tiny by labels, 20 epochs",
                   "student: small by method from teacher and teacher2 and teacher3 and teacher4, 9 epochs"}));
}

TEST(MultiTeacher, TakesThoseThatAreNamed) {
  EXPECT_EQ(plan("multi_teacher", {{"teachers", "modest , tiny"}}),
            (Lines{"teacher: large by labels, 20 epochs", "teacher2: modest by labels, 20 epochs",
                   "teacher3: tiny by labels, 20 epochs",
                   "student: small by method from teacher and teacher2 and teacher3, 9 epochs"}));
}

TEST(MultiTeacher, RefusesTeachersThatAreNone) {
  EXPECT_EQ(refused("multi_teacher", {{"teachers", "midle"}}),
            "multi_teacher: teacher 'midle' is no [models.NAME] of the suite; did you mean 'middle'?");
  EXPECT_EQ(refused("multi_teacher", {{"teachers", "middle, middle"}}),
            "multi_teacher: 'teachers' names 'middle' twice; remove one");
  EXPECT_EQ(refused("multi_teacher", {{"teachers", "middle,"}}),
            "multi_teacher: 'teachers' has an empty name in \"middle,\"; write \"large, small\"");
  EXPECT_EQ(refused("multi_teacher", {{"teachers", "large"}}),
            "multi_teacher: 'large' is an end of the pair ('large', 'small') already; 'teachers' names those beside it");
  auto two = kPair;
  two.models = {{"large", 1000}, {"small", 100}};
  EXPECT_EQ(refused("multi_teacher", {}, two),
            "multi_teacher: the suite has no model beside 'large' and 'small'; add a [models.NAME] that teaches, too");
}

}  // namespace
}  // namespace kdbench::test
