/// Where results and printed numbers agree in sign: each statement counted over the settings it can be checked in.
#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/printed/comparison_tables.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

namespace kdbench::inline leaderboard::boards {
namespace {

/// How often a statement holds; `sure`: the 95% interval lies wholly on that side of 0.
struct Count {
  std::size_t holds = 0, sure = 0, all = 0, with_interval = 0;

  void add(const Estimate& e, bool below) {
    if (!e.value) return;
    ++all;
    holds += below ? *e.value < 0 : *e.value > 0;
    if (!e.low || !e.high) return;
    ++with_interval;
    sure += below ? *e.high < 0 : *e.low > 0;
  }
  void add(bool held) {
    ++all;
    holds += held;
  }
  std::string text() const { return all == 0 ? "n/a" : fmt::format("{} of {}", holds, all); }
  std::string sure_text() const { return with_interval == 0 ? "n/a" : fmt::format("{} of {}", sure, with_interval); }
};

/// "yes" where most settings of both say the same; "n/a" where one of them can say nothing.
std::string agreement(const Count& printed, const Count& ours) {
  if (printed.all == 0 || ours.all == 0) return "n/a";
  const auto side = [](const Count& c) { return 2 * c.holds == c.all ? 0 : 2 * c.holds > c.all ? 1 : -1; };
  if (side(printed) == 0 || side(ours) == 0) return "mixed";
  return side(printed) == side(ours) ? "yes" : "no";
}

Cell count_cell(const Count& c) { return {c.text(), {c.holds, c.all}}; }

/// One statement about each sweep.
struct Statement {
  std::string text;
  Estimate AxisStatistics::*axis = nullptr;
  Estimate SweepStatistics::*sweep = nullptr;
  bool below = false;

  Count count(const std::vector<const Measured*>& sweeps) const {
    Count out;
    for (const auto* m : sweeps) out.add(axis ? m->statistics.*axis : m->statistics.*sweep, below);
    return out;
  }
};

std::vector<const Measured*> of_role(const std::vector<Measured>& sweeps, const std::string& role, const std::string& who) {
  std::vector<const Measured*> out;
  for (const auto& m : sweeps) {
    if (plain(m.sweep->role) == plain(role) && m.sweep->who == who) out.push_back(&m);
  }
  return out;
}

/// Values of one field, in order of appearance.
std::vector<std::string> distinct(const std::vector<Measured>& sweeps, const std::string& role, std::string Sweep::*field) {
  std::vector<std::string> out;
  for (const auto& m : sweeps) {
    if (!role.empty() && plain(m.sweep->role) != plain(role)) continue;
    if (std::find(out.begin(), out.end(), (*m.sweep).*field) == out.end()) out.push_back((*m.sweep).*field);
  }
  return out;
}

Row row_of(const std::string& text, const std::string& role, const std::string& who, const Count& printed, const Count& ours) {
  return {{text_cell(text),
           text_cell(role),
           text_cell(who.empty() ? role : who),
           count_cell(printed),
           count_cell(ours),
           {ours.sure_text(), {ours.sure, ours.with_interval}},
           text_cell(agreement(printed, ours))}};
}

void add_statement(const PrintedComparison& b, const Statement& statement, const std::string& role, Table& table) {
  const auto printed = statement.count(of_role(b.printed, role, ""));
  if (printed.all == 0) return;
  auto names = distinct(b.ours, role, &Sweep::who);
  if (names.empty()) names = {""};
  for (const auto& who : names) {
    table.rows.push_back(row_of(statement.text, role, who, printed, statement.count(of_role(b.ours, role, who))));
  }
}

/// Whether two sweeps differ in their method alone.
bool same_place(const Sweep& a, const Sweep& b) {
  return a.study == b.study && a.dataset == b.dataset && a.teacher == b.teacher && a.student == b.student && a.fixed == b.fixed;
}

/// Counts where `other` has the smaller absolute value than `first`.
Count smaller(const std::vector<const Measured*>& first, const std::vector<const Measured*>& other,
              Estimate AxisStatistics::*number) {
  Count out;
  for (const auto* a : first) {
    for (const auto* b : other) {
      const auto &x = a->statistics.*number, &y = b->statistics.*number;
      if (same_place(*a->sweep, *b->sweep) && x.value && y.value) out.add(std::abs(*y.value) < std::abs(*x.value));
    }
  }
  return out;
}

void add_comparison(const PrintedComparison& b, const std::string& text, Estimate AxisStatistics::*number,
                    const std::string& first, const std::string& other, Table& table) {
  const auto printed = smaller(of_role(b.printed, first, ""), of_role(b.printed, other, ""), number);
  if (printed.all == 0) return;
  for (const auto& a : distinct(b.ours, first, &Sweep::who)) {
    for (const auto& c : distinct(b.ours, other, &Sweep::who)) {
      const auto ours = smaller(of_role(b.ours, first, a), of_role(b.ours, other, c), number);
      const auto statement = fmt::format("{} of {} below that of {}", text, other, first);
      table.rows.push_back(row_of(statement, other, c + " against " + a, printed, ours));
    }
  }
}

}  // namespace

Table sign_agreement_table(const PrintedComparison& b) {
  Table table;
  table.title = "Where the signs agree";
  table.columns = {text_column("statement", true),
                   text_column("method", true),
                   text_column("our method", true),
                   {b.source, "", Direction::kNone, {"holds", "of"}},
                   {"ours", "", Direction::kNone, {"holds", "of"}},
                   {"ours, interval too", "", Direction::kNone, {"holds", "of"}},
                   text_column("agree")};
  const auto first_two = [&] { return b.printed.front().statistics.last + " above " + b.printed.front().statistics.first; };
  const std::vector<Statement> statements = {
      {"Spearman(ECE, acc) is below 0", &AxisStatistics::spearman, nullptr, true},
      {b.along == "method" && !b.printed.empty() ? first_two() : "the best calibrated teaches better than the worst", nullptr,
       &SweepStatistics::gain, false}};
  const auto roles = distinct(b.printed, "", &Sweep::role);
  for (const auto& statement : statements) {
    for (const auto& role : roles) add_statement(b, statement, role, table);
  }
  for (std::size_t i = 1; i < roles.size(); ++i) {
    add_comparison(b, "|Spearman(ECE, acc)|", &AxisStatistics::spearman, roles[0], roles[i], table);
    add_comparison(b, "spread", &AxisStatistics::spread, roles[0], roles[i], table);
  }
  table.notes = {
      "Each statement is counted over the settings of the table above that can show it: \"2 of 3\". Interval too: of ours, those "
      "whose 95% interval lies wholly on that side of 0.",
      "Agree: most settings of both say the same. A sign is little: with one seed and few settings it agrees by chance every "
      "other time."};
  return table;
}

}  // namespace kdbench::inline leaderboard::boards
