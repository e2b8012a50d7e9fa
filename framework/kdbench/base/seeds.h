/// Seeds by purpose, so that what must be shared between runs is, and the rest is not.
#pragma once
#include <cstdint>
#include <string_view>

namespace kdbench::inline base {

/// Returns the seed of one purpose ("init", "order", "augment", "split", "loss", "calibrator") under the user's `base` seed.
/// Different purposes give unrelated streams; the same pair gives the same seed on every machine.
std::uint64_t seed_for(std::uint64_t base, std::string_view purpose);

}  // namespace kdbench::inline base
