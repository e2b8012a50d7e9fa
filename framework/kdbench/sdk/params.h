/// Declaring a plugin's parameters: name, type, default, range and help text, each written once.
#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace kdbench {

/// A parameter value. The host turns an integer into a real number where one is declared; nothing else converts.
using ParamValue = std::variant<bool, std::int64_t, double, std::string>;
using ParamValues = std::map<std::string, ParamValue, std::less<>>;

/// What a suite file is checked against and what `kdbench describe` prints. Plain data.
struct ParamSpec {
  std::string name;          ///< TOML key, snake_case, with the unit as suffix where there is one (`_ms`, `_px`)
  ParamValue default_value;  ///< its alternative is the parameter's type
  std::string doc;           ///< one sentence: what it does, and the paper's symbol
  std::optional<double> min = std::nullopt, max = std::nullopt;  ///< inclusive; numbers only
  std::vector<std::string> choices = {};                         ///< allowed values; strings only
};

/// Optional limits of one parameter; use designated initialisers: `{.min = 0.0}`.
struct Limits {
  std::optional<double> min = std::nullopt, max = std::nullopt;
  std::vector<std::string> choices = {};
};

/// Collects the parameters of `Options`. Type and default come from the field, so they cannot drift from it.
template <class Options>
class Params {
 public:
  /// Binds TOML key `name` to `field`.
  template <class T>
  requires std::same_as<T, bool> || std::same_as<T, std::int64_t> || std::same_as<T, double> || std::same_as<T, std::string>
      Params& add(std::string name, T Options::*field, std::string doc, Limits limits = {}) {
    specs_.push_back({name, Options{}.*field, std::move(doc), limits.min, limits.max, std::move(limits.choices)});
    setters_.emplace(std::move(name), [field](Options& o, const ParamValue& v) { o.*field = std::get<T>(v); });
    return *this;
  }

  const std::vector<ParamSpec>& specs() const { return specs_; }

  /// Returns `Options{}` overwritten by `values`. The host has checked every key, type and range before.
  Options bind(const ParamValues& values) const {
    Options options;
    for (const auto& [name, value] : values) setters_.at(name)(options, value);
    return options;
  }

 private:
  std::vector<ParamSpec> specs_;
  std::map<std::string, std::function<void(Options&, const ParamValue&)>> setters_;
};

}  // namespace kdbench
