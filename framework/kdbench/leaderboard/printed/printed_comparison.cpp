/// Sets results beside printed numbers.
#include <kdbench/leaderboard/printed/printed_comparison.h>

#include <kdbench/leaderboard/printed/comparison_tables.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline leaderboard {
namespace {

/// Puts the methods of ours in the order in which they are printed; others after them.
void sort_by_role(const std::vector<boards::Sweep>& printed, std::vector<boards::Sweep>& ours) {
  const auto place = [&](const boards::Sweep& sweep) {
    const auto same = [&](const boards::Sweep& p) { return boards::plain(p.role) == boards::plain(sweep.role); };
    return std::find_if(printed.begin(), printed.end(), same) - printed.begin();
  };
  std::stable_sort(ours.begin(), ours.end(), [&](const boards::Sweep& a, const boards::Sweep& b) { return place(a) < place(b); });
}

}  // namespace

Leaderboard compare_with_printed(const Leaderboard& results, const std::vector<PrintedNumber>& numbers, const PrintedNames& names,
                                 const std::string& table, const std::string& source, const BoardOptions& options) {
  boards::PrintedComparison b{source, table, "", {}, {}, {}};
  for (const auto& n : numbers) {
    if (n.table == table && b.along.empty()) b.along = n.along;
  }
  const auto printed = boards::printed_sweeps(numbers, table);
  for (const auto& sweep : printed) {
    auto& statistics = b.printed.emplace_back(boards::Measured{&sweep, boards::statistics_of(sweep, options)}).statistics;
    // Printed runs of two methods are numbered, not paired: there is no interval of their difference.
    if (b.along == "method") statistics.gain = {statistics.gain.value}, statistics.spread = {statistics.spread.value};
  }
  b.all_ours = boards::our_sweeps(results.points, b.along, names);
  sort_by_role(printed, b.all_ours);
  for (const auto& sweep : b.all_ours) {
    if (sweep.levels.size() > 1) b.ours.push_back({&sweep, boards::statistics_of(sweep, options)});
  }
  Leaderboard out;
  out.title = fmt::format("{} beside {} of {}", results.title, table, source);
  out.paper = table;
  out.tables = {boards::settings_table(b), boards::sweeps_table(b), boards::sign_agreement_table(b)};
  auto same = boards::numbers_table(b);
  if (!same.rows.empty())
    out.tables.push_back(std::move(same));
  else
    out.notes.push_back("Data set or networks differ, so numbers are not compared: only signs and ranks are.");
  if (b.ours.empty())
    out.notes.push_back(fmt::format("No run that is done varies {}: nothing of ours to set beside it.", b.along));
  return out;
}

}  // namespace kdbench::inline leaderboard
