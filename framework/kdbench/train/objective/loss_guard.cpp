#include <kdbench/train/objective/loss_guard.h>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/equal.h>
#include <c10/core/AutogradState.h>
#include <c10/core/DefaultDtype.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <fmt/core.h>

#include <unistd.h>

#include <cfenv>
#include <climits>
#include <clocale>
#include <cstdlib>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

namespace kdbench::inline train {
namespace {

// Flush to zero, denormals are zero. The other bits of the register are the rounding, which <cfenv> knows, and flags.
constexpr std::uint32_t kFloatControl = 0x8040;

std::uint32_t float_control() {
#ifdef __SSE__
  return _mm_getcsr() & kFloatControl;
#else
  return 0;
#endif
}

void set_float_control(std::uint32_t bits) {
#ifdef __SSE__
  _mm_setcsr((_mm_getcsr() & ~kFloatControl) | bits);
#else
  (void)bits;
#endif
}

std::string working_folder() {
  char buffer[PATH_MAX];
  return ::getcwd(buffer, sizeof(buffer)) != nullptr ? buffer : "";
}

[[noreturn]] void refuse_write(const std::string& name, bool harmed_others) {
  throw Trespass(fmt::format("the loss wrote into {}, which it is only lent; it must make new tensors (mul, not mul_)", name),
                 harmed_others);
}

std::string tensor_name(const std::string& whose, const char* kind, const std::string& name) {
  return name.empty() ? fmt::format("{} {}", whose, kind) : fmt::format("{} {} '{}'", whose, kind, name);
}

}  // namespace

ThreadState ThreadState::now() {
  ThreadState out;
  out.grad_mode = c10::GradMode::is_enabled();
  out.inference_mode = c10::InferenceMode::is_enabled();
  auto keys = c10::impl::tls_local_dispatch_key_set();
  out.included_keys = keys.included_.raw_repr();
  out.excluded_keys = keys.excluded_.raw_repr();
  out.rounding = std::fegetround();
  out.float_control = train::float_control();
  out.intra_op_threads = at::get_num_threads();
  out.default_dtype = c10::get_default_dtype_as_scalartype();
  const auto& context = at::globalContext();
  out.onednn = context.userEnabledMkldnn();
  out.deterministic = context.deterministicAlgorithms();
  out.matmul_precision = static_cast<int>(context.float32MatmulPrecision());
  out.locale = std::setlocale(LC_ALL, nullptr);
  out.folder = working_folder();
  ::sigaction(SIGTERM, nullptr, &out.at_sigterm);
  return out;
}

void ThreadState::restore() const {
  const auto now = ThreadState::now();
  c10::GradMode::set_enabled(grad_mode);
  if (now.inference_mode != inference_mode) c10::AutogradState::get_tls_state().set_inference_mode(inference_mode);
  if (now.included_keys != included_keys || now.excluded_keys != excluded_keys) {
    auto keys = c10::impl::tls_local_dispatch_key_set();
    keys.included_ = c10::DispatchKeySet(c10::DispatchKeySet::RAW, included_keys);
    keys.excluded_ = c10::DispatchKeySet(c10::DispatchKeySet::RAW, excluded_keys);
    c10::impl::_force_tls_local_dispatch_key_set(keys);
  }
  std::fesetround(rounding);
  set_float_control(float_control);
  if (now.intra_op_threads != intra_op_threads) at::set_num_threads(intra_op_threads);
  // Others may be at work: what is of the process is written only where it is wrong.
  if (now.default_dtype != default_dtype) c10::set_default_dtype(c10::scalarTypeToTypeMeta(default_dtype));
  auto& context = at::globalContext();
  if (now.onednn != onednn) context.setUserEnabledMkldnn(onednn);
  if (now.deterministic != deterministic) context.setDeterministicAlgorithms(deterministic, false);
  if (now.matmul_precision != matmul_precision)
    context.setFloat32MatmulPrecision(static_cast<at::Float32MatmulPrecision>(matmul_precision));
  if (now.locale != locale) std::setlocale(LC_ALL, locale.c_str());
  if (now.folder != folder) [[maybe_unused]]
    const auto is_back = ::chdir(folder.c_str()) == 0;
  if (now.at_sigterm.sa_handler != at_sigterm.sa_handler) ::sigaction(SIGTERM, &at_sigterm, nullptr);
}

StateChange ThreadState::difference(const ThreadState& other) const {
  if (grad_mode != other.grad_mode) return {"whether gradients are recorded (GradMode; NoGradGuard puts it back by itself)"};
  if (inference_mode != other.inference_mode) return {"the inference mode (InferenceMode)"};
  if (included_keys != other.included_keys || excluded_keys != other.excluded_keys)
    return {"which kernels libtorch chooses (autocast, or another guard of its dispatcher)"};
  if (rounding != other.rounding) return {"the rounding mode (fesetround)"};
  if (float_control != other.float_control) return {"how tiny numbers are treated (flush to zero)"};
  if (intra_op_threads != other.intra_op_threads) return {"the number of libtorch's threads (set_num_threads)"};
  if (default_dtype != other.default_dtype) return {"the default type of tensors (set_default_dtype)", true};
  if (onednn != other.onednn) return {"whether convolutions are oneDNN's (setUserEnabledMkldnn)", true};
  if (deterministic != other.deterministic) return {"whether algorithms are deterministic (setDeterministicAlgorithms)", true};
  if (matmul_precision != other.matmul_precision) return {"how exact products of matrices are (setFloat32MatmulPrecision)", true};
  if (locale != other.locale) return {"the locale (setlocale)", true};
  if (folder != other.folder) return {"the working folder (chdir)", true};
  if (at_sigterm.sa_handler != other.at_sigterm.sa_handler) return {"what SIGTERM does (signal, sigaction)", true};
  return {};
}

void StateGuard::check(const std::string& who) const {
  const auto changed = before_.difference(ThreadState::now());
  if (changed.what.empty()) return;
  throw Trespass(fmt::format("{} changed {} and did not put it back; everything that is computed after it depends on that", who,
                             changed.what),
                 changed.reaches_others);
}

LossGuard::LossGuard(const LossInputs& lent, bool shares_teacher) {
  lend("the student's", lent.student, false);
  lend("the teacher's", lent.teacher, shares_teacher);
  lend("the labels", lent.labels, false);
  lend("the indices", lent.indices, false);
  lend("the posterior", lent.posterior, false);
  lend("the images", lent.images, false);
}

void LossGuard::lend(const std::string& name, const torch::Tensor& tensor, bool is_shared) {
  if (tensor.defined())
    lent_.push_back({name, tensor, tensor.unsafeGetTensorImpl()->version_counter().current_version(), is_shared});
}

void LossGuard::lend(const std::string& whose, const ModelOutput& output, bool is_shared) {
  for_each_tensor(output, [&](const char* kind, const std::string& name, const torch::Tensor& tensor) {
    lend(tensor_name(whose, kind, name), tensor, is_shared);
  });
}

void LossGuard::check() const {
  state_.check("the loss");
  for (const auto& lent : lent_) {
    if (lent.tensor.unsafeGetTensorImpl()->version_counter().current_version() != lent.version)
      refuse_write(lent.name, lent.is_shared);
  }
}

ModelOutput copy_of(const ModelOutput& output) {
  auto out = output;
  for_each_tensor(out, [](const char*, const std::string&, torch::Tensor& tensor) { tensor = tensor.clone(); });
  return out;
}

void check_copies(const ModelOutput& copies, const ModelOutput& originals) {
  std::vector<torch::Tensor> whole;
  for_each_tensor(originals, [&](const char*, const std::string&, const torch::Tensor& tensor) { whole.push_back(tensor); });
  auto original = whole.begin();
  for_each_tensor(copies, [&](const char* kind, const std::string& name, const torch::Tensor& copy) {
    if (!at::equal(copy, *original++)) refuse_write(tensor_name("the teacher's", kind, name), false);
  });
}

}  // namespace kdbench::inline train
