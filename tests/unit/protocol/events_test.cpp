#include <kdbench/protocol/events.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

template <class E>
std::optional<E> read(const Json& document) {
  const auto event = event_of(document);
  const auto* found = event ? std::get_if<E>(&*event) : nullptr;
  return found ? std::optional<E>(*found) : std::nullopt;
}

TEST(Events, AreReadBackAsTheyWereWritten) {
  const auto document = to_document(EpochEvent{.job = "a", .epoch = 3, .epochs = 8, .samples_per_s = 12.5});
  EXPECT_EQ(document.dump(), R"({"epoch":3,"epochs":8,"event":"epoch","job":"a","samples_per_s":12.5,"val_accuracy":null})");
  const auto epoch = read<EpochEvent>(document);
  ASSERT_TRUE(epoch);
  EXPECT_EQ(epoch->epoch, 3);
  EXPECT_FALSE(epoch->val_accuracy);
  EXPECT_EQ(event_document(Event(*epoch)), document);
}

TEST(Events, AreNothingWhereAMemberIsNotWhatItShouldBe) {
  const Json job{{"event", "job"}, {"job", "a"}, {"status", "done"}, {"reason", ""}};
  ASSERT_TRUE(read<JobEvent>(job));
  EXPECT_EQ(read<JobEvent>(job)->status, Status::kDone);
  for (const auto& [key, value] :
       {std::pair<std::string, Json>{"status", "splendid"}, {"job", 7}, {"event", 5}, {"event", "jbo"}}) {
    auto wrong = job;
    wrong[key] = value;
    EXPECT_FALSE(event_of(wrong)) << key;
  }
  EXPECT_FALSE(event_of(Json::array()));
  EXPECT_FALSE(event_of(Json()));
}

TEST(ParseEvent, TakesObjectsWithAnEventAndNothingElse) {
  EXPECT_TRUE(parse_event(R"({"event":"note","text":"x"})"));
  for (const auto* text : {"", "no json", "[1]", "5", "{}", R"({"event":3})", R"({"event":"resu)", "\xff\xfe"}) {
    EXPECT_FALSE(parse_event(text)) << text;
  }
}

TEST(ParseEvent, PassesOverALineThatIsNestedWithoutEnd) {
  EXPECT_FALSE(parse_event(R"({"event":"result","a":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}"));
}

TEST(Events, CarryDiagnosticsWithTheirPlace) {
  const Diagnostics mistakes{{"a.toml", {3, 1}, "no"}};
  const auto event = read<DiagnosticsEvent>(to_document(diagnostics_event(mistakes)));
  ASSERT_TRUE(event);
  EXPECT_EQ(diagnostics_of(*event), mistakes);
}

TEST(Events, KeepAResultForWhoAskedForIt) {
  const auto result = read<ResultEvent>({{"event", "result"}, {"passed", 1}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->document["passed"], 1);
}

TEST(SplitEvent, HasDeviationsByTheNameStd) {
  const SplitEvent event{
      .name = "a", .split = "train", .rows = 2, .seconds = 1, .per_class = {1, 1}, .mean = {0.5}, .deviation = {0.25}};
  EXPECT_EQ(to_document(event).dump(),
            R"({"bytes":true,"event":"split","mean":[0.5],"name":"a","per_class":[1,1],"posterior":false,"rows":2,)"
            R"("seconds":1.0,"split":"train","std":[0.25]})");
  EXPECT_EQ(to_document(SentImageSize{3, 32, 16}), Json({3, 32, 16}));
}

}  // namespace
}  // namespace kdbench
