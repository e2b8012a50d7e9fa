/// What golden files call losses: the file aliases.json beside them says which plugin computes a loss, and how, where that is not
/// simply the plugin of its name.
#pragma once
#include <kdbench/base/document.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace kdbench::inline worker {

/// A golden component is a term of the objective times `scale`; a scale of 0 or infinity leaves nothing to compare.
struct GoldenComponent {
  std::string golden, term, scale;

  static constexpr auto fields() {
    using C = GoldenComponent;
    return std::tuple(
        field("golden", &C::golden, "name in the golden file"), field("term", &C::term, "name of the loss's term"),
        field("scale", &C::scale, "of alpha, tau_student, tau_teacher and the plugin's parameters; see scale_value()"));
  }
};

/// How one loss of golden files is computed.
struct GoldenAlias {
  std::string plugin;
  std::vector<GoldenComponent> components;
  std::map<std::string, std::string> renamed;
  Json fixed = Json::object();
  std::map<std::string, std::string> weights;

  static constexpr auto fields() {
    using A = GoldenAlias;
    using enum Presence;
    return std::tuple(
        field("plugin", &A::plugin, "loss plugin"),
        field("components", &A::components, "what else of the objective is compared", kIfAny),
        field("renamed", &A::renamed, "golden parameter -> ours; empty: it describes the case and is none of ours", kIfAny),
        field("fixed", &A::fixed, "parameters of the plugin that the reference does not have", kIfAny),
        field("weights", &A::weights, "golden input -> parameter of the loss module, which takes its values", kIfAny));
  }
};

/// The document aliases.json.
struct GoldenAliases {
  std::string schema;
  std::map<std::string, GoldenAlias> losses;

  static constexpr auto fields() {
    using A = GoldenAliases;
    return std::tuple(field("schema", &A::schema, "kdbench-golden-aliases/1"),
                      field("losses", &A::losses, "by the name in golden files"));
  }

  /// The alias of a loss; the plugin of its name where the file has none.
  GoldenAlias of(const std::string& loss) const;
};

/// Reads the aliases of a folder; without the file there are none.
Result<GoldenAliases> read_golden_aliases(const std::filesystem::path& folder);

}  // namespace kdbench::inline worker
