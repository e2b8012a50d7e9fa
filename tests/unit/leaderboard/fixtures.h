/// Hand-made plans and records for the board tests.
#pragma once
#include <kdbench/leaderboard/leaderboard.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace kdbench::test {

/// A plan and its records, built run by run. Job ids are made of the place, so they do not depend on the order.
struct World {
  Json plan = {{"suite", "s"},
               {"title", "A suite"},
               {"select", "last"},
               {"studies", Json::array()},
               {"study_options", Json::object()},
               {"jobs", Json::array()},
               {"placements", Json::array()}};
  std::map<std::string, RunRecord> records;
  std::set<std::string> running;

  struct Where {
    std::string study = "main", kind = "compare", method = "kl", teacher = "big", student = "small";
    std::int64_t seed = 0;
    std::string role = "method", axis = "", convention = "tau=4 on both, tau^2 on, alpha=1";
    double value = 0;
    std::string dataset = "data", strategy = "direct";
    std::vector<std::string> chain = {};
    std::string checkpoint = "";
  };

  static std::string job_of(const Where& w) {
    return w.study + "/" + w.dataset + "/" + w.role + "/" + w.method + "/" + w.teacher + "/" + w.student + "/" + w.strategy +
           "/" + std::to_string(w.seed) + "/" + std::to_string(w.value);
  }

  static std::string teacher_job(const Where& w) { return w.dataset + "/teacher/" + w.teacher + "/" + std::to_string(w.seed); }

  void place(const Where& w) {
    auto& studies = plan["studies"];
    if (std::find(studies.begin(), studies.end(), w.study) == studies.end()) studies.push_back(w.study);
    const bool taught = w.role == "method" && !w.teacher.empty();
    plan["placements"].push_back({{"study", w.study},
                                  {"kind", w.kind},
                                  {"dataset", w.dataset},
                                  {"method", w.method},
                                  {"convention", w.convention},
                                  {"teacher", w.teacher},
                                  {"student", w.student},
                                  {"strategy", w.strategy},
                                  {"seed", w.seed},
                                  {"axis", w.axis},
                                  {"value", w.value},
                                  {"role", w.role},
                                  {"job", w.role == "teacher" ? teacher_job(w) : job_of(w)},
                                  {"teacher_job", taught ? teacher_job(w) : ""},
                                  {"teacher_checkpoint", w.checkpoint},
                                  {"chain", w.chain}});
  }

  /// A run that is done; `ece` is the teacher's as taught.
  RunRecord& done(const Where& w, double accuracy, std::optional<double> ece = {}) {
    place(w);
    RunRecord r;
    r.job = w.role == "teacher" ? teacher_job(w) : job_of(w);
    r.status = Status::kDone;
    r.checkpoints = {{"last", {{"test", {{"accuracy", accuracy}}}}}};
    if (ece) r.teacher = {{"as_taught", {{"ece", *ece}}}};
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

  Leaderboard board() const {
    BoardOptions options;
    options.running = running;
    return make_leaderboard(
        plan,
        [this](const std::string& job) {
          const auto it = records.find(job);
          return it == records.end() ? std::nullopt : std::optional(it->second);
        },
        options);
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
