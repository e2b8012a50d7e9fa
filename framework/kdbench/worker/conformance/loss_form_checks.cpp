// What holds of the tensors that a loss takes and returns.
#include <kdbench/worker/conformance/loss_subject.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/randn_like.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace kdbench::inline worker {
namespace {

std::string check_names_of_terms(const LossSubject& subject) {
  auto batch = subject.batch();
  const auto probe = subject.probe(batch);
  std::set<std::string> names;
  for (const auto& [name, term] : probe.terms.terms()) {
    require(!name.empty(), "a term has an empty name");
    require(names.insert(name).second, "two terms are called '" + name + "'");
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Central difference of the loss along `direction` of one student tensor.
double slope(const LossSubject& subject, const std::string& name, const torch::Tensor& direction) {
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

std::string check_finite_differences(const LossSubject& subject) {
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
      require(subject.needs.stops_gradient || std::abs(analytic - numeric) <= kTolerance * scale,
              fmt::format("along a direction of the student's {} the gradient gives {:.8g}, finite differences {:.8g}", name,
                          analytic, numeric));
    }
  }
  return worst <= kTolerance ? fmt::format("within {:.0e}", worst) : fmt::format("off by {:.0e}, as declared", worst);
}

void require_untouched(const std::string& whose, const NamedTensors& now, const NamedTensors& then) {
  for (std::size_t i = 0; i < now.size(); ++i) {
    require(now[i].second->equal(*then[i].second), "the loss overwrites " + whose + now[i].first);
  }
}

std::string check_inputs_untouched(const LossSubject& subject) {
  auto batch = subject.batch(), before = subject.batch();
  subject.probe(batch);
  for (const auto& [name, tensor] : batch.teacher_tensors()) {
    require(!tensor->requires_grad() && !tensor->grad().defined(), "a gradient reaches the teacher's " + name);
  }
  require_untouched("the teacher's ", batch.teacher_tensors(), before.teacher_tensors());
  require_untouched("the student's ", batch.student_tensors(), before.student_tensors());
  require_untouched("the ", batch.other_tensors(), before.other_tensors());
  return {};
}

std::string check_single_row(const LossSubject& subject) {
  auto batch = subject.batch();
  auto one = take_rows(batch, at::arange(1, torch::kInt64));
  try {
    require_finite(subject.probe(one));
    return {};
  } catch (const Error& error) {
    return std::string("refused: ") + error.what();
  }
}

/// The same networks for three classes.
LossContext of_three_classes(LossContext context) {
  constexpr std::int64_t kThree = 3;
  context.num_classes = kThree;
  auto& last = context.teacher_classifier;
  last = {last.weight.narrow(0, 0, kThree), last.bias.narrow(0, 0, kThree)};
  context.train_labels = context.train_labels.remainder(kThree);
  return context;
}

std::string check_extreme(const LossSubject& subject) {
  const LossSubject three{subject.entry, of_three_classes(subject.context), subject.needs};
  const auto row = at::tensor({200.0, 0.0, -200.0});
  for (const double tau : {1.0, 4.0}) {
    for (const auto type : {torch::kFloat32, torch::kFloat64}) {
      auto batch = three.batch(LossSubject::kRows, type);
      batch.tau_student = batch.tau_teacher = tau;
      batch.student.logits = row.to(type).repeat({LossSubject::kRows, 1}).requires_grad_(true);
      if (batch.teacher.logits.defined()) batch.teacher.logits = -row.to(type).repeat({LossSubject::kRows, 1});
      require_finite(three.probe(batch));
    }
  }
  return {};
}

std::string check_constant(const LossSubject& subject) {
  auto batch = subject.batch(LossSubject::kRows, torch::kFloat32);
  batch.student.logits = at::zeros_like(batch.student.logits).requires_grad_(true);
  const auto probe = subject.probe(batch);
  require_finite(probe);
  return fmt::format("largest gradient {:.1e}", largest_gradient(probe));
}

std::string check_equal_networks(const LossSubject& subject) {
  auto twins = equal_networks(subject);
  const auto probe = twins.subject.probe(twins.batch);
  require_finite(probe);
  return fmt::format("loss {:.1e}", probe.total.item<double>());
}

}  // namespace

std::vector<LossCheck> loss_form_checks() {
  return {
      {{"gives every term a name of its own", "name the terms: return {{\"inter\", a}, {\"intra\", b}};"}, check_names_of_terms},
      {{"has the gradient of finite differences",
        "let autograd differentiate the value; where a weight is held constant on purpose, declare .stops_gradient in needs()"},
       check_finite_differences},
      {{"sends no gradient to the teacher and overwrites nothing",
        "work on copies: t / tau instead of t.div_(tau); the tensors belong to every student of the group"},
       check_inputs_untouched},
      {{"takes a batch of one image, or says why not", "throw kdbench::Error that says how many images it needs"},
       check_single_row},
      {{"stays finite for logits of 200, 0, -200",
        "use log_softmax(x) instead of log(softmax(x)), and take K from the logits or from context.num_classes"},
       check_extreme},
      {{"stays finite for a student of constant logits", "add a small number to what is divided by, or under a root"},
       check_constant},
      {{"stays finite when student and teacher are equal", "add a small number to what is divided by, or under a root"},
       check_equal_networks},
  };
}

}  // namespace kdbench::inline worker
