// The helpers that every layer stands on.
#include <kdbench/base/files.h>
#include <kdbench/base/hash.h>
#include <kdbench/base/json.h>
#include <kdbench/base/result.h>
#include <kdbench/base/seeds.h>
#include <kdbench/base/text.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <set>
#include <system_error>

namespace kdbench {
namespace {

namespace fs = std::filesystem;

TEST(Diagnostic, LeavesOutWhatIsUnknown) {
  EXPECT_EQ((Diagnostic{"a.toml", {3, 7}, "bad"}.text()), "a.toml:3:7: bad");
  EXPECT_EQ((Diagnostic{"a.toml", {}, "bad"}.text()), "a.toml: bad");
  EXPECT_EQ((Diagnostic{"", {3, 7}, "bad"}.text()), "bad");
}

TEST(ToText, SortsByFileAndPlaceAndSaysEachThingOnce) {
  const Diagnostics mixed{
      {"b", {1, 1}, "four"}, {"a", {10, 1}, "three"}, {"a", {9, 2}, "two"}, {"a", {9, 1}, "one"}, {"a", {9, 2}, "two"}};
  EXPECT_EQ(to_text(mixed), "a:9:1: one\na:9:2: two\na:10:1: three\nb:1:1: four\n");
}

TEST(ToText, SaysARepeatedThingOnceAlsoWhenAnotherStandsBetween) {
  const Diagnostics mixed{{"a", {1, 1}, "one"}, {"a", {1, 1}, "two"}, {"a", {1, 1}, "one"}};
  EXPECT_EQ(to_text(mixed), "a:1:1: one\na:1:1: two\n");
}

TEST(ToText, IsEmptyWithoutDiagnostics) { EXPECT_EQ(to_text({}), ""); }

TEST(Result, HoldsAValueOrTheReasons) {
  const Result<int> good(7);
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 7);
  const Result<int> bad(Diagnostic{"f", {1, 2}, "why"});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error(), (Diagnostics{{"f", {1, 2}, "why"}}));
}

TEST(Canonical, IsTheSameForAnIntegerAndTheEqualReal) {
  EXPECT_EQ(canonical(Json{{"tau", 4.0}}), canonical(Json{{"tau", 4}}));
  EXPECT_EQ(canonical(Json{{"tau", -0.0}}), R"({"tau":0})");
  EXPECT_NE(canonical(Json{{"tau", 4.5}}), canonical(Json{{"tau", 4}}));
}

TEST(Canonical, SortsKeysAtEveryDepthAndKeepsTheOrderOfLists) {
  EXPECT_EQ(canonical(Json::parse(R"({"b": [2.0, 1], "a": {"d": null, "c": true}})")), R"({"a":{"c":true,"d":null},"b":[2,1]})");
}

TEST(Canonical, EscapesWhatJsonEscapes) {
  for (const std::string text :
       {"plain words, 100 %", "a \"quote\"", "back\\slash", "line\nbreak\x01", "tab\t", "caf\xc3\xa9 \xe2\x86\x92"}) {
    EXPECT_EQ(canonical(Json(text)), Json(text).dump());
    EXPECT_EQ(canonical(Json{{text, true}}), Json({{text, true}}).dump());
  }
}

TEST(Canonical, WritesRealsSoThatTheyComeBack) {
  EXPECT_EQ(canonical(Json(0.1)), "0.1");
  EXPECT_EQ(Json::parse(canonical(Json(1.0 / 3.0))).get<double>(), 1.0 / 3.0);
}

TEST(Number, SaysWhatJsonCannot) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(number(infinity), "inf");
  EXPECT_EQ(to_double(number(-infinity)), -infinity);
  EXPECT_TRUE(std::isnan(to_double(number(std::nan("")))));
  EXPECT_TRUE(std::isnan(to_double(Json())));
  EXPECT_EQ(to_double(number(0.25)), 0.25);
}

TEST(ParseJson, NamesTheDocumentAndTheByte) {
  const auto broken = parse_json("{\"a\": }", "x.json");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().front().file, "x.json");
  EXPECT_TRUE(broken.error().front().message.starts_with("not valid JSON at byte 7"));  // the brace, counted from 1
}

TEST(EditDistance, CountsInsertDeleteReplaceAndSwap) {
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("epochs", "epochs"), 0u);
  EXPECT_EQ(edit_distance("epoch", "epochs"), 1u);
  EXPECT_EQ(edit_distance("epocsh", "epochs"), 1u);   // one swap of neighbours
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);  // k -> s, e -> i, g at the end
}

TEST(Nearest, FindsASlipAndNothingFurther) {
  const std::vector<std::string> keys{"batch_size", "epochs", "weight_decay"};
  EXPECT_EQ(nearest("ephocs", keys), "epochs");
  EXPECT_EQ(nearest("batch-size", keys), "batch_size");
  EXPECT_EQ(nearest("WEIGHTDECAY", keys), "weight_decay");
  EXPECT_EQ(nearest("weight", keys), "weight_decay");  // a beginning
  EXPECT_EQ(nearest("temperature", keys), std::nullopt);
}

TEST(Nearest, TakesNoWordOfThousandsOfLettersForASlip) {
  const std::string longer(100'000, 'a');  // a table of distances would have 10^10 places
  EXPECT_EQ(nearest(longer, {longer + "b"}), std::nullopt);
  EXPECT_EQ(nearest("aaa", {longer}), std::nullopt);
}

TEST(Suggestion, ListsTheFirstOfMany) {
  EXPECT_TRUE(suggestion("temperature", std::vector<std::string>(41, "lr")).ends_with(", lr, lr, ... (41 in all)"));
}

TEST(Suggestion, NamesTheNearestOrAllOrNothing) {
  EXPECT_EQ(suggestion("epocs", {"epochs", "lr"}), "; did you mean 'epochs'?");
  EXPECT_EQ(suggestion("temperature", {"epochs", "lr"}), "; expected one of epochs, lr");
  EXPECT_EQ(suggestion("temperature", {}), "");
}

TEST(DurationText, ChangesUnitsWhereTheNextOneBegins) {
  EXPECT_EQ(duration_text(0.84), "0.8s");
  EXPECT_EQ(duration_text(9.94), "9.9s");
  EXPECT_EQ(duration_text(9.96), "10s");
  EXPECT_EQ(duration_text(59.4), "59s");
  EXPECT_EQ(duration_text(59.6), "1m00s");
  EXPECT_EQ(duration_text(185), "3m05s");
  EXPECT_EQ(duration_text(3599.6), "1h00m");
  EXPECT_EQ(duration_text(7800), "2h10m");
  EXPECT_EQ(duration_text(3 * 86400 + 4 * 3600), "3d04h");
}

TEST(Pad, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width("τ²"), 2u);
  EXPECT_EQ(pad("τ", 3), "τ  ");
  EXPECT_EQ(pad("τ", 3, true), "  τ");
  EXPECT_EQ(pad("long", 2), "long");
}

TEST(Sha256, AgreesWithTheStandardsExamples) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256().update("a", 1).update("bc", 2).hex(), sha256_hex("abc"));
}

TEST(SeedFor, DiffersByPurposeAndBySeedAndNeverByRun) {
  std::set<std::uint64_t> seen;
  for (const std::uint64_t base : {0, 1, 2, 41}) {
    for (const auto* purpose : {"init", "order", "augment", "split", "loss"}) {
      EXPECT_EQ(seed_for(base, purpose), seed_for(base, purpose));
      seen.insert(seed_for(base, purpose));
    }
  }
  EXPECT_EQ(seen.size(), 4u * 5u);
}

class Files : public ::testing::Test {
 protected:
  Files() : folder_(fs::path(::testing::TempDir()) / ("base_files_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~Files() override { fs::remove_all(folder_); }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(folder_)) out.push_back(entry.path().filename().string());
    return out;
  }
  fs::path folder_;
};

TEST_F(Files, AreReplacedWholeAndLeaveNothingBeside) {
  write_file_atomically(folder_ / "a", "a long first text");
  write_file_atomically(folder_ / "a", "short");
  const auto text = read_file(folder_ / "a");
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "short");
  EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST_F(Files, MakeTheFoldersTheyNeed) {
  write_file_atomically(folder_ / "x" / "y" / "z", std::string("\0binary", 7));
  const auto text = read_file(folder_ / "x" / "y" / "z");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->size(), 7u);
}

TEST_F(Files, LeaveNoTemporaryWhenTheyCannotBeWritten) {
  fs::create_directories(folder_ / "taken" / "inside");  // a folder that is not empty cannot be renamed over
  try {
    write_file_atomically(folder_ / "taken", "data");
    FAIL() << "a folder was overwritten";
  } catch (const std::system_error& error) {
    EXPECT_NE(std::string(error.what()).find((folder_ / "taken").string()), std::string::npos) << error.what();
  }
  EXPECT_EQ(names(), std::vector<std::string>{"taken"});
}

TEST_F(Files, ThatAreMissingOrNoFilesAreRefusedByName) {
  EXPECT_EQ(to_text(read_file(folder_ / "no").error()), (folder_ / "no").string() + ": no such file\n");
  EXPECT_EQ(to_text(read_file(folder_).error()), folder_.string() + ": not a regular file\n");
}

TEST_F(Files, ThatKilledWritersLeftAreSweptOnlyWhenOld) {
  write_file_atomically(folder_ / ".tmp.new.1.0", "");
  write_file_atomically(folder_ / ".tmp.old.1.0", "");
  write_file_atomically(folder_ / "kept", "");
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(2);
  fs::last_write_time(folder_ / ".tmp.old.1.0", long_ago);
  fs::last_write_time(folder_ / "kept", long_ago);
  sweep_temporary_files(folder_);
  const auto left = names();
  EXPECT_EQ((std::set<std::string>(left.begin(), left.end())), (std::set<std::string>{".tmp.new.1.0", "kept"}));
}

}  // namespace
}  // namespace kdbench
