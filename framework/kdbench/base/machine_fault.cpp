#include <kdbench/base/machine_fault.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace kdbench::inline base {

bool is_machine_fault(const std::error_code& code) {
  static constexpr std::array kFaults = {ENOSPC, EDQUOT, EFBIG, EROFS, EIO, EMFILE, ENFILE, EAGAIN, ENOMEM};
  const bool is_errno = code.category() == std::generic_category() || code.category() == std::system_category();
  return is_errno && std::find(kFaults.begin(), kFaults.end(), code.value()) != kFaults.end();
}

}  // namespace kdbench::inline base
