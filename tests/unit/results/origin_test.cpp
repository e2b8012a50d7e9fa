/// Which build of a plugin a result came from, and whether it is the one that is loaded.
#include <kdbench/results/origin.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

UsedPlugin used(PluginKind kind, const std::string& name, const std::string& content) {
  return {{kind, name}, name + ".so", content};
}

TEST(Origin, NamesOfWhatIsLoadedWhatASpecUses) {
  Spec spec;
  spec.dataset = DatasetSpec{.source = {.use = {"points", "1", Json::object()}}};
  spec.model = PluginSpec{"net", "1", Json::object()};
  spec.loss = LossSpec{
      .parts = {LossPart{.use = {"net", "1", Json::object()}}}};  // two plugins may have one name, if they are of two kinds
  const auto model = used(PluginKind::kModel, "net", "a"), loss = used(PluginKind::kLoss, "net", "b");
  EXPECT_EQ(used_by(spec, {used(PluginKind::kStrategy, "direct", "c"), loss, model}), (std::vector<UsedPlugin>{model, loss}));
}

TEST(Origin, IsRebuiltWhereTheLibraryHasAnotherContent) {
  const Origin then{{used(PluginKind::kModel, "net", "a"), used(PluginKind::kLoss, "kl", "b")}, {}};
  EXPECT_TRUE(rebuilt_since(then, {}).empty());  // nobody knows
  EXPECT_TRUE(rebuilt_since(then, then.plugins).empty());
  auto now = then.plugins;
  now[1].content = "c";
  now[1].library = "other.so";  // as it is called now
  ASSERT_EQ(rebuilt_since(then, now).size(), 1u);
  EXPECT_EQ(rebuilt_since(then, now).front()->library, "other.so");
  now[0].library = "renamed.so";  // what it holds counts, not what its file is called
  EXPECT_EQ(rebuilt_since(then, now).size(), 1u);
}

}  // namespace
}  // namespace kdbench
