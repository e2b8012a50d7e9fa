/// Strong augmentation: those operations of RandAugment (Cubuk et al. 2020, sec. 3) that are exact on bytes, and cutout (DeVries,
/// Taylor 2017).
#pragma once
#include <cstdint>
#include <vector>

namespace kdbench::inline train {

enum class StrongOperation { kIdentity, kAutocontrast, kEqualize, kSolarize, kPosterize, kShiftY, kShiftX };

/// What happens to one image: operations one after the other, each at its signed level, then a black square.
struct StrongAugmentation {
  struct Step {
    StrongOperation operation = StrongOperation::kIdentity;
    std::int64_t level = 0;  ///< solarize: bytes from it on are inverted; posterize: bits kept; shifts: pixels
    bool operator==(const Step&) const = default;
  };
  std::vector<Step> steps;
  std::int64_t cut_y = 0, cut_x = 0;  ///< centre of the square, inside the image
  std::int64_t cut_side = 0;          ///< 0: none
};

struct StrongSettings {
  std::int64_t operations = 0;  ///< drawn for each image, with replacement
  std::int64_t magnitude = 9;   ///< 0 to 10
  std::int64_t cutout = 0;      ///< side of the square in pixels
  bool any() const { return operations > 0 || cutout > 0; }
};

/// A pure function of its arguments: no image depends on how many were drawn before it.
/// @param view 0 or 1; each view has draws of its own
StrongAugmentation strong_augmentation(std::uint64_t augment_seed, std::int64_t epoch, std::int64_t row, std::int64_t view,
                                       const StrongSettings& settings, std::int64_t height, std::int64_t width);

/// Does it to `pixels`, [height, width, channels] bytes, in place.
void augment_strongly(std::uint8_t* pixels, std::int64_t height, std::int64_t width, std::int64_t channels,
                      const StrongAugmentation& augmentation);

}  // namespace kdbench::inline train
