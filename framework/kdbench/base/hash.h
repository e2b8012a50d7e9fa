/// Hashes: SHA-256 for identities, a 64-bit mixer for pseudo-random choices.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kdbench::inline base {

/// Returns bytes as lower-case hex digits.
std::string to_hex(std::string_view bytes);

/// Returns the SHA-256 of `data` as 64 lower-case hex digits.
std::string sha256_hex(std::string_view data);

/// SHA-256 of data that comes in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256& update(const void* data, std::size_t bytes);
  /// Returns the digest in hex; call once.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Returns a well-mixed 64-bit value (the splitmix64 finaliser): a bijection, so distinct inputs stay distinct.
constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

}  // namespace kdbench::inline base
