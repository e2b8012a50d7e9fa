#include <kdbench/plan/spec.h>

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

namespace kdbench {
namespace {

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
  if (!object.is_object()) throw std::invalid_argument(fmt::format("a job's spec must be an object, found {}", object.type_name()));
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
  if (at != members_.end() && at->first == name) at->second = std::move(part);
  else members_.emplace(at, name, std::move(part));
}

Json& Spec::operator[](const std::string& name) {
  auto own = std::make_shared<SpecPart>(SpecPart{contains(name) ? at(name) : Json(), ""});
  auto& value = own->value;
  set(name, std::move(own));
  return value;
}

Json Spec::json() const {
  auto out = Json::object();
  for (const auto& [name, part] : members_) out.emplace(name, part->value);
  return out;
}

std::string Spec::identity() const {
  std::string out = "{";
  for (const auto& [name, part] : members_) {
    if (out.size() > 1) out += ',';
    out.append(canonical(Json(name))).append(1, ':');
    out += part->identity.empty() ? canonical(part->value) : part->identity;
  }
  return out += '}';
}

}  // namespace kdbench
