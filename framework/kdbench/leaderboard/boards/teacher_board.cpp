/// The teacher board: how good and how calibrated each teacher is, its reliability table, its ECE against tau.
#include <kdbench/leaderboard/boards/strategy_board.h>
#include <kdbench/leaderboard/boards/teacher_board.h>

#include <fmt/core.h>

#include <cmath>
#include <tuple>

namespace kdbench::inline leaderboard::boards {
namespace {

/// The networks that one model was trained to at one seed, each with the strategy to name it by: the study's direct one if that
/// placed it too, else the first that did.
using Namesakes = std::map<std::tuple<std::string, std::string, std::int64_t>, std::map<std::string, std::string>>;

bool is_direct(const View& view, const Place& place) {
  return place.strategy.empty() || place.strategy == direct_strategy(view, place.study);
}

Namesakes namesakes_of(const View& view) {
  Namesakes out;
  for (const auto& place : view.all) {
    if (place.role != "teacher") continue;
    const auto it = out[{place.teacher, place.dataset, place.seed}].emplace(place.job, place.strategy).first;
    if (is_direct(view, place)) it->second.clear();
  }
  return out;
}

/// Strategies may train one model in several ways (fewer epochs, smoothed labels): each is a teacher of its own.
std::string told_apart(const Namesakes& namesakes, const Place& place) {
  const auto networks = namesakes.find({place.teacher, place.dataset, place.seed});
  if (networks == namesakes.end() || networks->second.size() < 2) return place.teacher;
  const auto strategy = networks->second.find(place.job);
  const bool plain = strategy == networks->second.end() || strategy->second.empty();
  return plain ? place.teacher : fmt::format("{} ({})", place.teacher, strategy->second);
}

std::string without_seed(const std::string& label, std::int64_t seed) {
  const auto tail = fmt::format(" s{}", seed);
  return label.ends_with(tail) ? label.substr(0, label.size() - tail.size()) : label;
}

/// The label of a job, for networks that only it tells apart.
std::string label_of(const View& view, const Place& place, const std::string& job) {
  const auto label = view.job_labels.find(job);
  return label == view.job_labels.end() ? place.teacher : without_seed(label->second, place.seed);
}

/// Of a network that is placed as a teacher. One that was taught itself (an assistant) is one network per method.
std::string name_of(const View& view, const Namesakes& namesakes, const Place& place) {
  return place.convention == "taught" ? label_of(view, place, place.job) : told_apart(namesakes, place);
}

void add_teacher(View& view, Teachers& teachers, Place place, const std::string& name) {
  auto& teacher = teachers[name + "\n" + place.dataset];
  teacher.name = name;
  teacher.dataset = place.dataset;
  place.method = "teacher";
  place.student = "";
  view.add(teacher.series, place);
}

}  // namespace

Teachers find_teachers(View& view, const std::string& study) {
  Teachers teachers;
  std::set<std::string> placed;
  const auto namesakes = namesakes_of(view);
  const auto elsewhere = [&](const Place& place) { return !study.empty() && place.study != study; };
  for (const auto& place : view.all) {
    if (place.role != "teacher" || elsewhere(place)) continue;
    placed.insert(place.job);
    add_teacher(view, teachers, place, name_of(view, namesakes, place));
  }
  for (auto place : view.all) {
    if (place.teacher_job.empty() || placed.contains(place.teacher_job) || elsewhere(place)) continue;
    const auto name = is_direct(view, place) ? place.teacher : label_of(view, place, place.teacher_job);
    place.job = place.teacher_job;
    add_teacher(view, teachers, place, name);
  }
  return teachers;
}

namespace {

const Json& at_path(const Json& json, std::initializer_list<std::string> path) {
  static const Json kNull;
  const Json* at = &json;
  for (const auto& key : path) {
    if (!at->is_object() || !at->contains(key)) return kNull;
    at = &at->at(key);
  }
  return *at;
}

}  // namespace

const Json& checkpoint_of(const View& view, const std::string& job) {
  static const Json kNull;
  const auto* record = view.teacher_record(job);
  return record == nullptr ? kNull : at_path(record->checkpoints, {view.select});
}

namespace {

double metric_value(const Json& checkpoint, const std::string& key) {
  if (key == "fitted_T") return to_double(at_path(checkpoint, {"fitted_temperature", "T"}));
  if (key == "ece_after") return to_double(at_path(checkpoint, {"fitted_temperature", "ece_after"}));
  return to_double(at_path(checkpoint, {"test", key}));
}

Cell metric_cell(const View& view, const Teacher& teacher, const std::string& key) {
  if (teacher.series.accuracies().empty()) return summary_cell(metric(key), teacher.series);
  std::vector<double> values;
  for (const auto& [seed, run] : teacher.series.runs) {
    const auto value = run->done() ? metric_value(checkpoint_of(view, teacher.series.jobs.at(seed)), key) : NAN;
    if (std::isfinite(value)) values.push_back(value);
  }
  return summary_cell(metric(key), values, teacher.series);
}

Table metrics_table(const View& view, const Teachers& teachers, const std::string& title, const std::vector<std::string>& keys) {
  Table table;
  table.title = title;
  table.columns = {text_column("teacher", true), text_column("dataset", true)};
  for (const auto& key : keys) {
    table.columns.push_back(summary_column(metric(key), metric(key).title));
    table.notes.push_back(metric(key).title + ": " + metric(key).meaning + ".");
  }
  for (const auto& [id, teacher] : teachers) {
    Row row{{text_cell(teacher.name), text_cell(teacher.dataset)}};
    for (const auto& key : keys) row.cells.push_back(metric_cell(view, teacher, key));
    table.rows.push_back(std::move(row));
  }
  return table;
}

Row bin_row(const Json& bin) {
  const auto accuracy = to_double(at_path(bin, {"accuracy"})), confidence = to_double(at_path(bin, {"confidence"}));
  return {{text_cell(fmt::format("({:.3f}, {:.3f}]", to_double(at_path(bin, {"lower"})), to_double(at_path(bin, {"upper"})))),
           number_cell(metric("count"), to_double(at_path(bin, {"count"}))), number_cell(metric("bin_accuracy"), accuracy),
           number_cell(metric("confidence"), confidence), number_cell(metric("gap"), accuracy - confidence)}};
}

/// Of the lowest seed that is done: bins of several networks hold different samples and have no mean.
std::vector<Table> reliability_tables(const View& view, const Teachers& teachers) {
  std::vector<Table> tables;
  for (const auto& [id, teacher] : teachers) {
    const auto done = teacher.series.accuracies();
    if (done.empty()) continue;
    const auto seed = done.begin()->first;
    const auto& bins = at_path(checkpoint_of(view, teacher.series.jobs.at(seed)), {"test", "reliability"});
    if (!bins.is_array() || bins.empty()) continue;
    Table table;
    table.title = fmt::format("Reliability of {} on {}, seed {}", teacher.name, teacher.dataset, seed);
    table.notes = {fmt::format("Of seed {}, the lowest that is done; a table of one network, not a mean over {} seeds.", seed,
                               teacher.series.expected())};
    table.columns = {text_column("confidence in", true), number_column(metric("count")), number_column(metric("bin_accuracy")),
                     number_column(metric("confidence")), number_column(metric("gap"))};
    for (const auto& bin : bins) table.rows.push_back(bin_row(bin));
    tables.push_back(std::move(table));
  }
  return tables;
}

/// tau -> ECE over seeds.
std::map<double, std::vector<double>> tau_curve(const View& view, const Teacher& teacher) {
  std::map<double, std::vector<double>> out;
  for (const auto& [seed, job] : teacher.series.jobs) {
    const auto* record = view.teacher_record(job);
    if (record == nullptr || !record->tau_curve.is_array()) continue;
    for (const auto& point : record->tau_curve) {
      const auto tau = to_double(at_path(point, {"tau"})), ece = to_double(at_path(point, {"ece"}));
      if (std::isfinite(tau) && std::isfinite(ece)) out[tau].push_back(ece);
    }
  }
  return out;
}

std::vector<Table> tau_table(const View& view, const Teachers& teachers) {
  std::set<double> taus;
  for (const auto& [id, teacher] : teachers) {
    for (const auto& [tau, eces] : tau_curve(view, teacher)) taus.insert(tau);
  }
  if (taus.empty()) return {};
  Table table;
  table.title = "Teachers: ECE against tau";
  table.notes = {
      "ECE (%) on the test split of the logits divided by tau, mean±sd over seeds; of the last epoch, whatever select says."};
  table.columns = {text_column("teacher", true), text_column("dataset", true)};
  for (const auto tau : taus) table.columns.push_back(summary_column({"ece", "", "", Direction::kNone}, fmt::format("{}", tau)));
  for (const auto& [id, teacher] : teachers) {
    const auto curve = tau_curve(view, teacher);
    Row row{{text_cell(teacher.name), text_cell(teacher.dataset)}};
    for (const auto tau : taus) {
      const auto at = curve.find(tau);
      row.cells.push_back(compact_cell(metric("ece"), at == curve.end() ? std::vector<double>() : at->second, teacher.series));
    }
    table.rows.push_back(std::move(row));
  }
  return {table};
}

}  // namespace

std::vector<Table> teacher_board(View& view) {
  const auto teachers = find_teachers(view);
  if (teachers.empty()) return {};
  std::vector<Table> tables = {metrics_table(view, teachers, "Teachers: accuracy and calibration",
                                             {"accuracy", "ece", "mce", "adaptive_ece", "classwise_ece"}),
                               metrics_table(view, teachers, "Teachers: likelihood, confidence and temperature",
                                             {"nll", "brier", "overconfidence", "underconfidence", "fitted_T", "ece_after"})};
  tables[0].notes.insert(tables[0].notes.begin(),
                         {view.selection_note(), "Mean ± sample standard deviation (n) over seeds; n/a at n = 1."});
  for (auto& table : tau_table(view, teachers)) tables.push_back(std::move(table));
  for (auto& table : reliability_tables(view, teachers)) tables.push_back(std::move(table));
  return tables;
}

}  // namespace kdbench::inline leaderboard::boards
