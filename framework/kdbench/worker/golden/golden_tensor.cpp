#include <kdbench/sdk/error.h>
#include <kdbench/worker/golden/golden_tensor.h>

#include <ATen/ops/empty.h>

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

namespace kdbench::inline worker {
namespace {

enum class GoldenType { kFloat64, kInt64 };
constexpr auto names_of(GoldenType) {
  return std::array<std::pair<GoldenType, const char*>, 2>{{{GoldenType::kFloat64, "float64"}, {GoldenType::kInt64, "int64"}}};
}

/// The longer form.
struct ShapedNumbers {
  std::vector<std::int64_t> shape;
  GoldenType dtype = GoldenType::kFloat64;
  std::vector<double> data;

  static constexpr auto fields() {
    using S = ShapedNumbers;
    return std::tuple(field("shape", &S::shape, "its sizes"), field("dtype", &S::dtype, "float64 or int64"),
                      field("data", &S::data, "row by row"));
  }
};

/// Appends the numbers of nested lists, and notes the lengths of the first list of each depth.
void read_nested(const Json& json, std::size_t depth, ShapedNumbers& out, const DocumentPath& path) {
  if (!json.is_array()) {
    if (depth != out.shape.size()) document::refuse(path, "a number among lists; every list must have the same depth");
    return read_document(json, out.data.emplace_back(), path);
  }
  const auto length = static_cast<std::int64_t>(json.size());
  if (depth == out.shape.size() && out.data.empty()) out.shape.push_back(length);
  if (depth >= out.shape.size()) document::refuse(path, "a list among numbers; every list must have the same depth");
  if (out.shape[depth] != length) {
    document::refuse(path, fmt::format("a list of {} where the first of its depth has {}", length, out.shape[depth]));
  }
  for (std::size_t i = 0; i < json.size(); ++i) read_nested(json[i], depth + 1, out, DocumentPath{&path, {}, i, true});
}

torch::Tensor tensor_of(const ShapedNumbers& numbers, const DocumentPath& path) {
  const auto expected = std::accumulate(numbers.shape.begin(), numbers.shape.end(), std::int64_t{1}, std::multiplies<>());
  if (expected != static_cast<std::int64_t>(numbers.data.size())) {
    document::refuse(path, fmt::format("a tensor of shape [{}] has {} numbers, found {}", fmt::join(numbers.shape, ", "),
                                       expected, numbers.data.size()));
  }
  const auto tensor = at::empty(numbers.shape, torch::kFloat64);
  std::copy(numbers.data.begin(), numbers.data.end(), tensor.data_ptr<double>());
  if (numbers.dtype == GoldenType::kFloat64) return tensor;
  try {
    return whole_numbers(tensor, "data");
  } catch (const Error& error) {
    document::refuse(path, error.what());
  }
}

/// The number that begins at `place`, which moves behind it.
std::string take_digits(const std::string& text, std::size_t& place) {
  const auto begin = place;
  while (place < text.size() && std::isdigit(static_cast<unsigned char>(text[place])) != 0) ++place;
  return text.substr(begin, place - begin);
}

}  // namespace

Json document_json(const GoldenTensor& tensor) {
  ShapedNumbers numbers;
  numbers.shape = tensor.value.sizes().vec();
  if (!tensor.value.is_floating_point()) numbers.dtype = GoldenType::kInt64;
  const auto flat = tensor.value.detach().to(torch::kFloat64).contiguous();
  numbers.data.assign(flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel());
  auto out = to_document(numbers);
  if (numbers.dtype == GoldenType::kInt64) {
    for (auto& number : out.at("data")) number = static_cast<std::int64_t>(number.get<double>());
  }
  return out;
}

void read_document_json(const Json& json, GoldenTensor& tensor, const DocumentPath& path) {
  ShapedNumbers numbers;
  if (json.is_object())
    read_document(json, numbers, path);
  else
    read_nested(json, 0, numbers, path);
  tensor.value = tensor_of(numbers, path);
}

bool NaturalOrder::operator()(const std::string& a, const std::string& b) const {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    const auto left = take_digits(a, i), right = take_digits(b, j);
    if (left.size() != right.size() && !left.empty() && !right.empty()) return left.size() < right.size();
    if (left != right) return a.substr(i - left.size()) < b.substr(j - right.size());
    if (!left.empty()) continue;
    if (a[i] != b[j]) return a[i] < b[j];
    ++i, ++j;
  }
  return a.size() - i < b.size() - j;
}

std::string golden_shape(const torch::Tensor& tensor) { return fmt::format("[{}]", fmt::join(tensor.sizes().vec(), ", ")); }

torch::Tensor whole_numbers(const torch::Tensor& tensor, const std::string& place) {
  const auto whole = tensor.to(torch::kInt64);
  if (whole.to(tensor.scalar_type()).equal(tensor)) return whole;
  throw Error(fmt::format("{}: expected whole numbers, found a fraction", place));
}

}  // namespace kdbench::inline worker
