/// Records survive the way through JSON, and the names of statuses are a closed set.
#include <kdbench/results/record.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

TEST(Status, NamesGoBothWays) {
  for (const auto status : {Status::kDone, Status::kFailed, Status::kDiverged, Status::kSkipped, Status::kInterrupted}) {
    EXPECT_EQ(status_from_string(to_string(status)).value(), status);
  }
}

TEST(Status, RefusesAnotherWordNamingIt) {
  const auto got = status_from_string("ok");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error()[0].message, "unknown status 'ok'; expected done, failed, diverged, skipped or interrupted");
}

TEST(Record, GoesThroughJsonUnchanged) {
  RunRecord record;
  record.job = "j";
  record.status = Status::kDiverged;
  record.reason = "the loss is nan at epoch 2, step 17";
  record.spec = {{"seed", 3}};
  record.epochs = Json::array({{{"epoch", 1}, {"loss", 2.25}}});
  record.checkpoints = {{"last", {{"test", {{"accuracy", 0.1}}}}}};
  record.tau_curve = Json::array({{{"tau", 1.5}, {"ece", 0.0625}}});
  record.finished_at = "2026-01-01T00:00:00Z";
  const auto json = to_json(record);
  EXPECT_EQ(json["schema"], 1);
  const auto back = record_from_json(Json::parse(json.dump()), "x.json");
  ASSERT_TRUE(back);
  EXPECT_EQ(to_json(*back), json);
}

TEST(Record, TakesADocumentWithoutOptionalParts) {
  const auto got = record_from_json({{"schema", 1}, {"job", "j"}, {"status", "skipped"}}, "x.json");
  ASSERT_TRUE(got);
  EXPECT_TRUE(got->checkpoints.is_null());
}

TEST(Record, RefusesAnotherSchema) {
  const auto got = record_from_json({{"schema", 2}, {"job", "j"}, {"status", "done"}}, "x.json");
  ASSERT_FALSE(got);
  EXPECT_TRUE(got.error()[0].text().starts_with("x.json: a record of schema 2, but this kdbench reads schema 1"));
}

}  // namespace
}  // namespace kdbench
