// What the value of a loss means.
#include <kdbench/worker/conformance/loss_subject.h>
#include <kdbench/worker/watch/autograd_leaves.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/randn_like.h>

#include <torch/autograd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace kdbench::inline worker {
namespace {

std::string check_order(const LossSubject& subject) {
  auto batch = subject.batch();
  auto turned = take_rows(batch, (at::arange(LossSubject::kRows, torch::kInt64) * 3 + 1).remainder(LossSubject::kRows));
  const double a = subject.value(batch), b = subject.value(turned);
  require(std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(a)), fmt::format("{:.12g} in one order, {:.12g} in another", a, b));
  return {};
}

/// Every image four times. A mean does not move. What compares images with each other may, but by less than their number: a root
/// of a sum doubles, a logarithm of a sum adds ln 4, a mean over pairs that is normalised by rows falls.
std::string check_mean(const LossSubject& subject) {
  constexpr std::int64_t kCopies = 4;
  auto batch = subject.batch();
  auto copies = take_rows(batch, at::arange(LossSubject::kRows, torch::kInt64).repeat({kCopies}));
  const auto once = subject.probe(batch).terms.terms();
  const auto often = measure(subject.entry, subject.context, copies, false).terms.terms();
  std::string moved;
  for (std::size_t i = 0; i < std::min(once.size(), often.size()); ++i) {
    const double a = once[i].second.item<double>(), b = often[i].second.item<double>();
    const auto found = fmt::format("term '{}' is {:.6g}, and {:.6g} with every image {} times", once[i].first, a, b, kCopies);
    require(std::abs(b) < 3 * std::abs(a) || std::abs(b) < 1e-12, found + ": a sum over the batch");
    if (std::abs(a - b) > 1e-6 * std::max(1.0, std::abs(a))) moved = found;  // a small number under a fraction is allowed
  }
  if (!moved.empty()) throw WorthANote(moved + ": right where images are compared with each other, and only there");
  return {};
}

/// Whether a term sends a gradient that is not zero to anything.
bool trains(const torch::Tensor& term) {
  const auto leaves = autograd_leaves(term);
  if (leaves.empty()) return false;
  const auto gradients = torch::autograd::grad({term}, leaves, {}, /*retain_graph=*/true, /*create_graph=*/false,
                                               /*allow_unused=*/true);
  return std::any_of(gradients.begin(), gradients.end(),
                     [](const auto& g) { return g.defined() && g.abs().max().template item<double>() > 0; });
}

std::string check_no_dead_term(const LossSubject& subject) {
  std::map<std::string, bool> alive;
  ProbedLoss probed(subject.entry, subject.context, torch::kFloat64);
  const std::array<ProbePlace, 3> places{{{0, 10, 0, 20}, {5, 10, 10, 20}, {9, 10, 19, 20}}};
  for (const auto& place : places) {
    for (const std::uint64_t seed : {11, 29}) {
      auto batch = subject.batch(LossSubject::kRows, torch::kFloat64, seed);
      const auto probe = probed.run(batch, false, place);
      LossSubject::total(probe);
      for (const auto& [name, term] : probe.terms.terms()) alive[name] = alive[name] || trains(term);
    }
  }
  for (const auto& [name, is_alive] : alive) {
    require(is_alive, fmt::format("term '{}' sends no gradient to anything, in the first, a middle and the last epoch", name));
  }
  return {};
}

/// The value with every tensor of the student that the loss reads moved by `scale` times a random direction.
double moved_value(const EqualNetworks& twins, std::uint64_t direction, double scale) {
  auto batch = twins.batch;
  at::manual_seed(direction);
  for (const auto& [name, tensor] : batch.student_tensors()) {
    *tensor = (tensor->detach() + scale * at::randn_like(*tensor)).requires_grad_(true);
  }
  return twins.subject.value(batch);
}

/// A loss may have its minimum elsewhere (labels, a regressor that is not trained yet); then it falls in some direction and rises
/// in the opposite one. One that falls in every direction has its maximum at the teacher.
std::string check_equality_is_not_the_worst(const LossSubject& subject) {
  const auto twins = equal_networks(subject);
  auto batch = twins.batch;
  const double equal = twins.subject.value(batch);
  const double slack = 1e-9 * std::max(1.0, std::abs(equal));
  for (const std::uint64_t direction : {101, 102, 103, 104, 105, 106}) {
    for (const double scale : {1e-3, -1e-3, 0.3, -0.3, 2.0, -2.0}) {
      if (moved_value(twins, direction, scale) > equal - slack) return {};
    }
  }
  throw std::runtime_error(
      fmt::format("a student that equals its teacher has the value {:.6g}, and every other one a lower", equal));
}

/// Along the steepest descent of the student's tensors, far out.
std::string check_bounded_below(const LossSubject& subject) {
  auto start = subject.batch();
  const auto probe = subject.probe(start);
  const double here = probe.total.item<double>();
  double last = here;
  for (const double length : {1e2, 1e3, 1e4}) {
    auto batch = subject.batch();
    for (const auto& [name, tensor] : batch.student_tensors()) {
      for (const auto& [other, gradient] : probe.gradients) {
        const double size = gradient.abs().max().item<double>();
        if (other == name && size > 0) *tensor = (tensor->detach() - length / size * gradient).requires_grad_(true);
      }
    }
    const double there = subject.value(batch);
    if (!(there < last)) return {};
    last = there;
  }
  require(last > -100 * (1 + std::abs(here)),
          fmt::format("the value falls from {:.3g} to {:.3g} along its gradient", here, last));
  return {};
}

/// Puts the teacher's two highest logits of every image next to each other, one or the other a little higher.
torch::Tensor nearly_tied(const torch::Tensor& logits, bool second_wins) {
  constexpr double kGap = 1e-7;
  const auto [top, places] = logits.topk(2, 1);
  const auto first = top.select(1, 0), shift = first.new_full(first.sizes(), second_wins ? kGap : -kGap);
  auto tied = logits.clone();
  tied.scatter_(1, places.narrow(1, 1, 1), (first + shift).unsqueeze(1));
  return tied;
}

std::string check_smooth_in_the_teacher(const LossSubject& subject) {
  if (!subject.needs.teacher) throw NotApplicable("it needs no teacher");
  double values[2];
  for (const bool second_wins : {false, true}) {
    auto batch = subject.batch();
    batch.teacher.logits = nearly_tied(batch.teacher.logits, second_wins);
    values[second_wins ? 1 : 0] = subject.value(batch);
  }
  // A loss with a derivative moves by about the gap of 1e-7.
  if (std::abs(values[0] - values[1]) > 1e-4 * std::max(1.0, std::abs(values[0]))) {
    throw WorthANote(
        fmt::format("{:.6g}, and {:.6g} where the teacher's two highest logits change places by 1e-7: it reads which class "
                    "the teacher prefers, not how much",
                    values[0], values[1]));
  }
  return {};
}

/// A student that is sure of a class that the teacher holds for unlikely.
ProbeBatch sure_and_wrong(const LossSubject& subject) {
  constexpr double kSure = 60;
  auto batch = subject.batch();
  const auto unlikely = batch.teacher.logits.argmin(1, /*keepdim=*/true);
  batch.student.logits = (batch.student.logits.detach() * 0).scatter(1, unlikely, kSure).requires_grad_(true);
  return batch;
}

double logit_gradient(const Probe& probe) {
  for (const auto& [name, gradient] : probe.gradients) {
    if (name == "logits") return gradient.abs().max().item<double>();
  }
  return 0;
}

std::string check_corrects_a_sure_student(const LossSubject& subject) {
  if (!subject.needs.teacher) throw NotApplicable("it needs no teacher");
  auto usual = subject.batch();
  const double before = logit_gradient(subject.probe(usual));
  if (before == 0) throw NotApplicable("it does not read the student's logits");
  auto batch = sure_and_wrong(subject);
  const double there = logit_gradient(subject.probe(batch));
  if (there < 1e-6 * before) {
    throw WorthANote(
        fmt::format("where the student is sure of a class that the teacher holds for unlikely, the gradient is {:.0e} of the "
                    "usual one: so are the reverse KL divergence, total variation, Jensen-Shannon and correlations of "
                    "probabilities, and KL with its arguments exchanged by mistake",
                    there / before));
  }
  return {};
}

/// By how much another labelling of a batch moves the loss, for each unit by which it moves the cross-entropy.
double weight_of_cross_entropy(const LossSubject& subject, std::uint64_t seed, std::int64_t shift) {
  auto batch = subject.batch(LossSubject::kRows, torch::kFloat64, seed), other = batch;
  other.labels = (batch.labels + shift).remainder(LossSubject::kClasses);
  const auto cross_entropy = [](const ProbeBatch& of) {
    return at::cross_entropy_loss(of.student.logits, of.labels).item<double>();
  };
  return (subject.value(other) - subject.value(batch)) / (cross_entropy(other) - cross_entropy(batch));
}

std::string check_no_cross_entropy(const LossSubject& subject) {
  if (!subject.needs.teacher) throw NotApplicable("it needs no teacher: labels are all it has");
  const double weight = weight_of_cross_entropy(subject, 11, 1);
  const double slack = 1e-9 * std::abs(weight);
  for (const std::uint64_t seed : {11, 29, 31}) {
    for (const std::int64_t shift : {2, 3, 5}) {
      if (weight == 0 || std::abs(weight_of_cross_entropy(subject, seed, shift) - weight) > slack) return {};
    }
  }
  throw std::runtime_error(fmt::format("the terms hold {:.4g} times the cross-entropy with the labels", weight));
}

}  // namespace

std::vector<LossCheck> loss_meaning_checks() {
  return {
      {{"does not depend on the order of the batch", "treat the images alike: no fixed row, no neighbours, no roll()"},
       check_order},
      {{"is a mean over the batch", "divide by the number of images: .mean(), or .sum() / N"}, check_mean},
      {{"has no dead term", "leave out a term that trains nothing"}, check_no_dead_term},
      {{"does not call equal networks the worst", "look for a minus sign: training minimises the sum of the terms"},
       check_equality_is_not_the_worst},
      {{"is bounded below", "look for a minus sign: training minimises the sum of the terms"}, check_bounded_below},
      {{"leaves cross-entropy to the host",
        "leave it out: the suite's ce_weight and alpha weigh the host's cross-entropy against your terms"},
       check_no_cross_entropy},
      {{"is smooth in the teacher's logits", "let it take any logits of a teacher, ties among them"},
       check_smooth_in_the_teacher},
      {{"corrects a student that is sure and wrong", "let it take any logits of a student"}, check_corrects_a_sure_student},
  };
}

}  // namespace kdbench::inline worker
