/// docs/records.md says what records hold.
#include <kdbench/results/record_reference.h>

#include <kdbench/base/files.h>

#include <gtest/gtest.h>

#include <cstdlib>

namespace kdbench {
namespace {

// UPDATE_GOLDEN=1 writes the page anew.
TEST(RecordReference, IsWhatTheDocsHold) {
  const std::string page = KDBENCH_SOURCE_DIR "/docs/records.md";
  if (std::getenv("UPDATE_GOLDEN")) write_file_atomically(page, record_reference_markdown());
  const auto held = read_file(page);
  ASSERT_TRUE(held) << to_text(held.error());
  EXPECT_EQ(*held, record_reference_markdown());
}

TEST(RecordReference, ListsWhatStandsDeepInside) {
  const auto page = record_reference_markdown();
  for (const char* heading : {"## checkpoints", "## checkpoints.test.reliability", "## spec.loss", "## extra.graph"}) {
    EXPECT_NE(page.find(heading), std::string::npos) << heading;
  }
}

}  // namespace
}  // namespace kdbench
