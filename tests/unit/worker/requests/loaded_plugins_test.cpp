// Which build of every plugin is loaded, and what no plugin may call a parameter; with a library that is built.
#include "../captured_events.h"

#include <kdbench/worker/requests/load_catalog.h>
#include <kdbench/worker/requests/loaded_plugins.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

const std::string kFolder = KDBENCH_BUILD_DIR "/lib/kdbench/plugins";
const std::string kLibrary = kFolder + "/idx.so";

TEST(LoadedPlugins, HaveTheBuildIdOfTheirLibraryAndWhetherItWasNamed) {
  const test::CapturedEvents parent;
  const Libraries libraries{.plugins = {kLibrary}, .plugin_folders = {}, .exclude = {}};
  const auto catalog = load_catalog(libraries);
  const auto loaded = loaded_plugins(catalog, libraries);
  ASSERT_EQ(loaded.size(), 1u);
  EXPECT_EQ(loaded[0].used.plugin, (PluginRef{PluginKind::kDataset, "idx"}));
  EXPECT_EQ(loaded[0].used.library, "idx.so");
  EXPECT_TRUE(loaded[0].used.content.starts_with("build-id:")) << loaded[0].used.content;
  EXPECT_EQ(loaded[0].used.content.size(), std::string("build-id:").size() + 40);  // 20 bytes
  EXPECT_EQ(catalog.libraries.front().content, loaded[0].used.content);
  EXPECT_TRUE(loaded[0].named);
  EXPECT_FALSE(loaded_plugins(catalog, {}).front().named);
  EXPECT_EQ(used_plugins(catalog), std::vector<UsedPlugin>{loaded[0].used});
}

TEST(Catalog, RefusesAParameterWithTheNameOfAKeyOfTheHost) {
  Catalog catalog(HostKeys{.datasets = {"of", "height"}});
  catalog.load(kLibrary);
  ASSERT_EQ(catalog.libraries.size(), 1u);
  EXPECT_EQ(
      catalog.libraries[0].reason,
      "dataset 'idx': its parameter 'height' has the name of the host's key 'height' in the table of a dataset, so no suite "
      "could set it; give it another name");
  EXPECT_TRUE(catalog.datasets.empty());
}

TEST(Catalog, RefusesItOfTheKindOfPluginAlone) {
  Catalog catalog(HostKeys{.losses = {"height"}});
  catalog.load(kLibrary);
  EXPECT_EQ(catalog.libraries[0].reason, "");
}

}  // namespace
}  // namespace kdbench
