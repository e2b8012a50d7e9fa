#include <kdbench/plan/spec.h>

#include <kdbench/base/check.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline plan {
namespace {

template <class T>
std::string identity_of(const Shared<T>& part) {
  return part.identity();
}
template <class T>
std::string identity_of(const T& value) {
  return canonical(to_document(value));
}

LossSpec loss_of_one_part(const Json& json, const DocumentPath& path) {
  LossSpec::OfOnePart one;
  read_document(json, one, path);
  const bool weighed = one.ce_weight && one.part.kd_weight;
  if (!one.alpha && !weighed) document::refuse(path, "it has no member 'alpha'");
  if (one.alpha && (one.ce_weight || one.part.kd_weight)) document::refuse(path, "'alpha' stands for the weights beside it");
  return {one.alpha, one.ce_weight, {std::move(one.part)}, std::move(one.gradient_policy)};
}

LossSpec loss_of_parts(const Json& json, const DocumentPath& path) {
  LossSpec::OfParts sum;
  read_document(json, sum, path);
  if (sum.parts.size() < 2) document::refuse(path, "'parts' has fewer than two");
  for (const auto& part : sum.parts) {
    if (!part.kd_weight) document::refuse(path, fmt::format("part '{}' has no member 'kd_weight'", part.name));
  }
  return {std::nullopt, sum.ce_weight, std::move(sum.parts), std::move(sum.gradient_policy)};
}

}  // namespace

double LossPart::ramp(std::int64_t epoch) const {
  if (!warmup_epochs) return 1.0;
  return std::min(static_cast<double>(epoch - kd_begin + 1) / static_cast<double>(*warmup_epochs), 1.0);
}

double LossSpec::terms_weight(const LossPart& part, std::int64_t epoch) const {
  const double weight = part.kd_weight ? *part.kd_weight : alpha.value_or(0.0);
  const double scale = part.tau_squared ? part.tau_student * part.tau_student : 1.0;
  return weight * part.ramp(epoch) * scale;
}

Json document_json(const LossSpec& loss) {
  KDBENCH_CHECK(!loss.parts.empty(), "a loss without parts stands in no document");
  if (loss.parts.size() > 1)
    return to_document(LossSpec::OfParts{loss.ce_weight.value_or(0.0), loss.parts, loss.gradient_policy});
  return to_document(LossSpec::OfOnePart{loss.parts.front(), loss.alpha, loss.ce_weight, loss.gradient_policy});
}

void read_document_json(const Json& json, LossSpec& loss, const DocumentPath& path) {
  const bool several = json.is_object() && json.contains("parts");
  loss = several ? loss_of_parts(json, path) : loss_of_one_part(json, path);
}

std::string checkpoint_text(const CheckpointRef& checkpoint) {
  return checkpoint.is_epoch() ? fmt::format("epoch {}", checkpoint.epoch) : checkpoint.rule;
}

std::string artifact_stem(const CheckpointRef& checkpoint) {
  return checkpoint.is_epoch() ? snapshot_name(checkpoint.epoch) : checkpoint.rule;
}

std::string snapshot_name(std::int64_t epoch) { return fmt::format("epoch_{}", epoch); }

std::string Spec::identity() const {
  std::map<std::string, std::string> members;  // canonical text has keys in order
  document::each_field(*this, [&](const auto& f, const auto& value) {
    if (f.presence == Presence::kIfAny && document::is_empty(value)) return;
    members.emplace(f.key, identity_of(value));
  });
  std::string out = "{";
  for (const auto& [name, text] : members) {
    if (out.size() > 1) out += ',';
    out.append(canonical(Json(name))).append(1, ':').append(text);
  }
  return out += '}';
}

std::vector<PluginRef> plugins_of(const Spec& spec) {
  std::vector<PluginRef> out;
  const auto add = [&](PluginKind kind, const PluginSpec& use) {
    const PluginRef name{kind, use.plugin};
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  };
  if (spec.dataset) {
    for (const auto* source = &spec.dataset->source; source; source = source->of.get()) add(PluginKind::kDataset, source->use);
  }
  if (spec.model) add(PluginKind::kModel, *spec.model);
  if (spec.lockstep) {
    for (const auto& network : spec.lockstep->networks) add(PluginKind::kModel, *network.model);
  }
  if (spec.loss) {
    for (const auto& part : spec.loss->parts) add(PluginKind::kLoss, part.use);
    if (spec.loss->gradient_policy) add(PluginKind::kGradientPolicy, *spec.loss->gradient_policy);
  }
  if (spec.teacher && spec.teacher->calibrator) add(PluginKind::kCalibrator, *spec.teacher->calibrator);
  for (const auto& teacher : spec.more_teachers) {
    if (teacher.calibrator) add(PluginKind::kCalibrator, *teacher.calibrator);
  }
  return out;
}

std::vector<std::string> needs_of(const Spec& spec) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& job) {
    if (std::find(out.begin(), out.end(), job) == out.end()) out.push_back(job);
  };
  if (spec.teacher) add(spec.teacher->job);
  for (const auto& teacher : spec.more_teachers) add(teacher.job);
  if (spec.init) add(*spec.init);
  if (spec.added_to) add(*spec.added_to);
  if (spec.loss_init) add(*spec.loss_init);
  if (spec.lr_matched_to) add(*spec.lr_matched_to);
  return out;
}

}  // namespace kdbench::inline plan
