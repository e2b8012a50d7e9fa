/// What calibrators share: random numbers that are functions of seed, purpose and row or class, and of nothing else.
#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>

namespace calibrators {

/// The finaliser of splitmix64 (Steele, Lea, Flood 2014): every bit of the answer depends on every bit of `x`.
inline std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// Uniform in (0, 1), of the `purpose`-th draw for row or class `number`.
inline double uniform(std::uint64_t seed, std::int64_t number, std::uint64_t purpose) {
  const auto bits = mixed(mixed(seed ^ mixed(purpose)) ^ mixed(static_cast<std::uint64_t>(number)));
  return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53;
}

/// Standard normal, of the same and the next purpose (Box and Muller 1958).
inline double normal(std::uint64_t seed, std::int64_t number, std::uint64_t purpose) {
  const double u = uniform(seed, number, purpose), v = uniform(seed, number, purpose + 1);
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

}  // namespace calibrators
