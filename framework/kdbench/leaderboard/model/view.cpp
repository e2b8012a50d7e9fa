/// Reads a plan and its records once, and reduces each record to the numbers that boards print.
#include <kdbench/leaderboard/model/view.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace kdbench::boards {
namespace {

std::string text_at(const Json& json, const char* key) {
  const auto it = json.find(key);
  return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
}

/// The number at a path of keys, nothing where a part is missing, null or not finite.
std::optional<double> number_at(const Json& json, std::initializer_list<const char*> path) {
  const Json* at = &json;
  for (const auto* key : path) {
    if (!at->is_object() || !at->contains(key)) return std::nullopt;
    at = &at->at(key);
  }
  const auto value = to_double(*at);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::vector<std::string> texts_of(const Json& json) {
  std::vector<std::string> out;
  if (!json.is_array()) return out;
  for (const auto& item : json) out.push_back(item.is_string() ? item.get<std::string>() : item.dump());
  return out;
}

Place place_from(const Json& json) {
  Place place;
  place.study = text_at(json, "study");
  place.kind = text_at(json, "kind");
  place.dataset = text_at(json, "dataset");
  place.method = text_at(json, "method");
  place.convention = text_at(json, "convention");
  place.teacher = text_at(json, "teacher");
  place.student = text_at(json, "student");
  place.strategy = text_at(json, "strategy");
  place.axis = text_at(json, "axis");
  place.role = text_at(json, "role");
  place.job = text_at(json, "job");
  place.teacher_job = text_at(json, "teacher_job");
  place.seed = json.value("seed", std::int64_t{0});
  place.value = json.value("value", 0.0);
  place.teacher_checkpoint = text_at(json, "teacher_checkpoint");
  if (const auto chain = json.find("chain"); chain != json.end()) place.chain = texts_of(*chain);
  return place;
}

/// "last", "min_val_ece", "epoch 30"; empty where nobody taught.
std::string checkpoint_text(const Json& teacher) {
  const auto it = teacher.find("checkpoint");
  if (it == teacher.end() || !it->is_object()) return "";
  const auto rule = text_at(*it, "rule");
  return rule == "epoch" ? fmt::format("epoch {}", it->value("epoch", std::int64_t{0})) : rule;
}

void add_teaching(const RunRecord& record, Outcome& out) {
  out.taught_ece = number_at(record.teacher, {"as_taught", "ece"});
  out.taught_accuracy = number_at(record.teacher, {"as_taught", "accuracy"});
  out.taught_at = number_at(record.teacher, {"as_taught", "temperature"});
  out.tau = number_at(record.spec, {"loss", "tau_teacher"});
  if (!record.teacher.is_object()) return;
  out.taught_by = text_at(record.teacher, "job");
  out.taught_checkpoint = checkpoint_text(record.teacher);
}

Outcome outcome_of(const std::optional<RunRecord>& record, bool running, const std::string& select) {
  Outcome out;
  if (!record) {
    out.state = running ? "running" : "missing";
    return out;
  }
  out.state = to_string(record->status);
  out.reason = record->reason;
  if (!out.done()) return out;
  out.accuracy = number_at(record->checkpoints, {select.c_str(), "test", "accuracy"});
  out.facts = facts_of(*record);
  add_teaching(*record, out);
  out.bayes_accuracy = number_at(record->extra, {"bayes_accuracy"});
  if (!out.accuracy) {
    out.state = "failed";
    out.reason = fmt::format("no test accuracy at '{}'", select);
  }
  return out;
}

/// One line of at most `limit` characters, cut between characters.
std::string shortened(const std::string& text, std::size_t limit) {
  std::string out;
  std::size_t width = 0;
  for (const char c : text.substr(0, text.find('\n'))) {
    const bool starts_character = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (starts_character && ++width > limit) return out + "…";
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

}  // namespace

bool Series::complete() const {
  return !runs.empty() && std::all_of(runs.begin(), runs.end(), [](const auto& run) { return run.second->done(); });
}

std::vector<std::int64_t> Series::seeds() const {
  std::vector<std::int64_t> out;
  for (const auto& [seed, run] : runs) out.push_back(seed);
  return out;
}

std::map<std::int64_t, double> Series::accuracies() const {
  std::map<std::int64_t, double> out;
  for (const auto& [seed, run] : runs) {
    if (run->done()) out[seed] = *run->accuracy;
  }
  return out;
}

std::string Series::state() const {
  if (complete()) return "done";
  for (const char* state : {"diverged", "failed", "interrupted", "missing", "running", "skipped"}) {
    for (const auto& [seed, run] : runs) {
      if (run->state == state) return state;
    }
  }
  return "missing";
}

std::string Series::trouble() const {
  auto worst = state();
  if (worst == "done") return "";
  for (const auto& [seed, run] : runs) {
    if (run->state == worst && !run->reason.empty()) return worst + ": " + shortened(run->reason, 40);
  }
  return worst;
}

View::View(const Json& plan, const RecordOf& record_of, const BoardOptions& board_options) : options(board_options) {
  title = text_at(plan, "title").empty() ? text_at(plan, "suite") : text_at(plan, "title");
  select = text_at(plan, "select").empty() ? "last" : text_at(plan, "select");
  paper = text_at(plan, "paper");
  studies = texts_of(plan.value("studies", Json::array()));
  study_options_ = plan.value("study_options", Json::object());
  for (const auto& job : plan.value("jobs", Json::array())) job_labels[text_at(job, "id")] = text_at(job, "label");
  std::set<std::string> taught_by;
  if (const auto placements = plan.find("placements"); placements != plan.end()) {
    for (const auto& json : *placements) all.push_back(place_from(json));
  }
  for (const auto& place : all) {
    if (!place.teacher_job.empty()) taught_by.insert(place.teacher_job);
    if (place.role == "teacher") taught_by.insert(place.job);
  }
  const auto load = [&](const std::string& job) {
    if (outcomes_.contains(job)) return;
    auto record = job.empty() ? std::nullopt : record_of(job);
    outcomes_.emplace(job, outcome_of(record, options.running.contains(job), select));
    if (record && taught_by.contains(job)) teachers_.emplace(job, std::move(*record));
  };
  for (const auto& place : all) load(place.job);
  for (const auto& job : taught_by) load(job);
}

const Outcome* View::find_outcome(const std::string& job) const {
  const auto it = outcomes_.find(job);
  return it == outcomes_.end() ? nullptr : &it->second;
}

std::vector<const Place*> View::places(const std::string& study) const {
  std::vector<const Place*> out;
  for (const auto& place : all) {
    if (place.study == study) out.push_back(&place);
  }
  return out;
}

void View::add(Series& series, const Place& place) {
  auto [it, added] = series.jobs.emplace(place.seed, place.job);
  if (!added && it->second != place.job) {
    conflicts.insert(fmt::format("study '{}', {}, {}, seed {}", place.study, place.method,
                                 pair_text(place.teacher, place.student), place.seed));
    it->second = std::min(it->second, place.job);
  }
  series.runs[place.seed] = &outcome(it->second);
}

const RunRecord* View::teacher_record(const std::string& job) const {
  const auto it = teachers_.find(job);
  return it == teachers_.end() ? nullptr : &it->second;
}

Json View::study_option(const std::string& study, const std::string& key) const {
  const auto it = study_options_.find(study);
  return it != study_options_.end() && it->is_object() && it->contains(key) ? it->at(key) : Json();
}

std::string View::selection_note() const {
  const auto rule = select == "last"       ? std::string("the last epoch")
                    : select == "best_val" ? std::string("the epoch with the best validation accuracy")
                                           : "rule '" + select + "'";
  return fmt::format(
      "Every number is of the checkpoint of {} (select = \"{}\"), on the test split; no checkpoint was chosen on it.", rule,
      select);
}

bool NaturalLess::operator()(const std::string& a, const std::string& b) const {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!digit(a[i]) || !digit(b[j])) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
      continue;
    }
    const auto end_of = [&](const std::string& s, std::size_t k) {
      while (k < s.size() && digit(s[k])) ++k;
      return k;
    };
    const auto x = std::string_view(a).substr(i, end_of(a, i) - i), y = std::string_view(b).substr(j, end_of(b, j) - j);
    const auto significant = [](std::string_view s) { return s.substr(std::min(s.find_first_not_of('0'), s.size())); };
    const auto p = significant(x), q = significant(y);
    if (p.size() != q.size()) return p.size() < q.size();
    if (p != q) return p < q;
    i += x.size(), j += y.size();
  }
  if (a.size() - i != b.size() - j) return a.size() - i < b.size() - j;
  return a < b;  // equal but for leading zeros
}

std::string pair_text(const std::string& teacher, const std::string& student) {
  return teacher.empty() ? student : teacher + " -> " + student;
}

}  // namespace kdbench::boards
