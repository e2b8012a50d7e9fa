#include <kdbench/train/steps/step_graph.h>

#include <ATen/Functions.h>

#include <algorithm>
#include <vector>

namespace kdbench::inline train {
namespace {

std::vector<torch::Tensor*> tensors_of(Batch& batch, ModelOutput& teacher) {
  std::vector<torch::Tensor*> out{&batch.images, &batch.labels, &batch.indices, &batch.posterior};
  for_each_tensor(teacher, [&](const char*, const std::string&, torch::Tensor& tensor) { out.push_back(&tensor); });
  return out;
}

}  // namespace

StepGraph::StepGraph(torch::Device device, CapturePolicy policy) : policy_(std::move(policy)), graph_(device) {
  if (!device.is_cuda()) policy_.refuse("not on a GPU");
}

bool StepGraph::fits(Batch& batch, ModelOutput& teacher) {
  const auto own = tensors_of(batch_, teacher_), theirs = tensors_of(batch, teacher);
  return std::equal(own.begin(), own.end(), theirs.begin(), theirs.end(), [](const auto* a, const auto* b) {
    return a->defined() == b->defined() && (!a->defined() || a->sizes() == b->sizes());
  });
}

void StepGraph::make_inputs(const Batch& like, const ModelOutput& teacher) {
  batch_ = like;
  teacher_ = teacher;
  for (auto* t : tensors_of(batch_, teacher_)) {
    if (t->defined()) *t = at::empty_like(*t);
  }
}

void StepGraph::copy_inputs(Batch& batch, ModelOutput& teacher) {
  const auto own = tensors_of(batch_, teacher_), theirs = tensors_of(batch, teacher);
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i]->defined()) own[i]->copy_(*theirs[i], /*non_blocking=*/true);
  }
}

void StepGraph::run(const Batch& batch, const ModelOutput& teacher, std::int64_t phase, const Step& step) {
  using Action = CapturePolicy::Action;
  auto action = policy_.next(batch.labels.size(0), phase);
  if (action == Action::kWatch) {
    ++one_by_one_;
    if (auto why = graph_.watch([&] { step(batch, teacher); }); !why.empty()) policy_.refuse(std::move(why));
    return;
  }
  if (action == Action::kCapture) {
    make_inputs(batch, teacher);
    auto why = graph_.capture([&] { step(batch_, teacher_); });
    captured_ = why.empty();
    if (!captured_) policy_.refuse(std::move(why));
    action = captured_ ? Action::kReplay : Action::kOneByOne;
  }
  auto inputs = batch;
  auto output = teacher;
  if (action == Action::kReplay && fits(inputs, output)) {
    copy_inputs(inputs, output);
    graph_.replay();
    ++replayed_;
    return;
  }
  step(batch, teacher);
  ++one_by_one_;
}

GraphReport StepGraph::report() const {
  GraphReport out{replayed_, one_by_one_, std::nullopt};
  if (!policy_.reason().empty()) out.why = policy_.reason();
  return out;
}

}  // namespace kdbench::inline train
