// Conformance of distillation losses.
#include <kdbench/registry/check_params.h>
#include <kdbench/worker/conformance/checker.h>
#include <kdbench/worker/conformance/conformance.h>
#include <kdbench/worker/conformance/loss_probe.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/randn_like.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace kdbench::inline worker {
namespace {

constexpr std::int64_t kClasses = 10, kRows = 8;

/// What all checks of one loss share: the pair it is measured on, and what it reads.
struct Subject {
  const LossEntry& entry;
  LossContext context;
  LossNeeds needs;

  ProbeBatch batch(std::int64_t rows = kRows, torch::ScalarType type = torch::kFloat64) const {
    return draw_batch(context, needs, rows, type);
  }
  double value(ProbeBatch& batch) const { return total(measure(entry, context, batch, false)).item<double>(); }
  Probe probe(ProbeBatch& batch) const {
    auto result = measure(entry, context, batch, true);
    total(result);
    return result;
  }

  /// The sum of the terms; a loss without terms is cross-entropy alone, and has nothing to measure.
  static torch::Tensor total(const Probe& probe) {
    if (!probe.total.defined()) throw NotApplicable("the loss returns no terms: cross-entropy alone");
    return probe.total;
  }
};

/// Builds the loss on networks of different widths, or of equal ones if it declines those.
Subject make_subject(const LossEntry& entry) {
  const auto params = resolve_params(entry.params, {});
  std::string reason;
  for (const bool alike : {false, true}) {
    auto context = probe_context(kClasses, alike);
    auto loss = entry.create(params, context);
    const auto why = loss->unsupported(context);
    if (!why) return {entry, std::move(context), loss->needs()};
    reason = *why;
  }
  throw NotApplicable("declines every pair of the suite: " + reason);
}

void require_finite(const Probe& probe) {
  for (const auto& [name, term] : probe.terms.terms()) {
    require(std::isfinite(term.item<double>()), fmt::format("term '{}' is {}", name, term.item<double>()));
  }
  for (const auto& [name, gradient] : probe.gradients) {
    require(at::isfinite(gradient).all().item<bool>(), "the gradient of the student's " + name + " is not finite");
  }
}

double largest(const Probe& probe) {
  double top = 0;
  for (const auto& [name, gradient] : probe.gradients) top = std::max(top, gradient.abs().max().item<double>());
  return top;
}

std::string check_terms(const Subject& subject) {
  for (const auto type : {torch::kFloat64, torch::kFloat32}) {
    auto batch = subject.batch(kRows, type);
    const auto probe = subject.probe(batch);
    require_finite(probe);
    require(probe.total.scalar_type() == type, "the loss changes the type of its input");
  }
  return {};
}

std::string check_reaches_student(const Subject& subject) {
  auto batch = subject.batch();
  const auto probe = subject.probe(batch);
  require(!probe.gradients.empty() && largest(probe) > 0, "the gradient is zero everywhere");
  std::string names;
  for (const auto& [name, gradient] : probe.gradients) names += (names.empty() ? "" : ", ") + name;
  return names;
}

/// Central difference of the loss along `direction` of one student tensor.
double slope(const Subject& subject, const std::string& name, const torch::Tensor& direction) {
  constexpr double kStep = 1e-5;
  double values[2];
  for (const int side : {0, 1}) {
    auto batch = subject.batch();
    for (const auto& [other, tensor] : batch.student_tensors()) {
      if (other != name) continue;
      *tensor = (tensor->detach() + (side ? kStep : -kStep) * direction).requires_grad_(true);
    }
    values[side] = subject.value(batch);
  }
  return (values[1] - values[0]) / (2 * kStep);
}

std::string check_gradient(const Subject& subject) {
  // Truncation is of order step^2, cancellation of order 1e-16 / step: both near 1e-10, far below the tolerance.
  constexpr double kTolerance = 1e-5;
  constexpr int kDirections = 3;
  auto batch = subject.batch();
  double worst = 0;
  for (const auto& [name, gradient] : subject.probe(batch).gradients) {
    for (int i = 0; i < kDirections; ++i) {
      at::manual_seed(static_cast<std::uint64_t>(100 + i));
      const auto direction = at::randn_like(gradient);
      const double analytic = (gradient * direction).sum().item<double>();
      const double numeric = slope(subject, name, direction);
      const double scale = std::max({std::abs(analytic), std::abs(numeric), gradient.norm().item<double>(), 1e-6});
      worst = std::max(worst, std::abs(analytic - numeric) / scale);
      require(std::abs(analytic - numeric) <= kTolerance * scale,
              fmt::format("along a direction of the student's {} the gradient gives {:.8g}, finite differences {:.8g}", name,
                          analytic, numeric));
    }
  }
  return fmt::format("within {:.0e}", worst);
}

std::string check_inputs_untouched(const Subject& subject) {
  auto batch = subject.batch(), before = subject.batch();
  subject.probe(batch);
  const auto now = batch.teacher_tensors(), then = before.teacher_tensors();
  for (std::size_t i = 0; i < now.size(); ++i) {
    const auto& tensor = *now[i].second;
    require(!tensor.requires_grad() && !tensor.grad().defined(), "a gradient reaches the teacher's " + now[i].first);
    require(tensor.equal(*then[i].second), "the loss overwrites the teacher's " + now[i].first);
  }
  const auto student = batch.student_tensors(), fresh = before.student_tensors();
  for (std::size_t i = 0; i < student.size(); ++i) {
    require(student[i].second->equal(*fresh[i].second), "the loss overwrites the student's " + student[i].first);
  }
  require(batch.labels.equal(before.labels), "the loss overwrites the labels");
  return {};
}

std::string check_order(const Subject& subject) {
  auto batch = subject.batch();
  auto turned = take_rows(batch, (at::arange(kRows, torch::kInt64) * 3 + 1).remainder(kRows));
  const double a = subject.value(batch), b = subject.value(turned);
  require(std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(a)), fmt::format("{:.12g} in one order, {:.12g} in another", a, b));
  return {};
}

std::string check_single_row(const Subject& subject) {
  auto batch = subject.batch();
  auto one = take_rows(batch, at::arange(1, torch::kInt64));
  try {
    const auto probe = measure(subject.entry, subject.context, one, true);
    Subject::total(probe);
    require_finite(probe);
    return {};
  } catch (const Error& error) {
    return std::string("refused: ") + error.what();
  }
}

std::string check_repeatable(const Subject& subject) {
  auto a = subject.batch(), b = subject.batch();
  const auto first = subject.probe(a), second = subject.probe(b);
  require(first.total.equal(second.total), "the same seed gives another value");
  for (std::size_t i = 0; i < first.gradients.size(); ++i) {
    require(first.gradients[i].second.equal(second.gradients[i].second), "the same seed gives another gradient");
  }
  return {};
}

std::string check_extreme(const LossEntry& entry, const Subject& subject) {
  Subject three{entry, subject.context, subject.needs};
  three.context.num_classes = 3;
  const auto row = at::tensor({200.0, 0.0, -200.0});
  for (const double tau : {1.0, 4.0}) {
    for (const auto type : {torch::kFloat32, torch::kFloat64}) {
      auto batch = three.batch(kRows, type);
      batch.tau_student = batch.tau_teacher = tau;
      batch.student.logits = row.to(type).repeat({kRows, 1}).requires_grad_(true);
      if (batch.teacher.logits.defined()) batch.teacher.logits = -row.to(type).repeat({kRows, 1});
      require_finite(three.probe(batch));
    }
  }
  return {};
}

std::string check_constant(const Subject& subject) {
  auto batch = subject.batch(kRows, torch::kFloat32);
  batch.student.logits = at::zeros_like(batch.student.logits).requires_grad_(true);
  const auto probe = subject.probe(batch);
  require_finite(probe);
  return fmt::format("largest gradient {:.1e}", largest(probe));
}

std::string check_equal_networks(const LossEntry& entry, const Subject& subject) {
  Subject twins{entry, probe_context(kClasses, true), subject.needs};
  if (const auto why = entry.create(resolve_params(entry.params, {}), twins.context)->unsupported(twins.context)) {
    throw NotApplicable(*why);
  }
  auto batch = twins.batch();
  batch.tau_student = batch.tau_teacher;
  const auto student = batch.student_tensors();
  for (const auto& [name, tensor] : batch.teacher_tensors()) {
    for (const auto& [other, source] : student) {
      if (other == name) *tensor = source->detach().clone();
    }
  }
  const auto probe = twins.probe(batch);
  require_finite(probe);
  return fmt::format("loss {:.1e}", probe.total.item<double>());
}

}  // namespace

void check_loss(const LossEntry& entry, const Report& report) {
  const Checker checker("loss " + entry.name, report);
  checker.declarations(entry.about, entry.params);
  std::optional<Subject> subject;
  checker.run("builds with its defaults", [&] {
    subject.emplace(make_subject(entry));
    return std::string();
  });
  if (!subject) return;
  checker.run("returns finite 0-dim terms", [&] { return check_terms(*subject); });
  checker.run("sends a gradient to the student", [&] { return check_reaches_student(*subject); });
  checker.run("has the gradient of finite differences", [&] { return check_gradient(*subject); });
  checker.run("sends no gradient to the teacher and overwrites nothing", [&] { return check_inputs_untouched(*subject); });
  checker.run("does not depend on the order of the batch", [&] { return check_order(*subject); });
  checker.run("takes a batch of one image, or says why not", [&] { return check_single_row(*subject); });
  checker.run("gives the same value from the same seed", [&] { return check_repeatable(*subject); });
  checker.run("stays finite for logits of 200, 0, -200", [&] { return check_extreme(entry, *subject); });
  checker.run("stays finite for a student of constant logits", [&] { return check_constant(*subject); });
  checker.run("stays finite when student and teacher are equal", [&] { return check_equal_networks(entry, *subject); });
}

}  // namespace kdbench::inline worker
