/// Results by place: made from placements and records, written as JSON and read back.
#include <kdbench/leaderboard/model/result_points.h>

#include <kdbench/leaderboard/boards/strategy_board.h>

#include <utility>

namespace kdbench::inline leaderboard {
namespace boards {
namespace {

void add_teachers(const View& view, const Taught& row, Point& point) {
  point.chain_models.assign(point.chain.size(), "");
  const auto steps = teaching_steps(view, row);
  for (std::size_t i = 0; i < steps.size() && i < point.chain_models.size(); ++i) {
    const auto* record = steps[i].jobs.empty() ? nullptr : view.teacher_record(steps[i].jobs.front());
    if (record == nullptr) continue;
    const auto facts = facts_of(*record);
    point.chain_models[i] = facts.model;
    point.teacher_epochs = facts.epochs;
    point.teacher_params = facts.num_params;
  }
}

void add_runs(const Series& series, Point& point) {
  point.expected = static_cast<std::int64_t>(series.expected());
  for (const auto& [seed, run] : series.runs) {
    if (!run->done()) continue;
    point.runs.push_back({seed, *run->accuracy, run->taught_ece});
    point.tau = run->tau;
    point.loss = run->facts.loss;
    point.data = run->facts.data;
    point.all_rows = run->facts.all_rows;
    point.student_model = run->facts.model;
    point.epochs = run->facts.epochs;
  }
}

Point point_of(const View& view, const Taught& row) {
  const auto& p = *row.place;
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
  point.chain = p.chain.empty() && !p.teacher_job.empty() ? std::vector{p.teacher} : p.chain;
  point.checkpoint = p.teacher_checkpoint;
  add_runs(row.series, point);
  add_teachers(view, row, point);
  return point;
}

}  // namespace

std::vector<Point> make_points(View& view, const std::string& study) {
  std::vector<Point> out;
  for (const auto& row : taught_rows(view, study)) out.push_back(point_of(view, row));
  return out;
}

}  // namespace boards

namespace {

Json optional_json(std::optional<double> value) { return value ? Json(*value) : Json(); }

std::optional<double> optional_from(const Json& json) {
  return json.is_number() ? std::optional(json.get<double>()) : std::nullopt;
}

}  // namespace

Json to_json(const Point& p) {
  Json runs = Json::array();
  for (const auto& run : p.runs) {
    runs.push_back({{"seed", run.seed}, {"accuracy", run.accuracy}, {"teacher_ece", optional_json(run.teacher_ece)}});
  }
  return {{"study", p.study},
          {"dataset", p.dataset},
          {"teacher", p.teacher},
          {"student", p.student},
          {"strategy", p.strategy},
          {"method", p.method},
          {"convention", p.convention},
          {"axis", p.axis},
          {"value", p.value},
          {"chain", p.chain},
          {"checkpoint", p.checkpoint},
          {"loss", p.loss},
          {"data", p.data},
          {"all_rows", p.all_rows},
          {"student_model", p.student_model},
          {"chain_models", p.chain_models},
          {"epochs", p.epochs},
          {"teacher_epochs", p.teacher_epochs},
          {"tau", optional_json(p.tau)},
          {"teacher_params", optional_json(p.teacher_params)},
          {"expected", p.expected},
          {"runs", std::move(runs)}};
}

Point point_from_json(const Json& j) {
  Point p;
  const std::pair<const char*, std::string Point::*> texts[] = {{"study", &Point::study},
                                                                {"dataset", &Point::dataset},
                                                                {"teacher", &Point::teacher},
                                                                {"student", &Point::student},
                                                                {"strategy", &Point::strategy},
                                                                {"method", &Point::method},
                                                                {"convention", &Point::convention},
                                                                {"axis", &Point::axis},
                                                                {"checkpoint", &Point::checkpoint},
                                                                {"loss", &Point::loss},
                                                                {"data", &Point::data},
                                                                {"student_model", &Point::student_model}};
  for (const auto& [key, member] : texts) p.*member = j.at(key).get<std::string>();
  p.value = j.at("value");
  p.chain = j.at("chain").get<std::vector<std::string>>();
  p.chain_models = j.at("chain_models").get<std::vector<std::string>>();
  p.all_rows = j.at("all_rows");
  p.epochs = j.at("epochs");
  p.teacher_epochs = j.at("teacher_epochs");
  p.tau = optional_from(j.at("tau"));
  p.teacher_params = optional_from(j.at("teacher_params"));
  p.expected = j.at("expected");
  for (const auto& run : j.at("runs"))
    p.runs.push_back({run.at("seed"), run.at("accuracy"), optional_from(run.at("teacher_ece"))});
  return p;
}

}  // namespace kdbench::inline leaderboard
