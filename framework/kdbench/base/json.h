/// JSON: the one document type, its canonical text, and reading a file with a message a person understands.
#pragma once
#include <kdbench/base/result.h>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace kdbench::inline base {

/// Object keys are kept sorted, so equal documents have equal text.
using Json = nlohmann::json;

/// Returns the text that identifies `document`: sorted keys, no spaces, shortest numbers that round-trip, an integral real
/// written like the integer (4.0 and 4 are one value). Non-finite numbers are refused by KDBENCH_CHECK.
std::string canonical(const Json& document);

/// Returns a double, or the strings "nan", "inf", "-inf" for what JSON cannot say.
Json number(double value);

/// Reads a number written by number(); `null` becomes NaN.
double to_double(const Json& value);

/// Parses `text`; the diagnostic names `name` and the byte offset.
Result<Json> parse_json(const std::string& text, const std::string& name);

/// Reads and parses a file.
Result<Json> read_json(const std::filesystem::path& path);

}  // namespace kdbench::inline base
