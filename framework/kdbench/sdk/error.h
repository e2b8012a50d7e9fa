/// The one exception type that plugins throw on purpose.
#pragma once
#include <stdexcept>

namespace kdbench {

/// Thrown by a plugin when it cannot do what was asked: shapes that do not match, a missing file. The message says what was
/// expected, what was found, and which parameter or file to change. The host catches it once per job, records the job as
/// failed, and goes on with the next.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace kdbench
