// The residual network with exits: its trunk is the network without them, and what the exits add.
#include <tests/plugins/model_checks.h>

namespace kdbench::test {
namespace {

// resnet-20 has 278,324 parameters at 100 classes. exit1 adds 3 x 3 convolutions 16 -> 32 -> 64 with their norms, 4,608 + 64 and
// 18,432 + 128, and a classifier of 6,500; exit2 one of them, 18,432 + 128, and 6,500: together 54,792.
TEST(ResNetExits, IsTheResidualNetworkWithTwoClassifiersMore) {
  EXPECT_EQ(count_params(*build_model("resnet_exits", depth_and_width(20, 1), 100)), 278324 + 54792);
}

TEST(ResNetExits, ReturnsLogitsOfEveryExitAtEverySize) {
  const auto model = build_model("resnet_exits", depth_and_width(8, 1), 7);
  EXPECT_EQ(model->exit_names(), (std::vector<std::string>{"exit1", "exit2"}));
  for (const std::int64_t side : {20, 32, 64}) {
    const auto out = model->forward(at::zeros({2, 3, side, side}));
    ASSERT_EQ(out.exits.size(), 2u);
    for (const auto& [name, logits] : out.exits) EXPECT_EQ(logits.sizes(), out.logits.sizes()) << name << ", " << side;
  }
}

TEST(ResNetExits, HasTheMapsOfTheNetworkWithoutExits) {
  EXPECT_EQ(shapes("resnet_exits", depth_and_width(20, 1), {3, 32, 32}), shapes("resnet", depth_and_width(20, 1), {3, 32, 32}));
}

}  // namespace
}  // namespace kdbench::test
