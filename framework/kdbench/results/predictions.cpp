#include <kdbench/results/predictions.h>

#include <fmt/core.h>

#include <bit>
#include <cstring>

namespace kdbench::inline results {
namespace {

static_assert(std::endian::native == std::endian::little, "logits are stored little-endian and read as they are");

/// Of [rows, classes] numbers.
std::vector<std::int32_t> largest_of_rows(std::string_view bytes, std::size_t rows, std::size_t classes) {
  std::vector<float> row(classes);
  std::vector<std::int32_t> out;
  out.reserve(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    std::memcpy(row.data(), bytes.data() + i * classes * sizeof(float), classes * sizeof(float));
    std::size_t best = 0;
    for (std::size_t k = 1; k < classes; ++k) {
      if (row[k] > row[best]) best = k;
    }
    out.push_back(static_cast<std::int32_t>(best));
  }
  return out;
}

}  // namespace

Result<std::optional<std::vector<std::int32_t>>> test_predictions(const Store& store, const std::string& job,
                                                                  const std::string& state) {
  using Predictions = std::optional<std::vector<std::int32_t>>;
  const auto path = store.root() / "artifacts" / job / "test_logits.safetensors";
  if (!std::filesystem::exists(path)) return Predictions();
  const auto file = TensorFile::read(path);
  if (!file) return file.error();
  const auto found = file->tensors().find(state);
  if (found == file->tensors().end()) return Predictions();
  const auto& logits = found->second;
  if (logits.dtype != "F32" || logits.shape.size() != 2 || logits.shape[1] < 1) {
    return Diagnostic{path.string(), {}, fmt::format("expected '{}' to hold F32 logits [rows, classes]", state)};
  }
  return Predictions(
      largest_of_rows(logits.bytes, static_cast<std::size_t>(logits.shape[0]), static_cast<std::size_t>(logits.shape[1])));
}

}  // namespace kdbench::inline results
