#include <kdbench/base/seeds.h>
#include <kdbench/plan/make/draws.h>
#include <kdbench/plan/resolve/host_keys.h>
#include <kdbench/registry/check_params.h>
#include <kdbench/suite/keys/fields.h>

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <set>

namespace kdbench::inline plan {
namespace {

/// A range that spans more is drawn log-uniformly.
constexpr double kWideSpan = 100;
/// Draws in a row that were there already, after which no more are expected.
constexpr int kPatience = 10000;

/// Standard distributions differ from library to library; this does not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : bits_(seed) {}
  double unit() { return static_cast<double>(bits_() >> 11) * 0x1p-53; }  // in [0, 1)
  std::size_t below(std::size_t n) { return std::min(n - 1, static_cast<std::size_t>(unit() * static_cast<double>(n))); }

 private:
  std::mt19937_64 bits_;
};

/// What one key may be: one of some values, or a number between two.
struct Domain {
  std::string key;
  bool is_knob = false;
  Position at;
  std::vector<SuiteValue> values;  ///< empty: between `low` and `high`
  double low = 0, high = 0;
  bool is_whole = false;
};

double rounded(double value) {
  const auto text = fmt::format("{:.2e}", value);
  double out = value;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

SuiteValue drawn(const Domain& domain, Random& random) {
  if (!domain.values.empty()) return domain.values[random.below(domain.values.size())];
  const auto [low, high] = std::pair(domain.low, domain.high);
  const bool is_wide = low > 0 && high / low > kWideSpan;
  const double share = random.unit();
  if (domain.is_whole && !is_wide) return static_cast<std::int64_t>(low + std::floor(share * (high - low + 1)));
  const double value = is_wide ? std::exp(std::log(low) + share * std::log(high / low)) : low + share * (high - low);
  if (domain.is_whole) return static_cast<std::int64_t>(std::clamp(std::round(value), low, high));
  return std::clamp(rounded(value), low, high);
}

/// Finds the domain of a key with "range", or says why there is none.
class Ranges {
 public:
  explicit Ranges(const Method& base) : params_(base.parts.front().entry->params) {}

  /// @param why set where there is none
  Domain find(const std::string& key, Position at, std::string& why) const {
    Domain out{.key = key, .is_knob = false, .at = at, .values = {}};
    const auto& knobs = loss_specs();
    const auto knob = std::find_if(knobs.begin(), knobs.end(), [&](const auto& spec) { return spec.key == key; });
    const auto param = std::find_if(params_.begin(), params_.end(), [&](const auto& spec) { return spec.name == key; });
    if (knob != knobs.end()) {
      out.is_knob = true;
      if (knob->type.starts_with("boolean"))
        out.values = {false, true};
      else
        set_limits(out, knob->limits.at_least, knob->limits.at_most, why);
    } else if (param == params_.end()) {
      why = unknown_param(key, params_, host_keys().losses);
    } else {
      of_param(*param, out, why);
    }
    return out;
  }

 private:
  static void of_param(const ParamSpec& spec, Domain& out, std::string& why) {
    if (std::holds_alternative<bool>(spec.default_value)) {
      out.values = {false, true};
    } else if (std::holds_alternative<std::string>(spec.default_value)) {
      out.values.assign(spec.choices.begin(), spec.choices.end());
      if (out.values.empty()) why = fmt::format("'{}' is a text without declared choices; write a list of values", spec.name);
    } else {
      out.is_whole = std::holds_alternative<std::int64_t>(spec.default_value);
      set_limits(out, spec.min, spec.max, why);
    }
  }

  static void set_limits(Domain& out, std::optional<double> low, std::optional<double> high, std::string& why) {
    if (!low || !high) {
      why = fmt::format("'{}' has no declared {} to draw from; write a list of values", out.key, low ? "maximum" : "minimum");
      return;
    }
    out.low = *low;
    out.high = *high;
  }

  const std::vector<ParamSpec>& params_;
};

std::vector<Domain> domains_of(const Method& base, const LossSearch& search, const std::string& file, Diagnostics& diagnostics) {
  std::vector<Domain> out;
  for (const auto* lists : {&search.knobs, &search.params}) {
    for (const auto& [key, list] : *lists) out.push_back({key, lists == &search.knobs, list.at, list.values});
  }
  const Ranges ranges(base);
  for (const auto& [key, at] : search.ranges) {
    std::string why;
    out.push_back(ranges.find(key, at, why));
    if (!why.empty()) diagnostics.push_back({file, at, fmt::format("loss '{}': {}", base.use->name, why)});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return out;
}

LossUse with_values(const LossUse& use, const std::vector<Domain>& domains, Random& random) {
  auto out = use;
  for (const auto& domain : domains) {
    // A list of one, so that the method's label says the value.
    SuiteParam param{.values = {drawn(domain, random)}, .is_list = true, .at = domain.at, .value_at = {domain.at}};
    (domain.is_knob ? out.knobs : out.params)[domain.key] = std::move(param);
  }
  return out;
}

/// Equal for settings that train the same.
std::string what_it_trains(const Method& method) {
  const auto& part = method.parts.front();
  const auto& k = part.knobs;
  const bool by_alpha = !k.has_weights();
  return fmt::format("{} {} {} {} {} {} {} {}", by_alpha, by_alpha ? k.alpha : k.ce(), k.kd(), student_tau(k), teacher_tau(k),
                     k.teacher_temperature, k.tau_squared, to_json(part.params).dump());
}

}  // namespace

const Method* Draws::made(const Method& base, const LossUse& use, Diagnostics& diagnostics) {
  auto methods = expand_methods(use, catalog_, file_, diagnostics);
  if (methods.size() != 1) return nullptr;
  methods.front().policy = base.policy;
  return &methods_.emplace_back(std::move(methods.front()));
}

/// Each value of each list, also those that nobody draws.
bool Draws::check_lists(const Method& base, const LossSearch& search, Diagnostics& diagnostics) const {
  const auto before = diagnostics.size();
  for (const auto& [key, list] : search.params) {
    auto use = *base.use;
    use.params[key] = list;
    expand_methods(use, catalog_, file_, diagnostics);
  }
  return diagnostics.size() == before;
}

std::vector<const Method*> Draws::draw(const Method& base, const LossSearch& search, std::int64_t trials, std::int64_t seed,
                                       Diagnostics& diagnostics) {
  const auto before = diagnostics.size();
  const auto domains = domains_of(base, search, file_, diagnostics);
  if (!check_lists(base, search, diagnostics) || diagnostics.size() != before) return {};
  Random random(seed_for(static_cast<std::uint64_t>(seed), "draws of " + base.use->name));
  std::vector<const Method*> out{&base};
  std::set<std::string> seen{what_it_trains(base)};
  const auto wanted = static_cast<std::size_t>(trials);
  for (int in_vain = 0; out.size() < wanted && in_vain < kPatience; ++in_vain) {
    const auto* method = made(base, uses_.emplace_back(with_values(*base.use, domains, random)), diagnostics);
    if (method == nullptr) return {};
    if (seen.insert(what_it_trains(*method)).second) {
      out.push_back(method);
      in_vain = 0;
    } else {
      methods_.pop_back();
      uses_.pop_back();
    }
  }
  if (out.size() < wanted) {
    diagnostics.push_back(
        {file_, search.at,
         fmt::format(
             "what is tried of '{}' makes {} different settings, the default among them, and 'trials' is {}: every method "
             "has as many; give more values, or set 'trials' to at most {}",
             base.use->name, out.size(), trials, out.size())});
    return {};
  }
  return out;
}

}  // namespace kdbench::inline plan
