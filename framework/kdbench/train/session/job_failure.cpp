#include <kdbench/base/machine_fault.h>
#include <kdbench/train/session/job_failure.h>
#include <kdbench/train/steps/diverged.h>

#include <c10/util/Exception.h>
#include <fmt/core.h>

#include <new>
#include <system_error>

namespace kdbench::inline train {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

JobFailure failure_of(const std::exception_ptr& failure, const Spec& spec) {
  const auto out_of_memory = [&] { return fmt::format("out of memory at batch_size = {}", spec.train->batch_size); };
  try {
    std::rethrow_exception(failure);
  } catch (const Diverged& error) {
    return {Status::kDiverged, error.what()};
  } catch (const std::bad_alloc&) {
    return {Status::kFailed, out_of_memory()};
  } catch (const c10::Error& error) {
    const std::string what = error.what_without_backtrace();
    const bool memory = what.find("allocate memory") != std::string::npos || what.find("out of memory") != std::string::npos;
    return {Status::kFailed, memory ? out_of_memory() : first_line(what)};
  } catch (const std::system_error& error) {
    return {is_machine_fault(error.code()) ? Status::kInterrupted : Status::kFailed, error.what()};
  } catch (const std::exception& error) {
    return {Status::kFailed, error.what()};
  } catch (...) {
    return {Status::kFailed, "threw something that is no std::exception"};
  }
}

}  // namespace kdbench::inline train
