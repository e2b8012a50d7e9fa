#include <kdbench/plan/plan.h>

namespace kdbench {

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

}  // namespace kdbench
