#include <kdbench/base/text.h>
#include <kdbench/train/objective/objective.h>
#include <kdbench/worker/conformance/checker.h>
#include <kdbench/worker/golden/golden_batch.h>
#include <kdbench/worker/golden/golden_compare.h>
#include <kdbench/worker/golden/golden_run.h>

#include <fmt/format.h>

#include <cmath>

namespace kdbench::inline worker {
namespace {

/// What the plugin throws on purpose.
class LossRefusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Returns what the plugin answers.
template <class Question>
auto ask_loss(const Question& question) {
  try {
    return question();
  } catch (const Error& refused) {
    throw LossRefusal(refused.what());
  }
}

/// What came out of the steps so far.
struct GoldenOutcome {
  double loss = 0;
  std::map<std::string, double> terms;
  torch::Tensor judged;  ///< of the last step, [N, K]
};

/// Refuses temperatures that the loss does not read, as a suite does, and tau^2 with them.
void settle_temperatures(const GoldenHostKeys& keys, const LossNeeds& needs, LossSpec& spec) {
  const bool student = needs.reads_student_tau(), teacher = needs.reads_teacher_tau();
  const auto refuse_unread = [](const char* key, const std::optional<double>& value, bool is_read) {
    if (value && !is_read) throw Error(fmt::format("'{}' has no effect: the loss does not read it; remove it", key));
  };
  refuse_unread("tau", keys.tau, student || teacher);
  refuse_unread("tau_student", keys.tau_student, student);
  refuse_unread("tau_teacher", keys.tau_teacher, teacher);
  spec.parts.front().tau_squared = spec.parts.front().tau_squared && student;
}

/// The loss in float64. Buffers of whole numbers stay what they are.
std::shared_ptr<Loss> build_loss(const LossEntry& entry, const ParamValues& params, const LossContext& context) {
  at::manual_seed(0);
  auto loss = ask_loss([&] {
    if (const auto why = entry.unsupported(params, context)) throw Error(*why);
    return entry.create(params, context);
  });
  const torch::NoGradGuard no_grad;
  const auto widen = [](torch::Tensor tensor) {
    if (tensor.defined() && tensor.is_floating_point()) tensor.set_data(tensor.to(torch::kFloat64));
  };
  for (const auto& parameter : loss->parameters()) widen(parameter);
  for (const auto& buffer : loss->buffers()) widen(buffer);
  loss->train();
  return loss;
}

/// A parameter or buffer of the loss by its name.
torch::Tensor state_of(const Loss& loss, const std::string& name, const std::string& place) {
  std::vector<std::string> names;
  torch::Tensor found;
  const auto look = [&](const auto& item) {
    if (item.key() == name) found = item.value();
    names.push_back(item.key());
  };
  for (const auto& item : loss.named_parameters()) look(item);
  for (const auto& item : loss.named_buffers()) look(item);
  if (found.defined()) return found;
  throw std::runtime_error(fmt::format("{}: the loss has no parameter or buffer '{}'; {}", place, name,
                                       names.empty() ? "it has none" : "it has " + join(names, ", ")));
}

void set_state(const Loss& loss, const GoldenTensors& state) {
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : state) {
    const auto place = "state." + name;
    const auto into = state_of(loss, name, place);
    require(into.sizes() == tensor.value.sizes(),
            fmt::format("{}: the case gives {}, the loss has {}", place, golden_shape(tensor.value), golden_shape(into)));
    into.copy_(tensor.value);
  }
}

LossTerms forward(Loss& loss, const LossPart& part, const GoldenInputs& inputs, const GoldenBatch& batch) {
  return ask_loss([&] {
    return loss.forward({.student = batch.student,
                         .teacher = batch.teacher,
                         .labels = batch.labels,
                         .indices = batch.indices,
                         .posterior = batch.posterior,
                         .images = batch.images,
                         .tau_student = part.tau_student,
                         .tau_teacher = part.tau_teacher,
                         .epoch = batch.epoch,
                         .num_epochs = inputs.num_epochs,
                         .step = batch.step,
                         .num_steps = inputs.num_steps,
                         .more_teachers = batch.more_teachers,
                         .student_second_view = batch.student_second_view,
                         .teacher_second_view = batch.teacher_second_view,
                         .student_classifier = batch.student_classifier,
                         .mixed_labels = batch.mixed_labels,
                         .mix = batch.mix});
  });
}

/// One step of a training without the optimiser's: forward, objective, backward.
void run_step(Loss& loss, const LossSpec& spec, double label_smoothing, bool adapts, const GoldenInputs& inputs,
              const GoldenBatch& batch, GoldenOutcome& outcome) {
  const auto& part = spec.parts.front();
  const auto terms = part.is_on(batch.epoch) ? forward(loss, part, inputs, batch) : LossTerms();
  const std::vector<WeightedTerms> losses{WeightedTerms{terms, spec.terms_weight(part, batch.epoch)}};
  const CrossEntropy ce{spec.ce_beside_terms(), spec.ce_alone(), label_smoothing};
  outcome.judged = adapts ? ask_loss([&] { return loss.judged_logits(batch.student); }) : batch.student.logits;
  const auto result = objective(outcome.judged, {batch.labels, batch.mixed_labels, batch.mix}, losses, ce);
  require(batch.has_labels || result.terms.empty() || result.terms.front().first != "ce",
          "labels: cross-entropy has a weight, and the case gives none");
  outcome.loss += result.total.item<double>();
  for (const auto& [name, term] : result.terms) outcome.terms[name] += term.item<double>();
  if (result.total.requires_grad()) result.total.backward();
}

void compare_terms(GoldenComparison& comparison, const GoldenCase& golden, const GoldenOutcome& outcome) {
  std::vector<std::string> names;
  for (const auto& [name, value] : outcome.terms) names.push_back(name);
  for (const auto& [name, value] : golden.expected.terms) {
    const auto found = outcome.terms.find(name);
    require(found != outcome.terms.end(), fmt::format("expected.terms.{}: no term of that name; the loss has {}", name,
                                                      names.empty() ? "none" : join(names, ", ")));
    comparison.number("term " + name, value, found->second);
  }
}

void compare_gradients(GoldenComparison& comparison, const GoldenCase& golden, const GoldenInputs& inputs) {
  const auto& expected = golden.expected.grad.items;
  const auto steps = inputs.batches.size();
  require(expected.empty() || expected.size() == steps,
          fmt::format("expected.grad: expected one for each of {} steps, found {}", steps, expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto where = steps > 1 ? fmt::format(" of steps[{}]", i) : std::string();
    for_each_leaf(expected[i], [&](const std::string& place, const torch::Tensor& gradient) {
      const auto leaf = inputs.batches[i].leaves.find(place);
      require(leaf != inputs.batches[i].leaves.end(),
              fmt::format("expected.grad.{}: the case gives no such input{}", place, where));
      comparison.gradient(fmt::format("gradient of {}{}", place, where), gradient, leaf->second);
    });
  }
}

void compare_state(GoldenComparison& comparison, const GoldenCase& golden, const Loss& loss) {
  for (const auto& [name, gradient] : golden.expected.state_grad) {
    comparison.gradient("gradient of state." + name, gradient.value, state_of(loss, name, "expected.state_grad"));
  }
  for (const auto& [name, tensor] : golden.expected.after) {
    comparison.tensor(fmt::format("state.{} after the last step", name), tensor.value,
                      state_of(loss, name, "expected.after").detach());
  }
}

std::string run_and_compare(const LossEntry& entry, const GoldenCase& golden) {
  auto spec = golden_loss_spec(golden.keys.host);
  const auto inputs = golden_inputs(golden, spec.parts.front().teacher_temperature);
  const auto params = golden_params(entry, golden.keys.own);
  const auto loss = build_loss(entry, params, inputs.context);
  const auto needs = entry.needs(params, inputs.context);
  settle_temperatures(golden.keys.host, needs, spec);
  set_state(*loss, golden.state);
  GoldenOutcome outcome;
  for (std::size_t i = 0; i < inputs.batches.size(); ++i) {
    for (const auto& [name, tensor] : inputs.batches[i].draws) {
      ask_loss([&, &n = name, &values = tensor] { loss->use_draws(n, values); });
    }
    run_step(*loss, spec, golden.keys.host.label_smoothing.value_or(0.0), needs.adapts, inputs, inputs.batches[i], outcome);
  }
  GoldenComparison comparison(golden.expected, golden.tolerance);
  if (golden.expected.loss) comparison.number("loss", *golden.expected.loss, outcome.loss);
  compare_terms(comparison, golden, outcome);
  compare_gradients(comparison, golden, inputs);
  compare_state(comparison, golden, *loss);
  if (golden.expected.judged) comparison.tensor("judged logits", golden.expected.judged->value, outcome.judged.detach());
  return comparison.met_non_finite() ? "finite where the reference is not" : "";
}

}  // namespace

std::string run_golden_case(const LossEntry& entry, const GoldenCase& golden) {
  try {
    return run_and_compare(entry, golden);
  } catch (const LossRefusal& refused) {
    if (golden.expected.finite && !std::isfinite(golden.expected.loss.value_or(0.0))) {
      return fmt::format("refused where the reference is not finite: {}", refused.what());
    }
    throw std::runtime_error(fmt::format("the loss refuses the case: {}", refused.what()));
  }
}

}  // namespace kdbench::inline worker
