/// Boards for machines: CSV with one line a value, and JSON.
#include <kdbench/leaderboard/render/formats.h>

#include <kdbench/base/csv.h>
#include <kdbench/base/document.h>

#include <fmt/core.h>

namespace kdbench::inline leaderboard::boards {
namespace {

/// Shortest digits that read back as the same number; an empty field for no value.
std::string value_text(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_float() ? fmt::format("{}", value.get<double>()) : value.dump();
}

std::string row_name(const Table& table, const Row& row) {
  std::string out;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (!table.columns[i].is_key) continue;
    out.append(out.empty() ? "" : "; ").append(row.cells[i].text);
  }
  return out;
}

void append_row(std::string& out, const std::string& board, const Table& table, const Row& row) {
  const auto name = row_name(table, row);
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const auto& column = table.columns[i];
    const auto& cell = row.cells[i];
    if (column.is_key) continue;
    if (column.fields.empty()) append_csv_line(out, {board, table.title, name, column.title, column.unit, "text", cell.text});
    for (std::size_t f = 0; f < column.fields.size() && f < cell.values.size(); ++f) {
      append_csv_line(out, {board, table.title, name, column.title, column.unit, column.fields[f], value_text(cell.values[f])});
    }
  }
}

Json column_json(const Column& column) {
  return {{"title", column.title},
          {"unit", column.unit},
          {"direction", to_string(column.direction)},
          {"fields", column.fields},
          {"key", column.is_key}};
}

Json cell_json(const Column& column, const Cell& cell) {
  Json out = {{"text", cell.text}};
  for (std::size_t f = 0; f < column.fields.size() && f < cell.values.size(); ++f) out[column.fields[f]] = cell.values[f];
  return out;
}

Json table_json(const Table& table) {
  Json columns = Json::array(), rows = Json::array();
  for (const auto& column : table.columns) columns.push_back(column_json(column));
  for (const auto& row : table.rows) {
    Json cells = Json::array();
    for (std::size_t i = 0; i < row.cells.size(); ++i) cells.push_back(cell_json(table.columns[i], row.cells[i]));
    rows.push_back(std::move(cells));
  }
  return {{"title", table.title}, {"notes", table.notes}, {"columns", std::move(columns)}, {"rows", std::move(rows)}};
}

}  // namespace

std::string render_csv(const Leaderboard& board) {
  std::string out;
  append_csv_line(out, {"board", "table", "row", "column", "unit", "field", "value"});
  for (const auto& table : board.tables) {
    for (const auto& row : table.rows) append_row(out, board.title, table, row);
  }
  return out;
}

std::string render_json(const Leaderboard& board) {
  Json tables = Json::array();
  for (const auto& table : board.tables) tables.push_back(table_json(table));
  const Json document = {{"title", board.title},
                         {"notes", board.notes},
                         {"paper", board.paper},
                         {"tables", std::move(tables)},
                         {"points", to_document(board.points)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kdbench::inline leaderboard::boards
