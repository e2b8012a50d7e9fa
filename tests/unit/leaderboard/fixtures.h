/// Hand-made plans and records for the board tests.
#pragma once
#include <kdbench/leaderboard/leaderboard.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace kdbench::test {

/// Metrics of which only these are known.
inline CalibrationMetrics metrics_of(double accuracy, double ece = NAN) {
  CalibrationMetrics m;
  for (auto* number : {&m.top5, &m.nll, &m.brier, &m.mce, &m.rmsce, &m.ace, &m.adaptive_ece, &m.classwise_ece, &m.overconfidence,
                       &m.underconfidence, &m.mean_confidence})
    *number = NAN;
  m.accuracy = accuracy;
  m.ece = ece;
  return m;
}

inline CheckpointRecord checkpoint(double accuracy, double ece = NAN) {
  CheckpointRecord out;
  out.test.metrics = metrics_of(accuracy, ece);
  return out;
}

/// What a student's record says of its teacher. NAN: not known.
/// @param job of the teacher; empty: not known
inline TeacherRecord taught(const std::string& job, double accuracy, double ece, double temperature,
                            const std::string& rule = "last") {
  TeacherRecord out;
  out.job = job;
  out.checkpoint = CheckpointRef{.rule = rule};
  out.as_taught = {metrics_of(accuracy, ece), temperature};
  return out;
}

/// A plan and its records, built run by run. Job ids are made of the place, so they do not depend on the order.
struct World {
  Plan plan = empty_plan();
  std::map<std::string, RunRecord> records;
  std::set<std::string> running;

  struct Where {
    std::string study = "main";
    StudyKind kind = StudyKind::kCompare;
    std::string method = "kl", teacher = "big", student = "small";
    std::int64_t seed = 0;
    Role role = Role::kMethod;
    std::string axis = "", convention = "tau=4 on both, tau^2 on, alpha=1";
    double value = 0;
    std::string dataset = "data", strategy = "direct";
    std::vector<std::string> chain = {};
    std::string checkpoint = "";  ///< a rule
  };

  static Plan empty_plan() {
    Plan plan;
    plan.suite = "s";
    plan.title = "A suite";
    plan.select = "last";
    return plan;
  }

  static std::string job_of(const Where& w) {
    return w.study + "/" + w.dataset + "/" + to_document(w.role).get<std::string>() + "/" + w.method + "/" + w.teacher + "/" +
           w.student + "/" + w.strategy + "/" + std::to_string(w.seed) + "/" + std::to_string(w.value);
  }

  static std::string teacher_job(const Where& w) { return w.dataset + "/teacher/" + w.teacher + "/" + std::to_string(w.seed); }

  /// Names the study as the planner does, with a baseline and a direct strategy.
  void add_study(const std::string& study) {
    if (std::find(plan.studies.begin(), plan.studies.end(), study) != plan.studies.end()) return;
    plan.studies.push_back(study);
    plan.study_options.try_emplace(study, StudyOptions{.baseline = "kl", .per_seed = false, .direct = "direct"});
  }

  void place(const Where& w) {
    add_study(w.study);
    const bool taught = w.role == Role::kMethod && !w.teacher.empty();
    Placement p;
    p.study = w.study;
    p.kind = w.kind;
    p.dataset = w.dataset;
    p.method = w.method;
    p.convention = w.convention;
    p.teacher = w.teacher;
    p.student = w.student;
    p.strategy = w.strategy;
    p.seed = w.seed;
    p.axis = w.axis;
    p.value = w.value;
    p.role = w.role;
    p.job = w.role == Role::kTeacher ? teacher_job(w) : job_of(w);
    p.teacher_job = taught ? teacher_job(w) : "";
    p.teacher_checkpoint = CheckpointRef{.rule = w.checkpoint};
    p.chain = w.chain;
    plan.placements.push_back(std::move(p));
  }

  /// A run that is done; `ece` is the teacher's as taught.
  RunRecord& done(const Where& w, double accuracy, std::optional<double> ece = {}) {
    place(w);
    RunRecord r;
    r.job = w.role == Role::kTeacher ? teacher_job(w) : job_of(w);
    r.status = Status::kDone;
    r.checkpoints["last"] = checkpoint(accuracy);
    if (ece) r.teacher = taught("", NAN, *ece, NAN);
    return records[r.job] = r;
  }

  void ended(const Where& w, Status status, const std::string& reason) {
    place(w);
    RunRecord r;
    r.job = job_of(w);
    r.status = status;
    r.reason = reason;
    records[r.job] = r;
  }

  /// Finds records of this world, which must outlive the function.
  RecordOf record_of() const {
    return [this](const std::string& job) {
      const auto it = records.find(job);
      return it == records.end() ? std::nullopt : std::optional(it->second);
    };
  }

  Leaderboard board() const {
    BoardOptions options;
    options.running = running;
    return make_leaderboard(plan, record_of(), options);
  }
};

/// What tests/golden/boards/NAME holds; UPDATE_GOLDEN=1 writes `now` into it.
inline std::string golden(const std::string& name, const std::string& now) {
  const auto path = std::string(KDBENCH_TEST_DATA) + "/golden/boards/" + name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << now;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// The table whose title contains `part`; fails loudly if there is none.
inline const Table& table(const Leaderboard& board, const std::string& part) {
  for (const auto& t : board.tables) {
    if (t.title.find(part) != std::string::npos) return t;
  }
  throw std::runtime_error("no table '" + part + "'");
}

/// The cell in the row whose first cell is `row` and the column titled `column`.
inline const Cell& cell(const Table& t, const std::string& row, const std::string& column) {
  for (const auto& r : t.rows) {
    if (r.cells.at(0).text != row) continue;
    for (std::size_t i = 0; i < t.columns.size(); ++i) {
      if (t.columns[i].title == column) return r.cells.at(i);
    }
  }
  throw std::runtime_error("no cell '" + row + "', '" + column + "' in " + t.title);
}

inline std::string text(const Table& t, const std::string& row, const std::string& column) { return cell(t, row, column).text; }

}  // namespace kdbench::test
