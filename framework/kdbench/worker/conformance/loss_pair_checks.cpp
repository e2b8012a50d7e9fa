// Whether a loss trains on pairs of families that papers compare, or declines them while a suite is planned.
#include <kdbench/registry/check_params.h>
#include <kdbench/worker/conformance/loss_pairs.h>
#include <kdbench/worker/conformance/loss_subject.h>

namespace kdbench::inline worker {
namespace {

/// One step on the pair. @throws NotApplicable where the loss declines it, with its reason
std::string check_pair(const LossSubject& subject, std::size_t number) {
  const auto pair = named_pairs(LossSubject::kClasses).at(number);
  const auto params = resolve_params(subject.entry.params, {});
  const auto needs = subject.entry.needs(params, pair.context);
  if (const auto why = subject.entry.unsupported(params, pair.context)) {
    require(!why->empty(), "unsupported() declines it and gives no reason");
    throw NotApplicable("declined: " + *why);
  }
  if (needs.student_exits) throw NotApplicable("declined by the host: the student has no exits");
  const LossSubject on_pair{subject.entry, pair.context, needs};
  auto batch = on_pair.batch(LossSubject::kRows, torch::kFloat32);
  const auto probe = on_pair.probe(batch);
  require_finite(probe);
  require(largest_gradient(probe) > 0, "the gradient is zero everywhere");
  return {};
}

}  // namespace

std::vector<LossCheck> loss_pair_checks() {
  const std::string remedy =
      "compare these maps and embeddings, or say in unsupported() why the loss cannot: a crash in training costs the job";
  return {
      {{"trains on resnet -> resnet, or declines it", remedy}, [](const LossSubject& subject) { return check_pair(subject, 0); }},
      {{"trains on wrn -> mobilenet_v2, 4 maps and 5, or declines it", remedy},
       [](const LossSubject& subject) { return check_pair(subject, 1); }},
      {{"trains on resnet -> vit, or declines it", remedy}, [](const LossSubject& subject) { return check_pair(subject, 2); }},
      {{"trains on resnet -> resnet at 64 x 64, or declines it", remedy},
       [](const LossSubject& subject) { return check_pair(subject, 3); }},
  };
}

}  // namespace kdbench::inline worker
