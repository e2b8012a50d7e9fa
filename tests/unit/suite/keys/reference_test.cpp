#include <kdbench/suite/keys/fields.h>
#include <kdbench/suite/suite.h>

#include <kdbench/base/files.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

namespace kdbench {
namespace {

TEST(SuiteKeys, AreDocumentedAndDifferWithinATable) {
  std::set<std::string> seen;
  for (const auto& key : suite_keys()) {
    EXPECT_FALSE(key.doc.empty()) << key.key;
    EXPECT_FALSE(key.type.empty()) << key.key;
    EXPECT_FALSE(key.default_text.empty()) << key.key;
    EXPECT_TRUE(seen.insert(key.table + "." + key.key).second) << key.key;
  }
  EXPECT_TRUE(seen.contains("train.epochs"));
  EXPECT_TRUE(seen.contains("losses.NAME.tau_squared"));
  EXPECT_TRUE(seen.contains("[studies].pairs"));
}

// UPDATE_GOLDEN=1 writes the page anew.
TEST(SuiteReference, IsWhatTheDocsHold) {
  const std::string page = KDBENCH_SOURCE_DIR "/docs/suite_reference.md";
  if (std::getenv("UPDATE_GOLDEN")) write_file_atomically(page, suite_reference_markdown());
  const auto held = read_file(page);
  ASSERT_TRUE(held);
  EXPECT_EQ(*held, suite_reference_markdown());
}

}  // namespace
}  // namespace kdbench
