/// Finds the teachers, and names for them that tell them apart.
#include <kdbench/leaderboard/boards/teachers.h>

#include <kdbench/leaderboard/model/teaching_chain.h>

#include <fmt/core.h>

#include <tuple>

namespace kdbench::inline leaderboard::boards {
namespace {

/// The networks that one model was trained to at one seed, each with the strategy to name it by: the study's direct one if that
/// placed it too, else the first that did.
using Namesakes = std::map<std::tuple<std::string, std::string, std::int64_t>, std::map<std::string, std::string>>;

Namesakes namesakes_of(const PlanResults& results) {
  Namesakes out;
  for (const auto& p : results.plan().placements) {
    if (p.role != Role::kTeacher) continue;
    const auto it = out[{p.teacher, p.dataset, p.seed}].emplace(p.job, p.strategy).first;
    if (is_direct(results, p)) it->second.clear();
  }
  return out;
}

/// Strategies may train one model in several ways (fewer epochs, smoothed labels): each is a teacher of its own.
std::string told_apart(const Namesakes& namesakes, const Placement& p) {
  const auto networks = namesakes.find({p.teacher, p.dataset, p.seed});
  if (networks == namesakes.end() || networks->second.size() < 2) return p.teacher;
  const auto strategy = networks->second.find(p.job);
  const bool plain = strategy == networks->second.end() || strategy->second.empty();
  return plain ? p.teacher : fmt::format("{} ({})", p.teacher, strategy->second);
}

/// The label of a job, for networks that only it tells apart; the model where the plan does not train it.
std::string label_of(const PlanResults& results, const Placement& p, const std::string& job) {
  const auto* label = results.label_of(job);
  return label == nullptr ? p.teacher : label->name;
}

/// Of a network that is placed as a teacher. One that was taught itself (an assistant) is one network per method.
std::string name_of(const PlanResults& results, const Namesakes& namesakes, const Placement& p) {
  return p.teacher_job.empty() ? told_apart(namesakes, p) : label_of(results, p, p.job);
}

void add(PlanResults& results, Teachers& teachers, const Placement& p, const std::string& job, const std::string& name) {
  auto& teacher = teachers[name + "\n" + p.dataset];
  teacher.name = name;
  teacher.dataset = p.dataset;
  results.add_teacher(teacher.series, p, job);
}

}  // namespace

Teachers find_teachers(PlanResults& results, const std::string& study) {
  Teachers teachers;
  std::set<std::string> placed;
  const auto namesakes = namesakes_of(results);
  const auto elsewhere = [&](const Placement& p) { return !study.empty() && p.study != study; };
  for (const auto& p : results.plan().placements) {
    if (p.role != Role::kTeacher || elsewhere(p)) continue;
    placed.insert(p.job);
    add(results, teachers, p, p.job, name_of(results, namesakes, p));
  }
  for (const auto& p : results.plan().placements) {
    if (p.teacher_job.empty() || placed.contains(p.teacher_job) || elsewhere(p)) continue;
    add(results, teachers, p, p.teacher_job, is_direct(results, p) ? p.teacher : label_of(results, p, p.teacher_job));
  }
  return teachers;
}

}  // namespace kdbench::inline leaderboard::boards
