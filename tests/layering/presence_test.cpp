// Every plugin has its test and its method card, and every layer has tests.
#include "test_presence.h"
#include "tree.h"

#include <fmt/ranges.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace kdbench::layering {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

TEST(Presence, EveryPluginHasATestAndAMethodCard) { EXPECT_EQ(lines(missing_plugin_files(KDBENCH_SOURCE_DIR)), ""); }

TEST(Presence, EveryLayerHasTests) { EXPECT_EQ(lines(layers_without_tests(KDBENCH_SOURCE_DIR)), ""); }

TEST(Presence, LooksAtTheWholeTree) {
  EXPECT_GT(num_plugins(KDBENCH_SOURCE_DIR), 25u);
  EXPECT_GT(num_layers(KDBENCH_SOURCE_DIR), 10u);
}

/// A tree of empty files that is gone after the test.
struct Tree : testing::Test {
  ~Tree() override { fs::remove_all(root); }
  void add(const fs::path& file) const {
    fs::create_directories((root / file).parent_path());
    std::ofstream(root / file).flush();
  }
  const fs::path root = fs::path(testing::TempDir()) / ("kdbench-presence-" + std::to_string(::getpid()));
};

TEST_F(Tree, NamesWhatAPluginLacks) {
  for (const auto* file :
       {"plugins/losses/whole/whole.cpp", "plugins/losses/whole/whole_test.cpp", "plugins/losses/whole/README.md",
        "plugins/losses/bare/bare.cpp", "plugins/models/odd/odd.cpp", "plugins/models/odd/README.md",
        "plugins/models/odd/other_test.cpp", "plugins/datasets/shared/code.cpp"})
    add(file);
  EXPECT_EQ(
      missing_plugin_files(root),
      (Lines{"plugins/losses/bare: expected the method card README.md, found none; write the formula, source, departures from "
             "it and parameters",
             "plugins/losses/bare: expected bare_test.cpp, found none; test there what is true of this plugin alone",
             "plugins/models/odd: expected odd_test.cpp, found none; test there what is true of this plugin alone"}));
  EXPECT_EQ(num_plugins(root), 3u);  // code that plugins share is none
}

TEST_F(Tree, NamesALayerWithoutTests) {
  for (const auto* file :
       {"framework/kdbench/headers/a.h", "framework/kdbench/tested/room/a.cpp", "tests/unit/tested/room/a_test.cpp",
        "framework/kdbench/bare/a.cpp", "framework/kdbench/empty/room/a.cpp", "tests/unit/empty/helper.cpp"})
    add(file);
  EXPECT_EQ(
      layers_without_tests(root),
      (Lines{"framework/kdbench/bare: expected a *_test.cpp in tests/unit/bare, found none; add one, and the layer to the list "
             "in tests/CMakeLists.txt",
             "framework/kdbench/empty: expected a *_test.cpp in tests/unit/empty, found none; add one, and the layer to the "
             "list in tests/CMakeLists.txt"}));
  EXPECT_EQ(num_layers(root), 3u);  // a layer of headers alone, such as the SDK, is tested through those that use it
}

}  // namespace
}  // namespace kdbench::layering
