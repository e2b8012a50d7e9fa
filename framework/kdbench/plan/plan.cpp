#include <kdbench/plan/plan.h>

#include <type_traits>
#include <unordered_map>

namespace kdbench {
namespace {

/// Whether a document must have a field, or may be of a time that did not know it.
enum class Presence { kAlways, kSinceLater };
using enum Presence;

/// A type, const or not.
template <class T, class Plain>
concept Is = std::is_same_v<std::remove_const_t<T>, Plain>;

// The fields, each once: what writes, reads and packs them visits these lists.

template <Is<Job> T, class Visit>
void each_field(T& job, Visit&& visit) {
  visit("id", job.id, kAlways);
  visit("label", job.label, kAlways);
  visit("spec", job.spec, kAlways);
  visit("needs", job.needs, kAlways);
  visit("checkpoint_every", job.checkpoint_every, kAlways);
  visit("keep_epochs", job.keep_epochs, kSinceLater);
  visit("group", job.group, kAlways);
  visit("estimated_s", job.estimated_s, kAlways);
  visit("estimated_bytes", job.estimated_bytes, kAlways);
  visit("shared_s", job.shared_s, kSinceLater);
  visit("shared_bytes", job.shared_bytes, kSinceLater);
  visit("thread_bytes", job.thread_bytes, kSinceLater);
  visit("state_bytes", job.state_bytes, kSinceLater);
}

template <Is<Placement> T, class Visit>
void each_field(T& p, Visit&& visit) {
  visit("study", p.study, kAlways);
  visit("kind", p.kind, kAlways);
  visit("dataset", p.dataset, kAlways);
  visit("method", p.method, kAlways);
  visit("convention", p.convention, kAlways);
  visit("teacher", p.teacher, kAlways);
  visit("student", p.student, kAlways);
  visit("strategy", p.strategy, kAlways);
  visit("seed", p.seed, kAlways);
  visit("axis", p.axis, kAlways);
  visit("value", p.value, kAlways);
  visit("role", p.role, kAlways);
  visit("job", p.job, kAlways);
  visit("teacher_job", p.teacher_job, kAlways);
  visit("teacher_checkpoint", p.teacher_checkpoint, kSinceLater);
  visit("chain", p.chain, kSinceLater);
}

/// What a plan says beside its jobs and placements.
template <Is<Plan> T, class Visit>
void each_field(T& plan, Visit&& visit) {
  visit("suite", plan.suite, kAlways);
  visit("title", plan.title, kAlways);
  visit("file", plan.file, kAlways);
  visit("select", plan.select, kAlways);
  visit("device", plan.device, kAlways);
  visit("data_dir", plan.data_dir, kAlways);
  visit("paper", plan.paper, kSinceLater);
  visit("studies", plan.studies, kAlways);
  visit("study_options", plan.study_options, kAlways);
}

/// Visitor that writes fields as members of an object.
class Writer {
 public:
  explicit Writer(Json& out) : out_(out) {}
  void operator()(const char* name, const Spec& spec, Presence) const { out_[name] = spec.json(); }
  template <class T>
  void operator()(const char* name, const T& value, Presence) const {
    out_[name] = value;
  }

 private:
  Json& out_;
};

/// Visitor that reads them.
class Reader {
 public:
  explicit Reader(const Json& in) : in_(in) {}
  template <class T>
  void operator()(const char* name, T& value, Presence presence) const {
    if (presence == kSinceLater && !in_.contains(name)) return;
    if constexpr (std::is_same_v<T, Spec> || std::is_same_v<T, Json>)
      value = in_.at(name);
    else
      in_.at(name).get_to(value);
  }

 private:
  const Json& in_;
};

/// Texts and parts of specs, each distinct one once.
class Shared {
 public:
  std::size_t text(const std::string& value) { return index(texts_, texts_list_, value, value); }

  std::size_t part(const SpecPartPtr& part) {
    const auto known = by_address_.find(part.get());
    if (known != by_address_.end()) return known->second;
    // As it would be written: an integer and an equal real are two, so that no type is lost.
    const auto at = index(parts_, parts_list_, part->value.dump(), part->value);
    by_address_.emplace(part.get(), at);
    return at;
  }

  Json take_texts() { return std::move(texts_list_); }
  Json take_parts() { return std::move(parts_list_); }

 private:
  template <class Value>
  static std::size_t index(std::unordered_map<std::string, std::size_t>& known, Json& list, const std::string& key,
                           const Value& value) {
    const auto [it, added] = known.try_emplace(key, list.size());
    if (added) list.push_back(value);
    return it->second;
  }

  std::unordered_map<std::string, std::size_t> texts_, parts_;
  std::unordered_map<const SpecPart*, std::size_t> by_address_;
  Json texts_list_ = Json::array(), parts_list_ = Json::array();
};

/// Visitor that writes fields as a row: numbers as they are, texts and parts by index, lists as rows in the row.
class RowWriter {
 public:
  explicit RowWriter(Shared& shared) : shared_(shared) {}
  template <class T>
  void operator()(const char*, const T& value, Presence) {
    row_.push_back(packed(value));
  }
  Json take() { return std::move(row_); }

 private:
  Json packed(const std::string& text) { return shared_.text(text); }
  Json packed(std::int64_t value) { return value; }
  Json packed(double value) { return value; }
  template <class T>
  Json packed(const std::vector<T>& values) {
    Json out = Json::array();
    for (const auto& value : values) out.push_back(packed(value));
    return out;
  }
  Json packed(const Spec& spec) {
    Json out = Json::array();
    for (const auto& [name, part] : spec.members()) {
      out.push_back(shared_.text(name));
      out.push_back(shared_.part(part));
    }
    return out;
  }

  Shared& shared_;
  Json row_ = Json::array();
};

/// Visitor that reads such a row.
class RowReader {
 public:
  RowReader(const Json& row, const std::vector<std::string>& texts, const std::vector<SpecPartPtr>& parts)
      : row_(row), texts_(texts), parts_(parts) {}
  template <class T>
  void operator()(const char*, T& value, Presence) {
    unpack(row_.at(next_++), value);
  }

 private:
  void unpack(const Json& from, std::string& text) const { text = texts_.at(from.get<std::size_t>()); }
  void unpack(const Json& from, std::int64_t& value) const { from.get_to(value); }
  void unpack(const Json& from, double& value) const { from.get_to(value); }
  template <class T>
  void unpack(const Json& from, std::vector<T>& values) const {
    values.resize(from.size());
    for (std::size_t i = 0; i < values.size(); ++i) unpack(from[i], values[i]);
  }
  void unpack(const Json& from, Spec& spec) const {
    for (std::size_t i = 0; i < from.size(); i += 2)
      spec.set(texts_.at(from[i].get<std::size_t>()), parts_.at(from.at(i + 1).get<std::size_t>()));
  }

  const Json& row_;
  const std::vector<std::string>& texts_;
  const std::vector<SpecPartPtr>& parts_;
  std::size_t next_ = 0;
};

template <class T>
Json object_of(const T& value) {
  auto out = Json::object();
  each_field(value, Writer(out));
  return out;
}

template <class T>
T read_object(const Json& json) {
  T value;
  each_field(value, Reader(json));
  return value;
}

template <class T>
Json rows_of(const std::vector<T>& values, Shared& shared) {
  auto out = Json::array();
  for (const auto& value : values) {
    RowWriter row(shared);
    each_field(value, row);
    out.push_back(row.take());
  }
  return out;
}

template <class T>
std::vector<T> read_rows(const Json& rows, const std::vector<std::string>& texts, const std::vector<SpecPartPtr>& parts) {
  std::vector<T> out;
  for (const auto& row : rows) each_field(out.emplace_back(), RowReader(row, texts, parts));
  return out;
}

}  // namespace

Json to_json(const Job& job) { return object_of(job); }
Json to_json(const Placement& placement) { return object_of(placement); }
Job job_from_json(const Json& json) { return read_object<Job>(json); }
Placement placement_from_json(const Json& json) { return read_object<Placement>(json); }

Json to_json(const Plan& plan) {
  auto out = object_of(plan);
  auto& jobs = out["jobs"] = Json::array();
  for (const auto& job : plan.jobs) jobs.push_back(to_json(job));
  auto& placements = out["placements"] = Json::array();
  for (const auto& placement : plan.placements) placements.push_back(to_json(placement));
  return out;
}

Plan plan_from_json(const Json& json) {
  auto plan = read_object<Plan>(json);
  for (const auto& job : json.at("jobs")) plan.jobs.push_back(job_from_json(job));
  for (const auto& placement : json.at("placements")) plan.placements.push_back(placement_from_json(placement));
  return plan;
}

Json to_packed_json(const Plan& plan) {
  Shared shared;
  auto out = object_of(plan);
  out["jobs"] = rows_of(plan.jobs, shared);
  out["placements"] = rows_of(plan.placements, shared);
  out["texts"] = shared.take_texts();
  out["parts"] = shared.take_parts();
  return out;
}

Plan plan_from_packed_json(const Json& json) {
  const auto texts = json.at("texts").get<std::vector<std::string>>();
  std::vector<SpecPartPtr> parts;
  for (const auto& part : json.at("parts")) parts.push_back(std::make_shared<const SpecPart>(SpecPart{part, ""}));
  auto plan = read_object<Plan>(json);
  plan.jobs = read_rows<Job>(json.at("jobs"), texts, parts);
  plan.placements = read_rows<Placement>(json.at("placements"), texts, parts);
  return plan;
}

}  // namespace kdbench
