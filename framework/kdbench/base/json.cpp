#include <kdbench/base/check.h>
#include <kdbench/base/files.h>
#include <kdbench/base/json.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace kdbench::inline base {
namespace {

void append(std::string& out, const Json& value);

void append_number(std::string& out, const Json& value) {
  const double real = value.get<double>();
  KDBENCH_CHECK(std::isfinite(real), "a canonical document holds no NaN or infinity");
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it neighbouring integers share a double
  const bool whole = real == std::floor(real) && std::abs(real) < kExact;
  out += whole ? std::to_string(static_cast<std::int64_t>(real)) : value.dump();
}

/// Most keys and values are plain words; what needs an escape, or is no UTF-8, is left to the library.
void append_text(std::string& out, const std::string& text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
  if (plain)
    out.append(1, '"').append(text).append(1, '"');
  else
    out += Json(text).dump();
}

void append_object(std::string& out, const Json& value) {
  out += '{';
  for (auto member = value.begin(); member != value.end(); ++member) {  // Json keeps its keys sorted
    if (member != value.begin()) out += ',';
    append_text(out, member.key());
    out += ':';
    append(out, *member);
  }
  out += '}';
}

void append_array(std::string& out, const Json& value) {
  out += '[';
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (i > 0) out += ',';
    append(out, value[i]);
  }
  out += ']';
}

/// Text is built directly: a plan hashes tens of thousands of documents, and a normalised copy of each costs more than the hash.
void append(std::string& out, const Json& value) {
  if (value.is_object())
    append_object(out, value);
  else if (value.is_array())
    append_array(out, value);
  else if (value.is_number_float())
    append_number(out, value);
  else if (value.is_string())
    append_text(out, value.get_ref<const std::string&>());
  else if (value.is_boolean())
    out += value.get<bool>() ? "true" : "false";
  else
    out += value.dump();
}

/// What is read here has some ten levels; what is handled by recursion must not exhaust the stack.
constexpr int kDeepest = 100;

/// The byte at which text is nested too deep.
std::optional<std::size_t> first_too_deep(const std::string& text) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest) return i;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string canonical(const Json& document) {
  std::string out;
  append(out, document);
  return out;
}

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
  if (const auto deep = first_too_deep(text)) {
    return Diagnostic{
        name, {}, fmt::format("JSON nested deeper than {} levels at byte {}; nothing here is", kDeepest, *deep + 1)};
  }
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    return Diagnostic{name, {}, fmt::format("not valid JSON at byte {}: {}", error.byte, error.what())};
  } catch (const Json::exception& error) {
    return Diagnostic{name, {}, fmt::format("JSON that cannot be read: {}", error.what())};  // 1e999
  }
}

Result<Json> read_json(const std::filesystem::path& path) {
  auto text = read_file(path);
  if (!text) return text.error();
  return parse_json(*text, path.string());
}

}  // namespace kdbench::inline base
