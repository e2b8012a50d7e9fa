/// What a record says about the machine and the libraries it was made with.
#pragma once
#include <kdbench/base/json.h>

namespace kdbench::inline worker {

/// {kdbench, sdk, git, libtorch, blas, host, cpu}
Json environment();

}  // namespace kdbench::inline worker
