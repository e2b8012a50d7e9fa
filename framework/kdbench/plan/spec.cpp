#include <kdbench/plan/spec.h>

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

namespace kdbench {
namespace {

std::string identity_of(const SpecPart& part) { return part.identity.empty() ? canonical(part.value) : part.identity; }

bool before(const Spec::Member& member, std::string_view name) { return member.first < name; }

}  // namespace

SpecPartPtr make_part(Json value) {
  auto identity = canonical(value);
  return std::make_shared<const SpecPart>(SpecPart{std::move(value), std::move(identity)});
}

SpecPartPtr make_part(Json value, const Json& deciding) {
  return std::make_shared<const SpecPart>(SpecPart{std::move(value), canonical(deciding)});
}

Spec::Spec(const Json& object) {
  if (!object.is_object())
    throw std::invalid_argument(fmt::format("a job's spec must be an object, found {}", object.type_name()));
  for (auto member = object.begin(); member != object.end(); ++member) {
    members_.emplace_back(member.key(), std::make_shared<const SpecPart>(SpecPart{*member, ""}));
  }
}

const Spec::Member* Spec::find(std::string_view name) const {
  const auto at = std::lower_bound(members_.begin(), members_.end(), name, before);
  return at != members_.end() && at->first == name ? &*at : nullptr;
}

const SpecPartPtr& Spec::part(std::string_view name) const {
  const auto* member = find(name);
  if (!member) throw std::out_of_range(fmt::format("a job's spec has no part '{}'", name));
  return member->second;
}

void Spec::set(const std::string& name, SpecPartPtr part) {
  const auto at = std::lower_bound(members_.begin(), members_.end(), name, before);
  if (at != members_.end() && at->first == name)
    at->second = std::move(part);
  else
    members_.emplace(at, name, std::move(part));
}

void Spec::set_value(const std::string& name, Json value) {
  set(name, std::make_shared<const SpecPart>(SpecPart{std::move(value), ""}));
}

void Spec::set_value(const std::string& name, const std::string& member, Json value) {
  auto changed = at(name);
  changed[member] = std::move(value);
  set_value(name, std::move(changed));
}

Json Spec::json() const {
  auto out = Json::object();
  for (const auto& [name, part] : members_) out.emplace(name, part->value);
  return out;
}

std::string Spec::identity(std::string_view name) const { return identity_of(*part(name)); }

std::string Spec::identity() const {
  std::string out = "{";
  for (const auto& [name, part] : members_) {
    if (out.size() > 1) out += ',';
    out.append(canonical(Json(name))).append(1, ':').append(identity_of(*part));
  }
  return out += '}';
}

}  // namespace kdbench
