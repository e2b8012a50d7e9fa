#include <kdbench/base/csv.h>

namespace kdbench::inline base {
namespace {

std::string field(const std::string& text) {
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
