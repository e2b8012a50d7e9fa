/// Records survive the way through JSON, and the names of statuses are a closed set.
#include <kdbench/results/record.h>

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace kdbench {
namespace {

TEST(Status, HasTheNamesThatRecordsHold) {
  EXPECT_EQ(to_string(Status::kDone), "done");
  EXPECT_EQ(to_string(Status::kInterrupted), "interrupted");
  EXPECT_EQ(to_document(Status::kSkipped), "skipped");
}

TEST(Record, ComesBackFromItsDocument) {
  RunRecord record;
  record.job = "j";
  record.label = {"kl a->b", 3};
  record.status = Status::kDiverged;
  record.reason = "the loss is nan at epoch 2, step 17";
  EpochRecord epoch;
  epoch.epoch = 1;
  epoch.loss = 2.25;
  epoch.terms = {{"ce", 1.5}, {"kd", std::numeric_limits<double>::quiet_NaN()}};
  epoch.val = EpochValidation{.accuracy = 0.5};
  record.epochs = {epoch};
  record.checkpoints["last"].test.metrics.accuracy = 0.1;
  record.tau_curve = {{1.5, 0.0625, 1.0}};
  record.extra.num_params = 12;
  record.finished_at = "2026-01-01T00:00:00Z";
  const auto json = to_document(record);
  EXPECT_EQ(json.at("schema"), 2);
  EXPECT_EQ(json.at("label"), "kl a->b s3");
  EXPECT_EQ(json.at("epochs")[0].at("terms").at("kd"), "nan");
  EXPECT_EQ(json.at("epochs")[0].at("val").at("input_information"), nullptr);
  EXPECT_EQ(json.at("extra"), (Json{{"num_params", 12}}));
  const auto back = record_from_json(Json::parse(json.dump()), "x.json");
  ASSERT_TRUE(back) << to_text(back.error());
  EXPECT_EQ(to_document(*back), json);
  ASSERT_NE(back->checkpoint("last"), nullptr);
  EXPECT_EQ(back->checkpoint("last")->test.metrics.accuracy, 0.1);
  EXPECT_EQ(back->checkpoint("best_val"), nullptr);
}

TEST(Record, KeepsItsOriginAndIsReadWithoutOne) {
  RunRecord record;
  record.job = "j";
  EXPECT_FALSE(to_document(record).contains("origin"));  // as records of before are
  record.origin = Origin{{{{PluginKind::kLoss, "kl"}, "kl.so", "build-id:1f"}}, {{"t", "abc"}}};
  const auto json = to_document(record);
  EXPECT_EQ(json.at("origin").dump(), R"({"networks":[{"job":"t","sha256":"abc"}],"plugins":[{"content":"build-id:1f",)"
                                      R"("kind":"loss","library":"kl.so","plugin":"kl"}]})");
  EXPECT_EQ(record_from_json(json, "x.json")->origin, record.origin);
}

TEST(Record, TakesADocumentWithoutResults) {
  const auto got = record_from_json({{"schema", 1}, {"job", "j"}, {"status", "skipped"}, {"checkpoints", nullptr}}, "x.json");
  ASSERT_TRUE(got) << to_text(got.error());
  EXPECT_TRUE(got->checkpoints.empty());
  EXPECT_FALSE(got->spec);
}

TEST(Record, NamesTheMemberThatIsMissingUnknownOrWrong) {
  RunRecord record;
  record.job = "j";
  record.checkpoints["last"].epoch = 3;
  const auto refusal = [](const Json& json) { return to_text(record_from_json(json, "x.json").error()); };
  auto json = to_document(record);
  json["checkpoints"]["last"]["test"].erase("ece");
  EXPECT_EQ(refusal(json), "x.json: checkpoints.last.test: it has no member 'ece'\n");
  json = to_document(record);
  json["checkpoints"]["last"]["test"]["ece"] = "low";
  EXPECT_EQ(refusal(json), "x.json: checkpoints.last.test.ece: expected a number, found string\n");
  json = to_document(record);
  json["extra"]["num_parms"] = 3;
  EXPECT_EQ(refusal(json), "x.json: extra: nothing is called 'num_parms' here; did you mean 'num_params'?\n");
  json = to_document(record);
  json["status"] = "finished";
  EXPECT_EQ(refusal(json),
            "x.json: status: nothing is called 'finished' here; expected one of done, failed, diverged, skipped, interrupted\n");
}

TEST(Record, RefusesASpecWithoutWhatEveryJobHas) {
  RunRecord record;
  record.job = "j";
  EXPECT_THROW(spec_of(record), std::runtime_error);
  record.spec = Spec{};
  const auto json = to_document(record);
  EXPECT_EQ(to_text(record_from_json(json, "x.json").error()), "x.json: spec.dataset: expected an object, found null\n");
}

TEST(Record, RefusesAnotherSchema) {
  const auto got = record_from_json({{"schema", 3}, {"job", "j"}, {"status", "done"}}, "x.json");
  ASSERT_FALSE(got);
  EXPECT_TRUE(got.error()[0].text().starts_with("x.json: a record of schema 3, but this kdbench reads schemas 1 to 2"));
}

}  // namespace
}  // namespace kdbench
