#include <kdbench/cli/text/describe_text.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

Json param(const std::string& name, const std::string& type, const Json& value, const std::string& doc, Json min = nullptr,
           Json max = nullptr, std::vector<std::string> choices = {}) {
  return {{"name", name}, {"type", type}, {"default", value}, {"doc", doc}, {"min", min}, {"max", max}, {"choices", choices}};
}

Json catalog() {
  const Json dist = {{"kind", "loss"},
                     {"name", "dist"},
                     {"library", "/x/lib/dist.so"},
                     {"version", "0.1.0"},
                     {"summary", "Matches correlations instead of values."},
                     {"formula", "beta * inter + gamma * intra"},
                     {"source", "Huang et al. 2022"},
                     {"params",
                      {param("beta", "real", 1.0, "weight of inter", 0.0),
                       param("mode", "string", "both", "what to match", nullptr, nullptr, {"both", "inter"}),
                       param("depth", "integer", 8, "layers", 8, 110)}}};
  const Json none = {
      {"kind", "loss"}, {"name", "none"}, {"library", "/x/lib/none.so"}, {"version", "0.1.0"}, {"summary", "Labels only."},
      {"formula", ""},  {"source", ""},   {"params", Json::array()}};
  const Json mlp = {{"kind", "model"},    {"name", "mlp"},        {"library", "/x/lib/mlp.so"},
                    {"version", "0.2.0"}, {"summary", "Layers."}, {"params", Json::array()}};
  return {
      {"plugins", {dist, none, mlp}},
      {"libraries",
       {{{"file", "/x/lib/dist.so"}, {"ok", true}}, {{"file", "/y/bad.so"}, {"ok", false}, {"reason", "truncated ELF file"}}}}};
}

TEST(ListText, ShowsPluginsByKindAndThenTheRefusedLibraries) {
  EXPECT_EQ(list_text(catalog(), ""),
            "kind   name  library  version  summary\n"
            "model  mlp   mlp      0.2.0    Layers.\n"
            "loss   dist  dist     0.1.0    Matches correlations instead of values.\n"
            "loss   none  none     0.1.0    Labels only.\n"
            "\n"
            "refused libraries\n"
            "  /y/bad.so  truncated ELF file\n");
}

TEST(ListText, KeepsToOneKind) {
  EXPECT_EQ(list_text({{"plugins", catalog()["plugins"]}}, "model"),
            "kind   name  library  version  summary\nmodel  mlp   mlp      0.2.0    Layers.\n");
  EXPECT_EQ(list_text(Json::object(), ""), "no plugins; KDBENCH_PLUGIN_PATH and --plugin say where they are\n");
}

TEST(PluginKind, TakesSingularAndPluralAndKnowsTheNearest) {
  EXPECT_EQ(*plugin_kind("losses"), "loss");
  EXPECT_EQ(*plugin_kind("strategy"), "strategy");
  EXPECT_EQ(to_text(plugin_kind("los").error()), "no kind of plugin is called 'los'; did you mean 'loss'?\n");
}

TEST(FindPlugin, NamesTheNearest) {
  EXPECT_EQ(find_plugin(catalog(), "loss", "dits").error().front().message, "no loss 'dits'; did you mean 'dist'?");
  EXPECT_EQ(find_plugin(catalog(), "loss", "mlp").error().front().message, "no loss 'mlp'; expected one of dist, none");
}

TEST(DescribeText, TellsFormulaSourceAndParameters) {
  EXPECT_EQ(describe_text(catalog()["plugins"][0]),
            "loss dist (library dist, version 0.1.0)\n"
            "Matches correlations instead of values.\n"
            "\n"
            "formula  beta * inter + gamma * intra\n"
            "source   Huang et al. 2022\n"
            "\n"
            "parameter  type     default  range               meaning\n"
            "beta       real     1.0      >= 0.0              weight of inter\n"
            "mode       string   both     one of both, inter  what to match\n"
            "depth      integer  8        in [8, 110]         layers\n"
            "\n"
            "A loss table also takes the host's keys alpha, tau, tau_student, tau_teacher, "
            "teacher_temperature and tau_squared\n"
            "(kdbench describe suite).\n");
}

TEST(DescribeText, SaysWhenThereAreNoParameters) {
  EXPECT_EQ(describe_text(catalog()["plugins"][2]), "model mlp (library mlp, version 0.2.0)\nLayers.\n\nno parameters\n");
}

TEST(DescribeMarkdown, IsATableWithEscapedPipes) {
  auto plugin = catalog()["plugins"][2];
  plugin["params"] = {param("widths", "string", "", "a|b")};
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
