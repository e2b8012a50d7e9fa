// CC: a value and a gradient by hand, a batch of one image, and what is trained.
#include <tests/plugins/feature_checks.h>

namespace kdbench::test::cc_loss {
namespace {

const ParamValues kAsTheyAre{{"embed_width", std::int64_t{0}}, {"weight", 1.0}};

TEST(CcLoss, MultipliesDifferencesOfNeighbours) {
  // |d| = (1, 2), (3, 0), (2, 5): products 3 + 0 and 6 + 0, their mean 4.5.
  auto networks = TwoNetworks{}.embeddings(numbers({1, 0, -3, 4, 2, 1}, {3, 2}), numbers({0, 2, 0, 4, 0, 6}, {3, 2}));
  const auto found = total("cc", kAsTheyAre, networks);
  EXPECT_NEAR(found.item<double>(), 4.5, 1e-15);
  found.backward();
  // d/dd_n = sign(d_n) (|d_{n-1}| + |d_{n+1}|) / 2: signs (1, -1), (-1, 0), (1, -1), sums of neighbours (3, 0), (3, 7), (3, 0).
  expect_numbers(networks.student.embedding.grad(), {1.5, 0, -1.5, 0, 1.5, 0});
}

TEST(CcLoss, OfOneImageIsZero) {
  auto networks = TwoNetworks{}.embeddings(numbers({1, 2}, {1, 2}), numbers({3, 5}, {1, 2}));
  const auto found = total("cc", kAsTheyAre, networks);
  EXPECT_EQ(found.item<double>(), 0);
  expect_finite(found, networks);
}

TEST(CcLoss, TrainsALinearLayerOfEachNetwork) {
  auto networks = TwoNetworks{}.embeddings(at::ones({4, 3}, torch::kFloat64), at::ones({4, 5}, torch::kFloat64));
  const auto loss = build_loss("cc", {}, networks);
  total(*loss, networks).backward();
  for (const auto* name : {"embed.student.weight", "embed.teacher.weight"}) {
    const auto parameters = loss->named_parameters();
    ASSERT_TRUE(parameters.contains(name)) << name;
    EXPECT_EQ(parameters[name].size(0), 128);
    EXPECT_GT(parameters[name].grad().abs().max().item<double>(), 0);
  }
}

TEST(CcLoss, DeclinesEmbeddingsOfTwoWidthsAsTheyAre) {
  const LossContext context{.student = {}, .teacher = {}, .student_embedding = 8, .teacher_embedding = 12};
  EXPECT_EQ(refusal("cc", {}, context), "accepted");
  EXPECT_EQ(refusal("cc", kAsTheyAre, context),
            "expected embeddings of one width, found 8 of the student and 12 of the teacher; set embed_width");
  EXPECT_EQ(refusal("cc", {}, {.student = {}, .teacher = {}, .student_embedding = 8}),
            "expected embeddings, found none of the teacher; use a model that has one");
}

}  // namespace
}  // namespace kdbench::test::cc_loss
