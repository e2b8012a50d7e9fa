// Numbers for every channel from one text option: "0.5", or "0.49, 0.48, 0.45".
#pragma once
#include <kdbench/sdk/error.h>

#include <charconv>
#include <string>
#include <vector>

namespace channels {

/// Returns `count` numbers from a text with one number, which serves every channel, or one a channel. Each lies in [low, high].
/// @throws kdbench::Error naming `key`
inline std::vector<double> numbers(const std::string& text, std::size_t count, double low, double high, const std::string& key) {
  std::vector<double> out;
  const auto* at = text.data();
  const auto* end = at + text.size();
  const auto wrong = [&] {
    return kdbench::Error("'" + key + "' must be one number, or " + std::to_string(count) +
                          " with commas between them, each from " + std::to_string(low) + " to " + std::to_string(high) +
                          "; found \"" + text + "\"");
  };
  while (true) {
    while (at != end && *at == ' ') ++at;
    double value = 0;
    const auto [stop, error] = std::from_chars(at, end, value);
    if (error != std::errc() || !(value >= low && value <= high)) throw wrong();
    out.push_back(value);
    at = stop;
    while (at != end && *at == ' ') ++at;
    if (at == end) break;
    if (*at++ != ',') throw wrong();
  }
  if (out.size() == 1) out.assign(count, out.front());
  if (out.size() != count) throw wrong();
  return out;
}

}  // namespace channels
