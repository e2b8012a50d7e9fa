/// Sweeps of printed numbers.
#include <kdbench/leaderboard/printed/sweeps.h>

#include <kdbench/leaderboard/model/natural_order.h>

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace kdbench::inline leaderboard::boards {
namespace {

constexpr std::int64_t kNoSeed = -1;

/// What may vary or stay beside data set, networks and method.
const std::vector<std::string> kFactors = {"assistant", "tau", "checkpoint", "teacher_epochs"};

std::string factor(const PrintedNumber& n, const std::string& name) {
  if (name == "tau") return n.tau ? fmt::format("{}", *n.tau) : "";
  if (name == "assistant") return n.assistant;
  if (name == "checkpoint") return n.checkpoint;
  return name == "teacher_epochs" ? n.teacher_epochs : n.method;
}

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

/// The sweep that a student's number belongs to, without levels.
Sweep sweep_of(const PrintedNumber& n) {
  Sweep sweep{.role = n.along == "method" ? "" : n.method,
              .dataset = n.dataset,
              .teacher = n.teacher,
              .student = n.student,
              .plain_dataset = plain(n.dataset),
              .plain_teacher = plain(n.teacher),
              .plain_student = plain(n.student)};
  for (const auto& name : kFactors) {
    const auto value = factor(n, name);
    if (name != n.along && !value.empty()) sweep.fixed[name] = value;
  }
  return sweep;
}

Sweep& find_or_add(std::vector<Sweep>& sweeps, const PrintedNumber& n) {
  auto wanted = sweep_of(n);
  const auto same = [&](const Sweep& s) {
    return s.role == wanted.role && s.dataset == wanted.dataset && s.teacher == wanted.teacher && s.student == wanted.student &&
           s.fixed == wanted.fixed;
  };
  const auto it = std::find_if(sweeps.begin(), sweeps.end(), same);
  return it != sweeps.end() ? *it : sweeps.emplace_back(std::move(wanted));
}

Level& level_of(Sweep& sweep, const PrintedNumber& n) {
  const auto label = factor(n, n.along);
  for (auto& level : sweep.levels) {
    if (level.label == label) return level;
  }
  const bool is_number = n.along != "assistant" && n.along != "method";
  return sweep.levels.emplace_back(Level{label, is_number ? label : plain(label), is_number ? number_of(label) : std::nullopt});
}

/// A calibration error counts wherever nothing that was printed with it speaks against it.
bool fits(const PrintedNumber& n, const Sweep& sweep, const Level& level) {
  const auto agrees = [](const std::string& said, const std::string& wanted) { return said.empty() || said == wanted; };
  if (n.dataset != sweep.dataset || !agrees(n.teacher, sweep.teacher) || !agrees(n.student, sweep.student)) return false;
  if (n.along != "method" && !agrees(n.method, sweep.role)) return false;
  for (const auto& [name, value] : sweep.fixed) {
    if (!agrees(factor(n, name), value)) return false;
  }
  return factor(n, n.along) == level.label;
}

void add_ece(const PrintedNumber& n, std::vector<Sweep>& sweeps) {
  for (auto& sweep : sweeps) {
    for (auto& level : sweep.levels) {
      if (fits(n, sweep, level)) level.ece[n.seed.value_or(kNoSeed)] = n.value;
    }
  }
}

void add_size(const PrintedNumber& n, std::vector<Sweep>& sweeps) {
  for (auto& sweep : sweeps) {
    for (auto& level : sweep.levels) {
      if (level.id == plain(n.assistant)) level.x = n.value;
    }
  }
}

}  // namespace

std::string plain(const std::string& name) {
  std::string out;
  for (const unsigned char c : name) {
    if (std::isalnum(c)) out += static_cast<char>(std::tolower(c));
  }
  return out;
}

void sort_levels(Sweep& sweep) {
  const auto& levels = sweep.levels;
  const bool by_x = std::all_of(levels.begin(), levels.end(), [](const Level& l) { return l.x.has_value(); });
  std::stable_sort(sweep.levels.begin(), sweep.levels.end(),
                   [&](const Level& a, const Level& b) { return by_x ? *a.x < *b.x : NaturalLess()(a.label, b.label); });
}

std::vector<Sweep> printed_sweeps(const std::vector<PrintedNumber>& numbers, const std::string& table) {
  std::vector<Sweep> sweeps;
  std::string along;
  for (const auto& n : numbers) {
    if (n.table != table || n.of != "student") continue;
    along = n.along;
    if (n.metric == "spearman") find_or_add(sweeps, n).spearman = n.value;
    if (n.metric == "accuracy") level_of(find_or_add(sweeps, n), n).accuracy[n.seed.value_or(kNoSeed)] = n.value;
  }
  for (const auto& n : numbers) {
    if (n.table == table && n.metric == "ece") add_ece(n, sweeps);
    if (n.metric == "parameters" && along == "assistant") add_size(n, sweeps);
  }
  for (auto& sweep : sweeps) sort_levels(sweep);
  return sweeps;
}

}  // namespace kdbench::inline leaderboard::boards
