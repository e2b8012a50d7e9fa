/// A reader of CSV that keeps line and column of every cell.
#include <kdbench/cli/tables/csv_table.h>

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

namespace kdbench::inline cli {
namespace {

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

std::string without_mark(const std::string& text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

char separator_of(std::string_view text) {
  const auto line = text.substr(0, text.find('\n'));
  const auto place = line.find_first_of(",;\t");
  return place == std::string_view::npos ? ',' : line[place];
}

class Reader {
 public:
  Reader(std::string text, std::string file) : text_(std::move(text)), file_(std::move(file)), separator_(separator_of(text_)) {}

  /// Returns the next line that is not empty.
  std::optional<std::vector<CsvCell>> row() {
    while (place_ < text_.size() && errors.empty()) {
      std::vector<CsvCell> cells{cell()};
      while (take(separator_)) cells.push_back(cell());
      end_line();
      if (cells.size() > 1 || !cells.front().text.empty()) return cells;
    }
    return std::nullopt;
  }

  Diagnostics errors;

 private:
  bool take(char wanted) {
    if (place_ >= text_.size() || text_[place_] != wanted) return false;
    ++place_;
    // Columns are characters as an editor counts them: the later bytes of one in UTF-8 do not
    // count.
    if ((static_cast<unsigned char>(wanted) & 0xC0) != 0x80) ++at_.col;
    if (wanted == '\n') at_ = {at_.line + 1, 1};
    return true;
  }

  bool at_end_of_cell() const {
    return place_ >= text_.size() || text_[place_] == separator_ || text_[place_] == '\n' ||
           std::string_view(text_).substr(place_).starts_with("\r\n");
  }

  CsvCell cell() {
    while (take(' ')) continue;
    const auto at = at_;
    if (take('"')) return {quoted(at), at};
    std::string text;
    while (!at_end_of_cell()) take_into(text);
    return {trimmed(text), at};
  }

  void take_into(std::string& text) {
    text += text_[place_];
    take(text_[place_]);
  }

  std::string quoted(Position at) {
    std::string text;
    while (place_ < text_.size()) {
      if (!take('"')) {
        take_into(text);
      } else if (take('"')) {
        text += '"';
      } else {
        end_quoted(at);
        return text;
      }
    }
    errors.push_back({file_, at, "this quote does not end; expected a second '\"'"});
    return text;
  }

  void end_quoted(Position at) {
    while (take(' ')) continue;
    if (at_end_of_cell()) return;
    errors.push_back({file_, at, "text follows the closing quote; write a quote inside a field as \"\""});
  }

  void end_line() {
    take('\r');
    take('\n');
  }

  std::string text_, file_;
  char separator_;
  std::size_t place_ = 0;
  Position at_{1, 1};
};

void check_header(const CsvTable& table, const std::string& file, Diagnostics& errors) {
  std::set<std::string> names;
  for (const auto& [name, at] : table.header) {
    if (name.empty()) errors.push_back({file, at, "this column has no name; expected one name a column"});
    if (!name.empty() && !names.insert(name).second) {
      errors.push_back({file, at, fmt::format("two columns are called '{}'; rename one", name)});
    }
  }
}

}  // namespace

Result<CsvTable> parse_csv(const std::string& text, const std::string& file) {
  Reader reader(without_mark(text), file);
  CsvTable table;
  auto header = reader.row();
  if (!header && reader.errors.empty()) {
    return Diagnostic{file, {}, "the file is empty; expected a line of column names and lines of values"};
  }
  if (header) table.header = std::move(*header);
  check_header(table, file, reader.errors);
  Diagnostics errors = std::move(reader.errors);
  reader.errors.clear();
  while (auto row = reader.row()) {
    if (row->size() == table.header.size()) {
      table.rows.push_back(std::move(*row));
    } else {
      errors.push_back({file,
                        {row->front().at.line, 1},
                        fmt::format("expected {} fields as in the header, found {}", table.header.size(), row->size())});
    }
  }
  errors.insert(errors.end(), reader.errors.begin(), reader.errors.end());
  if (!errors.empty()) return errors;
  return table;
}

}  // namespace kdbench::inline cli
