/// The store: what is written is whole, what is done stays, and what is wrong is said with its path.
#include <kdbench/base/files.h>
#include <kdbench/base/hash.h>
#include <kdbench/results/store.h>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <thread>

namespace kdbench {
namespace {

namespace fs = std::filesystem;

const std::string kJob = "ab0123456789";

/// A folder with a space and letters beyond ASCII in its name, removed at the end.
Plan titled(const std::string& suite, const std::string& title) {
  Plan plan;
  plan.suite = suite;
  plan.title = title;
  return plan;
}

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    std::string name = (fs::temp_directory_path() / "kdbench étude-蒸留 Σ XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~StoreTest() override { fs::remove_all(folder_); }

  static RunRecord record(Status status, const std::string& label = "kl[tau=4]") {
    RunRecord out;
    out.job = kJob;
    out.label.name = label;
    out.status = status;
    out.reason = status == Status::kDone ? "" : "boom";
    out.extra.bayes_accuracy = 0.9052;
    return out;
  }
  void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  fs::path folder_;
};

TEST_F(StoreTest, ReturnsNothingForAJobWithoutRecord) {
  const auto got = Store(folder_).get(kJob);
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->has_value());
  EXPECT_FALSE(Store(folder_).is_done(kJob));
}

TEST_F(StoreTest, ReadsBackWhatWasPut) {
  const Store store(folder_);
  store.put(record(Status::kDone));
  EXPECT_EQ(store.record_path(kJob), folder_ / "records" / "ab" / (kJob + ".json"));
  const auto got = store.get(kJob);
  ASSERT_TRUE(got && got.value());
  EXPECT_EQ(to_document(**got), to_document(record(Status::kDone)));
  EXPECT_TRUE(store.is_done(kJob));
  EXPECT_EQ(store.jobs(), std::vector<std::string>{kJob});
}

TEST_F(StoreTest, KeepsADoneRecordAndReplacesAnyOther) {
  const Store store(folder_);
  store.put(record(Status::kFailed, "first"));
  store.put(record(Status::kDone, "second"));
  store.put(record(Status::kFailed, "third"));
  store.put(record(Status::kDone, "fourth"));
  EXPECT_EQ(store.get(kJob).value()->label.name, "second");
}

TEST_F(StoreTest, TakesANewResultOnceTheDoneOneIsWithdrawn) {
  const Store store(folder_);
  store.put(record(Status::kDone, "first"));
  store.withdraw(kJob);
  EXPECT_FALSE(store.get(kJob)->has_value());
  store.put(record(Status::kDone, "second"));
  EXPECT_EQ(store.get(kJob).value()->label.name, "second");
}

TEST_F(StoreTest, ReadsRecordsOfTheSchemaBeforeAndReplacesThoseThatFailed) {
  const Store store(folder_);
  auto old = to_document(record(Status::kFailed, "old"));
  old["schema"] = 1;
  write(store.record_path(kJob), old.dump());
  EXPECT_EQ(store.get(kJob).value()->label.name, "old");
  store.put(record(Status::kDone, "new"));
  EXPECT_EQ(store.get(kJob).value()->label.name, "new");
}

TEST_F(StoreTest, RefusesAnUnknownSchemaNamingBothNumbersAndThePath) {
  const Store store(folder_);
  write(store.record_path(kJob), R"({"schema": 7, "job": "ab0123456789", "status": "done"})");
  const auto got = store.get(kJob);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error()[0].text(),
            store.record_path(kJob).string() +
                ": a record of schema 7, but this kdbench reads schemas 1 to 2; use the kdbench that wrote "
                "it, or another store");
  EXPECT_FALSE(store.is_done(kJob));
  EXPECT_THROW(store.put(record(Status::kDone)), std::runtime_error);
  EXPECT_TRUE(read_file(store.record_path(kJob)).value().find("\"schema\": 7") != std::string::npos);
}

TEST_F(StoreTest, ReportsACorruptFileAndLetsARerunReplaceIt) {
  const Store store(folder_);
  for (const char* text : {"", "{\"schema\": 1, \"job\": ", "[1, 2]", "{\"schema\": \"one\"}", "\xff\xfe\x00binary",
                           "{\"schema\": 1, \"job\": 5, \"status\": \"done\"}",
                           "{\"schema\": 1, \"job\": \"ab0123456789\", \"status\": \"finished\"}"}) {
    write(store.record_path(kJob), text);
    const auto got = store.get(kJob);
    ASSERT_FALSE(got) << text;
    EXPECT_TRUE(got.error()[0].text().starts_with(store.record_path(kJob).string() + ": ")) << got.error()[0].text();
  }
  store.put(record(Status::kDone));
  EXPECT_TRUE(store.is_done(kJob));
}

TEST_F(StoreTest, ReportsARecordUnderAnotherName) {
  const Store store(folder_);
  store.put(record(Status::kDone));
  fs::copy_file(store.record_path(kJob), folder_ / "records" / "ab" / "abc.json");
  const auto got = store.get("abc");
  ASSERT_FALSE(got);
  EXPECT_NE(got.error()[0].message.find("the record of job ab0123456789, under the name of abc"), std::string::npos);
}

TEST_F(StoreTest, IgnoresFilesOfKilledWritersAndSweepsOldOnes) {
  const Store store(folder_);
  store.put(record(Status::kDone));
  const auto fresh = folder_ / "records" / "ab" / ".tmp.ab9.json.1.0";
  const auto old = folder_ / "records" / "ab" / ".tmp.ab8.json.1.0";
  write(fresh, "{");
  write(old, "{");
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(2));
  const Store again(folder_);
  EXPECT_EQ(again.jobs(), std::vector<std::string>{kJob});
  EXPECT_TRUE(fs::exists(fresh)) << "its writer may be alive";
  EXPECT_FALSE(fs::exists(old));
}

TEST_F(StoreTest, LeavesNoTemporaryFileBehind) {
  const Store store(folder_);
  store.put(record(Status::kDone));
  store.put_plan(titled("x", "X"));
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << entry.path();
  }
}

TEST_F(StoreTest, TakesAReasonThatIsNotUtf8) {
  auto bad = record(Status::kFailed);
  bad.reason = "plugin said \xff";
  const Store store(folder_);
  store.put(bad);
  EXPECT_EQ(store.get(kJob).value()->reason, "plugin said \xEF\xBF\xBD");
}

TEST_F(StoreTest, ServesTwoStoresOnOneFolder) {
  const Store one(folder_), two(folder_);
  std::vector<std::thread> writers;
  for (const auto* store : {&one, &two}) {
    writers.emplace_back([store] {
      for (int i = 0; i < 20; ++i) {
        auto r = record(Status::kDone);
        r.job = "job" + std::to_string(i);
        store->put(r);
      }
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(one.jobs().size(), 20u);
  for (const auto& job : two.jobs()) EXPECT_TRUE(one.is_done(job));
}

TEST_F(StoreTest, KeepsPlansUnderAnyName) {
  const Store store(folder_);
  for (const char* name : {"蒸留 Σ", "a/b", "../up", ".hidden", "100%", "%41"}) store.put_plan(titled(name, name));
  for (const auto& name : store.plans()) EXPECT_EQ(store.get_plan(name).value().title, name);
  EXPECT_EQ(store.plans(), (std::vector<std::string>{"%41", "../up", ".hidden", "100%", "a/b", "蒸留 Σ"}));
  EXPECT_FALSE(fs::exists(folder_ / "up.json"));
  EXPECT_FALSE(store.get_plan("absent"));
}

TEST_F(StoreTest, ThePlanWrittenLastWins) {
  const Store store(folder_);
  store.put_plan(titled("x", "old"));
  store.put_plan(titled("x", "new"));
  EXPECT_EQ(store.get_plan("x").value().title, "new");
}

TEST_F(StoreTest, NamesTheFolderItCannotMake) {
  write(folder_ / "file", "x");
  try {
    Store store(folder_ / "file");
    FAIL() << "a file is no store";
  } catch (const std::system_error& error) {
    EXPECT_NE(std::string(error.what()).find((folder_ / "file").string()), std::string::npos) << error.what();
  }
}

TEST_F(StoreTest, MakesTheArtifactsFolderOnDemand) {
  const Store store(folder_);
  EXPECT_FALSE(fs::exists(folder_ / "artifacts"));
  EXPECT_TRUE(fs::is_directory(store.artifacts(kJob)));
}

TEST_F(StoreTest, KnowsAStateByItsWeightsAndItsLogits) {
  const Store store(folder_);
  const auto folder = folder_ / "artifacts" / kJob;
  EXPECT_EQ(store.why_unusable(kJob, "epoch_30"), (folder / "epoch_30.safetensors").string() + " is missing");
  write_tensor_file(folder / "epoch_30.safetensors", {{"w", {"U8", {1}, "w"}}}, {});
  EXPECT_EQ(store.why_unusable(kJob, "epoch_30"), (folder / "test_logits.safetensors").string() + " is missing");
  write_tensor_file(folder / "epoch_30_test_logits.safetensors", {{"epoch_30", {"U8", {1}, "l"}}}, {});
  EXPECT_EQ(store.why_unusable(kJob, "epoch_30"), "");
  EXPECT_FALSE(store.has_states(kJob, {"epoch_30", "epoch_31"}));
}

TEST_F(StoreTest, FindsWeightsThatAreNotThoseOfTheRecord) {
  const Store store(folder_);
  const auto folder = folder_ / "artifacts" / kJob;
  write_tensor_file(folder / "last.safetensors", {{"w", {"U8", {1}, "b"}}}, {});
  write_tensor_file(folder / "test_logits.safetensors", {{"last", {"U8", {1}, "l"}}}, {});
  auto done = record(Status::kDone);
  done.extra.weights_sha256 = sha256_hex("wa");  // name and bytes
  store.put(done);
  EXPECT_EQ(store.why_unusable(kJob, "last"),
            fmt::format("{} holds other weights than its record tells of: expected the SHA-256 {:.12}..., found {:.12}...",
                        (folder / "last.safetensors").string(), sha256_hex("wa"), sha256_hex("wb")));
  write_tensor_file(folder / "last.safetensors", {{"w", {"U8", {1}, "a"}}}, {});
  EXPECT_EQ(store.why_unusable(kJob, "last"), "");
}

TEST_F(StoreTest, FindsEveryBitThatWasFlippedInARecord) {
  const Store store(folder_);
  store.put(record(Status::kDone));
  const auto path = store.record_path(kJob);
  const auto whole = read_file(path).value();
  const auto expected = to_document(store.get(kJob).value().value());
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    auto flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    write(path, flipped);
    const auto read = store.get(kJob);
    if (read) {
      EXPECT_EQ(to_document(read.value().value()), expected) << "bit " << bit << " changed what was read";
    }
  }
}

TEST_F(StoreTest, SaysThatARecordWasDamaged) {
  const Store store(folder_);
  store.put(record(Status::kDone));
  const auto path = store.record_path(kJob);
  auto text = read_file(path).value();
  text.replace(text.find("\"schema\":2"), 10, "\"schema\":3");
  write(path, text);
  EXPECT_EQ(store.why_not_replaceable(kJob),
            path.string() +
                ": the record was damaged since it was written: its checksum does not fit its text; it says that the job is "
                "done, so it is not replaced: move it away to have the job trained again");
}

TEST_F(StoreTest, KeepsARecordThatSaysDoneButCannotBeRead) {
  const Store store(folder_);
  auto json = to_document(record(Status::kDone));
  json["extra"]["of_a_later_time"] = 1;
  const auto path = store.record_path(kJob);
  write(path, json.dump());
  EXPECT_EQ(store.why_not_replaceable(kJob),
            path.string() +
                ": extra: nothing is called 'of_a_later_time' here; expected one of bayes_accuracy, num_train, num_val, "
                "num_test, num_params, num_frozen_params, group_size, faults, data_sha256, split_sha256, "
                "weights_sha256, graph, first_gradient_norm, rate_factor; it says that the job is done, so it is not replaced: "
                "move it away to have the "
                "job trained again");
  EXPECT_THROW(store.put(record(Status::kDone)), std::runtime_error);
  EXPECT_EQ(read_json(path).value(), json);
  write(path, "torn");
  EXPECT_EQ(store.why_not_replaceable(kJob), "");
}

}  // namespace
}  // namespace kdbench
