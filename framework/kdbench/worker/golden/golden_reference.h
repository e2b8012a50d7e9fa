/// Golden cases as reference implementations wrote them (schema "kdbench-golden-loss/1"): by the names of the reference, which a
/// table of aliases leads to the native form.
#pragma once
#include <kdbench/registry/catalog.h>
#include <kdbench/worker/golden/golden_aliases.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline worker {

constexpr const char* kReferenceSchema = "kdbench-golden-loss/1";

/// What the reference gave.
struct ReferenceValues {
  std::optional<double> loss;
  std::map<std::string, double> components;
  std::map<std::string, Json> grad;

  static constexpr auto fields() {
    using V = ReferenceValues;
    using enum Presence;
    return std::tuple(field("loss", &V::loss, "its value", kIfAny),
                      field("components", &V::components, "unweighted parts", kIfAny),
                      field("grad", &V::grad, "by input, with the shape of the input", kIfAny));
  }
};

struct ReferenceCase {
  std::string id, loss, source, notes;
  std::vector<std::string> tags;
  std::map<std::string, Json> params, inputs;
  ReferenceValues expected;
  std::optional<ReferenceValues> stable;
  std::map<std::string, Json> after;

  static constexpr auto fields() {
    using C = ReferenceCase;
    using enum Presence;
    return std::tuple(field("id", &C::id, "what it is called"), field("loss", &C::loss, "as the reference calls it"),
                      field("source", &C::source, "whose code it was", kIfAny), field("notes", &C::notes, "for people", kIfAny),
                      field("tags", &C::tags, "grad_huge, loss_nonfinite and grad_nonfinite have a meaning", kIfAny),
                      field("params", &C::params, "of the reference", kIfAny),
                      field("inputs", &C::inputs, "by the names of the reference: a tensor, or a list of tensors"),
                      field("expected", &C::expected, "what the reference gave"),
                      field("stable", &C::stable, "what stands in where that is not finite", kIfAny),
                      field("after", &C::after, "what it kept after the last step", kIfAny));
  }
};

/// Reads a case. Members that the form does not name describe it, and are passed over. @throws DocumentError
ReferenceCase read_reference_case(const Json& json, const DocumentPath& path);

/// What tables of aliases may call the loss of the case, the narrowest first: "mlkd where views = 2" for each of its parameters,
/// the value as JSON, in the order of their names; then "mlkd".
std::vector<std::string> alias_names(const ReferenceCase& reference);

/// A case in the native form, and what of the reference is not compared.
struct ConvertedCase {
  GoldenCase golden;
  std::vector<std::string> left_out;
};

/// @throws kdbench::Error for a parameter, input or result that has no place here, saying how to name one
ConvertedCase convert_reference(const ReferenceCase& reference, const GoldenAlias& alias, const LossEntry& entry);

}  // namespace kdbench::inline worker
