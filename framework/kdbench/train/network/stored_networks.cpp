#include <kdbench/train/network/adapted_model.h>
#include <kdbench/train/network/pair_context.h>
#include <kdbench/train/network/stored_networks.h>

#include <fmt/core.h>

namespace kdbench::inline train {

RunRecord StoredNetworks::record(const std::string& job, const std::string& role) const {
  const auto name = job.substr(0, 12);
  auto found = store_.get(job);
  if (!found) throw Error(found.error().front().text());
  if (!*found || (*found)->status != Status::kDone) {
    throw Error(fmt::format("{} job {} is not done in this store", role, name));
  }
  auto record = std::move(**found);
  if (record.extra.data_sha256 != data_.data_sha256()) {
    throw Error(
        fmt::format("{} job {} was trained on other data than what is read now; train it again in another store", role, name));
  }
  return record;
}

TensorDict StoredNetworks::weights(const RunRecord& record, const CheckpointRef& state, const std::string& role) const {
  const auto stem = artifact_stem(state);
  const auto path = store_.artifacts(record.job) / (stem + ".safetensors");
  if (!std::filesystem::exists(path)) {
    throw Error(fmt::format("{} checkpoint '{}' was not kept ({} is missing); a rule that reads validation needs validation rows",
                            role, stem, path.string()));
  }
  const auto file = TensorFile::read(path);
  if (!file) throw Error(fmt::format("{} weights: {}", role, file.error().front().text()));
  if (const auto why = why_not_recorded(*file, stem, record, path); !why.empty())
    throw Error(fmt::format("{} weights: {}", role, why));
  return tensors_of(*file);
}

TensorDict StoredNetworks::loss_state(const std::string& job, const std::string& role) const {
  record(job, role);
  const auto path = store_.artifacts(job) / kLossStateFile;
  if (!std::filesystem::exists(path)) {
    throw Error(fmt::format("{} loss has no parameters or buffers, or they were not kept ({} is missing)", role, path.string()));
  }
  const auto file = TensorFile::read(path);
  if (!file) throw Error(fmt::format("{} loss: {}", role, file.error().front().text()));
  return tensors_of(*file);
}

/// The weights are put in afterwards. An adapter is built for fresh networks of the same shapes: what it copies of its teacher is
/// among its buffers.
std::shared_ptr<Model> StoredNetworks::build(const Spec& spec, bool with_adapter) const {
  const ModelContext context{data_.info().num_classes, data_.info().image};
  auto student = factories_.model(*spec.model, context);
  if (!with_adapter) return student;
  std::vector<std::shared_ptr<Model>> teachers;
  const auto add = [&](const TeacherSpec& teacher) {
    const auto teaches = record(teacher.job, "the adapter's teacher's");
    teachers.push_back(factories_.model(*spec_of(teaches).model, context));
  };
  if (spec.teacher) add(*spec.teacher);
  for (const auto& more : spec.more_teachers) add(more);
  std::vector<Model*> seen;
  for (const auto& teacher : teachers) seen.push_back(teacher.get());
  const auto pair = pair_context(*student, seen, data_);
  for (const auto& part : spec.loss->parts) {
    const auto built = factories_.loss(part.use, pair);
    if (built.needs.adapts) return std::make_shared<AdaptedModel>(student, built.loss);
  }
  throw Error("the weights have an adapter, and none of the losses of their job is one");
}

std::vector<FrozenNetwork> StoredNetworks::network(const std::string& job, const CheckpointRef& state,
                                                   const std::string& role) const {
  const auto kept = record(job, role);
  const auto& spec = spec_of(kept);
  auto own = weights(kept, state, role);
  const auto build = [this, spec, adapted = is_adapted(own)] { return this->build(spec, adapted); };
  std::vector<FrozenNetwork> out{FrozenNetwork{build, std::move(own)}};
  if (!spec.added_to) return out;
  for (auto& part : network(*spec.added_to, kLastState, role)) out.push_back(std::move(part));
  return out;
}

torch::Tensor StoredNetworks::test_logits(const std::string& job, const CheckpointRef& state) const {
  const auto folder = store_.artifacts(job);
  const auto name = artifact_stem(state);
  const auto own = folder / (name + "_test_logits.safetensors");  // of a snapshot; the states of the rules share a file
  return load_tensors(std::filesystem::exists(own) ? own : folder / "test_logits.safetensors").at(name);
}

}  // namespace kdbench::inline train
