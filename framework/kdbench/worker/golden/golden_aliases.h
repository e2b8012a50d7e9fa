/// What reference implementations call losses, parameters and inputs: a table says how a case of theirs is given to a plugin.
#pragma once
#include <kdbench/registry/catalog.h>
#include <kdbench/worker/golden/golden_case.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline worker {

constexpr const char* kAliasesSchema = "kdbench-golden-aliases/2";

/// A component of the reference is a term of the objective times `scale`; a scale of 0 or infinity leaves nothing to compare.
struct GoldenComponent {
  std::string golden, term, scale = "1";

  static constexpr auto fields() {
    using C = GoldenComponent;
    return std::tuple(
        field("golden", &C::golden, "name in the golden file"), field("term", &C::term, "name of the loss's term"),
        field("scale", &C::scale, "of alpha, tau_student, tau_teacher and the plugin's parameters; see scale_value()",
              Presence::kIfAny));
  }
};

/// How one loss of the reference is computed here.
struct GoldenAlias {
  std::string plugin, term;
  std::map<std::string, std::string> renamed, computed, after;
  std::map<std::string, OneOrMany<std::string>> inputs;
  std::map<std::string, std::map<std::string, Json>> values;
  std::map<std::string, Json> fixed;
  std::vector<GoldenComponent> components;
  std::optional<GoldenTolerance> tolerance;

  static constexpr auto fields() {
    using A = GoldenAlias;
    using enum Presence;
    return std::tuple(
        field("plugin", &A::plugin, "loss plugin"),
        field("term", &A::term, "of the plugin that the loss of the reference is; absent: it is what is minimised", kIfAny),
        field("renamed", &A::renamed, "parameter of the case -> key, \"@epoch\" and the like, or \"\": it is none of ours",
              kIfAny),
        field("values", &A::values, "parameter of the case -> its value as JSON -> ours", kIfAny),
        field("fixed", &A::fixed, "keys that hold in all cases", kIfAny),
        field("computed", &A::computed, "key -> expression in parameters of the case that are numbers, and sizes of its inputs",
              kIfAny),
        field("inputs", &A::inputs, "input of the case -> place, or several; gradients are of the first", kIfAny),
        field("components", &A::components, "what else of the objective is compared", kIfAny),
        field("after", &A::after,
              "what the case tells after the last step -> \"state NAME\", \"judged\", or \"\": it is not compared", kIfAny),
        field("tolerance", &A::tolerance, "of all cases; default: 1e-9 each", kIfAny));
  }
};

using GoldenAliases = std::map<std::string, GoldenAlias>;

/// The document aliases.json.
struct GoldenAliasTable {
  std::string schema;
  GoldenAliases losses;

  static constexpr auto fields() {
    using A = GoldenAliasTable;
    return std::tuple(field("schema", &A::schema, kAliasesSchema),
                      field("losses", &A::losses, "by the name in golden files; see alias_names()"));
  }
};

/// Reads a table; without the file there are no aliases.
Result<GoldenAliases> read_golden_aliases(const std::filesystem::path& file);

/// The tables of all loaded libraries: of lib/kdbench/plugins/NAME.so it is lib/kdbench/golden/NAME.json, where the build puts
/// the aliases.json of its golden folder.
class InstalledAliases {
 public:
  explicit InstalledAliases(const Catalog& catalog);

  /// Tables that cannot be read.
  const Diagnostics& complaints() const { return complaints_; }

  /// The alias of a loss; nullptr if no table has it. @throws kdbench::Error where two tables have it, naming them
  const GoldenAlias* find(const std::string& loss) const;

 private:
  struct Found {
    GoldenAlias alias;
    std::vector<std::string> files;
  };
  std::map<std::string, Found> found_;
  Diagnostics complaints_;
};

}  // namespace kdbench::inline worker
