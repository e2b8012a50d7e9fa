#include <kdbench/leaderboard/model/make_points.h>

#include <kdbench/leaderboard/model/metrics.h>
#include <kdbench/leaderboard/model/teaching_chain.h>

namespace kdbench::inline leaderboard::boards {
namespace {

void add_teachers(const PlanResults& results, const TaughtRow& row, Point& point) {
  point.chain_models.assign(point.chain.size(), {});
  const auto steps = teaching_steps(results, row);
  for (std::size_t i = 0; i < steps.size() && i < point.chain_models.size(); ++i) {
    const auto* record = steps[i].jobs.empty() ? nullptr : results.teacher_record(steps[i].jobs.front());
    if (record == nullptr) continue;
    const auto setting = setting_of(*record);
    point.chain_models[i] = setting.model;
    point.teacher_epochs = setting.epochs;
    point.teacher_params = setting.num_params;
  }
}

void add_runs(const Series& series, Point& point) {
  point.expected = static_cast<std::int64_t>(series.expected());
  for (const auto& [seed, run] : series.runs) {
    if (!run->done()) continue;
    point.runs.push_back({.seed = seed,
                          .job = series.jobs.at(seed),
                          .accuracy = *run->accuracy,
                          .ece = run->measured ? finite(run->measured->ece) : std::nullopt,
                          .teacher_ece = run->taught_ece,
                          .teacher_ece_floor = run->taught_ece_floor});
    if (const auto& training = run->taught.training) {
      point.runs.back().teacher_training_ece = finite(training->ece);
      point.runs.back().teacher_training_gap = finite(training->signed_gap());
    }
    point.tau = run->tau;
    point.loss = run->setting.loss;
    point.data = run->setting.data;
    point.all_rows = run->setting.all_rows;
    point.student_model = run->setting.model;
    point.epochs = run->setting.epochs;
  }
}

Point point_of(const PlanResults& results, const TaughtRow& row) {
  const auto& p = *row.placement;
  Point point;
  point.study = p.study;
  point.dataset = p.dataset;
  point.teacher = p.teacher;
  point.student = p.student;
  point.strategy = p.strategy;
  point.method = p.method;
  point.convention = p.convention;
  point.axis = p.axis;
  point.value = p.value;
  point.chain = chain_of(p);
  point.checkpoint = p.teacher_checkpoint;
  add_runs(row.series, point);
  add_teachers(results, row, point);
  return point;
}

}  // namespace

std::vector<Point> make_points(PlanResults& results, const std::string& study) {
  std::vector<Point> out;
  for (const auto& row : taught_rows(results, study)) out.push_back(point_of(results, row));
  return out;
}

}  // namespace kdbench::inline leaderboard::boards
