// An IDX file, plain or gzip, as images and as labels.
#include "../../plugins/datasets/idx/idx_reader.h"
#include "fuzz.h"

FUZZ_TARGET(idx) {
  using namespace kdbench;
  const auto file = fuzz::file_of(data, size, "x-idx");
  fuzz::may_refuse([&] {
    const auto images = idx::read_images(file);
    fuzz::require(images.pixels.size() == images.count * images.height * images.width,
                  "there are as many pixels as are promised");
    const auto half = idx::halve(images);
    fuzz::require(half.pixels.size() == half.count * half.height * half.width, "half of them has all of its pixels");
  });
  fuzz::may_refuse([&] { idx::read_labels(file, 10); });
}
