#include <kdbench/worker/conformance/golden_aliases.h>

#include <fmt/core.h>

namespace kdbench::inline worker {
namespace {

constexpr const char* kSchema = "kdbench-golden-aliases/1";

}  // namespace

GoldenAlias GoldenAliases::of(const std::string& loss) const {
  const auto it = losses.find(loss);
  if (it != losses.end()) return it->second;
  GoldenAlias plain;
  plain.plugin = loss;
  return plain;
}

Result<GoldenAliases> read_golden_aliases(const std::filesystem::path& folder) {
  const auto file = folder / "aliases.json";
  if (!std::filesystem::exists(file)) return GoldenAliases{kSchema, {}};
  const auto json = read_json(file);
  if (!json) return json.error();
  auto aliases = from_document<GoldenAliases>(*json, file.string());
  if (aliases && aliases->schema != kSchema) {
    return Diagnostic{file.string(), {}, fmt::format("schema: expected {}, found {}", kSchema, aliases->schema)};
  }
  return aliases;
}

}  // namespace kdbench::inline worker
