/// Declaring a plugin's parameters: name, type, default, range and help text, each written once.
#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
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

/// A type that a parameter may have.
template <class T>
concept OptionType =
    std::same_as<T, bool> || std::same_as<T, std::int64_t> || std::same_as<T, double> || std::same_as<T, std::string>;

// Types that somebody may try instead, so that the compiler can say which one is meant.
template <class T>
concept OtherReal = std::floating_point<T> && !OptionType<T>;
template <class T>
concept OtherInteger = std::integral<T> && !OptionType<T>;
template <class T>
concept BorrowedText = std::convertible_to<T, std::string_view> && !OptionType<T>;

/// How every message on the type of an option begins.
#define KDBENCH_OPTION_TYPES "options are bool, std::int64_t, double or std::string; "

/// Collects the parameters of `Options`. Type and default come from the field, so they cannot drift from it.
template <class Options>
class Params {
 public:
  /// Binds TOML key `name` to `field`.
  template <class T>
  Params& add(std::string name, T Options::*field, std::string doc, Limits limits = {}) {
    static_assert(!OtherReal<T>, KDBENCH_OPTION_TYPES "found float or long double: write double");
    static_assert(!OtherInteger<T>, KDBENCH_OPTION_TYPES "found another integer, such as int: write std::int64_t");
    static_assert(!std::is_enum_v<T>, KDBENCH_OPTION_TYPES "found an enumeration: write std::string, with .choices");
    static_assert(!BorrowedText<T>, KDBENCH_OPTION_TYPES "found text of somebody else's, such as const char*: write std::string");
    static_assert(OptionType<T> || OtherReal<T> || OtherInteger<T> || std::is_enum_v<T> || BorrowedText<T>, KDBENCH_OPTION_TYPES
                  "found another type, such as a list: write std::string and split it, or a parameter for each value");
    if constexpr (OptionType<T>) {
      specs_.push_back({name, Options{}.*field, std::move(doc), limits.min, limits.max, std::move(limits.choices)});
      setters_.emplace(std::move(name), [field](Options& o, const ParamValue& v) { o.*field = std::get<T>(v); });
    }
    return *this;
  }

  const std::vector<ParamSpec>& specs() const { return specs_; }

  /// Returns `Options{}` overwritten by `values`. The host has checked every key, type and range before.
  Options bind(const ParamValues& values) const {
    Options options{};
    for (const auto& [name, value] : values) setters_.at(name)(options, value);
    return options;
  }

 private:
  std::vector<ParamSpec> specs_;
  std::map<std::string, std::function<void(Options&, const ParamValue&)>> setters_;
};
#undef KDBENCH_OPTION_TYPES

}  // namespace kdbench
