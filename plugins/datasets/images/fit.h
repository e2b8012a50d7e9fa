// Bringing an image to the form that a data set promises.
#pragma once
#include "pixels.h"

namespace images {

/// What every image of a data set has.
struct Form {
  std::size_t channels = 3, height = 0, width = 0;
  bool resize = false;  ///< bring other sizes to this one; false: refuse them
};

/// Returns the image at `form`'s height and width: as it is if it has them, else scaled by one factor until it covers them (a
/// triangle filter as wide as a target pixel, at least 1) and cut to them around its centre.
/// @throws kdbench::Error that begins with `name` and names both sizes if it has another size and `form.resize` is false
Pixels fit(Pixels image, const Form& form, const std::string& name);

/// Writes the image plane by plane, [channels, height, width].
void to_planes(const Pixels& image, std::uint8_t* out);

}  // namespace images
