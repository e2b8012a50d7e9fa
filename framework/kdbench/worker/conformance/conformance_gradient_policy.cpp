// Conformance of gradient policies.
#include <kdbench/registry/check_params.h>
#include <kdbench/worker/conformance/checker.h>
#include <kdbench/worker/conformance/conformance.h>

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <fmt/core.h>

#include <vector>

namespace kdbench::inline worker {
namespace {

constexpr GradientContext kContext{.num_parameters = 12, .momentum = 0.9};
constexpr std::int64_t kSteps = 4;

/// Terms that agree in the first steps and contradict each other in the last.
std::vector<TermGradient> terms_at(std::int64_t step) {
  const auto ce = at::linspace(-1.0, 1.0, kContext.num_parameters, torch::kFloat32) + static_cast<double>(step) * 0.25;
  const double side = step + 1 < kSteps ? 0.5 : -0.5;
  return {{"ce", ce}, {"kd", ce * side + 0.125}};
}

torch::Tensor combine(GradientPolicy& policy, const std::vector<TermGradient>& terms, std::int64_t step) {
  const torch::NoGradGuard no_grad;
  return policy.combine({.terms = terms, .epoch = step / 2, .num_epochs = kSteps / 2, .step = step, .num_steps = kSteps});
}

/// What a fresh policy makes of all the steps.
std::vector<torch::Tensor> answers(const GradientPolicyEntry& entry, const ParamValues& params) {
  const auto policy = entry.create(params, kContext);
  std::vector<torch::Tensor> out;
  for (std::int64_t step = 0; step < kSteps; ++step) out.push_back(combine(*policy, terms_at(step), step).clone());
  return out;
}

void check_answer(const torch::Tensor& found) {
  require(found.defined(), "it returned an undefined tensor");
  require(found.dim() == 1 && found.size(0) == kContext.num_parameters,
          fmt::format("expected [{}], found {} dimensions, {} numbers", kContext.num_parameters, found.dim(), found.numel()));
  require(found.scalar_type() == torch::kFloat32, "expected float32");
  require(found.isfinite().all().item<bool>(), "some numbers are not finite");
  require(!found.requires_grad(), "it requires a gradient");
}

}  // namespace

void check_gradient_policy(const GradientPolicyEntry& entry, const Report& report) {
  const Checker checker("gradient policy " + entry.name, report);
  checker.declarations(entry.about, entry.params);
  const auto params = resolve_params(entry.params, {});
  std::shared_ptr<GradientPolicy> policy;
  const bool built = checker.run({"builds with its defaults", "let the constructor accept the defaults"}, [&] {
    policy = entry.create(params, kContext);
    if (const auto why = policy->unsupported(kContext)) throw NotApplicable(*why);
    return std::string();
  });
  if (!built || !policy) return checker.leave_out_the_rest();
  checker.run({"returns one finite gradient of every parameter", "return a fresh [P] float tensor without gradient"}, [&] {
    for (const auto& found : answers(entry, params)) check_answer(found);
    return std::string();
  });
  checker.run({"leaves the terms' gradients as they are", "clone before writing: the tensors are lent"}, [&] {
    const auto fresh = entry.create(params, kContext);
    const auto terms = terms_at(0), before = terms_at(0);
    combine(*fresh, terms, 0);
    for (std::size_t i = 0; i < terms.size(); ++i)
      require(at::equal(terms[i].gradient, before[i].gradient), "it wrote into '" + terms[i].name + "'");
    return std::string();
  });
  checker.run({"makes the same of the same terms again", "draw nothing, and keep what it remembers in buffers of its own"}, [&] {
    const auto first = answers(entry, params), second = answers(entry, params);
    for (std::size_t i = 0; i < first.size(); ++i) require(at::equal(first[i], second[i]), fmt::format("step {} differs", i));
    return std::string();
  });
  checker.run({"remembers in buffers what it remembers", "register what is kept between steps, or a resumed training differs"},
              [&] {
                const auto unbroken = answers(entry, params);
                const auto fresh = entry.create(params, kContext), resumed = entry.create(params, kContext);
                combine(*fresh, terms_at(0), 0);
                const torch::NoGradGuard no_grad;
                auto kept = fresh->named_buffers();
                for (auto& buffer : resumed->named_buffers()) buffer.value().copy_(kept[buffer.key()]);
                require(at::equal(combine(*resumed, terms_at(1), 1), unbroken[1]), "the second step differs after a resume");
                return std::string();
              });
  checker.run({"serves a single term", "return its gradient, or what the policy makes of it"}, [&] {
    auto terms = terms_at(0);
    terms.resize(1);
    check_answer(combine(*entry.create(params, kContext), terms, 0));
    return std::string();
  });
}

}  // namespace kdbench::inline worker
