// What a loss keeps from batch to batch, and what it promises of that.
#include <kdbench/worker/conformance/loss_subject.h>
#include <kdbench/worker/watch/op_trace.h>

#include <c10/core/GradMode.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace kdbench::inline worker {
namespace {

constexpr std::uint64_t kSecondBatch = 29, kThirdBatch = 31;

ProbeBatch first_batch(const LossSubject& subject) { return subject.batch(); }
ProbeBatch second_batch(const LossSubject& subject) { return subject.batch(LossSubject::kRows, torch::kFloat64, kSecondBatch); }

/// Gives one loss the parameters and buffers of another, as a checkpoint does.
void copy_state(Loss& from, Loss& to) {
  const c10::AutoGradMode no_grad(false);
  std::map<std::string, torch::Tensor> state;
  for (const auto& item : from.named_parameters()) state[item.key()] = item.value();
  for (const auto& item : from.named_buffers()) state[item.key()] = item.value();
  const auto take = [&](const auto& items) {
    for (const auto& item : items) {
      const auto it = state.find(item.key());
      require(it != state.end(), fmt::format("'{}' is not there after a few batches", item.key()));
      require(item.value().sizes() == it->second.sizes(), fmt::format("'{}' has another shape after a few batches", item.key()));
      torch::Tensor into = item.value();
      into.copy_(it->second);
    }
  };
  take(to.named_parameters());
  take(to.named_buffers());
}

/// Three batches in a row, and the third of them by a loss that was restored from a checkpoint after the second.
std::string check_memory(const LossSubject& subject) {
  ProbedLoss goes_on(subject.entry, subject.context, torch::kFloat64);
  auto first = first_batch(subject), second = second_batch(subject);
  goes_on.run(first, true, {2, 10, 4, 20});
  goes_on.run(second, true, {2, 10, 5, 20});
  ProbedLoss restored(subject.entry, subject.context, torch::kFloat64);
  copy_state(goes_on.loss(), restored.loss());
  const auto third_value = [&](ProbedLoss& loss) {
    auto third = subject.batch(LossSubject::kRows, torch::kFloat64, kThirdBatch);
    return LossSubject::total(loss.run(third, true, {3, 10, 6, 20})).item<double>();
  };
  const double value = third_value(goes_on), resumed = third_value(restored);
  require(value == resumed,
          fmt::format("{:.12g} for the third batch, {:.12g} after a stop and a resumption before it", value, resumed));
  ProbedLoss alone(subject.entry, subject.context, torch::kFloat64);
  return value == third_value(alone) ? std::string() : "its value depends on batches before, by parameters or buffers";
}

/// The operations of one forward pass.
std::vector<std::string> forward_ops(ProbedLoss& probed, ProbeBatch batch, const ProbePlace& place) {
  return ops_of([&] { LossSubject::total(probed.run(batch, false, place)); });
}

std::string check_repeatable_promise(const LossSubject& subject) {
  if (!subject.needs.repeatable) throw NotApplicable("it does not promise to be");
  const ProbePlace early{0, 10, 0, 20}, late{9, 12, 17, 24};
  auto a = first_batch(subject), b = first_batch(subject);
  const double then = subject.value(a, early), now = subject.value(b, late);
  require(then == now, fmt::format("{:.12g} at the first step, {:.12g} at a later one: it reads epoch or step", then, now));
  ProbedLoss probed(subject.entry, subject.context, torch::kFloat64);
  const auto first = forward_ops(probed, first_batch(subject), early);
  const auto second = forward_ops(probed, second_batch(subject), late);
  const auto read = first_host_read(first), draw = first_draw(first);
  require(read.empty(), "it reads a value on the host: " + read);
  require(draw.empty(), "it draws random numbers: " + draw);
  const auto [i, j] = std::mismatch(first.begin(), first.end(), second.begin(), second.end());
  if (i == first.end() && j == second.end()) return fmt::format("{} operations", first.size());
  throw std::runtime_error(fmt::format("operation {} is {} for one batch and {} for another", i - first.begin() + 1,
                                       i == first.end() ? "none" : *i, j == second.end() ? "none" : *j));
}

}  // namespace

std::vector<LossCheck> loss_memory_checks() {
  return {
      {{"keeps what it remembers in parameters and buffers",
        "register_buffer() what forward() keeps; seed a generator by context.seed and in.step in every forward()"},
       check_memory},
      {{"keeps the promise of .repeatable", "leave .repeatable out of needs(): a GPU would replay the first step for ever"},
       check_repeatable_promise},
  };
}

}  // namespace kdbench::inline worker
