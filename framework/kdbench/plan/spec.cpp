#include <kdbench/plan/spec.h>

#include <fmt/core.h>

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

}  // namespace

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

}  // namespace kdbench::inline plan
