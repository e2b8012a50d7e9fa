#include <kdbench/protocol/catalog_document.h>

namespace kdbench::inline protocol {

std::string name_of(PluginKind kind) { return names_of(kind)[static_cast<std::size_t>(kind)].second; }

Json document_json(const SentParamValue& value) {
  return std::visit([](const auto& v) { return to_document(v); }, value.value);
}

void read_document_json(const Json& json, SentParamValue& value, const DocumentPath& path) {
  if (json.is_boolean())
    value.value = json.get<bool>();
  else if (json.is_number_integer())
    value.value = json.get<std::int64_t>();
  else if (json.is_number())
    value.value = json.get<double>();
  else if (json.is_string())
    value.value = json.get<std::string>();
  else
    document::refuse_kind(path, "a boolean, a number or a text", json);
}

ParamDocument param_document(const ParamSpec& spec) {
  return {.name = spec.name,
          .type = static_cast<ParamType>(spec.default_value.index()),
          .default_value = {spec.default_value},
          .doc = spec.doc,
          .min = spec.min,
          .max = spec.max,
          .choices = spec.choices};
}

}  // namespace kdbench::inline protocol
