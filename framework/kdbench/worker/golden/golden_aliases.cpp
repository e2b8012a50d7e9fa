#include <kdbench/base/text.h>
#include <kdbench/worker/golden/golden_aliases.h>

#include <fmt/format.h>

#include <set>

namespace kdbench::inline worker {
namespace {

namespace fs = std::filesystem;

fs::path table_of_library(const std::string& library) {
  const auto file = fs::absolute(library);
  return file.parent_path().parent_path() / "golden" / file.stem().replace_extension(".json");
}

}  // namespace

Result<GoldenAliases> read_golden_aliases(const fs::path& file) {
  if (!fs::exists(file)) return GoldenAliases{};
  const auto json = read_json(file);
  if (!json) return json.error();
  if (json->is_object() && json->contains("schema") && json->at("schema") != kAliasesSchema) {
    return Diagnostic{
        file.string(), {}, fmt::format("schema: expected \"{}\", found {}", kAliasesSchema, json->at("schema").dump())};
  }
  auto table = from_document<GoldenAliasTable>(*json, file.string());
  if (!table) return table.error();
  return std::move(table->losses);
}

InstalledAliases::InstalledAliases(const Catalog& catalog) {
  std::set<fs::path> seen;
  for (const auto& library : catalog.libraries) {
    const auto file = table_of_library(library.file);
    if (!library.reason.empty() || !seen.insert(file).second) continue;
    const auto aliases = read_golden_aliases(file);
    if (!aliases) {
      complaints_.insert(complaints_.end(), aliases.error().begin(), aliases.error().end());
      continue;
    }
    for (const auto& [loss, alias] : *aliases) {
      auto& found = found_[loss];
      found.alias = alias;
      found.files.push_back(file.string());
    }
  }
}

const GoldenAlias* InstalledAliases::find(const std::string& loss) const {
  const auto it = found_.find(loss);
  if (it == found_.end()) return nullptr;
  if (it->second.files.size() == 1) return &it->second.alias;
  throw Error(fmt::format("{} say how cases of '{}' are given; an aliases.json beside the golden file would decide",
                          join(it->second.files, " and "), loss));
}

}  // namespace kdbench::inline worker
