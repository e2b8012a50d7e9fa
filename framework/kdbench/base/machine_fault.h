/// Failures of the machine, which a program that meets them has not caused and may meet no more when it is run again.
#pragma once
#include <system_error>

namespace kdbench::inline base {

/// True for a disk that is full, over its quota, read-only or broken, a file that may grow no further, and descriptors, threads
/// or addresses that have run out.
bool is_machine_fault(const std::error_code& code);

}  // namespace kdbench::inline base
