#include <kdbench/base/text.h>
#include <kdbench/suite/keys/fields.h>
#include <kdbench/suite/suite.h>

#include <fmt/core.h>

namespace kdbench::inline suite {
namespace {

std::string type_with_limits(const KeySpec& spec) {
  if (!spec.choices.empty()) return spec.type + ": " + join(spec.choices, ", ");
  const auto limits = spec.limits.text();
  return limits.empty() ? spec.type : spec.type + ", " + limits;
}

KeyDoc doc_of(const std::string& table, const KeySpec& spec) {
  return {table, spec.key, type_with_limits(spec), spec.required ? "required" : spec.default_text, spec.doc};
}

template <class Owner>
void add(std::vector<KeyDoc>& out, const std::string& table, const std::vector<Field<Owner>>& fields) {
  for (const auto& field : fields) out.push_back(doc_of(table, field.spec));
}

std::vector<KeyDoc> make_keys() {
  std::vector<KeyDoc> out;
  add(out, "suite", suite_fields());
  add(out, "train", recipe_fields());
  out.push_back(doc_of("datasets.NAME", plugin_spec()));
  add(out, "datasets.NAME", dataset_fields());
  out.push_back(doc_of("models.NAME", plugin_spec()));
  out.push_back(doc_of("models.NAME", model_train_spec()));
  out.push_back(doc_of("losses.NAME", plugin_spec()));
  for (const auto& spec : loss_specs()) out.push_back(doc_of("losses.NAME", spec));
  for (const auto* spec : {&preset_spec(), &zip_spec(), &of_spec(), &weights_spec()}) out.push_back(doc_of("losses.NAME", *spec));
  out.push_back(doc_of("strategies.NAME", plugin_spec()));
  out.push_back(doc_of("gradient_policies.NAME", plugin_spec()));
  out.push_back(doc_of("calibrators.NAME", plugin_spec()));
  add(out, "[studies]", study_fields());
  return out;
}

std::string cell(const std::string& text) { return text.empty() ? "" : "`" + text + "`"; }

}  // namespace

std::vector<KeyDoc> suite_keys() {
  static const auto keys = make_keys();
  return keys;
}

std::string suite_reference_markdown() {
  std::string out =
      "# Suite reference\n\n"
      "Every key of a suite file. [suites/README.md](../suites/README.md) explains one suite line by line; "
      "`kdbench describe suite`\n"
      "prints these tables. Keys of plugins are printed by `kdbench describe loss kl` and the like.\n\n"
      "`[models.NAME.train]` takes the keys of `[train]`. `[profile.NAME]` holds any of the tables below; "
      "`--profile NAME` lays it over\n"
      "the file. `--set train.epochs=2` overrides one key; a study is addressed by its name: `--set "
      "studies.NAME.values=[1,2]`.\n";
  std::string table;
  for (const auto& key : suite_keys()) {
    if (key.table != table) {
      table = key.table;
      out += fmt::format("\n## `[{}]`\n\n| key | type | default | meaning |\n| --- | --- | --- | --- |\n", table);
    }
    const auto default_text = key.default_text == "required" ? "required" : cell(key.default_text);
    out += fmt::format("| `{}` | {} | {} | {} |\n", key.key, key.type, default_text, key.doc);
  }
  return out;
}

}  // namespace kdbench::inline suite
