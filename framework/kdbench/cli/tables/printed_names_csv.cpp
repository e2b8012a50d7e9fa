#include <kdbench/cli/tables/printed_names_csv.h>

#include <kdbench/base/text.h>
#include <kdbench/cli/tables/csv_table.h>

#include <fmt/core.h>

namespace kdbench::inline cli {
namespace {

const std::vector<std::string> kColumns = {"kind", "plugin", "printed"};
const std::vector<std::string> kKinds = {"loss", "model", "strategy"};

std::vector<std::string> names_of(const std::vector<CsvCell>& header) {
  std::vector<std::string> out;
  for (const auto& cell : header) out.push_back(cell.text);
  return out;
}

}  // namespace

Result<PrintedNames> parse_printed_names(const std::string& text, const std::string& file) {
  const auto table = parse_csv(text, file);
  if (!table) return table.error();
  if (names_of(table->header) != kColumns) {
    return Diagnostic{
        file, {1, 1}, fmt::format("expected the columns {}, found {}", join(kColumns, ","), join(names_of(table->header), ","))};
  }
  PrintedNames out;
  Diagnostics errors;
  for (const auto& row : table->rows) {
    const auto &kind = row[0], &plugin = row[1], &printed = row[2];
    if (kind.text == "loss")
      out.losses[plugin.text] = printed.text;
    else if (kind.text == "model")
      out.networks[plugin.text] = printed.text;
    else if (kind.text == "strategy")
      out.strategies[plugin.text] = printed.text;
    else
      errors.push_back({file, kind.at, fmt::format("'kind' is '{}'{}", kind.text, suggestion(kind.text, kKinds))});
  }
  if (!errors.empty()) return errors;
  return out;
}

}  // namespace kdbench::inline cli
