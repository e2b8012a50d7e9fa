/// Tables of a comparison: the settings, the sweeps, and number by number.
#include <kdbench/leaderboard/printed/comparison_tables.h>

#include <kdbench/base/text.h>
#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/natural_order.h>
#include <kdbench/stats/describe/summary.h>

#include <fmt/core.h>

#include <algorithm>
#include <functional>

namespace kdbench::inline leaderboard::boards {
namespace {

using TextOf = std::function<std::string(const Sweep&)>;

/// The different texts of some sweeps, in their order; "not printed" where there is none.
std::string texts_of(const std::vector<Measured>& sweeps, const TextOf& text_of) {
  std::vector<std::string> out;
  for (const auto& m : sweeps) {
    const auto text = text_of(*m.sweep);
    if (!text.empty() && std::find(out.begin(), out.end(), text) == out.end()) out.push_back(text);
  }
  return out.empty() ? "not printed" : join(out, "; ");
}

std::string labels_text(const Sweep& sweep) {
  std::vector<std::string> out;
  for (const auto& level : sweep.levels) out.push_back(level.label);
  return join(out, ", ");
}

std::string named(const std::string& name, const std::string& what) { return what.empty() ? name : name + ": " + what; }

std::string epochs_text(const Sweep& s) {
  if (s.teacher_epochs > 0) return fmt::format("teacher {}, student {}", s.teacher_epochs, s.epochs);
  if (s.epochs > 0) return fmt::format("student {}", s.epochs);
  const auto printed = s.fixed.find("teacher_epochs");
  return printed == s.fixed.end() ? "" : "teacher " + printed->second;
}

std::string seeds_text(const Measured& m) {
  const bool unknown = m.sweep->levels.empty() || m.sweep->levels.front().accuracy.contains(-1);
  return unknown ? "not printed" : fmt::format("{}", m.statistics.num_seeds);
}

std::string seeds_of(const std::vector<Measured>& sweeps) {
  std::set<std::string, NaturalLess> out;
  for (const auto& m : sweeps) out.insert(seeds_text(m));
  return join({out.begin(), out.end()}, ", ");
}

Cell estimate_cell(const Metric& metric, const Estimate& e) {
  Cell cell{"n/a",
            {json_number(in_unit(metric, e.value)), json_number(in_unit(metric, e.low)), json_number(in_unit(metric, e.high))}};
  if (e.value) cell.text = shown(metric, e.value);
  if (e.low && e.high) cell.text += fmt::format(" [{}, {}]", shown(metric, e.low), shown(metric, e.high));
  return cell;
}

Column estimate_column(const Metric& metric, const std::string& title = "") {
  return {title.empty() ? metric.title : title, metric.unit, metric.direction, {"value", "low", "high"}};
}

Row sweep_row(const PrintedComparison& comparison, const Measured& m, bool printed) {
  const auto& sweep = *m.sweep;
  const auto& s = m.statistics;
  const auto what = named(sweep.dataset, sweep_text(sweep)) + (sweep.who.empty() ? "" : "; " + sweep.who);
  const auto pair = s.gain.value ? s.last + " over " + s.first + (s.is_within_floor ? " ≈" : "") : "n/a";
  const auto count = sweep.levels.size();
  return {{text_cell(printed ? comparison.source : "ours"),
           text_cell(sweep.role),
           text_cell(what),
           {count == 0 ? "n/a" : fmt::format("{}", count), {count}},
           estimate_cell(metric("spearman_ece"), s.spearman),
           estimate_cell(metric("spearman_axis"), s.spearman_axis),
           estimate_cell(metric("spread"), s.spread),
           text_cell(s.best ? sweep.levels[*s.best].label : "n/a"),
           text_cell(pair),
           estimate_cell(metric("difference"), s.gain),
           estimate_cell(metric("spearman_training"), s.spearman_training)}};
}

/// The same thing stays in both, by the same value.
bool same_setting(const Sweep& printed, const Sweep& ours) {
  if (plain(printed.role) != plain(ours.role)) return false;
  const auto same = [](const std::string& a, const std::string& b) { return a == b && (!a.empty()); };
  if (!same(printed.plain_dataset, ours.plain_dataset) || !same(printed.plain_student, ours.plain_student)) return false;
  if (!printed.teacher.empty() && !same(printed.plain_teacher, ours.plain_teacher)) return false;
  auto fixed = ours.fixed;
  fixed.erase("strategy");
  return std::equal(fixed.begin(), fixed.end(), printed.fixed.begin(), printed.fixed.end(), [](const auto& a, const auto& b) {
    return a.first == b.first && (a.first == "assistant" ? plain(a.second) == plain(b.second) : a.second == b.second);
  });
}

Row number_row(const Sweep& printed, const Sweep& ours, const Level& theirs, const Level& level) {
  const auto mean = stats::mean(values_of(theirs.accuracy)), own = stats::mean(values_of(level.accuracy));
  const auto interval = stats::t_interval(values_of(level.accuracy));
  const auto mean_of = [](const std::map<std::int64_t, double>& by_seed) {
    return by_seed.empty() ? std::nullopt : std::optional(stats::mean(values_of(by_seed)));
  };
  const Estimate estimate{own, interval.defined() ? std::optional(interval.low) : std::nullopt,
                          interval.defined() ? std::optional(interval.high) : std::nullopt};
  const auto inside = !interval.defined() ? "n/a" : interval.low <= mean && mean <= interval.high ? "yes" : "no";
  const auto strategy = ours.fixed.find("strategy");
  const auto who = strategy == ours.fixed.end() ? ours.who : ours.who + ", strategy " + strategy->second;
  return {{text_cell(printed.role), text_cell(sweep_text(printed)), text_cell(theirs.label), text_cell(who),
           number_cell(metric("accuracy"), mean), estimate_cell(metric("accuracy"), estimate),
           number_cell(metric("difference"), own - mean), text_cell(inside), number_cell(metric("ece"), mean_of(theirs.ece)),
           number_cell(metric("ece"), mean_of(level.ece)), number_cell(metric("ece"), mean_of(level.training_ece)),
           number_cell(metric("signed_gap"), mean_of(level.training_gap))}};
}

}  // namespace

std::string sweep_text(const Sweep& sweep) {
  std::vector<std::string> parts;
  if (!sweep.student.empty()) parts.push_back(pair_text(sweep.teacher, sweep.student));
  for (const auto& [name, value] : sweep.fixed) parts.push_back(name + " " + value);
  return join(parts, ", ");
}

Table settings_table(const PrintedComparison& b) {
  Table table;
  table.title = "What differs";
  table.columns = {text_column("", true), text_column(b.source), text_column("ours")};
  const auto add = [&](const std::string& what, const std::string& printed, const std::string& ours) {
    table.rows.push_back({{text_cell(what), text_cell(printed), text_cell(ours)}});
  };
  const auto both = [&](const std::string& what, const TextOf& text) {
    add(what, texts_of(b.printed, text), texts_of(b.ours, text));
  };
  both("data set", [](const Sweep& s) { return named(s.dataset, s.data); });
  both("networks", [](const Sweep& s) { return named(s.student.empty() ? "" : pair_text(s.teacher, s.student), s.models); });
  both("epochs", epochs_text);
  both(b.along, labels_text);
  if (b.along != "method") both("method", [](const Sweep& s) { return s.who.empty() ? s.role : named(s.role, s.who); });
  add("seeds", seeds_of(b.printed), seeds_of(b.ours));
  return table;
}

Table sweeps_table(const PrintedComparison& b) {
  Table table;
  table.title = "What each says";
  table.columns = {text_column("whose", true),
                   text_column("method", true),
                   text_column("setting", true),
                   {b.along + " values", "", Direction::kNone, {"value"}},
                   estimate_column(metric("spearman_ece")),
                   estimate_column(metric("spearman_axis"), fmt::format("Spearman({}, acc)", b.along)),
                   estimate_column(metric("spread")),
                   text_column("best " + b.along),
                   text_column("best calibrated over worst"),
                   estimate_column(metric("difference")),
                   estimate_column(metric("spearman_training"))};
  for (const auto& m : b.printed) table.rows.push_back(sweep_row(b, m, true));
  for (const auto& m : b.ours) table.rows.push_back(sweep_row(b, m, false));
  table.notes = {
      fmt::format("Spearman: rank correlation over the values, of means over seeds, in %; needs three values. Intervals are over "
                  "seeds (95%): of Spearman and spread from {} seeds on, by t for the difference from two.",
                  kLeastSeedsForInterval),
      "Best calibrated over worst: the two values with the lowest and the highest ECE of the one who teaches, or the last and "
      "the first where the ECE is not known; difference: accuracy of the student there, in pairs by seed.",
      "Spearman(training ECE, acc): of our own, with the teacher's ECE on the training rows as the student's loss saw them; "
      "papers print "
      "that of the test rows. ≈: the two ECEs differ by no more than a calibrated network shows (their floor at 95%)."};
  return table;
}

Table numbers_table(const PrintedComparison& b) {
  Table table;
  table.title = "Number by number, where data set and networks are the same";
  table.columns = {text_column("method", true),
                   text_column("setting", true),
                   text_column(b.along, true),
                   text_column("our convention", true),
                   number_column(metric("accuracy"), b.source),
                   estimate_column(metric("accuracy"), "ours"),
                   number_column(metric("difference")),
                   text_column(b.source + " inside ours"),
                   number_column(metric("ece"), "ECE, " + b.source),
                   number_column(metric("ece"), "ECE, ours"),
                   number_column(metric("ece"), "ECE on training rows, ours"),
                   number_column(metric("signed_gap"), "confidence - accuracy on training rows, ours")};
  for (const auto& printed : b.printed) {
    for (const auto& ours : b.all_ours) {
      if (!same_setting(*printed.sweep, ours)) continue;
      for (const auto& theirs : printed.sweep->levels) {
        for (const auto& level : ours.levels) {
          if (!level.id.empty() && level.id == theirs.id) table.rows.push_back(number_row(*printed.sweep, ours, theirs, level));
        }
      }
    }
  }
  table.notes = {
      "Ours: mean over seeds [95% t interval]. The recipe may still differ: see above.",
      "ECE: of the teacher as taught, on the test rows; on training rows: as the student's loss saw them, with confidence "
      "minus accuracy there: above 0 over-, below 0 under-confident."};
  return table;
}

}  // namespace kdbench::inline leaderboard::boards
