#include <kdbench/cli/text/describe_text.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

PluginDocument plugin(PluginKind kind, const std::string& name, const std::string& version, const std::string& summary) {
  PluginDocument out;
  out.kind = kind;
  out.name = name;
  out.library = "/x/lib/" + name + ".so";
  out.version = version;
  out.summary = summary;
  return out;
}

CatalogDocument catalog() {
  auto dist = plugin(PluginKind::kLoss, "dist", "0.1.0", "Matches correlations instead of values.");
  dist.formula = "beta * inter + gamma * intra";
  dist.source = "Huang et al. 2022";
  for (const auto& spec :
       {ParamSpec{.name = "beta", .default_value = 1.0, .doc = "weight of inter", .min = 0.0},
        ParamSpec{.name = "mode", .default_value = "both", .doc = "what to match", .choices = {"both", "inter"}},
        ParamSpec{.name = "depth", .default_value = std::int64_t{8}, .doc = "layers", .min = 8, .max = 110}}) {
    dist.params.push_back(param_document(spec));
  }
  CatalogDocument out;
  out.plugins = {dist, plugin(PluginKind::kLoss, "none", "0.1.0", "Labels only."),
                 plugin(PluginKind::kModel, "mlp", "0.2.0", "Layers.")};
  out.libraries = {{"/x/lib/dist.so", "dist", "0.1.0", true, "", ""}, {"/y/bad.so", "", "", false, "truncated ELF file", ""}};
  return out;
}

TEST(DescribeText, ListsThePublishedSettingsOfALoss) {
  const auto text = describe_text(plugin(PluginKind::kLoss, "wkd_f", "0.1.0", "Maps."));
  EXPECT_NE(
      text.find("resnet32x4-resnet8x4    ce_weight = 1.0, kd_weight = 1.0, weight = 0.08, mean_ratio = 4.0, grid = 1  76.77"),
      std::string::npos)
      << text;
  const auto markdown = describe_markdown(plugin(PluginKind::kLoss, "wkd_f", "0.1.0", "Maps."));
  EXPECT_NE(markdown.find("| wrn_40_2-shufflenet_v1 | ce_weight = 1.0, kd_weight = 1.0, weight = 0.3, "), std::string::npos)
      << markdown;
  EXPECT_EQ(describe_text(plugin(PluginKind::kLoss, "none", "0.1.0", "Labels.")).find("Published settings"), std::string::npos);
}

TEST(ListText, ShowsPluginsByKindAndThenTheRefusedLibraries) {
  EXPECT_EQ(list_text(catalog(), std::nullopt),
            "kind   name  library  version  summary\n"
            "model  mlp   mlp      0.2.0    Layers.\n"
            "loss   dist  dist     0.1.0    Matches correlations instead of values.\n"
            "loss   none  none     0.1.0    Labels only.\n"
            "\n"
            "refused libraries\n"
            "  /y/bad.so  truncated ELF file\n");
}

TEST(ListText, KeepsToOneKind) {
  EXPECT_EQ(list_text({{}, catalog().plugins}, PluginKind::kModel),
            "kind   name  library  version  summary\nmodel  mlp   mlp      0.2.0    Layers.\n");
  EXPECT_EQ(list_text({}, std::nullopt), "no plugins; KDBENCH_PLUGIN_PATH and --plugin say where they are\n");
}

TEST(PluginKind, TakesSingularAndPluralAndKnowsTheNearest) {
  EXPECT_EQ(*plugin_kind("losses"), PluginKind::kLoss);
  EXPECT_EQ(*plugin_kind("strategy"), PluginKind::kStrategy);
  EXPECT_EQ(to_text(plugin_kind("los").error()), "no kind of plugin is called 'los'; did you mean 'loss'?\n");
}

TEST(FindPlugin, NamesTheNearest) {
  EXPECT_EQ(find_plugin(catalog(), PluginKind::kLoss, "dits").error().front().message, "no loss 'dits'; did you mean 'dist'?");
  EXPECT_EQ(find_plugin(catalog(), PluginKind::kLoss, "mlp").error().front().message,
            "no loss 'mlp'; expected one of dist, none");
}

std::string loss_keys() {
  std::string out;
  for (const auto& key : suite_keys()) {
    if (key.table == "losses.NAME") out += (out.empty() ? "" : ", ") + key.key;
  }
  return out;
}

TEST(DescribeText, TellsFormulaSourceAndParameters) {
  const auto text = describe_text(catalog().plugins[0]);
  EXPECT_EQ(text.substr(0, text.find("\nPublished settings")),
            "loss dist (library dist, version 0.1.0)\n"
            "Matches correlations instead of values.\n"
            "\n"
            "formula  beta * inter + gamma * intra\n"
            "source   Huang et al. 2022\n"
            "\n"
            "parameter  type     default  range               meaning\n"
            "beta       real     1.0      >= 0.0              weight of inter\n"
            "mode       string   both     one of both, inter  what to match\n"
            "depth      integer  8        in [8.0, 110.0]     layers\n"
            "\n"
            "A loss table also takes the host's keys (kdbench describe suite): " +
                loss_keys() + ".\n");
  EXPECT_NE(loss_keys().find("alpha, "), std::string::npos);
}

TEST(DescribeText, SaysWhenThereAreNoParameters) {
  EXPECT_EQ(describe_text(catalog().plugins[2]), "model mlp (library mlp, version 0.2.0)\nLayers.\n\nno parameters\n");
}

TEST(DescribeMarkdown, IsATableWithEscapedPipes) {
  auto plugin = catalog().plugins[2];
  plugin.params = {param_document({.name = "widths", .default_value = "", .doc = "a|b"})};
  EXPECT_EQ(describe_markdown(plugin),
            "### model `mlp`\n\nLayers.\n\n- library: `mlp`, version 0.2.0\n\n"
            "| parameter | type | default | range | meaning |\n| --- | --- | --- | --- | --- |\n| "
            "widths | string | \"\" |  | a\\|b |\n");
}

TEST(SuiteText, GroupsKeysByTable) {
  const std::vector<KeyDoc> keys = {{"suite", "name", "string", "", "Name."},
                                    {"train", "lr", "real", "0.05", "Peak rate."},
                                    {"suite", "bins", "integer", "15", "Bins."}};
  EXPECT_EQ(suite_text(keys),
            "[suite]\n"
            "  key   type     default  meaning\n"
            "  name  string            Name.\n"
            "  bins  integer  15       Bins.\n"
            "\n"
            "[train]\n"
            "  key  type  default  meaning\n"
            "  lr   real  0.05     Peak rate.\n");
  EXPECT_TRUE(suite_markdown(keys).starts_with("### `[suite]`\n\n| key | type | default | meaning |\n"));
}

TEST(ReferenceMarkdown, HoldsKeysAndEveryPlugin) {
  const auto text = reference_markdown(catalog(), {});
  for (const auto* part : {"# Suite reference", "## Plugins: losses\n\n### loss `dist`", "### model `mlp`"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace kdbench
