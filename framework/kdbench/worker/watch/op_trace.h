/// OpTrace: which operations of libtorch a piece of code makes.
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace kdbench::inline worker {

/// Returns the names of the operations that `body` makes on this thread, in order, those made inside others among them:
/// "aten::log_softmax", "aten::_log_softmax". What is made inside aten::one_hot is left out, since it is another thing on a GPU.
/// What `body` throws comes through.
std::vector<std::string> ops_of(const std::function<void()>& body);

/// Returns the first operation that reads a value of a tensor on the host, or whose result has a size that depends on values:
/// "aten::_local_scalar_dense", "aten::nonzero". Empty where there is none.
std::string first_host_read(const std::vector<std::string>& ops);

/// Returns the first operation that draws random numbers, or nothing.
std::string first_draw(const std::vector<std::string>& ops);

}  // namespace kdbench::inline worker
