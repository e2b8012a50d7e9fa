// Losses that change what is not their own, each from the step of its parameter `step` on: tensors that they are lent, the state
// of their thread, the state of the process. Who trains beside them must not notice.
#include <kdbench/sdk/plugin.h>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/DefaultDtype.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <unistd.h>

#include <cfenv>
#include <clocale>
#include <csignal>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

namespace {

using kdbench::LossInputs;

// The inputs are lent as constants; their tensors can be written all the same.
void scales_teacher(const LossInputs& in) { in.teacher.logits.mul_(0.5); }
void writes_past_libtorch(const LossInputs& in) { in.teacher.logits.data_ptr<float>()[0] += 1; }
void writes_labels(const LossInputs& in) { in.labels.zero_(); }
void writes_images(const LossInputs& in) { in.images.zero_(); }
void writes_indices(const LossInputs& in) { in.indices.zero_(); }

void rounds_up(const LossInputs&) { std::fesetround(FE_UPWARD); }
void flushes_to_zero(const LossInputs&) {
#ifdef __SSE__
  _mm_setcsr(_mm_getcsr() | 0x8040);
#endif
}
void stops_gradients(const LossInputs&) { c10::GradMode::set_enabled(false); }
void infers(const LossInputs&) { static thread_local const c10::InferenceMode mode; }
void takes_threads(const LossInputs&) { at::set_num_threads(3); }

void changes_type(const LossInputs&) { c10::set_default_dtype(caffe2::TypeMeta::Make<double>()); }
void changes_locale(const LossInputs&) { std::setlocale(LC_ALL, "C.UTF-8"); }
void changes_folder(const LossInputs&) { [[maybe_unused]] const auto done = ::chdir("/"); }
void changes_convolutions(const LossInputs&) { at::globalContext().setUserEnabledMkldnn(false); }
void takes_signals(const LossInputs&) { std::signal(SIGTERM, SIG_IGN); }

/// Pulls the student to the teacher, and does what it should not before it reads either.
template <void (*kTrespass)(const LossInputs&)>
class Trespasser final : public kdbench::Loss {
 public:
  struct Options {
    std::int64_t step = 0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("step", &Options::step, "Trespasses from this step of the training on, counted from 0.", {.min = 0});
  }
  Trespasser(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossTerms forward(const LossInputs& in) override {
    if (in.step >= options_.step) kTrespass(in);
    return (in.student.logits - in.teacher.logits).square().mean();
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("trespassers", "0.1.0", r) {
  r.loss<Trespasser<scales_teacher>>("bad_scales_teacher", {.summary = "Halves the teacher's logits in place."});
  r.loss<Trespasser<writes_past_libtorch>>("bad_writes_past_libtorch", {.summary = "Writes to the teacher's logits by pointer."});
  r.loss<Trespasser<writes_labels>>("bad_writes_labels", {.summary = "Sets the labels to 0."});
  r.loss<Trespasser<writes_images>>("bad_writes_images", {.summary = "Sets the images to 0."});
  r.loss<Trespasser<writes_indices>>("bad_writes_indices", {.summary = "Sets the rows' numbers to 0."});
  r.loss<Trespasser<rounds_up>>("bad_rounds_up", {.summary = "Leaves the processor rounding up."});
  r.loss<Trespasser<flushes_to_zero>>("bad_flushes_to_zero", {.summary = "Leaves tiny numbers flushed to zero."});
  r.loss<Trespasser<stops_gradients>>("bad_stops_gradients", {.summary = "Leaves gradients off."});
  r.loss<Trespasser<infers>>("bad_infers", {.summary = "Leaves the inference mode on."});
  r.loss<Trespasser<takes_threads>>("bad_takes_threads", {.summary = "Leaves libtorch with three threads."});
  r.loss<Trespasser<changes_type>>("bad_changes_type", {.summary = "Leaves double as the type of new tensors."});
  r.loss<Trespasser<changes_locale>>("bad_changes_locale", {.summary = "Leaves another locale."});
  r.loss<Trespasser<changes_folder>>("bad_changes_folder", {.summary = "Leaves another working folder."});
  r.loss<Trespasser<changes_convolutions>>("bad_changes_convolutions", {.summary = "Leaves oneDNN off."});
  r.loss<Trespasser<takes_signals>>("bad_takes_sigterm", {.summary = "Leaves SIGTERM ignored."});
}
