// Losses that load and register well and misbehave while they train. Each behaves until the step of its parameter `step`.
#include <kdbench/sdk/plugin.h>

#include <c10/util/Exception.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <limits>
#include <new>

namespace {

using torch::Tensor;

/// Zero, with a gradient of zero.
Tensor nothing(const kdbench::LossInputs& in) { return in.student.logits.sum() * 0.0; }

Tensor segfault(const kdbench::LossInputs& in) {
  std::raise(SIGSEGV);
  return nothing(in);
}

Tensor throws(const kdbench::LossInputs&) { throw kdbench::Error("expected 3 feature maps, found 0; use a model that has them"); }

Tensor throws_an_int(const kdbench::LossInputs&) { throw 42; }

Tensor torch_error(const kdbench::LossInputs& in) { return in.student.logits.matmul(in.student.logits).mean(); }

Tensor nan(const kdbench::LossInputs& in) { return nothing(in) + std::numeric_limits<double>::quiet_NaN(); }

/// The root of zero: its value is 0, its derivative 0 times infinity.
Tensor nan_gradient(const kdbench::LossInputs& in) { return nothing(in).sqrt(); }

Tensor out_of_memory(const kdbench::LossInputs&) {
  throw c10::OutOfMemoryError({__func__, __FILE__, static_cast<std::uint32_t>(__LINE__)},
                              "CUDA out of memory. Tried to allocate 900.00 GiB");
}

Tensor bad_alloc(const kdbench::LossInputs&) { throw std::bad_alloc(); }

Tensor exits(const kdbench::LossInputs&) { std::exit(0); }

Tensor hangs(const kdbench::LossInputs&) {
  for (;;) ::pause();
}

Tensor not_a_scalar(const kdbench::LossInputs& in) { return in.student.logits.sum(1) * 0.0; }

Tensor detached(const kdbench::LossInputs& in) { return in.student.logits.detach().square().mean(); }

template <Tensor (*kFault)(const kdbench::LossInputs&)>
class BadLoss final : public kdbench::Loss {
 public:
  struct Options {
    std::int64_t step = 0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("step", &Options::step, "Misbehaves from this step of the training on, counted from 0.", {.min = 0});
  }
  BadLoss(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    return in.step < options_.step ? nothing(in) : kFault(in);
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("bad_losses", "0.1.0", r) {
  r.loss<BadLoss<segfault>>("bad_segfault", {.summary = "Raises SIGSEGV."});
  r.loss<BadLoss<throws>>("bad_throws", {.summary = "Throws kdbench::Error."});
  r.loss<BadLoss<throws_an_int>>("bad_throws_an_int", {.summary = "Throws 42."});
  r.loss<BadLoss<torch_error>>("bad_torch_error", {.summary = "Multiplies matrices whose shapes do not fit."});
  r.loss<BadLoss<nan>>("bad_nan", {.summary = "Returns NaN."});
  r.loss<BadLoss<nan_gradient>>("bad_nan_gradient", {.summary = "Returns a number whose gradient is NaN."});
  r.loss<BadLoss<out_of_memory>>("bad_out_of_memory", {.summary = "Throws what libtorch throws when memory is used up."});
  r.loss<BadLoss<bad_alloc>>("bad_bad_alloc", {.summary = "Throws std::bad_alloc."});
  r.loss<BadLoss<exits>>("bad_exits", {.summary = "Ends the process with exit code 0."});
  r.loss<BadLoss<hangs>>("bad_hangs", {.summary = "Waits for ever."});
  r.loss<BadLoss<not_a_scalar>>("bad_not_a_scalar", {.summary = "Returns one number an image."});
  r.loss<BadLoss<detached>>("bad_detached", {.summary = "Returns a number without gradient."});
}
