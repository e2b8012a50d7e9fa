/// The terms of decoupled knowledge distillation, which other losses use on logits of their own making. N images, K classes.
#pragma once
#include <kdbench/sdk/logits.h>

#include <string>
#include <utility>
#include <vector>

namespace dkd {

/// Of the two terms; one of weight 0 is not computed.
struct Weights {
  double target = 1.0, nontarget = 8.0;
};

/// Returns "target", the KL divergence between the label's share and that of all others, and "nontarget", the KL divergence
/// between the distributions over the other classes; both weighted and averaged over the images. Logits are [N, K], divided by
/// their temperatures; labels [N].
inline kdbench::LossTerms terms(const torch::Tensor& student, const torch::Tensor& teacher, const torch::Tensor& labels,
                                const Weights& weights) {
  using namespace kdbench::logits;
  std::vector<std::pair<std::string, torch::Tensor>> out;
  if (weights.target > 0) {
    const auto teachers = against_others(teacher.log_softmax(1), labels),
               students = against_others(student.log_softmax(1), labels);
    out.emplace_back("target", weights.target * kl_divergence(teachers, students).mean());
  }
  if (weights.nontarget > 0) {
    const auto teachers = without_label(teacher, labels).log_softmax(1), students = without_label(student, labels).log_softmax(1);
    out.emplace_back("nontarget", weights.nontarget * kl_divergence(teachers, students).mean());
  }
  return out;
}

}  // namespace dkd
