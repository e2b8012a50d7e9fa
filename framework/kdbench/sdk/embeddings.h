/// What losses on embeddings share. N images, D numbers each.
#pragma once
#include <kdbench/sdk/feature_maps.h>

#include <optional>
#include <string>

namespace kdbench::embeddings {

/// Why the embeddings cannot be compared; nothing if both networks have one.
inline std::optional<std::string> why_none(const LossContext& context) {
  const auto missing = [](const char* who) {
    return std::string("expected embeddings, found none of the ") + who + "; use a model that has one";
  };
  if (context.student_embedding == 0) return missing("student");
  if (context.teacher_embedding == 0) return missing("teacher");
  return std::nullopt;
}

/// The same, for a loss that subtracts one embedding from the other: `remedy` says what to do where their widths differ.
inline std::optional<std::string> why_not_of_one_width(const LossContext& context, const std::string& remedy) {
  if (const auto why = why_none(context)) return why;
  if (context.student_embedding == context.teacher_embedding) return std::nullopt;
  return "expected embeddings of one width, found " + std::to_string(context.student_embedding) + " of the student and " +
         std::to_string(context.teacher_embedding) + " of the teacher; " + remedy;
}

/// Embeddings of one batch, [N, D] each.
struct EmbeddingPair {
  torch::Tensor student, teacher;
};

/// What the networks returned; what has more axes is flattened. @throws kdbench::Error if a network returned none
inline EmbeddingPair embeddings_of(const LossInputs& in, const std::string& loss) {
  if (!in.student.embedding.defined()) throw Error(loss + ": the student returned no embedding");
  if (!in.teacher.embedding.defined()) throw Error(loss + ": the teacher returned no embedding");
  return {feature_maps::widened(in.student.embedding).flatten(1), feature_maps::widened(in.teacher.embedding).flatten(1)};
}

}  // namespace kdbench::embeddings
