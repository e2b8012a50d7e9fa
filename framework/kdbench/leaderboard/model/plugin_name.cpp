/// Names of networks and data sets as texts, and back.
#include <kdbench/leaderboard/model/plugin_name.h>

#include <fmt/core.h>

#include <charconv>
#include <sstream>
#include <stdexcept>

namespace kdbench::inline leaderboard {
namespace {

constexpr const char* kRows = " training rows";
constexpr const char* kComma = ", ";

/// The number in "10000 training rows".
std::int64_t rows_in(const std::string& text) {
  std::int64_t rows = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, rows);
  if (error != std::errc() || std::string(stop, end) != kRows)
    throw std::invalid_argument(fmt::format("expected \"N{}\" after the data set, found \"{}\"", kRows, text));
  return rows;
}

}  // namespace

std::string PluginName::number(const std::string& name) const {
  for (const auto& [key, value] : numbers) {
    if (key == name) return value;
  }
  return "";
}

std::string PluginName::text() const {
  auto out = plugin;
  for (const auto& [name, value] : numbers) out += fmt::format(" {}={}", name, value);
  return out;
}

std::string document_text(const PluginName& name) { return name.text(); }

PluginName from_document_text(std::type_identity<PluginName>, const std::string& text) {
  PluginName out;
  std::istringstream parts(text);
  parts >> out.plugin;
  for (std::string part; parts >> part;) {
    const auto equals = part.find('=');
    if (equals == std::string::npos)
      throw std::invalid_argument(fmt::format("expected \"name=number\" after the plugin, found \"{}\"", part));
    out.numbers.emplace_back(part.substr(0, equals), part.substr(equals + 1));
  }
  return out;
}

std::string DataName::text() const {
  return training_rows > 0 ? fmt::format("{}{}{}{}", source.text(), kComma, training_rows, kRows) : source.text();
}

std::string document_text(const DataName& name) { return name.text(); }

DataName from_document_text(std::type_identity<DataName>, const std::string& text) {
  const auto comma = text.find(kComma);
  DataName out;
  out.source = from_document_text(std::type_identity<PluginName>(), text.substr(0, comma));
  if (comma != std::string::npos) out.training_rows = rows_in(text.substr(comma + std::string(kComma).size()));
  return out;
}

}  // namespace kdbench::inline leaderboard
