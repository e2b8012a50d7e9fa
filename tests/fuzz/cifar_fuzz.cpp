// A binary file of CIFAR-10, or of CIFAR-100 where the first byte says so; records are long, so the input is stretched to them.
#include "../../plugins/datasets/cifar10/cifar_reader.h"
#include "fuzz.h"

#include <vector>

namespace {

void read_rows(const std::filesystem::path& file, const cifar::Layout& layout) {
  kdbench::fuzz::may_refuse([&] {
    cifar::Rows rows;
    cifar::read(file, layout, rows);
    kdbench::fuzz::require(rows.pixels.size() == rows.labels.size() * cifar::kPixels, "every row has its pixels");
  });
}

}  // namespace

FUZZ_TARGET(cifar) {
  if (size == 0) return;
  const auto& layout = data[0] % 2 == 0 ? cifar::kCifar10 : cifar::kCifar100;
  read_rows(kdbench::fuzz::file_of(data, size, "as_it_is.bin"), layout);
  std::vector<std::uint8_t> whole;  // its bytes are the labels of as many records, a few at most
  const auto labels = layout.labels.size();
  for (std::size_t i = 1; i + labels <= size && whole.size() < 8 * layout.record_bytes(); i += labels) {
    whole.insert(whole.end(), data + i, data + i + labels);
    whole.resize(whole.size() + cifar::kPixels, data[i]);
  }
  read_rows(kdbench::fuzz::file_of(whole.data(), whole.size(), "whole.bin"), layout);
}
