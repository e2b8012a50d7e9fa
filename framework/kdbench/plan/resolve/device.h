/// Turns a device name into a device that exists.
#pragma once
#include <kdbench/base/result.h>

#include <string>

namespace kdbench::inline plan {

/// Returns "cpu" or "cuda:N". "auto" is the first GPU, else the CPU; anything that names a GPU never becomes the CPU.
/// The complaint has no place: the caller knows where the name was written.
Result<std::string> resolve_device(const std::string& name);

}  // namespace kdbench::inline plan
