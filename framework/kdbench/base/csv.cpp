#include <kdbench/base/csv.h>

#include <charconv>
#include <string_view>
#include <system_error>

namespace kdbench::inline base {
namespace {

bool is_number(const std::string& text) {
  double value = 0;
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(begin, end, value);
  return error == std::errc() && stop == end && begin != end;
}

/// Spreadsheets take a cell that begins so for a formula, and compute it.
bool looks_like_formula(const std::string& text) {
  return text.size() > 1 && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos && !is_number(text);
}

std::string field(const std::string& given) {
  auto text = looks_like_formula(given) ? "'" + given : given;
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

void append_csv_line(std::string& out, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) out.append(i == 0 ? "" : ",").append(field(fields[i]));
  out += "\r\n";
}

}  // namespace kdbench::inline base
