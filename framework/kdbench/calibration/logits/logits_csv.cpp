#include <kdbench/calibration/logits/logits_readers.h>

#include <kdbench/base/files.h>

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

namespace kdbench::inline calibration {
namespace {

struct Field {
  std::string_view text;  // without spaces and quotes
  int col = 0;
};

/// A line that is not blank. Its fields are cut when it is read: kept for a whole file they are
/// larger than the file.
struct Line {
  int number = 0;
  std::string_view text;
  char separator = ',';
};

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\"");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\"") - first + 1);
}

char separator_of(std::string_view line) {
  if (line.find('\t') != std::string_view::npos) return '\t';
  return line.find(';') != std::string_view::npos ? ';' : ',';
}

std::vector<Field> fields_of(const Line& line) {
  std::vector<Field> fields;
  for (std::size_t begin = 0;;) {
    const auto end = std::min(line.text.find(line.separator, begin), line.text.size());
    fields.push_back({trim(line.text.substr(begin, end - begin)), static_cast<int>(begin) + 1});
    if (end == line.text.size()) return fields;
    begin = end + 1;
  }
}

/// Lines that are not blank. The views point into `text`.
std::vector<Line> lines_of(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<Line> lines;
  char separator = ',';
  int number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (trim(line).empty()) continue;
    if (lines.empty()) separator = separator_of(line);
    lines.push_back({number, line, separator});
  }
  return lines;
}

std::optional<double> parse_real(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool names_the_label(const Field& field) {
  const auto name = lower_case(field.text);
  return name == "label" || name == "y" || name == "target";
}

/// A line that mixes names and numbers is a sample with a mistake, not a header, unless it names
/// the label: dropping it in silence would lose a sample.
bool is_header(const std::vector<Field>& fields) {
  const auto is_name = [](const Field& field) { return !parse_real(field.text); };
  return std::all_of(fields.begin(), fields.end(), is_name) || std::any_of(fields.begin(), fields.end(), names_the_label);
}

/// The names that pandas gives columns without names: exactly 0, 1, 2, ..., in front of numbers that are no such row.
bool is_numeric_header(const std::vector<Field>& first, const std::vector<Line>& lines) {
  for (std::size_t c = 0; c < first.size(); ++c) {
    if (first[c].text != std::to_string(c)) return false;
  }
  const auto holds_a_real = [](const Line& line) {
    const auto fields = fields_of(line);
    return std::any_of(fields.begin(), fields.end(),
                       [](const Field& f) { return f.text.find_first_of(".eE") != std::string_view::npos; });
  };
  return first.size() > 1 && std::any_of(lines.begin() + 1, lines.end(), holds_a_real);
}

/// Fills a table, or a list of mistakes.
class CsvReader {
 public:
  CsvReader(std::string file, std::vector<Line> lines) : file_(std::move(file)), lines_(std::move(lines)) {}

  Result<LogitsAndLabels> read(bool with_labels) {
    if (!read_shape(with_labels)) return errors_;
    for (auto i = first_row_; i < lines_.size() && errors_.size() < kMaxLogitsDiagnostics; ++i) {
      read_line(lines_[i]);
    }
    if (!errors_.empty()) return errors_;
    out_.logits.rows = static_cast<std::int64_t>(lines_.size() - first_row_);
    return std::move(out_);
  }

 private:
  bool read_shape(bool with_labels) {
    if (lines_.empty()) return add({}, "expected numbers, found an empty file");
    const auto first = fields_of(lines_[0]);
    first_row_ = is_header(first) || is_numeric_header(first, lines_) ? 1 : 0;
    columns_ = first.size();
    if (first_row_ == lines_.size()) return add({}, "expected a sample a line, found nothing but a header");
    if (with_labels) label_column_ = columns_ - 1;
    if (first_row_ == 1) read_header(first, with_labels);
    out_.logits.columns = static_cast<std::int64_t>(columns_ - (with_labels ? 1 : 0));
    return errors_.empty();
  }

  void read_header(const std::vector<Field>& header, bool with_labels) {
    for (const auto& field : header) {
      const auto name = lower_case(field.text);
      if (!name.empty() && name != "id" && name != "index") continue;
      add({lines_[0].number, field.col}, fmt::format("expected logits and a label, found a column named '{}': remove the row "
                                                     "numbers (in pandas: to_csv(index=False))",
                                                     name));
    }
    const auto label = std::find_if(header.begin(), header.end(), names_the_label);
    if (with_labels && label != header.end()) label_column_ = static_cast<std::size_t>(label - header.begin());
  }

  void read_line(const Line& line) {
    const auto fields = fields_of(line);
    if (fields.size() != columns_) {
      add({line.number, 1},
          fmt::format("expected {} columns as in line {}, found {}", columns_, lines_[0].number, fields.size()));
      return;
    }
    for (std::size_t c = 0; c < columns_ && errors_.size() < kMaxLogitsDiagnostics; ++c) {
      label_column_ == c ? read_label(line, fields[c]) : read_logit(line, fields[c]);
    }
  }

  void read_logit(const Line& line, const Field& field) {
    const auto value = parse_real(field.text);
    if (!value || !std::isfinite(*value)) {
      add({line.number, field.col}, fmt::format("expected a finite number with a decimal point, found '{}'", field.text));
    }
    out_.logits.values.push_back(value.value_or(0));
  }

  void read_label(const Line& line, const Field& field) {
    const auto value = parse_real(field.text);
    // 2^53: beyond it a double does not tell neighbouring integers apart.
    if (!value || std::floor(*value) != *value || std::abs(*value) > 9007199254740992.0) {
      add({line.number, field.col}, fmt::format("expected a class index (a whole number from 0), found '{}'", field.text));
      return;
    }
    out_.labels.values.push_back(static_cast<std::int64_t>(*value));
    out_.labels.places.push_back({line.number, field.col});
  }

  bool add(Position at, std::string message) {
    errors_.push_back({file_, at, std::move(message)});
    return false;
  }

  std::string file_;
  std::vector<Line> lines_;
  std::size_t first_row_ = 0, columns_ = 0;
  std::optional<std::size_t> label_column_;
  LogitsAndLabels out_;
  Diagnostics errors_;
};

}  // namespace

Result<LogitsAndLabels> read_csv_logits(const std::filesystem::path& file, bool with_labels) {
  const auto text = read_file(file);
  if (!text) return text.error();
  return CsvReader(file.string(), lines_of(*text)).read(with_labels);
}

Result<LabelList> read_csv_labels(const std::filesystem::path& file) {
  const auto text = read_file(file);
  if (!text) return text.error();
  auto lines = lines_of(*text);
  const auto columns = lines.empty() ? 1 : fields_of(lines[0]).size();
  if (columns != 1) {
    return Diagnostic{file.string(), {lines[0].number, 1}, fmt::format("expected one label a line, found {} columns", columns)};
  }
  auto read = CsvReader(file.string(), std::move(lines)).read(true);
  if (!read) return read.error();
  return std::move(read->labels);
}

}  // namespace kdbench::inline calibration
