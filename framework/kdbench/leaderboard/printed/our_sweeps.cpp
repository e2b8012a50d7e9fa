/// Sweeps of our own results: points that differ in what a printed table varies and in nothing else.
#include <kdbench/leaderboard/printed/sweeps.h>

#include <kdbench/base/text.h>

#include <fmt/core.h>

#include <algorithm>
#include <sstream>

namespace kdbench::inline leaderboard::boards {
namespace {

/// Those after the first teacher, of names and of networks alike.
template <class T>
std::vector<T> assistants_of(const std::vector<T>& chain) {
  return chain.empty() ? chain : std::vector<T>(chain.begin() + 1, chain.end());
}

bool is_last(const Point& p) { return p.checkpoint.rule == "last"; }

std::optional<double> epoch_of(const Point& p) {
  if (is_last(p) && p.teacher_epochs > 0) return static_cast<double>(p.teacher_epochs);
  return p.checkpoint.is_epoch() ? std::optional(static_cast<double>(p.checkpoint.epoch)) : std::nullopt;
}

Level numbered(double x) { return {fmt::format("{}", x), fmt::format("{}", x), x}; }

/// Where the point stands along what varies; nothing where it does not belong to such a sweep.
std::optional<Level> level_of(const Point& p, const std::string& along, const PrintedNames& names) {
  if (along == "method") return Level{names.loss(p.loss), plain(names.loss(p.loss)), {}};
  if (p.chain.empty()) return std::nullopt;
  if (along == "tau") {
    if (!p.axis.empty()) return numbered(p.value);
    return p.tau ? std::optional(numbered(*p.tau)) : std::nullopt;
  }
  if (along == "assistant") {
    if (p.chain.size() < 2) return std::nullopt;
    const auto models = assistants_of(p.chain_models);
    return Level{join(assistants_of(p.chain), " > "), models.size() == 1 ? plain(names.network(models.front())) : "",
                 p.teacher_params};
  }
  if (along == "checkpoint") {
    const auto epoch = epoch_of(p);
    return Level{checkpoint_text(p.checkpoint), epoch ? fmt::format("{}", *epoch) : "", epoch};
  }
  if (!is_last(p) || p.teacher_epochs == 0) return std::nullopt;
  return numbered(static_cast<double>(p.teacher_epochs));
}

/// "kl[alpha=0.5]" of "kl[alpha=0.5,tau=4]".
std::string without_tau(const std::string& method) {
  const auto open = method.find('[');
  if (open == std::string::npos || !method.ends_with(']')) return method;
  std::vector<std::string> kept;
  std::istringstream items(method.substr(open + 1, method.size() - open - 2));
  for (std::string item; std::getline(items, item, ',');) {
    if (!item.starts_with("tau=")) kept.push_back(item);
  }
  const auto name = method.substr(0, open);
  return kept.empty() ? name : fmt::format("{}[{}]", name, join(kept, ","));
}

/// Method and convention, without the tau of a grid of methods: it varies along the sweep, or is one of the things that stay.
std::string who_of(const Point& p, const std::string& along) {
  if (along == "method") return "";
  const auto comma = p.convention.find(", ");
  const bool of_grid = p.axis.empty() && p.convention.starts_with("tau=") && comma != std::string::npos;
  if (!of_grid) return fmt::format("{} ({})", p.method, p.convention);
  return fmt::format("{} ({})", without_tau(p.method), p.convention.substr(comma + 2));
}

std::map<std::string, std::string> fixed_of(const Point& p, const std::string& along, const PrintedNames& names) {
  std::map<std::string, std::string> fixed;
  if (along == "method") return fixed;
  if (along == "tau" && p.axis != "tau") fixed["axis"] = p.axis;
  if (along == "tau") fixed["strategy"] = names.strategy(p.strategy);
  if (along != "tau" && p.tau) fixed["tau"] = fmt::format("{}", *p.tau);
  if (along != "tau" && p.axis == "teacher_temperature") fixed[p.axis] = fmt::format("{}", p.value);
  if (along != "assistant" && p.chain.size() > 1) {
    const auto models = assistants_of(p.chain_models);
    const bool known = models.size() == 1 && !models.front().plugin.empty();
    fixed["assistant"] = known ? plain(names.network(models.front())) : join(assistants_of(p.chain), " > ");
  }
  if (along != "checkpoint" && along != "teacher_epochs" && !is_last(p)) fixed["checkpoint"] = checkpoint_text(p.checkpoint);
  if (along == "checkpoint") fixed["teacher_epochs"] = fmt::format("{}", p.teacher_epochs);
  std::erase_if(fixed, [](const auto& item) { return item.second.empty(); });
  return fixed;
}

Sweep sweep_of(const Point& p, const std::string& along, const PrintedNames& names) {
  const auto teacher = p.chain_models.empty() ? PluginName() : p.chain_models.front();
  const auto student = p.student_model.text();
  return {.role = along == "method" ? "" : names.loss(p.loss),
          .who = who_of(p, along),
          .study = p.study,
          .dataset = p.dataset,
          .teacher = p.teacher,
          .student = p.student,
          .data = p.data.text(),
          .models = teacher.plugin.empty() ? student : teacher.text() + " -> " + student,
          .plain_dataset = p.all_rows ? plain(p.data.source.plugin) : "",
          .plain_teacher = plain(names.network(teacher)),
          .plain_student = plain(names.network(p.student_model)),
          .fixed = fixed_of(p, along, names),
          .levels = {},
          .spearman = {},
          .epochs = p.epochs,
          .teacher_epochs = p.teacher_epochs};
}

Sweep& find_or_add(std::vector<Sweep>& sweeps, Sweep wanted) {
  const auto same = [&](const Sweep& s) {
    return s.role == wanted.role && s.who == wanted.who && s.study == wanted.study && s.dataset == wanted.dataset &&
           s.teacher == wanted.teacher && s.student == wanted.student && s.fixed == wanted.fixed;
  };
  const auto it = std::find_if(sweeps.begin(), sweeps.end(), same);
  return it != sweeps.end() ? *it : sweeps.emplace_back(std::move(wanted));
}

void add_level(Level level, const Point& p, Sweep& sweep) {
  for (const auto& run : p.runs) {
    level.accuracy[run.seed] = run.accuracy;
    if (run.teacher_ece) level.ece[run.seed] = *run.teacher_ece;
    if (run.teacher_ece_floor) level.floor[run.seed] = *run.teacher_ece_floor;
    if (run.teacher_training_ece) level.training_ece[run.seed] = *run.teacher_training_ece;
    if (run.teacher_training_gap) level.training_gap[run.seed] = *run.teacher_training_gap;
  }
  const auto there =
      std::find_if(sweep.levels.begin(), sweep.levels.end(), [&](const Level& l) { return l.label == level.label; });
  // Two ways to one position are one point where they come to the same runs (a strategy that changes nothing), else two.
  if (there != sweep.levels.end() && there->accuracy == level.accuracy && there->ece == level.ece) return;
  if (there != sweep.levels.end()) level.label = fmt::format("{} ({})", level.label, p.strategy);
  sweep.levels.push_back(std::move(level));
}

}  // namespace

std::vector<Sweep> our_sweeps(const std::vector<Point>& points, const std::string& along, const PrintedNames& names) {
  std::vector<Sweep> sweeps;
  for (const auto& p : points) {
    auto level = p.runs.empty() ? std::nullopt : level_of(p, along, names);
    if (level) add_level(std::move(*level), p, find_or_add(sweeps, sweep_of(p, along, names)));
  }
  for (auto& sweep : sweeps) sort_levels(sweep);
  return sweeps;
}

}  // namespace kdbench::inline leaderboard::boards
