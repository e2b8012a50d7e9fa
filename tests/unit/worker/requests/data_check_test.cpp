// The worker's verb "data" on IDX files that are made here: what it counts, what it cannot read, and what it refuses.
#include "../captured_events.h"

#include <kdbench/worker/requests/data_check.h>

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace kdbench {
namespace {

namespace fs = std::filesystem;
using test::CapturedEvents;

const std::string kPlugins = KDBENCH_BUILD_DIR "/lib/kdbench/plugins/";

/// A pair of IDX files a split: images of 1 x 2 pixels, one text of two characters each, and as many labels.
struct AnswerData : testing::Test {
  AnswerData() {
    fs::create_directories(folder);
    write("train", std::string("\x00\xff\x00\xff\x00\x00", 6), std::string("\0\1\1", 3));
    write("test", std::string("\x33\x33", 2), std::string("\0", 1));
  }
  ~AnswerData() override { fs::remove_all(folder); }
  void write(const std::string& split, const std::string& pixels, const std::string& labels) const {
    const auto count = static_cast<char>(labels.size());
    std::ofstream(folder / (split + "-images"), std::ios::binary)
        << std::string("\0\0\x08\x03\0\0\0", 7) << count << std::string("\0\0\0\1\0\0\0\2", 8) << pixels;
    std::ofstream(folder / (split + "-labels"), std::ios::binary) << std::string("\0\0\x08\x01\0\0\0", 7) << count << labels;
  }
  /// The request of `kdbench data check idx` for these files.
  DataRequest request() const {
    DataRequest request;
    request.libraries.plugins = {kPlugins + "idx.so"};
    request.plugin = "idx";
    request.data_dir = folder.string();
    for (const auto& [key, value] : {std::pair{"train_images", "train-images"}, std::pair{"train_labels", "train-labels"},
                                     std::pair{"test_images", "test-images"}, std::pair{"test_labels", "test-labels"},
                                     std::pair{"classes", "2"}, std::pair{"height", "1"}, std::pair{"width", "2"}}) {
      request.overrides.push_back({key, value});
    }
    return request;
  }
  const fs::path folder = fs::path(testing::TempDir()) / ("kdbench-data-check-" + std::to_string(::getpid()));
  const std::atomic<bool> go_on{false};
};

/// The messages of the one event "diagnostics", where it is the last one.
std::vector<std::string> complaints(const CapturedEvents& parent) {
  std::vector<std::string> messages;
  const auto events = parent.events();
  EXPECT_EQ(events.back().at("event"), "diagnostics");
  for (const auto& d : events.back().value("diagnostics", Json::array())) messages.push_back(d.at("message"));
  return messages;
}

TEST_F(AnswerData, CountsRowsAndClassesAndMeasuresTheChannels) {
  const CapturedEvents parent;
  EXPECT_EQ(answer_data(request(), go_on), 0);
  const auto splits = parent.events("split");
  ASSERT_EQ(splits.size(), 2u);
  EXPECT_EQ(splits[0].at("split"), "train");
  EXPECT_EQ(splits[0].at("rows"), 3);
  EXPECT_EQ(splits[0].at("per_class"), (std::vector<int>{1, 2}));
  // Pixels 0, 1, 0, 1, 0, 0 of 255: mean 1/3, deviation sqrt(1/3 - 1/9)
  EXPECT_NEAR(splits[0].at("mean").at(0).get<double>(), 1.0 / 3, 1e-15);
  EXPECT_NEAR(splits[0].at("std").at(0).get<double>(), std::sqrt(2.0) / 3, 1e-15);
  EXPECT_EQ(splits[0].at("bytes"), true);
  EXPECT_EQ(splits[0].at("posterior"), false);
  EXPECT_EQ(splits[1].at("split"), "test");
  EXPECT_EQ(splits[1].at("per_class"), (std::vector<int>{1, 0}));
  EXPECT_NEAR(splits[1].at("mean").at(0).get<double>(), 0.2, 1e-15);  // 51 / 255
  EXPECT_NEAR(splits[1].at("std").at(0).get<double>(), 0, 1e-7);      // of a difference that rounds to 1e-17 or so
}

TEST_F(AnswerData, SaysWhatTheDataSetPromisesBeforeItIsLoaded) {
  const CapturedEvents parent;
  answer_data(request(), go_on);
  const auto events = parent.events();
  ASSERT_EQ(events.size(), 6u);  // loading, loaded, dataset, two splits, result
  EXPECT_EQ(events[2], (Json{{"event", "dataset"},
                             {"name", "idx"},
                             {"plugin", "idx"},
                             {"classes", 2},
                             {"image", {1, 1, 2}},
                             {"mean", {0.0}},
                             {"std", {1.0}}}));
  EXPECT_EQ(events[5], (Json{{"event", "result"}}));
}

TEST_F(AnswerData, SaysWhyADataSetCannotBeRead) {
  fs::remove(folder / "test-images");
  const CapturedEvents parent;
  EXPECT_EQ(answer_data(request(), go_on), 0);
  EXPECT_EQ(parent.events("split").size(), 1u);  // the training split is whole
  const auto unreadable = parent.events("unreadable");
  ASSERT_EQ(unreadable.size(), 1u);
  EXPECT_EQ(unreadable[0].at("name"), "idx");
  EXPECT_NE(unreadable[0].at("what").get<std::string>().find("set 'test_images' or the suite's data folder"), std::string::npos);
  EXPECT_EQ(parent.events().back(), (Json{{"event", "result"}}));
}

TEST_F(AnswerData, RefusesAPluginThatIsNotThereAndParametersThatAreNone) {
  {
    auto misspelt = request();
    misspelt.plugin = "idy";
    const CapturedEvents parent;
    EXPECT_EQ(answer_data(misspelt, go_on), 0);
    EXPECT_EQ(complaints(parent), std::vector<std::string>{"[datasets.idy]: no dataset plugin 'idy'; did you mean 'idx'?"});
  }
  auto wrong = request();
  wrong.overrides.push_back({"classes", "[1, 2]"});
  const CapturedEvents parent;
  EXPECT_EQ(answer_data(wrong, go_on), 0);
  EXPECT_EQ(complaints(parent).size(), 1u);
  EXPECT_NE(complaints(parent).at(0).find("a parameter must be a boolean, a number or a string, found "), std::string::npos);
}

TEST_F(AnswerData, NamesTheNearestDataSetOfTheSuite) {
  auto other = request();
  other.dataset = "idz";
  const CapturedEvents parent;
  EXPECT_EQ(answer_data(other, go_on), 0);
  EXPECT_EQ(complaints(parent), std::vector<std::string>{"no [datasets.idz] in the file; did you mean 'idx'?"});
}

TEST_F(AnswerData, LoadsNothingMoreOnceItIsStopped) {
  const CapturedEvents parent;
  EXPECT_EQ(answer_data(request(), std::atomic<bool>{true}), 0);
  EXPECT_TRUE(parent.events("dataset").empty());
  EXPECT_EQ(parent.events().back(), (Json{{"event", "result"}}));
}

}  // namespace
}  // namespace kdbench
