/// What a record says about the machine and the libraries it was made with.
#pragma once
#include <kdbench/protocol/requests.h>

namespace kdbench::inline worker {

/// All of it but the device, the allocator and the threads, which a request decides.
Environment environment();

/// What people need to know to build a plugin for this worker, and to read its speed.
VersionAnswer version();

}  // namespace kdbench::inline worker
