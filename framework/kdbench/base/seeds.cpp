#include <kdbench/base/hash.h>
#include <kdbench/base/seeds.h>

namespace kdbench::inline base {

std::uint64_t seed_for(std::uint64_t base, std::string_view purpose) {
  std::uint64_t state = mix64(base);
  for (const char c : purpose) state = mix64(state ^ static_cast<unsigned char>(c));
  return state;
}

}  // namespace kdbench::inline base
