/// The spec of a job: what determines its result, in named parts that jobs share. plan.h says which parts there are.
#pragma once
#include <kdbench/base/json.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kdbench {

/// One part of a spec. Nobody changes it, so that the jobs of a sweep, which differ in one part or two, hold the others once.
struct SpecPart {
  Json value;
  std::string identity;  ///< canonical text of what of `value` decides a result; empty: canonical(value)
};
using SpecPartPtr = std::shared_ptr<const SpecPart>;

/// Returns a part that is hashed many times: its identity is made here, once.
SpecPartPtr make_part(Json value);
/// The same of a part of which only `deciding` decides a result.
SpecPartPtr make_part(Json value, const Json& deciding);

/// Parts by name. Copies share them.
class Spec {
 public:
  using Member = std::pair<std::string, SpecPartPtr>;

  Spec() = default;
  /// @param object its members are the parts
  /// @throws std::invalid_argument where it is no object
  Spec(const Json& object);  // implicit: a spec is written as JSON wherever it is written by hand

  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// @throws std::out_of_range where there is no such part
  const Json& at(std::string_view name) const { return part(name)->value; }
  /// @throws std::out_of_range where there is no such part
  const SpecPartPtr& part(std::string_view name) const;
  void set(const std::string& name, SpecPartPtr part);
  /// Gives the spec a part of its own.
  void set_value(const std::string& name, Json value);
  /// Gives it a part of its own that differs from the one it has in one member.
  void set_value(const std::string& name, const std::string& member, Json value);

  const std::vector<Member>& members() const { return members_; }  ///< sorted by name
  Json json() const;
  /// The canonical text of what of a part decides a result.
  /// @throws std::out_of_range where there is no such part
  std::string identity(std::string_view name) const;
  /// The canonical text of the whole, in which every part stands by its identity.
  std::string identity() const;

 private:
  const Member* find(std::string_view name) const;
  std::vector<Member> members_;
};

}  // namespace kdbench
