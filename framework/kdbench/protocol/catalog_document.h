/// The catalog as `kdbench list` and `describe` print it: every plugin with its parameters, every library with how it was loaded.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/sdk/params.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kdbench::inline protocol {

/// Returns "model", "dataset", "loss" and so on: what names_of() calls it.
std::string name_of(PluginKind kind);

/// What type a parameter is of; its number is that of the alternative of ParamValue.
enum class ParamType { kBoolean, kInteger, kReal, kString };
constexpr auto names_of(ParamType) {
  return std::array<std::pair<ParamType, const char*>, 4>{{{ParamType::kBoolean, "boolean"},
                                                           {ParamType::kInteger, "integer"},
                                                           {ParamType::kReal, "real"},
                                                           {ParamType::kString, "string"}}};
}

/// A parameter's default; in a document the JSON value.
struct SentParamValue {
  ParamValue value;
};
Json document_json(const SentParamValue& value);
void read_document_json(const Json& json, SentParamValue& value, const DocumentPath& path);

/// One parameter of a plugin.
struct ParamDocument {
  std::string name;
  ParamType type = ParamType::kBoolean;
  SentParamValue default_value;
  std::string doc;
  std::optional<double> min = std::nullopt, max = std::nullopt;
  std::vector<std::string> choices = {};

  static constexpr auto fields() {
    using P = ParamDocument;
    return std::tuple(field("name", &P::name, "key in suite files"), field("type", &P::type, "boolean, integer, real or string"),
                      field("default", &P::default_value, "its value where a suite is silent"),
                      field("doc", &P::doc, "one sentence"), field("min", &P::min, "least value; null: none"),
                      field("max", &P::max, "largest value; null: none"),
                      field("choices", &P::choices, "allowed texts; empty: any"));
  }
};
/// Returns what a plugin declared, as it travels.
ParamDocument param_document(const ParamSpec& spec);

/// One plugin.
struct PluginDocument {
  PluginKind kind = PluginKind::kModel;
  std::string name, library, version, summary, formula, source, needs;
  std::vector<ParamDocument> params;

  static constexpr auto fields() {
    using P = PluginDocument;
    return std::tuple(field("kind", &P::kind, "model, dataset, loss, strategy, gradient_policy or calibrator"),
                      field("name", &P::name, "in suite files"), field("library", &P::library, "file that it came from"),
                      field("version", &P::version, "part of the identity of jobs"), field("summary", &P::summary, "one line"),
                      field("formula", &P::formula, "in words of the paper"), field("source", &P::source, "where it is from"),
                      field("needs", &P::needs, "what a suite must have beside its parameters", Presence::kIfAny),
                      field("params", &P::params, "in the order in which it declares them"));
  }
};

/// One library file.
struct LibraryDocument {
  std::string file, name, version;
  bool ok = false;
  std::string reason, stamp, content = {};

  static constexpr auto fields() {
    using L = LibraryDocument;
    return std::tuple(field("file", &L::file, "as it was named"), field("name", &L::name, "of its KDBENCH_PLUGIN block"),
                      field("version", &L::version, "of its KDBENCH_PLUGIN block"), field("ok", &L::ok, "it was loaded"),
                      field("reason", &L::reason, "why it was refused"), field("stamp", &L::stamp, "what it was built against"),
                      field("content", &L::content, "its build id, or the SHA-256 of its file; empty when it was not looked at"));
  }
};

struct CatalogDocument {
  std::vector<LibraryDocument> libraries;
  std::vector<PluginDocument> plugins;

  static constexpr auto fields() {
    using C = CatalogDocument;
    return std::tuple(field("libraries", &C::libraries, "in the order in which they were loaded"),
                      field("plugins", &C::plugins, "by kind and name"));
  }
};

}  // namespace kdbench::inline protocol
