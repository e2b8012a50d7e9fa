#include <kdbench/train/session/gradient_probe.h>
#include <kdbench/train/session/shared_parts.h>
#include <kdbench/train/session/trainee_factory.h>
#include <kdbench/train/teacher/tape.h>

#include <ATen/Functions.h>

#include <exception>
#include <limits>

namespace kdbench::inline train {
namespace {

/// The job with its teacher's logits divided by `temperature` beside what they are.
Job at_temperature(Job job, double temperature) {
  auto loss = *job.spec.loss;
  for (auto& part : loss.parts) part.teacher_temperature *= temperature;
  job.spec.loss = std::move(loss);
  return job;
}

/// A network is made anew for each temperature, so that what a loss remembers of one is not seen at another.
torch::Tensor gradient_at(const SharedParts& shared, const TraineeFactory& factory, const Job& job, std::int64_t batches) {
  const auto trainee = factory.make_untrained(job);
  const TeacherWants wants{trainee->needs().teacher_features, trainee->needs().teacher_embedding};
  const auto order = shared.data.order(0);
  torch::Tensor sum;
  for (std::int64_t i = 0; i < std::min(batches, trainee->per_epoch()); ++i) {
    const auto range = batch_range(i, trainee->recipe().batch_size, shared.data.train().size());
    const auto batch = shared.data.batch(order.data() + range.begin, range.size, 0, trainee->recipe());
    auto teacher = shared.teacher->teacher().forward(0, batch.images, wants);
    if (const auto* calibrator = trainee->calibrator()) teacher.logits = calibrator->apply(teacher.logits, batch.indices);
    const auto gradient = trainee->gradient_of_terms(batch, teacher);
    if (!gradient.defined()) return {};
    sum = sum.defined() ? sum + gradient : gradient;
  }
  return sum.to(torch::kCPU, torch::kFloat64);
}

ProbedGradient probed(const SharedParts& shared, const TraineeFactory& factory, const Job& job, const ProbeOptions& options) {
  ProbedGradient out;
  const auto reference = gradient_at(shared, factory, job, options.batches);
  if (!reference.defined()) {
    out.reason = "its terms have no gradient";
    return out;
  }
  const double length = reference.norm().item<double>();
  for (const double temperature : options.temperatures) {
    const auto gradient = gradient_at(shared, factory, at_temperature(job, temperature), options.batches);
    const double norm = gradient.norm().item<double>();
    const double cosine = at::dot(gradient, reference).item<double>() / (norm * length);
    out.cosine.push_back(norm > 0 && length > 0 ? cosine : std::numeric_limits<double>::quiet_NaN());
    out.norm_ratio.push_back(length > 0 ? norm / length : std::numeric_limits<double>::quiet_NaN());
  }
  return out;
}

}  // namespace

std::vector<ProbedGradient> probe_gradients(const std::vector<Job>& jobs, const Store& store, const Factories& factories,
                                            const SessionOptions& session, const ProbeOptions& options) {
  const SharedParts shared(jobs, store, factories, session);
  const SendEvent ignore = [](const TrainingEvent&) {};
  const TraineeFactory factory(shared, ignore);
  std::vector<ProbedGradient> out;
  for (const auto& job : jobs) {
    try {
      out.push_back(probed(shared, factory, job, options));
    } catch (const std::exception& error) {
      const std::string text = error.what();
      out.push_back({{}, {}, text.substr(0, text.find('\n'))});
    }
  }
  return out;
}

}  // namespace kdbench::inline train
