/// What a record says about the machine and the libraries it was made with.
#pragma once
#include <kdbench/results/record.h>

namespace kdbench::inline worker {

/// All of it but the device, the allocator and the threads, which a request decides.
Environment environment();

}  // namespace kdbench::inline worker
