// MLKD on two views: what the second adds, by hand on certain networks, and the authors' slip.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::mlkd_views_loss {
namespace {

const torch::Tensor kFirst = rows({200, -200}, 2), kSecond = rows({-200, 200}, 2);
// T^2 KL of two certain networks that disagree is T^2 * 400 / T, and 4 + 2 + 3 + 5 + 6 = 20; all by tau^2 = 16.
constexpr double kApart = 400 / 16.0;

struct Views {
  torch::Tensor student, teacher, second_student, second_teacher;
  torch::Tensor mixed_labels = {};
  double mix = 1;
};

LossTerms of_views(const ParamValues& params, const Views& views) {
  const auto student = output(views.student);
  ModelOutput teacher, second_student, second_teacher;
  teacher.logits = views.teacher;
  second_student.logits = views.second_student;
  second_teacher.logits = views.second_teacher;
  const auto labels = label_tensor({0});
  const torch::Tensor none;
  return build_loss("mlkd_views", params, 2)
      ->forward({.student = student,
                 .teacher = teacher,
                 .labels = labels,
                 .indices = none,
                 .posterior = none,
                 .images = none,
                 .tau_student = 4,
                 .tau_teacher = 4,
                 .student_second_view = second_student,
                 .teacher_second_view = second_teacher,
                 .mixed_labels = views.mixed_labels,
                 .mix = views.mix});
}

TEST(MlkdViewsLoss, AddsTheDivergencesOfTheSecondViewToThoseOfTheFirst) {
  EXPECT_NEAR(term_of(of_views({}, {kFirst, kFirst, kFirst, kSecond}), "instance").item<double>(), 20 * kApart, 1e-10);
  EXPECT_NEAR(term_of(of_views({}, {kFirst, kSecond, kFirst, kFirst}), "instance").item<double>(), 20 * kApart, 1e-10);
  EXPECT_NEAR(term_of(of_views({}, {kFirst, kSecond, kFirst, kSecond}), "instance").item<double>(), 40 * kApart, 1e-10);
}

TEST(MlkdViewsLoss, TakesTheFirstViewAtTwoAndSixInTheAuthorsVariant) {
  // Of one image the mask is 1. A second view that is apart counts 4 + 3 + 5, a first one 20 and again 2 + 6.
  const ParamValues authors{{"variant", "authors"}};
  EXPECT_NEAR(term_of(of_views(authors, {kFirst, kFirst, kFirst, kSecond}), "instance").item<double>(), 12 * kApart, 1e-10);
  EXPECT_NEAR(term_of(of_views(authors, {kFirst, kSecond, kFirst, kFirst}), "instance").item<double>(), 28 * kApart, 1e-10);
}

TEST(MlkdViewsLoss, ComparesClassesAndBatchesOfTheFirstViewAlone) {
  const auto second_apart = of_views({}, {kFirst, kFirst, kFirst, kSecond});
  EXPECT_NEAR(term_of(second_apart, "class").item<double>(), 0, 1e-12);
  EXPECT_NEAR(term_of(second_apart, "batch").item<double>(), 0, 1e-12);
  // The value of mlkd's own test: 1/2 * 5 / 16.
  EXPECT_NEAR(term_of(of_views({}, {kFirst, kSecond, kFirst, kFirst}), "class").item<double>(), 0.5 * 5 / 16, 1e-12);
}

TEST(MlkdViewsLoss, LearnsTheLabelFromTheSecondView) {
  // p = (1/2, 1/2) gives ln 2, at 1/2 of the terms' weight, by tau^2.
  const auto even = rows({0, 0}, 2);
  const ParamValues half{{"second_ce", 0.5}};
  EXPECT_NEAR(term_of(of_views(half, {kFirst, kFirst, even, even}), "second_ce").item<double>(), std::log(2.0) / 2 / 16, 1e-14);
  // The label with p = 1 costs nothing, the one mixed in, with its share 1/4, 400.
  const Views mixed{kFirst, kFirst, kFirst, kFirst, label_tensor({1}), 0.75};
  EXPECT_NEAR(term_of(of_views(half, mixed), "second_ce").item<double>(), 0.25 * 400 / 2 / 16, 1e-12);
}

TEST(MlkdViewsLoss, AsksForASecondViewAndSaysWhereItIsMissing) {
  EXPECT_TRUE(build_loss("mlkd_views", {}, 2)->needs().second_view);
  EXPECT_EQ(complaint([] { of_views({}, {kFirst, kFirst, {}, {}}); }), "mlkd_views: expected both networks on a second view");
}

}  // namespace
}  // namespace kdbench::test::mlkd_views_loss
