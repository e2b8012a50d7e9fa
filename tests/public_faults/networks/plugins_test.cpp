// Libraries of plugins: objects that outlive them, and plugins that a linker leaves out.
#include <tests/plugins/loss_checks.h>

#include <filesystem>
#include <optional>
#include <set>

namespace kdbench::test::public_faults {
namespace {

namespace fs = std::filesystem;

TEST(KB_27, WhatAPluginMadeAndThrewOutlivesTheCatalogItCameFrom) {
  std::shared_ptr<Loss> loss;
  std::optional<Error> thrown;
  for (int i = 0; i < 50; ++i) {
    Catalog catalog;
    catalog.load(KDBENCH_PLUGIN_FOLDER "/plugins/kl.so");
    ASSERT_EQ(catalog.libraries.at(0).reason, "");
    const auto& entry = catalog.losses.at("kl");
    loss = entry.create(resolve_params(entry.params, {}), {.num_classes = 2, .student = {}, .teacher = {}});
    try {
      terms_of(*loss, output(at::zeros({1, 2})), {.teacher = at::zeros({1, 1})});
    } catch (const Error& error) {
      thrown = error;
    }
  }
  const auto student = output(rows({1, 0}, 2));
  EXPECT_NEAR(sum_of(terms_of(*loss, student, {.teacher = rows({1, 0}, 2)})).item<double>(), 0, 1e-15);
  ASSERT_TRUE(thrown);
  EXPECT_EQ(std::string(thrown->what()).find("kl: expected student and teacher logits of one shape"), 0u);
  loss.reset();
}

TEST(KB_28, EveryPluginWithASourceIsInTheCatalogOfThisBuild) {
  std::set<std::string> loaded, sources;
  for (const auto& library : built_plugins().libraries) {
    EXPECT_EQ(library.reason, "") << library.file;
    loaded.insert(fs::path(library.file).stem());
  }
  for (const char* kind : {"models", "datasets", "losses", "strategies", "gradient_policies", "calibrators"}) {
    for (const auto& folder : fs::directory_iterator(fs::path(KDBENCH_SOURCE_DIR) / "plugins" / kind)) {
      const auto name = folder.path().filename().string();
      if (fs::exists(folder.path() / (name + ".cpp"))) sources.insert(name);
    }
  }
  EXPECT_GT(sources.size(), 50u);
  for (const auto& name : sources) EXPECT_TRUE(loaded.contains(name)) << name;
}

}  // namespace
}  // namespace kdbench::test::public_faults
