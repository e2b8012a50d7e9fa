/// Classes read from stored logits, and files that are none.
#include <kdbench/base/files.h>
#include <kdbench/results/predictions.h>

#include <gtest/gtest.h>

#include <cstring>

namespace kdbench {
namespace {

class TestPredictions : public testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(root_);
  }

  void write(const std::string& job, const std::string& state, const std::vector<float>& logits, std::int64_t classes) {
    const auto rows = static_cast<std::int64_t>(logits.size()) / classes;
    const std::string_view bytes(reinterpret_cast<const char*>(logits.data()), logits.size() * sizeof(float));
    write_tensor_file(file_of(job), {{state, {"F32", {rows, classes}, bytes}}}, {});
  }

  std::filesystem::path file_of(const std::string& job) { return Store(root_).artifacts(job) / "test_logits.safetensors"; }

  std::filesystem::path root_;
};

TEST_F(TestPredictions, AreTheFirstOfTheLargestLogits) {
  write("job", "last", {0.5F, 2, 1, -1, -3, -1, 7, 7, 7}, 3);
  const auto found = test_predictions(Store(root_), "job", "last");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(**found, (std::vector<std::int32_t>{1, 0, 0}));
}

TEST_F(TestPredictions, OfWhatIsNotThereAreNone) {
  write("job", "last", {1, 2}, 2);
  const Store store(root_);
  const auto other_job = test_predictions(store, "other", "last"), other_state = test_predictions(store, "job", "best_val");
  EXPECT_TRUE(other_job && !*other_job);
  EXPECT_TRUE(other_state && !*other_state);
  EXPECT_FALSE(std::filesystem::exists(root_ / "artifacts" / "other"));
}

TEST_F(TestPredictions, OfADamagedFileAreRefused) {
  write("job", "last", {1, 2, 3, 4}, 2);
  auto bytes = *read_file(file_of("job").string());
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file_atomically(file_of("job").string(), bytes);
  EXPECT_FALSE(test_predictions(Store(root_), "job", "last"));
}

TEST_F(TestPredictions, OfAnotherTypeAreRefused) {
  const std::int64_t numbers[] = {1, 2};
  const std::string_view bytes(reinterpret_cast<const char*>(numbers), sizeof numbers);
  write_tensor_file(file_of("job"), {{"last", {"I64", {1, 2}, bytes}}}, {});
  const auto found = test_predictions(Store(root_), "job", "last");
  ASSERT_FALSE(found);
  EXPECT_NE(to_text(found.error()).find("expected 'last' to hold F32 logits [rows, classes]"), std::string::npos);
}

}  // namespace
}  // namespace kdbench
