// Data sets that are made of others: what a job's spec says of them, and what is refused.
#include "unit/plan/toys.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace kdbench {
namespace {

using namespace toy;

/// Made of another; twice its rows, so that the plan shows that it saw it.
struct ToyDouble final : Dataset {
  explicit ToyDouble(std::shared_ptr<const Dataset> of) : of_(std::move(of)) {
    if (!of_) throw Error("it was built without what it is made of");
  }
  DatasetInfo info() const override {
    auto info = of_->info();
    info.num_train *= 2;
    return info;
  }
  Split load(SplitKind, const std::filesystem::path&) const override { throw Error("a plan reads no data"); }

 private:
  std::shared_ptr<const Dataset> of_;
};

Catalog toys_with_wrapper() {
  auto catalog = toys();
  const std::vector<ParamSpec> files{{.name = "file", .default_value = std::string(), .doc = "A file."}};
  catalog.datasets["toy"].params = files;
  Listed<DatasetEntry> entry;
  entry.name = "twice";
  entry.about.takes_of = true;
  entry.create = [](const ParamValues&, const DatasetContext& context) { return std::make_shared<ToyDouble>(context.of); };
  entry.library = "toys";
  entry.version = "1";
  catalog.datasets["twice"] = entry;
  return catalog;
}

/// A suite on data set `name`, with `datasets` before its losses.
std::string suite(const std::string& datasets, const std::string& name) {
  return kHead + datasets + "[losses.kl]\n" + study(R"("kl")", "dataset = \"" + name + "\"\n");
}

Json spec_of(const std::string& text) { return to_document(plan_of(text, toys_with_wrapper()).jobs.front().spec.dataset); }

TEST(MadeOf, StandsInTheSpecWithWhatItIsMadeOf) {
  const auto spec = spec_of(suite("[datasets.twice]\nof = \"toy\"\nvalidation = 150\n", "twice"));
  EXPECT_EQ(spec.at("plugin"), "twice");
  EXPECT_EQ(spec.at("validation"), 150);  // of 200 rows; the one inside has 100
  EXPECT_EQ(spec.at("of"), (Json{{"plugin", "toy"}, {"version", "1"}, {"params", {{"file", ""}}}}));
}

TEST(MadeOf, ChainsAndIsFoundWhateverTheOrderOfTheNames) {
  const auto spec =
      spec_of(suite("[datasets.a]\nplugin = \"twice\"\nof = \"z\"\n[datasets.z]\nplugin = \"twice\"\nof = \"toy\"\n", "a"));
  EXPECT_EQ(spec.at("of").at("of").at("plugin"), "toy");
  EXPECT_FALSE(spec.at("of").contains("validation"));
}

TEST(MadeOf, IsAbsentFromOtherSpecs) { EXPECT_FALSE(spec_of(suite("", "toy")).contains("of")); }

TEST(MadeOf, LeavesTheCutsOfTheInnerOneOutOfTheIdentity) {
  const auto with = [](const std::string& keys) {
    auto text = suite("[datasets.twice]\nof = \"inner\"\n[datasets.inner]\nplugin = \"toy\"\n" + keys, "twice");
    return ids(plan_of(text, toys_with_wrapper()));
  };
  EXPECT_EQ(with(""), with("validation = 10\ntrain_limit = 5\n"));
}

TEST(MadeOf, LetsTheContentOfTheInnerOnesFilesDecideTheIdentity) {
  const auto folder = std::filesystem::temp_directory_path() / ("kdbench-made-of-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto planned_from = [&](const std::string& name, const std::string& content) {
    std::ofstream(folder / name) << content;
    return ids(plan_of(suite("[datasets.twice]\nof = \"inner\"\n[datasets.inner]\nplugin = \"toy\"\nfile = \"" +
                                 (folder / name).string() + "\"\n",
                             "twice"),
                       toys_with_wrapper()));
  };
  const auto first = planned_from("a", "one");
  EXPECT_EQ(first, planned_from("b", "one"));
  EXPECT_NE(first, planned_from("b", "two"));
  std::filesystem::remove_all(folder);
}

TEST(MadeOf, RefusesAPluginThatIsMadeOfNothingAndOneThatLacksIt) {
  const auto catalog = toys_with_wrapper();
  EXPECT_EQ(mistakes(suite("[datasets.twice]\n", "twice"), catalog),
            "s.toml:12:11: dataset 'twice': the plugin 'twice' is made of another data set; add of = \"NAME\" with the name of a "
            "[datasets.NAME]\n");
  EXPECT_EQ(mistakes(suite("[datasets.other]\nplugin = \"toy\"\nof = \"toy\"\n", "other"), catalog),
            "s.toml:14:6: dataset 'other': the plugin 'toy' is not made of another data set; remove 'of'\n");
}

TEST(MadeOf, ComplainsOnceAboutAnInnerOneThatIsWrong) {
  const auto catalog = toys_with_wrapper();
  EXPECT_EQ(mistakes(suite("[datasets.twice]\nof = \"inner\"\n[datasets.inner]\nplugin = \"toi\"\n", "twice"), catalog),
            "s.toml:15:10: [datasets.inner]: no dataset plugin 'toi'; did you mean 'toy'?\n");
  EXPECT_EQ(mistakes(suite("[datasets.twice]\nof = \"twice\"\n", "twice"), catalog),
            "s.toml:13:6: [datasets.twice] is made of itself: twice -> twice\n");
}

}  // namespace
}  // namespace kdbench
