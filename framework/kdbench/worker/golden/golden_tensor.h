/// Tensors as they stand in golden files.
#pragma once
#include <kdbench/base/document.h>

#include <torch/types.h>

#include <map>
#include <string>

namespace kdbench::inline worker {

/// A tensor of a golden file, float64 or int64. In the file it is `{"shape": [2, 2], "dtype": "float64", "data": [1, 2, 3, 4]}`,
/// row by row, or the numbers as nested lists, which are float64: `[[1, 2], [3, 4]]`; one number is a tensor without dimensions.
/// A number that JSON lacks is "nan", "inf" or "-inf". Written in the first form.
struct GoldenTensor {
  torch::Tensor value;
};
Json document_json(const GoldenTensor& tensor);
/// @throws DocumentError where numbers are missing or too many, lists are of different lengths, or an int64 has a fraction
void read_document_json(const Json& json, GoldenTensor& tensor, const DocumentPath& path);

/// Orders names as people count: "f2" before "f10".
struct NaturalOrder {
  bool operator()(const std::string& a, const std::string& b) const;
};

/// Feature maps by name, shallow to deep.
using GoldenMaps = std::map<std::string, GoldenTensor, NaturalOrder>;
/// Tensors by a name of the loss's own.
using GoldenTensors = std::map<std::string, GoldenTensor>;

/// "[2, 3]".
std::string golden_shape(const torch::Tensor& tensor);

/// `tensor` as whole numbers. @throws kdbench::Error naming `place` where one has a fraction
torch::Tensor whole_numbers(const torch::Tensor& tensor, const std::string& place);

}  // namespace kdbench::inline worker
