#include <kdbench/cli/tables/probe_tables.h>
#include <kdbench/leaderboard/render/render.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

ProbedMethod method(const std::string& name, std::vector<double> cosine, std::vector<double> ratio,
                    const std::string& reason = "") {
  return {.study = "main",
          .dataset = "points",
          .method = name,
          .convention = "tau=4 on both",
          .teacher = "big",
          .student = "small",
          .strategy = "direct",
          .cosine = std::move(cosine),
          .norm_ratio = std::move(ratio),
          .reason = reason};
}

TEST(ProbeTables, HaveARowAMethodAndAColumnATemperature) {
  ProbeAnswer answer;
  answer.methods = {method("kl", {0.9, 0.5}, {2, 0.25}), method("at", {}, {}, "it reads no teacher")};
  const auto board = probe_board("a suite", answer, {0.5, 4}, 4);
  ASSERT_EQ(board.tables.size(), 2u);
  const auto text = render(board, Format::kCsv);
  EXPECT_NE(text.find("T=0.5"), std::string::npos);
  EXPECT_EQ(board.tables[0].rows[0].cells[2].text, "0.900");
  EXPECT_EQ(board.tables[1].rows[0].cells[3].text, "0.250");
  EXPECT_EQ(board.tables[0].rows[1].cells[2].text, "n/a");
  EXPECT_EQ(board.tables[0].rows[1].cells[4].text, "it reads no teacher");
}

TEST(ProbeTables, TellPairsApartWhereThereAreSeveral) {
  ProbeAnswer answer;
  answer.methods = {method("kl", {1}, {1}), method("kl", {1}, {1})};
  answer.methods[1].teacher = "huge";
  const auto board = probe_board("a suite", answer, {2}, 1);
  EXPECT_EQ(board.tables[0].columns[1].title, "pair");
  EXPECT_EQ(board.tables[0].rows[1].cells[1].text, "huge -> small");
}

TEST(ProbeTables, SayWhereThereIsNoMethod) {
  EXPECT_EQ(probe_board("a suite", {}, {2}, 1).notes, (std::vector<std::string>{"The suite has no method."}));
}

}  // namespace
}  // namespace kdbench
