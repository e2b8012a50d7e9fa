// FSP: a value and a gradient by hand, stages of different sizes, and what is declined.
#include <tests/plugins/feature_checks.h>

namespace kdbench::test::fsp_loss {
namespace {

TEST(FspLoss, ComparesProductsOfConsecutiveMaps) {
  // Student: (1, 2) times (3, 1) over two places: (3 + 2) / 2 = 2.5. Teacher: (1, 0) times (1, 1): 0.5.
  auto networks = TwoNetworks{}
                      .maps("f0", numbers({1, 2}, {1, 1, 1, 2}), numbers({1, 0}, {1, 1, 1, 2}))
                      .maps("f1", numbers({3, 1}, {1, 1, 1, 2}), numbers({1, 1}, {1, 1, 1, 2}));
  const auto found = total("fsp", {{"weight", 2.0}}, networks);
  EXPECT_NEAR(found.item<double>(), 2 * 4, 1e-15);
  found.backward();
  // dL/dG = 2 * 2 * 2 = 8; dG/dF = F' / 2
  expect_numbers(networks.student.features.at("f0").grad(), {12, 4});
  expect_numbers(networks.student.features.at("f1").grad(), {4, 8});
}

TEST(FspLoss, PoolsTheLargerOfTwoStagesAndSumsOverThem) {
  // f0 of 1 x 2 is pooled to 1 x 1: student mean 3, times f1 = 2: 6; teacher mean 1 times 1: 1. Then f1 f2: 2 * 2 = 4, 1 * 1 = 1.
  auto networks = TwoNetworks{}
                      .maps("f0", numbers({1, 5}, {1, 1, 1, 2}), numbers({1, 1}, {1, 1, 1, 2}))
                      .maps("f1", numbers({2}, {1, 1, 1, 1}), numbers({1}, {1, 1, 1, 1}))
                      .maps("f2", numbers({2}, {1, 1, 1, 1}), numbers({1}, {1, 1, 1, 1}));
  EXPECT_NEAR(total("fsp", {{"weight", 1.0}}, networks).item<double>(), 25 + 9, 1e-14);
}

TEST(FspLoss, NeedsNoCommonHeightAndWidth) {
  // The student's maps have one place, the teacher's two: both matrices are 2.
  auto networks = TwoNetworks{}
                      .maps("f0", numbers({1}, {1, 1, 1, 1}), numbers({1, 1}, {1, 1, 1, 2}))
                      .maps("f1", numbers({2}, {1, 1, 1, 1}), numbers({1, 3}, {1, 1, 1, 2}));
  EXPECT_NEAR(total("fsp", {}, networks).item<double>(), 0, 1e-15);
}

TEST(FspLoss, DeclinesNetworksOfDifferentWidths) {
  const std::vector<FeatureShape> narrow{{"f0", 2, 8, 8}, {"f1", 4, 8, 8}}, wide{{"f0", 2, 8, 8}, {"f1", 6, 8, 8}};
  EXPECT_EQ(refusal("fsp", {}, {.student = narrow, .teacher = wide}),
            "expected maps of as many channels, found the student's 'f1' [4, 8, 8] and the teacher's 'f1' [6, 8, 8]: their flow "
            "matrices have other sizes; choose networks of one width");
  EXPECT_EQ(refusal("fsp", {}, {.student = {narrow[0]}, .teacher = wide}),
            "expected two stages, found one map alone; use deeper models");
  EXPECT_EQ(refusal("fsp", {}, {.student = narrow, .teacher = narrow}), "accepted");
}

}  // namespace
}  // namespace kdbench::test::fsp_loss
