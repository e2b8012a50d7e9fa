#include <kdbench/train/student/checkpoint.h>

namespace kdbench::inline train {
namespace {

constexpr const char *kState = "state", *kModel = "model/", *kLoss = "loss/", *kPolicy = "policy/", *kKept = "kept/";

std::string prefix_of(const std::string& rule) { return kKept + rule + "/"; }

void add_prefixed(TensorDict& into, const std::string& prefix, const TensorDict& tensors) {
  for (const auto& [name, tensor] : tensors) into.emplace(prefix + name, tensor);
}

TensorDict take_prefixed(const TensorDict& from, const std::string& prefix) {
  TensorDict out;
  for (const auto& [name, tensor] : from) {
    if (name.starts_with(prefix)) out.emplace(name.substr(prefix.size()), tensor);
  }
  return out;
}

}  // namespace

std::filesystem::path checkpoint_file(const std::filesystem::path& folder) { return folder / "checkpoint.safetensors"; }

void save_checkpoint(const std::filesystem::path& file, const TrainingCheckpoint& checkpoint) {
  TensorDict tensors;
  add_prefixed(tensors, kModel, checkpoint.model);
  add_prefixed(tensors, kLoss, checkpoint.loss);
  add_prefixed(tensors, kPolicy, checkpoint.policy);
  tensors.insert(checkpoint.optimizer.begin(), checkpoint.optimizer.end());
  for (const auto& [rule, weights] : checkpoint.kept) add_prefixed(tensors, prefix_of(rule), weights);
  save_tensors(file, tensors, {{kState, to_document(checkpoint.state).dump()}});
}

std::optional<TrainingCheckpoint> load_checkpoint(const std::filesystem::path& file, const std::string& job,
                                                  const std::string& data_sha256) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  const auto read = read_tensors(file);
  const auto& tensors = read.tensors;
  TrainingCheckpoint out;
  out.state = from_document<CheckpointState>(Json::parse(read.meta.at(kState)));
  if (out.state.job != job || out.state.data != data_sha256) return std::nullopt;
  out.model = take_prefixed(tensors, kModel);
  out.loss = take_prefixed(tensors, kLoss);
  out.policy = take_prefixed(tensors, kPolicy);
  for (const auto& [name, tensor] : tensors) {
    const auto is_of = [&name = name](const char* prefix) { return name.starts_with(prefix); };
    const bool of_others = is_of(kModel) || is_of(kLoss) || is_of(kPolicy) || is_of(kKept);
    if (!of_others) out.optimizer.emplace(name, tensor);
  }
  for (const auto& [rule, mark] : out.state.kept) out.kept[rule] = take_prefixed(tensors, prefix_of(rule));
  return out;
}

}  // namespace kdbench::inline train
