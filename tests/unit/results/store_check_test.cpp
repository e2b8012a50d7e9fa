// What `kdbench store verify` finds.
#include <kdbench/base/files.h>
#include <kdbench/results/store_check.h>

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

namespace kdbench {
namespace {

namespace fs = std::filesystem;

struct CheckStore : testing::Test {
  CheckStore() {
    RunRecord done;
    done.job = "job";
    done.status = Status::kDone;
    store.put(done);
    write_tensor_file(weights, {{"w", {"U8", {1}, "w"}}}, {});
    write_tensor_file(folder / "cache" / "teacher_logits" / "t.safetensors", {{"logits", {"U8", {1}, "l"}}}, {});
    Plan plan;
    plan.suite = "suite";
    store.put_plan(plan);
  }
  ~CheckStore() override { fs::remove_all(folder); }
  static fs::path fresh() {
    std::string name = (fs::temp_directory_path() / "kdbench-check-XXXXXX").string();
    return ::mkdtemp(name.data());
  }
  /// Changes the last byte.
  static void damage(const fs::path& file) {
    auto bytes = read_file(file).value();
    bytes.back() = '!';
    write_file_atomically(file, bytes);
  }

  const fs::path folder = fresh();
  const Store store{folder};
  const fs::path weights = folder / "artifacts" / "job" / "last.safetensors";
};

TEST_F(CheckStore, FindsNothingInWhatIsAsItWasWritten) {
  const auto check = check_store(store);
  EXPECT_EQ(check.records, 1u);
  EXPECT_EQ(check.files, 2u);
  EXPECT_EQ(check.without_checksum, 0u);
  EXPECT_TRUE(check.damages.empty());
}

TEST_F(CheckStore, NamesEachFileThatWasDamagedAndWhatBecomesOfIt) {
  damage(weights);
  damage(folder / "cache" / "teacher_logits" / "t.safetensors");
  write_file_atomically(folder / "plans" / "suite.json", "null");
  auto text = read_file(store.record_path("job")).value();
  text[text.find("done")] = 'D';
  write_file_atomically(store.record_path("job"), text);
  const auto check = check_store(store);
  ASSERT_EQ(check.damages.size(), 4u);
  EXPECT_EQ(check.damages[0].what, store.record_path("job").string() +
                                       ": the record was damaged since it was written: its checksum does not fit its text");
  EXPECT_EQ(check.damages[0].remedy, "move it away to have its job trained again");
  EXPECT_TRUE(check.damages[1].what.starts_with(weights.string() + ": is no valid safetensors file: it was damaged"));
  EXPECT_EQ(check.damages[1].remedy, "a run that needs it trains its job again");
  EXPECT_EQ(check.damages[2].remedy, "a run makes it again");
  EXPECT_EQ(check.damages[3].remedy, "kdbench run of its suite writes it again");
}

TEST_F(CheckStore, ReadsTheCheckpointOfAJobThatWasStoppedAndHasNoRecord) {
  const auto checkpoint = folder / "artifacts" / "stopped" / "checkpoint.safetensors";
  write_tensor_file(checkpoint, {{"w", {"U8", {1}, "w"}}}, {});
  EXPECT_EQ(check_store(store).files, 3u);
  damage(checkpoint);
  const auto check = check_store(store);
  ASSERT_EQ(check.damages.size(), 1u);
  EXPECT_TRUE(check.damages[0].what.starts_with(checkpoint.string() + ": is no valid safetensors file"));
  EXPECT_EQ(check.damages[0].remedy, "a run begins its job anew");
}

}  // namespace
}  // namespace kdbench
