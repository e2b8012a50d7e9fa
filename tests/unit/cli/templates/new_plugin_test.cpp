// The folders of new plugins: every file under the new name, and names that are refused.
#include <kdbench/base/files.h>
#include <kdbench/cli/templates/new_plugin.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

std::string complaint(const std::string& name, PluginKind kind = PluginKind::kLoss) {
  PluginDocument kl;
  kl.kind = PluginKind::kLoss;
  kl.name = "kl";
  kl.library = "lib/kl.so";
  const auto mistakes = mistakes_in_name(kind, name, {.libraries = {}, .plugins = {kl}});
  return mistakes.empty() ? "accepted" : mistakes.front().message;
}

std::vector<std::string> paths(PluginKind kind, const std::string& name) {
  std::vector<std::string> out;
  for (const auto& file : new_plugin(kind, name)) out.push_back(file.path.string());
  return out;
}

TEST(NewPlugin, IsAFolderThatBuildsTestsAndRuns) {
  EXPECT_EQ(paths(PluginKind::kLoss, "huber"), (std::vector<std::string>{"CMakeLists.txt", "README.md", "golden/by_hand.json",
                                                                         "huber.cpp", "huber_test.cpp", "suite.toml"}));
  EXPECT_EQ(paths(PluginKind::kDataset, "spiral"),
            (std::vector<std::string>{"CMakeLists.txt", "README.md", "data/test.csv", "data/train.csv", "spiral.cpp",
                                      "spiral_test.cpp", "suite.toml"}));
  for (const auto kind : {PluginKind::kModel, PluginKind::kStrategy, PluginKind::kCalibrator}) {
    EXPECT_EQ(paths(kind, "x"), (std::vector<std::string>{"CMakeLists.txt", "README.md", "suite.toml", "x.cpp", "x_test.cpp"}));
  }
}

TEST(NewPlugin, LeavesNoNameOfTheTemplate) {
  for (const auto kind :
       {PluginKind::kLoss, PluginKind::kModel, PluginKind::kDataset, PluginKind::kStrategy, PluginKind::kCalibrator}) {
    for (const auto& file : new_plugin(kind, "huber_two")) {
      for (const auto* name : {"my_", "My"}) EXPECT_EQ(file.text.find(name), std::string::npos) << file.path << ": " << name;
    }
  }
  for (const auto& file : new_plugin(PluginKind::kLoss, "huber_two")) {
    if (file.path != "huber_two.cpp") continue;
    EXPECT_NE(file.text.find("class HuberTwo final : public kdbench::Loss"), std::string::npos);
    EXPECT_NE(file.text.find("r.loss<HuberTwo>(\"huber_two\""), std::string::npos);
  }
}

TEST(NewPlugin, IsTheTemplateToTheByteUnderTheTemplatesName) {
  const std::filesystem::path templates = KDBENCH_SOURCE_DIR "/plugins/template";
  EXPECT_GE(template_files().size(), 20u);
  for (const auto& file : template_files()) {
    EXPECT_EQ(file.text, read_file(templates / file.kind / file.path).value()) << file.kind << ": " << file.path;
  }
  for (const auto& file : new_plugin(PluginKind::kModel, "my_model")) {
    EXPECT_EQ(file.text, read_file(templates / "model" / file.path).value()) << file.path;
  }
}

TEST(NewPlugin, RefusesANameThatIsNotSnakeCaseAndSaysWhatWasMeant) {
  EXPECT_EQ(complaint("my_loss2"), "accepted");
  const std::string rule = ": expected small letters, digits and single '_' between them, a letter first";
  EXPECT_EQ(complaint("MyLoss"), "a loss cannot be called 'MyLoss'" + rule + "; did you mean 'my_loss'?");
  EXPECT_EQ(complaint("my-loss"), "a loss cannot be called 'my-loss'" + rule + "; did you mean 'my_loss'?");
  EXPECT_EQ(complaint("_a__b_"), "a loss cannot be called '_a__b_'" + rule + "; did you mean 'a_b'?");
  for (const std::string name : {"", "2nd", "../up"}) EXPECT_NE(complaint(name).find(rule), std::string::npos) << name;
  EXPECT_EQ(complaint(std::string(65, 'a')),
            "a loss cannot be called '" + std::string(65, 'a') + "': expected at most 64 letters, found 65");
}

TEST(NewPlugin, RefusesANameThatIsTaken) {
  EXPECT_EQ(complaint("double"), "a loss cannot be called 'double', which is a word of C++; choose another name");
  EXPECT_EQ(complaint("options"),
            "a loss cannot be called 'options', since its class has a part of that name; choose another name");
  EXPECT_EQ(
      complaint("kl"),
      "a loss cannot be called 'kl': lib/kl.so has a loss of that name, and the first to be loaded keeps it; choose another "
      "name");
  EXPECT_EQ(complaint("kl", PluginKind::kModel), "accepted");  // names are unique by kind
}

TEST(CamelCase, MakesTheNameOfAClass) {
  EXPECT_EQ(camel_case("my_loss"), "MyLoss");
  EXPECT_EQ(camel_case("kl2_b"), "Kl2B");
}

}  // namespace
}  // namespace kdbench
