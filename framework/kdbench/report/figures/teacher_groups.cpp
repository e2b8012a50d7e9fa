#include <kdbench/report/figures/teacher_groups.h>

#include <kdbench/leaderboard/model/natural_order.h>
#include <kdbench/stats/describe/summary.h>

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <set>

namespace kdbench::report {
namespace {

using Names = std::set<std::string, boards::NaturalLess>;

/// Natural order of data set and student, then the value.
struct Key {
  std::string dataset, student;
  double value = 0;

  bool operator<(const Key& other) const {
    const boards::NaturalLess less;
    if (dataset != other.dataset) return less(dataset, other.dataset);
    if (student != other.student) return less(student, other.student);
    return value < other.value;
  }
};

/// What stands under one key: method -> teacher -> runs.
struct Gathered {
  std::map<std::string, std::map<std::string, boards::Series>, boards::NaturalLess> methods;
  std::map<std::string, std::string> conventions;
  Names teachers;
  std::string at;  ///< "tau = 4", in a sensitivity study
};

std::map<Key, Gathered> gather(boards::PlanResults& results, const std::string& study) {
  const auto placements = results.placements(study);
  std::set<std::string> strategies;
  for (const auto* p : placements) {
    if (p->role == Role::kMethod) strategies.insert(p->strategy);
  }
  std::map<Key, Gathered> out;
  for (const auto* p : placements) {
    if (p->role != Role::kMethod || p->teacher_job.empty()) continue;
    const auto label = strategies.size() > 1 ? fmt::format("{} ({})", p->method, p->strategy) : p->method;
    auto& gathered = out[{p->dataset, p->student, p->axis.empty() ? 0 : p->value}];
    results.add(gathered.methods[label][p->teacher], *p);
    gathered.conventions[label] = p->convention;
    gathered.teachers.insert(p->teacher);
    if (!p->axis.empty()) gathered.at = fmt::format("{} = {}", p->axis, p->value);
  }
  return out;
}

/// All methods, teachers in the order of `teachers`.
std::vector<boards::Curve> curves_of(const Gathered& gathered, const std::vector<std::string>& teachers, const Names& methods) {
  std::vector<boards::Curve> out;
  for (const auto& [label, by_teacher] : gathered.methods) {
    if (!methods.contains(label)) continue;
    boards::Curve curve{label, gathered.conventions.at(label), {}};
    for (std::size_t i = 0; i < teachers.size(); ++i) {
      if (const auto it = by_teacher.find(teachers[i]); it != by_teacher.end()) curve.points[static_cast<double>(i)] = it->second;
    }
    out.push_back(std::move(curve));
  }
  return out;
}

/// Teachers in order of the mean of a row of ECE, whose points are places in `teachers`.
std::vector<std::string> by_ece(const std::vector<std::string>& teachers, const boards::EceRow& row) {
  std::map<std::string, double> ece;
  for (std::size_t i = 0; i < teachers.size(); ++i) {
    const auto at = row.points.find(static_cast<double>(i));
    const auto values = at == row.points.end() ? std::vector<double>() : boards::values_of(at->second);
    ece[teachers[i]] = values.empty() ? std::numeric_limits<double>::infinity() : stats::mean(values);
  }
  auto out = teachers;
  std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) { return ece[a] < ece[b]; });
  return out;
}

/// The temperature of the teachers' logits, if all runs that are done name one.
std::string temperature_text(const std::vector<boards::Curve>& curves) {
  std::set<double> temperatures;
  for (const auto& curve : curves) {
    for (const auto& [value, series] : curve.points) {
      for (const auto& [seed, run] : series.runs) {
        if (run->taught_at) temperatures.insert(*run->taught_at);
      }
    }
  }
  return temperatures.size() == 1 ? fmt::format(", teachers at temperature {}", *temperatures.begin()) : "";
}

std::vector<TeacherGroup> groups_of(const Key& key, const Gathered& gathered, const boards::CurveGroup& common) {
  std::vector<TeacherGroup> out;
  const std::vector<std::string> natural(gathered.teachers.begin(), gathered.teachers.end());
  Names all;
  for (const auto& [label, by_teacher] : gathered.methods) all.insert(label);
  auto unsorted = common;
  unsorted.curves = curves_of(gathered, natural, all);
  for (const auto& row : boards::ece_rows(unsorted)) {
    TeacherGroup group{common, by_ece(natural, row), ""};
    group.group.curves = curves_of(gathered, group.teachers, {row.methods.begin(), row.methods.end()});
    group.title = fmt::format("{}, student {}{}", key.dataset, key.student,
                              gathered.at.empty() ? temperature_text(group.group.curves) : ", " + gathered.at);
    out.push_back(std::move(group));
  }
  return out;
}

}  // namespace

std::vector<TeacherGroup> teacher_groups(boards::PlanResults& results, const std::string& study) {
  std::vector<TeacherGroup> out;
  for (const auto& [key, gathered] : gather(results, study)) {
    if (gathered.teachers.size() < 2) continue;
    boards::CurveGroup common{study, key.dataset, "", key.student, "", "teacher", {}, {}, false};
    for (const auto* p : results.placements(study)) {
      const bool here = p->role == Role::kAlone && p->dataset == key.dataset && p->student == key.student;
      if (here) results.add(common.alone, *p);
    }
    for (auto& group : groups_of(key, gathered, common)) out.push_back(std::move(group));
  }
  return out;
}

}  // namespace kdbench::report
