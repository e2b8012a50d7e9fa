#include <kdbench/worker/watch/op_trace.h>

#include <ATen/record_function.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

namespace kdbench::inline worker {
namespace {

/// What is heard on this thread, and how many operations are open whose inside differs from device to device.
struct Hearing {
  std::vector<std::string>* into = nullptr;
  int closed_to_us = 0;
};
thread_local Hearing hearing;

/// On the CPU one_hot looks whether its labels are in range, by reading them; on a GPU it does not.
bool differs_inside(const at::RecordFunction& operation) { return std::string_view(operation.name()) == "aten::one_hot"; }

std::unique_ptr<at::ObserverContext> begins(const at::RecordFunction& operation) {
  if (hearing.into != nullptr && hearing.closed_to_us == 0) hearing.into->emplace_back(operation.name());
  if (differs_inside(operation)) ++hearing.closed_to_us;
  return nullptr;
}

void ends(const at::RecordFunction& operation, at::ObserverContext*) {
  if (differs_inside(operation)) --hearing.closed_to_us;
}

/// Listens while it lives.
class Listening {
 public:
  explicit Listening(std::vector<std::string>& into)
      : handle_(at::addThreadLocalCallback(at::RecordFunctionCallback(begins, ends).scopes({at::RecordScope::FUNCTION}))) {
    hearing = {&into, 0};
  }
  ~Listening() {
    hearing = {};
    at::removeCallback(handle_);
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

 private:
  at::CallbackHandle handle_;
};

template <std::size_t N>
std::string first_that_begins(const std::vector<std::string>& ops, const std::array<std::string_view, N>& beginnings) {
  const auto found = std::find_if(ops.begin(), ops.end(), [&](const std::string& op) {
    return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view b) { return op.starts_with(b); });
  });
  return found == ops.end() ? "" : *found;
}

}  // namespace

std::vector<std::string> ops_of(const std::function<void()>& body) {
  std::vector<std::string> ops;
  const Listening listening(ops);
  body();
  return ops;
}

std::string first_host_read(const std::vector<std::string>& ops) {
  constexpr std::array<std::string_view, 5> kReads{"aten::_local_scalar_dense", "aten::nonzero", "aten::masked_select",
                                                   "aten::_unique", "aten::equal"};
  return first_that_begins(ops, kReads);
}

std::string first_draw(const std::vector<std::string>& ops) {
  constexpr std::array<std::string_view, 8> kDraws{"aten::rand",        "aten::normal",      "aten::uniform",
                                                   "aten::bernoulli",   "aten::multinomial", "aten::exponential",
                                                   "aten::native_drop", "aten::dropout"};
  return first_that_begins(ops, kDraws);
}

}  // namespace kdbench::inline worker
