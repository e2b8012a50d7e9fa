/// LossSubject: one loss under test, and what its checks share.
#pragma once
#include <kdbench/worker/conformance/checker.h>
#include <kdbench/worker/conformance/loss_probe.h>

#include <string>
#include <vector>

namespace kdbench::inline worker {

/// The pair of networks that a loss is measured on, and what it reads.
struct LossSubject {
  static constexpr std::int64_t kClasses = 10, kRows = 8;

  const LossEntry& entry;
  LossContext context;
  LossNeeds needs;

  /// A batch that holds what the loss needs. The second seed gives other numbers and other rows of the split.
  ProbeBatch batch(std::int64_t rows = kRows, torch::ScalarType type = torch::kFloat64, std::uint64_t seed = 11) const {
    return draw_batch(context, needs, rows, type, seed);
  }
  double value(ProbeBatch& batch, const ProbePlace& place = {}) const {
    return total(measure(entry, context, batch, false, place)).item<double>();
  }
  Probe probe(ProbeBatch& batch, const ProbePlace& place = {}) const {
    auto result = measure(entry, context, batch, true, place);
    total(result);
    return result;
  }

  /// The sum of the terms. @throws NotApplicable for a loss without terms, which has nothing to measure
  static torch::Tensor total(const Probe& probe) {
    if (!probe.total.defined()) throw NotApplicable("the loss returns no terms: cross-entropy alone");
    return probe.total;
  }
};

/// Builds the loss on networks of different widths, or of equal ones if it declines those.
/// @throws NotApplicable where it declines both
LossSubject make_subject(const LossEntry& entry);

/// The same loss on two equal networks, the teacher's tensors those of the student, both temperatures that of the teacher.
/// @throws NotApplicable where it declines such a pair
struct EqualNetworks {
  LossSubject subject;
  ProbeBatch batch;
};
EqualNetworks equal_networks(const LossSubject& subject);

/// Something that a loss may ask for.
struct AskedPart {
  const char* name;
  const char* key;  ///< in needs()
  bool LossNeeds::*asked;
  void (*take)(ProbeBatch& into, const ProbeBatch& from);
};
const std::vector<AskedPart>& asked_parts();

/// A batch that holds what the loss needs and `part` as well.
ProbeBatch batch_with(const LossSubject& subject, const AskedPart& part, torch::ScalarType type);

/// Fails the running check where a term or a gradient is not finite.
void require_finite(const Probe& probe);

/// The largest entry of any gradient, without its sign.
double largest_gradient(const Probe& probe);

/// One check of a loss.
struct LossCheck {
  Rule rule;
  std::string (*body)(const LossSubject& subject);
};

/// What all other checks need: they do not run after one of these failed.
std::vector<LossCheck> loss_first_checks();
/// What holds of the tensors that a loss takes and returns.
std::vector<LossCheck> loss_form_checks();
/// What it reads, and what it says that it reads.
std::vector<LossCheck> loss_reading_checks();
/// Whether it trains on pairs of families that papers compare, or declines them.
std::vector<LossCheck> loss_pair_checks();
/// What its value means.
std::vector<LossCheck> loss_meaning_checks();
/// What it keeps from batch to batch, and what it promises of that.
std::vector<LossCheck> loss_memory_checks();

}  // namespace kdbench::inline worker
