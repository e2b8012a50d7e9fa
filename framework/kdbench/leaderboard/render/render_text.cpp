/// Boards for people: aligned text, and Markdown.
#include <kdbench/leaderboard/render/formats.h>

#include <kdbench/base/text.h>

#include <algorithm>

namespace kdbench::inline leaderboard::boards {
namespace {

std::string underline(const std::string& title, char with) {
  return title + "\n" + std::string(display_width(title), with) + "\n";
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return text;
}

bool right_aligned(const Column& column) { return !column.fields.empty(); }

std::string trimmed_end(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string text_line(const Table& table, const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line.append(i == 0 ? "" : "  ").append(pad(cells[i], widths[i], right_aligned(table.columns[i])));
  }
  return trimmed_end(line) + "\n";
}

std::vector<std::string> headings(const Table& table) {
  std::vector<std::string> out;
  for (const auto& column : table.columns) out.push_back(one_line(heading(column.title, column.unit, column.direction)));
  return out;
}

std::vector<std::string> texts(const Row& row) {
  std::vector<std::string> out;
  for (const auto& cell : row.cells) out.push_back(one_line(cell.text));
  return out;
}

std::string table_text(const Table& table) {
  std::vector<std::vector<std::string>> lines = {headings(table)};
  for (const auto& row : table.rows) lines.push_back(texts(row));
  std::vector<std::size_t> widths(table.columns.size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], display_width(line[i]));
  }
  std::string out = underline(one_line(table.title), '-');
  for (std::size_t l = 0; l < lines.size(); ++l) out += text_line(table, lines[l], widths);
  for (const auto& note : table.notes) out += "  * " + one_line(note) + "\n";
  return out;
}

/// Text inside a Markdown table: a pipe would end the cell, an angle bracket would open a tag, and the rest would become markup.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : one_line(text)) {
    if (std::string_view("|\\`*_<[]").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string markdown_line(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const auto& cell : cells) line.append(" ").append(escaped(cell)).append(" |");
  return line + "\n";
}

std::string table_markdown(const Table& table) {
  std::string out = "## " + escaped(table.title) + "\n\n" + markdown_line(headings(table)) + "|";
  for (const auto& column : table.columns) out += right_aligned(column) ? " ---: |" : " --- |";
  out += "\n";
  for (const auto& row : table.rows) out += markdown_line(texts(row));
  if (!table.notes.empty()) out += "\n";
  for (const auto& note : table.notes) out += "- " + escaped(note) + "\n";
  return out;
}

}  // namespace

std::string render_text(const Leaderboard& board) {
  std::string out = underline(one_line(board.title), '=');
  for (const auto& note : board.notes) out += one_line(note) + "\n";
  for (const auto& table : board.tables) out.append("\n").append(table_text(table));
  return out;
}

std::string render_markdown(const Leaderboard& board) {
  std::string out = "# " + escaped(board.title) + "\n";
  if (!board.notes.empty()) out += "\n";
  for (const auto& note : board.notes) out += escaped(note) + "\n";
  for (const auto& table : board.tables) out.append("\n").append(table_markdown(table));
  return out;
}

}  // namespace kdbench::inline leaderboard::boards
