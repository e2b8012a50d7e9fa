/// What losses on feature maps share: which maps of the two networks are compared, and how they get one size. N images, C
/// channels, H, W height and width.
#pragma once
#include <kdbench/sdk/loss.h>

#include <ATen/ops/adaptive_avg_pool2d.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kdbench::feature_maps {

/// "'f1' [16, 32, 32]".
inline std::string to_text(const FeatureShape& shape) {
  return "'" + shape.name + "' [" + std::to_string(shape.channels) + ", " + std::to_string(shape.height) + ", " +
         std::to_string(shape.width) + "]";
}

/// A map of the student, and the map of the teacher that it is compared with.
struct StagePair {
  FeatureShape student, teacher;
};

/// The pairs, shallow to deep, or why there are none.
struct StagePairs {
  std::vector<StagePair> pairs;
  std::string reason;  ///< empty: there is at least one

  /// The reason as a loss's unsupported() returns it.
  std::optional<std::string> refusal() const { return reason.empty() ? std::nullopt : std::optional(reason); }
};

inline bool have_one_shape(const FeatureShape& a, const FeatureShape& b) {
  return a.channels == b.channels && a.height == b.height && a.width == b.width;
}

/// Which maps of each network are compared.
enum class Stages {
  kAll,        ///< f0, f1, ...: with the stem's
  kAfterStem,  ///< f1, f2, ...
  kLast,       ///< the deepest of each network
};

/// Pairs the maps in order, from the shallowest on, until one network has no more: a network of five maps and one of four have
/// four pairs. kLast pairs the deepest of each, whatever their number.
inline StagePairs pair_stages(const LossContext& context, Stages which) {
  const auto missing = [](const char* who) {
    return StagePairs{{}, std::string("expected feature maps, found none of the ") + who + "; use a model that has them"};
  };
  if (context.student.empty()) return missing("student");
  if (context.teacher.empty()) return missing("teacher");
  if (which == Stages::kLast) return {{{context.student.back(), context.teacher.back()}}, {}};
  StagePairs out;
  const std::size_t first = which == Stages::kAll ? 0 : 1;
  const auto end = std::min(context.student.size(), context.teacher.size());
  for (auto i = first; i < end; ++i) out.pairs.push_back({context.student[i], context.teacher[i]});
  if (out.pairs.empty()) out.reason = "expected feature maps behind the stem's, found one map alone; use a deeper model";
  return out;
}

/// `tensor` in the type that is computed in: under bf16 networks hand out narrow maps.
inline torch::Tensor widened(const torch::Tensor& tensor) {
  return tensor.scalar_type() == torch::kBFloat16 ? tensor.to(torch::kFloat32) : tensor;
}

/// The map `name` of `maps`, [N, C, H, W]. @throws kdbench::Error in the name of `loss` if it is not there
inline torch::Tensor map_of(const FeatureMaps& maps, const std::string& name, const std::string& loss, const std::string& who) {
  const auto it = maps.find(name);
  if (it == maps.end()) throw Error(loss + ": the " + who + " returned no feature map '" + name + "'");
  return widened(it->second);
}

/// The two maps of a pair.
struct MapPair {
  torch::Tensor student, teacher;
};

/// After the activation. @throws kdbench::Error if a network did not return its map
inline MapPair maps_of(const LossInputs& in, const StagePair& pair, const std::string& loss) {
  return {map_of(in.student.features, pair.student.name, loss, "student"),
          map_of(in.teacher.features, pair.teacher.name, loss, "teacher")};
}

/// The map `name` of ModelOutput::preactivations. @throws kdbench::Error in the name of `loss` if the network hands out none
inline torch::Tensor preactivation_of(const FeatureMaps& maps, const std::string& name, const std::string& loss,
                                      const std::string& who) {
  const auto it = maps.find(name);
  if (it != maps.end()) return widened(it->second);
  throw Error(loss + ": the " + who + " returned no map '" + name +
              "' before its activation, which this loss compares; use a model that hands it out");
}

/// Before the activation. @throws kdbench::Error if a network does not hand out its map before the activation
inline MapPair preactivations_of(const LossInputs& in, const StagePair& pair, const std::string& loss) {
  return {preactivation_of(in.student.preactivations, pair.student.name, loss, "student"),
          preactivation_of(in.teacher.preactivations, pair.teacher.name, loss, "teacher")};
}

/// Why the maps that are pooled into the embeddings cannot be compared; nothing if both networks have one.
inline std::optional<std::string> why_no_embedding_maps(const LossContext& context) {
  const auto missing = [](const char* who) {
    return std::string("expected the map that is pooled into the embedding, found none of the ") + who +
           "; use a convolutional network with global average pooling";
  };
  if (!context.student_embedding_map) return missing("student");
  if (!context.teacher_embedding_map) return missing("teacher");
  return std::nullopt;
}

/// The maps that are pooled into the embeddings. @throws kdbench::Error if a network did not return it
inline MapPair embedding_maps_of(const LossInputs& in, const std::string& loss) {
  if (!in.student.embedding_map.defined()) throw Error(loss + ": the student returned no map of its embedding");
  if (!in.teacher.embedding_map.defined()) throw Error(loss + ": the teacher returned no map of its embedding");
  return {widened(in.student.embedding_map), widened(in.teacher.embedding_map)};
}

/// The larger of the two average-pooled to the height and width of the smaller; what has one size stays.
inline MapPair pooled_to_smaller(MapPair maps) {
  const auto hs = maps.student.size(2), ws = maps.student.size(3), ht = maps.teacher.size(2), wt = maps.teacher.size(3);
  const auto h = std::min(hs, ht), w = std::min(ws, wt);
  if (hs != h || ws != w) maps.student = at::adaptive_avg_pool2d(maps.student, {h, w});
  if (ht != h || wt != w) maps.teacher = at::adaptive_avg_pool2d(maps.teacher, {h, w});
  return maps;
}

/// v / max(|v|, 1e-12) along `dim`, |v| the Euclidean norm.
inline torch::Tensor unit(const torch::Tensor& v, std::int64_t dim) {
  return v / v.norm(2, {dim}, /*keepdim=*/true).clamp_min(1e-12);
}

/// Where a map is large: the mean of |map|^p over its channels, every image's as a vector of length 1, [N, H * W]; p >= 1.
inline torch::Tensor attention(const torch::Tensor& map, double p) { return unit(map.abs().pow(p).mean(1).flatten(1), 1); }

/// The sum of `term(pair)` over the pairs, of which there is at least one.
template <class Term>
torch::Tensor sum_over(const std::vector<StagePair>& pairs, const Term& term) {
  torch::Tensor sum = term(pairs.front());
  for (std::size_t i = 1; i < pairs.size(); ++i) sum = sum + term(pairs[i]);
  return sum;
}

}  // namespace kdbench::feature_maps
