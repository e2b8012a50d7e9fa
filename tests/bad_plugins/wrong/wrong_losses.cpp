// Losses that register and run, and are wrong in one way each; w_good is right. What `kdbench test` says of them stands in
// verdicts.txt, the ways that no check can tell from a sound loss in golden/.
#include <kdbench/sdk/plugin.h>
#include <torch/torch.h>

#include <cstdlib>
#include <random>
#include <stdexcept>

namespace {

using kdbench::LossContext;
using kdbench::LossInputs;
using kdbench::LossNeeds;
using kdbench::LossTerms;
using torch::Tensor;

/// KL divergence from teacher to student, each at a temperature of its own.
Tensor kl(const Tensor& s, const Tensor& t, double tau_s, double tau_t) {
  const auto log_s = torch::log_softmax(s / tau_s, 1), log_t = torch::log_softmax(t / tau_t, 1);
  return (log_t.exp() * (log_t - log_s)).sum(1).mean();
}
Tensor kl(const LossInputs& in) { return kl(in.student.logits, in.teacher.logits, in.tau_student, in.tau_teacher); }
Tensor kl(const LossInputs& in, const Tensor& s, const Tensor& t) { return kl(s, t, in.tau_student, in.tau_teacher); }
Tensor cross_entropy(const Tensor& logits, const Tensor& labels) {
  return torch::nll_loss(torch::log_softmax(logits, 1), labels);
}

struct Flip : torch::autograd::Function<Flip> {
  static Tensor forward(torch::autograd::AutogradContext*, const Tensor& x) { return x.clone(); }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*, torch::autograd::variable_list g) {
    return {-g[0]};
  }
};

// Losses of one function.
LossTerms good(const LossInputs& in) { return kl(in); }
LossTerms negated_loss(const LossInputs& in) { return -kl(in); }
LossTerms negated_grad(const LossInputs& in) { return Flip::apply(kl(in)); }
LossTerms detach_all(const LossInputs& in) { return kl(in, in.student.logits.detach(), in.teacher.logits); }
LossTerms batch_order(const LossInputs& in) {
  const auto d = (in.student.logits - in.teacher.logits).square();
  const auto n = d.size(0);
  return n < 2 ? d.mean() : (d.narrow(0, 0, n - 1) * d.narrow(0, 1, n - 1)).mean();
}
LossTerms teacher_leak(const LossInputs& in) {
  auto t = in.teacher.logits;
  if (!t.requires_grad() && t.is_leaf()) t.requires_grad_(true);
  return kl(in, in.student.logits, t);
}
LossTerms teacher_in_place(const LossInputs& in) {
  auto t = in.teacher.logits;
  t.div_(in.tau_teacher);
  return kl(in.student.logits, t, in.tau_student, 1.0);
}
LossTerms images_in_place(const LossInputs& in) {
  {
    const torch::NoGradGuard no_grad;
    auto x = in.images;
    if (x.defined()) x.zero_();
  }
  return kl(in);
}
LossTerms tau_ignored(const LossInputs& in) { return kl(in.student.logits, in.teacher.logits, 4.0, 4.0); }
LossTerms tau_squared_twice(const LossInputs& in) { return in.tau_student * in.tau_student * kl(in); }
LossTerms labels_shifted(const LossInputs& in) { return cross_entropy(in.student.logits, in.labels.roll(1)) + kl(in); }
LossTerms labels_of_teacher(const LossInputs& in) {
  return cross_entropy(in.student.logits, in.teacher.logits.argmax(1)) + kl(in);
}
LossTerms static_counter(const LossInputs& in) {
  static int calls = 0;
  return kl(in) * (1.0 + 0.001 * ++calls);
}
LossTerms random_default(const LossInputs& in) {
  return kl(in, in.student.logits, in.teacher.logits + 0.1 * torch::randn_like(in.teacher.logits));
}
LossTerms random_device(const LossInputs& in) {
  std::random_device d;
  return kl(in) * (1.0 + 1e-12 * d());
}
LossTerms grad_mode_off(const LossInputs& in) {
  auto l = kl(in);
  torch::GradMode::set_enabled(false);
  return l;
}
LossTerms float32_only(const LossInputs& in) {
  return kl(in, in.student.logits.to(torch::kFloat32), in.teacher.logits.to(torch::kFloat32));
}
LossTerms sum_not_mean(const LossInputs& in) { return kl(in) * static_cast<double>(in.student.logits.size(0)); }
LossTerms reversed(const LossInputs& in) { return kl(in.teacher.logits, in.student.logits, in.tau_teacher, in.tau_student); }
LossTerms naive_log(const LossInputs& in) {
  const auto p = torch::softmax(in.student.logits / in.tau_student, 1), q = torch::softmax(in.teacher.logits / in.tau_teacher, 1);
  return (q * (q.log() - p.log())).sum(1).mean();
}
LossTerms features_unasked(const LossInputs& in) {
  auto l = kl(in);
  for (const auto& [name, f] : in.teacher.features) l = l + 0 * f.mean();
  return l + (in.teacher.features.empty() ? 0.0 : 1.0);
}
LossTerms per_sample(const LossInputs& in) {
  const auto log_s = torch::log_softmax(in.student.logits / in.tau_student, 1);
  const auto log_t = torch::log_softmax(in.teacher.logits / in.tau_teacher, 1);
  return (log_t.exp() * (log_t - log_s)).sum(1);
}
LossTerms one_element(const LossInputs& in) { return kl(in).view({1}); }
LossTerms skips_last_class(const LossInputs& in) {
  const auto k = in.student.logits.size(1) - 1;
  return kl(in, in.student.logits.narrow(1, 0, k), in.teacher.logits.narrow(1, 0, k));
}
LossTerms hard_coded_k(const LossInputs& in) {
  return kl(in, in.student.logits.view({-1, 10}), in.teacher.logits.view({-1, 10}));
}
LossTerms zero_term(const LossInputs& in) { return {{"kd", kl(in)}, {"dead", torch::zeros({}, in.student.logits.options())}}; }
LossTerms same_names(const LossInputs& in) { return {{"kd", kl(in)}, {"kd", kl(in)}}; }
LossTerms teacher_unused(const LossInputs& in) { return cross_entropy(in.student.logits, in.labels); }
LossTerms throws(const LossInputs&) { throw std::runtime_error("boom"); }
LossTerms throws_int(const LossInputs&) { throw 42; }
LossTerms segfault(const LossInputs&) {
  volatile int* p = nullptr;
  *p = 1;
  return {};
}
LossTerms exits(const LossInputs&) { std::exit(0); }
LossTerms hangs(const LossInputs&) {
  for (volatile bool forever = true;;) {
    (void)forever;
  }
}
LossTerms tau_swapped(const LossInputs& in) { return kl(in.student.logits, in.teacher.logits, in.tau_teacher, in.tau_student); }
LossTerms tau_truncated(const LossInputs& in) {
  return kl(in.student.logits, in.teacher.logits, static_cast<int>(in.tau_student), static_cast<int>(in.tau_teacher));
}
LossTerms softmax_over_batch(const LossInputs& in) {
  const auto log_s = torch::log_softmax(in.student.logits / in.tau_student, 0);
  const auto log_t = torch::log_softmax(in.teacher.logits / in.tau_teacher, 0);
  return (log_t.exp() * (log_t - log_s)).sum(1).mean();
}
LossTerms mean_over_classes(const LossInputs& in) { return kl(in) / static_cast<double>(in.student.logits.size(1)); }
LossTerms reseeds_generator(const LossInputs& in) {
  torch::manual_seed(17);
  return kl(in, in.student.logits, in.teacher.logits + 0.1 * torch::randn({1}, in.teacher.logits.options()));
}
LossTerms cross_entropy_inside(const LossInputs& in) { return 0.5 * kl(in) + 0.5 * cross_entropy(in.student.logits, in.labels); }

template <class Self>
struct Base : kdbench::Loss {
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
};

template <LossTerms (*kForward)(const LossInputs&)>
struct Plain final : Base<Plain<kForward>> {
  Plain(typename Base<Plain<kForward>>::Options, const LossContext&) {}
  LossTerms forward(const LossInputs& in) override { return kForward(in); }
};

// Losses that keep something or promise something.
struct StateAcrossBatches final : Base<StateAcrossBatches> {
  StateAcrossBatches(Options, const LossContext&) {}
  LossTerms forward(const LossInputs& in) override {
    const auto now = in.teacher.logits.mean(0).detach();
    mean = mean.defined() ? 0.9 * mean + 0.1 * now : now;
    return kl(in, in.student.logits - mean, in.teacher.logits - mean * 0.5);
  }
  Tensor mean;
};

struct CachedTeacher final : Base<CachedTeacher> {
  CachedTeacher(Options, const LossContext&) {}
  LossTerms forward(const LossInputs& in) override {
    if (!teacher.defined() || teacher.sizes() != in.teacher.logits.sizes()) teacher = in.teacher.logits.clone();
    return kl(in, in.student.logits, teacher);
  }
  Tensor teacher;
};

struct RepeatableLie final : Base<RepeatableLie> {
  RepeatableLie(Options, const LossContext&) {}
  LossTerms forward(const LossInputs& in) override { return kl(in) * (1.0 + static_cast<double>(in.epoch)); }
  LossNeeds needs() const override { return {.repeatable = true}; }
};

struct Unregistered final : Base<Unregistered> {
  Unregistered(Options, const LossContext& c) : head(torch::nn::Linear(c.num_classes, c.num_classes)) {}
  LossTerms forward(const LossInputs& in) override { return kl(in, head(in.student.logits), in.teacher.logits); }
  torch::nn::Linear head;
};

struct LazyParameter final : Base<LazyParameter> {
  LazyParameter(Options, const LossContext&) {}
  LossTerms forward(const LossInputs& in) override {
    if (!scale.defined())
      scale = register_parameter("scale", torch::ones({in.student.logits.size(1)}, in.student.logits.options()));
    return kl(in, in.student.logits * scale, in.teacher.logits);
  }
  Tensor scale;
};

/// Its parameters start from another place in every run.
struct RandomInit final : Base<RandomInit> {
  RandomInit(Options, const LossContext& c) {
    std::random_device d;
    torch::manual_seed(d());
    w = register_parameter("w", torch::rand({c.num_classes}) + 0.5);
  }
  LossTerms forward(const LossInputs& in) override { return kl(in, in.student.logits * w, in.teacher.logits); }
  Tensor w;
};

struct CtorThrows final : Base<CtorThrows> {
  CtorThrows(Options, const LossContext&) { throw std::logic_error("constructor says no"); }
  LossTerms forward(const LossInputs& in) override { return kl(in); }
};

kdbench::About about(const char* name) { return {.summary = name, .formula = "KL(teacher, student)", .source = "test"}; }

template <LossTerms (*kForward)(const LossInputs&)>
void plain(kdbench::Registrar& r, const char* name) {
  r.loss<Plain<kForward>>(name, about(name));
}

template <class Loss>
void kept(kdbench::Registrar& r, const char* name) {
  r.loss<Loss>(name, about(name));
}

/// The collection that the checks were written for.
void found(kdbench::Registrar& r) {
  plain<good>(r, "w_good");
  plain<negated_loss>(r, "w_negated_loss");
  plain<negated_grad>(r, "w_negated_grad");
  plain<detach_all>(r, "w_detach_all");
  plain<batch_order>(r, "w_batch_order");
  plain<teacher_leak>(r, "w_teacher_leak");
  plain<teacher_in_place>(r, "w_teacher_in_place");
  plain<images_in_place>(r, "w_images_in_place");
  plain<tau_ignored>(r, "w_tau_ignored");
  plain<tau_squared_twice>(r, "w_tau_squared_twice");
  plain<labels_shifted>(r, "w_labels_shifted");
  plain<labels_of_teacher>(r, "w_labels_of_teacher");
  kept<StateAcrossBatches>(r, "w_state");
  plain<static_counter>(r, "w_static_counter");
  plain<random_default>(r, "w_random_default");
  plain<random_device>(r, "w_random_device");
  plain<grad_mode_off>(r, "w_grad_mode_off");
  plain<float32_only>(r, "w_float32_only");
  plain<sum_not_mean>(r, "w_sum_not_mean");
  plain<reversed>(r, "w_reversed");
  plain<naive_log>(r, "w_naive_log");
  kept<RepeatableLie>(r, "w_repeatable_lie_epoch");
  plain<features_unasked>(r, "w_features_unasked");
  kept<Unregistered>(r, "w_unregistered");
  kept<RandomInit>(r, "w_random_init");
  plain<per_sample>(r, "w_per_sample");
  plain<one_element>(r, "w_one_element");
  plain<skips_last_class>(r, "w_skips_last_class");
  plain<hard_coded_k>(r, "w_hard_coded_k");
  plain<zero_term>(r, "w_zero_term");
  plain<same_names>(r, "w_same_names");
  plain<teacher_unused>(r, "w_teacher_unused");
  plain<throws>(r, "w_throws");
  plain<throws_int>(r, "w_throws_int");
  kept<CtorThrows>(r, "w_ctor_throws");
  plain<segfault>(r, "w_segfault");
  plain<exits>(r, "w_exits");
  plain<hangs>(r, "w_hangs");
}

/// Eight more, thought of before the checks were, to see how far checks for the others reach.
void invented(kdbench::Registrar& r) {
  plain<tau_swapped>(r, "w_tau_swapped");
  plain<tau_truncated>(r, "w_tau_truncated");
  plain<softmax_over_batch>(r, "w_softmax_over_batch");
  plain<mean_over_classes>(r, "w_mean_over_classes");
  kept<CachedTeacher>(r, "w_cached_teacher");
  plain<reseeds_generator>(r, "w_reseeds_generator");
  kept<LazyParameter>(r, "w_lazy_parameter");
  plain<cross_entropy_inside>(r, "w_cross_entropy_inside");
}

}  // namespace

KDBENCH_PLUGIN("wrong_losses", "0.1.0", r) {
  found(r);
  invented(r);
}
