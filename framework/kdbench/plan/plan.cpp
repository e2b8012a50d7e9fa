#include <kdbench/plan/plan.h>

#include <unordered_map>

namespace kdbench {
namespace {

/// The parts of many specs, each distinct one once. The hash knows an integer from an equal real, so that no type is lost.
class Parts {
 public:
  std::size_t index_of(Json part) {
    const auto [it, added] = index_.try_emplace(std::move(part), list_.size());
    if (added) list_.push_back(it->first);
    return it->second;
  }
  Json take() { return std::move(list_); }

 private:
  std::unordered_map<Json, std::size_t> index_;
  Json list_ = Json::array();
};

Json unpacked_spec(const Json& packed, const Json& parts) {
  Json spec = Json::object();
  for (auto member = packed.begin(); member != packed.end(); ++member) {
    spec.emplace(member.key(), parts.at(member->get<std::size_t>()));
  }
  return spec;
}

}  // namespace

Json to_json(Job job) {
  return {{"id", job.id},       {"label", job.label},
          {"spec", std::move(job.spec)}, {"needs", job.needs},
          {"checkpoint_every", job.checkpoint_every}, {"keep_epochs", job.keep_epochs},
          {"group", job.group}, {"estimated_s", job.estimated_s},
          {"estimated_bytes", job.estimated_bytes},
          {"shared_bytes", job.shared_bytes}, {"state_bytes", job.state_bytes}};
}

Job job_from_json(Json json) {
  return {json.at("id"),    json.at("label"), std::move(json.at("spec")),
          json.at("needs"), json.at("checkpoint_every"), json.value("keep_epochs", std::vector<std::int64_t>{}),
          json.at("group"), json.at("estimated_s"),
          json.at("estimated_bytes"), json.value("shared_bytes", 0.0), json.value("state_bytes", 0.0)};
}

Json to_json(const Placement& p) {
  return {{"study", p.study},       {"kind", p.kind},         {"dataset", p.dataset},
          {"method", p.method},     {"convention", p.convention},
          {"teacher", p.teacher},   {"student", p.student},   {"strategy", p.strategy},
          {"seed", p.seed},         {"axis", p.axis},         {"value", p.value},
          {"role", p.role},         {"job", p.job},           {"teacher_job", p.teacher_job},
          {"teacher_checkpoint", p.teacher_checkpoint}, {"chain", p.chain}};
}

Placement placement_from_json(const Json& j) {
  Placement p;
  p.study = j.at("study");
  p.kind = j.at("kind");
  p.dataset = j.at("dataset");
  p.method = j.at("method");
  p.convention = j.at("convention");
  p.teacher = j.at("teacher");
  p.student = j.at("student");
  p.strategy = j.at("strategy");
  p.seed = j.at("seed");
  p.axis = j.at("axis");
  p.value = j.at("value");
  p.role = j.at("role");
  p.job = j.at("job");
  p.teacher_job = j.at("teacher_job");
  p.teacher_checkpoint = j.value("teacher_checkpoint", "");
  p.chain = j.value("chain", std::vector<std::string>{});
  return p;
}

Json to_json(Plan plan) {
  Json jobs = Json::array(), placements = Json::array();
  for (auto& job : plan.jobs) jobs.push_back(to_json(std::move(job)));
  for (const auto& placement : plan.placements) placements.push_back(to_json(placement));
  return {{"suite", plan.suite},     {"title", plan.title},
          {"file", plan.file},       {"select", plan.select},
          {"device", plan.device},   {"data_dir", plan.data_dir},
          {"paper", plan.paper},
          {"studies", plan.studies}, {"study_options", plan.study_options},
          {"jobs", std::move(jobs)}, {"placements", std::move(placements)}};
}

Plan plan_from_json(Json j) {
  Plan plan;
  plan.suite = j.at("suite");
  plan.title = j.at("title");
  plan.file = j.at("file");
  plan.select = j.at("select");
  plan.device = j.at("device");
  plan.data_dir = j.at("data_dir");
  plan.paper = j.value("paper", "");
  plan.studies = j.at("studies").get<std::vector<std::string>>();
  plan.study_options = j.at("study_options");
  for (auto& job : j.at("jobs")) plan.jobs.push_back(job_from_json(std::move(job)));
  for (const auto& placement : j.at("placements")) plan.placements.push_back(placement_from_json(placement));
  return plan;
}

Json to_packed_json(Plan plan) {
  Parts parts;
  for (auto& job : plan.jobs) {
    for (auto& part : job.spec) part = parts.index_of(std::move(part));
  }
  auto out = to_json(std::move(plan));
  out["parts"] = parts.take();
  return out;
}

Plan plan_from_packed_json(Json json) {
  const auto parts = std::move(json.at("parts"));
  auto plan = plan_from_json(std::move(json));
  for (auto& job : plan.jobs) job.spec = unpacked_spec(job.spec, parts);
  return plan;
}

}  // namespace kdbench
