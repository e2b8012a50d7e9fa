#include <kdbench/base/check.h>
#include <kdbench/base/files.h>
#include <kdbench/base/json.h>

#include <fmt/core.h>

#include <cmath>
#include <limits>

namespace kdbench {
namespace {

Json normalise(const Json& value) {
  if (value.is_object()) {
    Json out = Json::object();
    for (const auto& [key, member] : value.items()) out[key] = normalise(member);
    return out;
  }
  if (value.is_array()) {
    Json out = Json::array();
    for (const auto& member : value) out.push_back(normalise(member));
    return out;
  }
  if (!value.is_number_float()) return value;
  const double real = value.get<double>();
  KDBENCH_CHECK(std::isfinite(real), "a canonical document holds no NaN or infinity");
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it neighbouring integers share a double
  if (real == std::floor(real) && std::abs(real) < kExact) return static_cast<std::int64_t>(real);
  return value;
}

}  // namespace

std::string canonical(const Json& document) { return normalise(document).dump(); }

Json number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

double to_double(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value == "inf") return std::numeric_limits<double>::infinity();
  if (value == "-inf") return -std::numeric_limits<double>::infinity();
  return std::numeric_limits<double>::quiet_NaN();
}

Result<Json> parse_json(const std::string& text, const std::string& name) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    return Diagnostic{name, {}, fmt::format("not valid JSON at byte {}: {}", error.byte, error.what())};
  }
}

Result<Json> read_json(const std::filesystem::path& path) {
  auto text = read_file(path);
  if (!text) return text.error();
  return parse_json(*text, path.string());
}

}  // namespace kdbench
