// What all other checks of a loss need: that it runs, the same way every time, and gives a number with a gradient.
#include <kdbench/worker/conformance/loss_subject.h>
#include <kdbench/worker/watch/autograd_leaves.h>
#include <kdbench/worker/watch/host_state.h>

#include <fmt/format.h>

#include <functional>
#include <set>
#include <stdexcept>

namespace kdbench::inline worker {
namespace {

bool does_not_throw(const std::function<void()>& body) {
  try {
    body();
    return true;
  } catch (...) {
    return false;
  }
}

/// In float32, which is what a loss was written for.
std::string check_runs(const LossSubject& subject) {
  const auto run = [&](ProbeBatch batch) { ProbedLoss(subject.entry, subject.context, torch::kFloat32).forward(batch); };
  try {
    run(subject.batch(LossSubject::kRows, torch::kFloat32));
  } catch (const std::exception& error) {
    for (const auto& part : asked_parts()) {
      if (subject.needs.*part.asked || !does_not_throw([&] { run(batch_with(subject, part, torch::kFloat32)); })) continue;
      const std::string what = error.what();
      throw std::runtime_error(
          fmt::format("throws without {}, which needs() does not ask for ({}): {}", part.name, part.key, what));
    }
    throw;
  }
  return {};
}

/// Names of what the host has taken from the loss before training: what it optimises, saves and loads.
std::set<std::string> kept_names(const Loss& loss) {
  std::set<std::string> names;
  for (const auto& item : loss.named_parameters()) names.insert("parameter '" + item.key() + "'");
  for (const auto& item : loss.named_buffers()) names.insert("buffer '" + item.key() + "'");
  return names;
}

std::string check_host_untouched(const LossSubject& subject) {
  auto batch = subject.batch(LossSubject::kRows, torch::kFloat32);
  ProbedLoss probed(subject.entry, subject.context, torch::kFloat32);
  const auto names = kept_names(probed.loss());
  const auto before = HostState::now();
  probed.forward(batch);
  const auto changed = before.changed_in(HostState::now());
  before.restore();
  require(changed.empty(), changed);
  require(probed.loss().is_training(), "the loss left train mode");
  for (const auto& name : kept_names(probed.loss())) require(names.contains(name), name + " is registered in forward()");
  return {};
}

/// In float32, the type in which a tensor that nobody knows of was made.
std::string check_registered(const LossSubject& subject) {
  auto batch = subject.batch(LossSubject::kRows, torch::kFloat32);
  ProbedLoss probed(subject.entry, subject.context, torch::kFloat32);
  std::set<const void*> known;
  for (const auto& [name, tensor] : batch.student_tensors()) known.insert(tensor->unsafeGetTensorImpl());
  for (const auto& parameter : probed.loss().parameters()) known.insert(parameter.unsafeGetTensorImpl());
  for (const auto& [name, tensor] : batch.teacher_tensors()) known.insert(tensor->unsafeGetTensorImpl());
  const auto terms = probed.forward(batch);
  for (const auto& [name, term] : terms.terms()) {
    for (const auto& leaf : autograd_leaves(term)) {
      require(
          known.contains(leaf.unsafeGetTensorImpl()),
          fmt::format("a tensor of [{}] takes a gradient and is no registered parameter", fmt::join(leaf.sizes().vec(), ", ")));
    }
  }
  return {};
}

std::string check_terms(const LossSubject& subject) {
  for (const auto type : {torch::kFloat64, torch::kFloat32}) {
    auto batch = subject.batch(LossSubject::kRows, type);
    const auto probe = measure(subject.entry, subject.context, batch, false);
    require(LossSubject::total(probe).scalar_type() == type, "the loss changes the type of its input");
    require_finite(probe);
  }
  return {};
}

std::string check_reaches_student(const LossSubject& subject) {
  std::string names;
  for (const auto type : {torch::kFloat64, torch::kFloat32}) {
    auto batch = subject.batch(LossSubject::kRows, type);
    const auto probe = subject.probe(batch);
    require_finite(probe);
    require(!probe.gradients.empty() && largest_gradient(probe) > 0, "the gradient is zero everywhere");
    names.clear();
    for (const auto& [name, gradient] : probe.gradients) names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

std::string check_same_again(const LossSubject& subject) {
  auto a = subject.batch(), b = subject.batch();
  const auto first = subject.probe(a), second = subject.probe(b);
  require(first.total.equal(second.total), "the same seed gives another value");
  for (std::size_t i = 0; i < first.gradients.size(); ++i) {
    require(first.gradients[i].second.equal(second.gradients[i].second), "the same seed gives another gradient");
  }
  return {};
}

}  // namespace

std::vector<LossCheck> loss_first_checks() {
  return {
      {{"runs on a batch of images", "let forward() take any logits, maps and embeddings of the sizes in its context"},
       check_runs},
      {{"leaves the host as it was",
        "use guards of a scope (torch::NoGradGuard), a generator of your own, and register modules in the constructor"},
       check_host_untouched},
      {{"registers every tensor that it trains", "make it by register_module() or register_parameter() in the constructor"},
       check_registered},
      {{"returns finite 0-dim terms", "average every term over the batch to a 0-dim tensor of the type of the student's logits"},
       check_terms},
      {{"sends a gradient to the student", "compute the terms from in.student without detach(), item() or NoGradGuard"},
       check_reaches_student},
      {{"gives the same value from the same seed",
        "draw from a generator of your own, seeded by context.seed; keep nothing static"},
       check_same_again},
  };
}

}  // namespace kdbench::inline worker
