/// The keys of every table of a suite file, declared once: parsing, overrides, suggestions, `describe suite`
/// and the reference all read these.
#pragma once
#include <kdbench/suite/suite.h>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace kdbench::inline suite {

/// What a number may be. Numbers of a suite are always finite.
struct Limits {
  std::optional<double> at_least{}, above{}, at_most{}, below{};

  /// Returns "at least 0 and below 1", or "" without limits.
  std::string text() const;
  bool allow(double value) const;
};

/// One key: its name, what it means and what it may be.
struct KeySpec {
  std::string key, doc;
  Limits limits{};                     ///< of a number, or of each number of a list
  std::vector<std::string> choices{};  ///< of a string; empty: any
  std::string type{};                  ///< for people; set from the member where a field has one
  std::string default_text{};          ///< for people; set from the member where a field has one
  bool required = false;
  bool left_out_if_default = false;  ///< of a recipe: it is younger than the specs of jobs
};

/// Where the value of a key goes; monostate: the table's reader takes it by hand.
template <class Owner>
using Member = std::variant<std::monostate, bool Owner::*, std::int64_t Owner::*, double Owner::*, std::string Owner::*,
                            std::vector<std::int64_t> Owner::*, std::vector<double> Owner::*, Located<std::int64_t> Owner::*,
                            Located<std::string> Owner::*>;

template <class Owner>
struct Field {
  KeySpec spec;
  Member<Owner> member;
};

const std::vector<Field<Suite>>& suite_fields();         ///< [suite]
const std::vector<Field<Recipe>>& recipe_fields();       ///< [train] and [models.NAME.train]
const std::vector<Field<DatasetUse>>& dataset_fields();  ///< the host's keys in [datasets.NAME], without `plugin`
const std::vector<Field<Study>>& study_fields();         ///< [[studies]]
const std::vector<KeySpec>& loss_specs();                ///< the host's knobs in [losses.NAME], without those below
const KeySpec& plugin_spec();                            ///< `plugin` of the named kinds
const KeySpec& zip_spec();                               ///< `zip` of [losses.NAME]
const KeySpec& of_spec();                                ///< `of` of [losses.NAME], which makes it a combination
const KeySpec& weights_spec();                           ///< `weights` of a combination
const KeySpec& preset_spec();                            ///< `preset` of [losses.NAME]
const KeySpec& model_train_spec();                       ///< `train` of [models.NAME]

/// Returns the names of the tables that stand at the top of a file, in the order they are documented.
const std::vector<std::string>& top_tables();

/// Returns the keys of some fields, in order.
template <class Owner>
std::vector<std::string> keys_of(const std::vector<Field<Owner>>& fields) {
  std::vector<std::string> keys;
  for (const auto& field : fields) keys.push_back(field.spec.key);
  return keys;
}

/// Returns the spec of one key; the key exists.
template <class Owner>
const KeySpec& spec_of(const std::vector<Field<Owner>>& fields, const std::string& key) {
  for (const auto& field : fields) {
    if (field.spec.key == key) return field.spec;
  }
  return fields.front().spec;
}

/// Returns "[kind.name]" or "[kind.name.more]" as it stands in a file: with quotes around a name that needs
/// them.
std::string header_text(const std::string& kind, const std::string& name, const std::string& more = "");

/// Returns a value as a TOML file would hold it: `true`, `4`, `0.5`, `"cosine"`, `[0, 1]`.
std::string toml_text(bool value);
std::string toml_text(std::int64_t value);
std::string toml_text(double value);
std::string toml_text(const std::string& value);
std::string toml_text(const SuiteValue& value);
template <class T>
std::string toml_text(const Located<T>& value) {
  return toml_text(value.value);
}
template <class T>
std::string toml_text(const std::vector<T>& values) {
  std::string out;
  for (const auto& value : values) out += (out.empty() ? "" : ", ") + toml_text(value);
  return "[" + out + "]";
}

/// No training has more.
inline constexpr double kManyEpochs = 1e6;

/// What people call the type of a member: "integer", "list of reals".
template <class T>
std::string type_text() {
  if constexpr (std::is_same_v<T, bool>)
    return "boolean";
  else if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, Located<std::int64_t>>)
    return "integer";
  else if constexpr (std::is_same_v<T, double>)
    return "real";
  else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>)
    return "list of integers";
  else if constexpr (std::is_same_v<T, std::vector<double>>)
    return "list of reals";
  else
    return "string";
}

/// Returns the fields with type and default filled in from the member and the owner's own initialisers.
template <class Owner>
std::vector<Field<Owner>> completed(std::vector<Field<Owner>> fields) {
  const Owner defaults{};
  for (auto& field : fields) {
    std::visit(
        [&](auto member) {
          if constexpr (!std::is_same_v<decltype(member), std::monostate>) {
            const auto& value = defaults.*member;
            field.spec.type = type_text<std::decay_t<decltype(value)>>();
            if (field.spec.default_text.empty() && !field.spec.required) field.spec.default_text = toml_text(value);
          }
        },
        field.member);
  }
  return fields;
}

}  // namespace kdbench::inline suite
