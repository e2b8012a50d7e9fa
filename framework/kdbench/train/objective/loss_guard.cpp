#include <kdbench/train/objective/loss_guard.h>

#include <ATen/Parallel.h>
#include <ATen/ops/equal.h>
#include <c10/core/DefaultDtype.h>
#include <c10/core/GradMode.h>
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
  out.default_dtype = c10::get_default_dtype_as_scalartype();
  out.rounding = std::fegetround();
  out.float_control = train::float_control();
  out.intra_op_threads = at::get_num_threads();
  out.locale = std::setlocale(LC_ALL, nullptr);
  out.folder = working_folder();
  return out;
}

void ThreadState::restore() const {
  c10::GradMode::set_enabled(grad_mode);
  c10::set_default_dtype(c10::scalarTypeToTypeMeta(default_dtype));
  std::fesetround(rounding);
  set_float_control(float_control);
  if (at::get_num_threads() != intra_op_threads) at::set_num_threads(intra_op_threads);
  if (locale != std::setlocale(LC_ALL, nullptr)) std::setlocale(LC_ALL, locale.c_str());
  if (folder != working_folder()) [[maybe_unused]]
    const auto is_back = ::chdir(folder.c_str()) == 0;
}

std::string ThreadState::difference(const ThreadState& other) const {
  if (grad_mode != other.grad_mode) return "whether gradients are recorded (GradMode; NoGradGuard puts it back by itself)";
  if (default_dtype != other.default_dtype) return "the default type of tensors (set_default_dtype)";
  if (rounding != other.rounding) return "the rounding mode (fesetround)";
  if (float_control != other.float_control) return "how tiny numbers are treated (flush to zero)";
  if (intra_op_threads != other.intra_op_threads) return "the number of libtorch's threads (set_num_threads)";
  if (locale != other.locale) return "the locale (setlocale)";
  if (folder != other.folder) return "the working folder (chdir)";
  return "";
}

LossGuard::LossGuard(const LossInputs& lent, bool shares_teacher) : before_(ThreadState::now()) {
  lend("the student's", lent.student, false);
  lend("the teacher's", lent.teacher, shares_teacher);
  lend("the labels", lent.labels, false);
  lend("the indices", lent.indices, false);
  lend("the posterior", lent.posterior, false);
  lend("the images", lent.images, false);
}

LossGuard::~LossGuard() { before_.restore(); }

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
  const auto changed = before_.difference(ThreadState::now());
  if (!changed.empty()) {
    throw Trespass(
        fmt::format("the loss changed {} and did not put it back; everything that is computed after it depends on that", changed),
        false);
  }
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
