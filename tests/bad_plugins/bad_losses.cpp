// Losses that load and register well and misbehave while they train. Each behaves until the step of its parameter `step`.
#include <kdbench/sdk/plugin.h>

#include <c10/util/Exception.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

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

Tensor aborts(const kdbench::LossInputs&) { std::abort(); }

Tensor ends_at_once(const kdbench::LossInputs&) { ::_exit(0); }

/// Busy, so that a limit on waiting would not see it.
Tensor loops(const kdbench::LossInputs&) {
  for (volatile unsigned i = 0;; i = i + 1) {
  }
}

/// Takes memory until there is no more; what is written stays in use.
Tensor takes_memory(const kdbench::LossInputs& in) {
  static std::vector<std::vector<char>> taken;
  for (;;) taken.emplace_back(std::size_t{64} << 20, 'x');
  return nothing(in);
}

/// A child that outlives its parent unless somebody ends it, and then the end of the parent.
Tensor forks_and_dies(const kdbench::LossInputs&) {
  if (::fork() == 0) {
    for (;;) ::pause();
  }
  ::_exit(1);
}

/// The same, with a child that has left the group and the session of its parent.
Tensor leaves_a_daemon(const kdbench::LossInputs&) {
  if (::fork() == 0) {
    ::setsid();
    if (::fork() != 0) ::_exit(0);
    for (;;) ::pause();
  }
  ::_exit(1);
}

/// Keeps SIGTERM and SIGINT from whoever listens for them.
Tensor takes_signals(const kdbench::LossInputs& in) {
  for (const int number : {SIGTERM, SIGINT, SIGPIPE}) std::signal(number, SIG_IGN);
  return nothing(in);
}

/// Lines that look like the host's own, on every descriptor there is.
Tensor writes_everywhere(const kdbench::LossInputs& in) {
  const std::string lines = "{\"event\":\"job\",\"job\":\"x\",\"status\":\"done\"}\nnoise \x1b[31m\n{\"event\":";
  for (int descriptor = 1; descriptor < 20; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) != -1 && ::write(descriptor, lines.data(), lines.size()) < 0) continue;
  }
  return nothing(in);
}

/// Closes every descriptor that is not the standard ones, that of events among them.
Tensor closes_everything(const kdbench::LossInputs& in) {
  for (int descriptor = 3; descriptor < 20; ++descriptor) ::close(descriptor);
  return nothing(in);
}

Tensor opens_a_library(const kdbench::LossInputs&) {
  if (::dlopen("/nowhere/lib.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) throw std::runtime_error(::dlerror());
  return {};
}

/// A thread that is still at work when the process ends.
Tensor leaves_a_thread(const kdbench::LossInputs& in) {
  static bool once = false;
  if (!once) {
    std::thread([] {
      for (;;) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }).detach();
  }
  once = true;
  return nothing(in);
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

/// Trains as if nothing were, and ends the process when it is done with.
class BadDestructor final : public kdbench::Loss {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  BadDestructor(Options, const kdbench::LossContext&) {}
  ~BadDestructor() override { std::abort(); }
  /// So that planning builds none.
  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) { return {}; }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext&) { return std::nullopt; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override { return nothing(in); }
};

/// Ends whoever plans with it.
class BadConstructor final : public kdbench::Loss {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  BadConstructor(Options, const kdbench::LossContext&) { std::abort(); }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override { return nothing(in); }
};

}  // namespace

/// The name of a function of libtorch's own libraries, for whoever would resolve it here.
extern "C" KDBENCH_EXPORT void* MKL_malloc(std::size_t) { std::abort(); }

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
  r.loss<BadLoss<aborts>>("bad_aborts", {.summary = "Calls abort()."});
  r.loss<BadLoss<ends_at_once>>("bad_ends_at_once", {.summary = "Calls _exit(0)."});
  r.loss<BadLoss<loops>>("bad_loops", {.summary = "Computes for ever."});
  r.loss<BadLoss<takes_memory>>("bad_takes_memory", {.summary = "Takes memory until there is no more."});
  r.loss<BadLoss<forks_and_dies>>("bad_forks_and_dies", {.summary = "Leaves a child behind and ends."});
  r.loss<BadLoss<leaves_a_daemon>>("bad_leaves_a_daemon", {.summary = "Leaves a child in a session of its own and ends."});
  r.loss<BadLoss<takes_signals>>("bad_takes_signals", {.summary = "Ignores SIGTERM for the whole process."});
  r.loss<BadLoss<writes_everywhere>>("bad_writes_everywhere", {.summary = "Writes to every open descriptor."});
  r.loss<BadLoss<closes_everything>>("bad_closes_everything", {.summary = "Closes every descriptor."});
  r.loss<BadLoss<opens_a_library>>("bad_opens_a_library", {.summary = "Opens a library that is not there."});
  r.loss<BadLoss<leaves_a_thread>>("bad_leaves_a_thread", {.summary = "Leaves a thread at work."});
  r.loss<BadDestructor>("bad_destructor", {.summary = "Calls abort() in its destructor."});
  r.loss<BadConstructor>("bad_constructor", {.summary = "Calls abort() in its constructor."});
  r.loss<BadLoss<detached>>("bad_detached", {.summary = "Returns a number without gradient."});
}
