#include <kdbench/base/check.h>

#include <cstdio>
#include <cstdlib>

namespace kdbench::inline base {

void check_failed(const char* condition, std::string_view message, const char* file, int line) {
  std::fprintf(stderr, "kdbench: broken assumption: %.*s (%s) at %s:%d; please report this\n", static_cast<int>(message.size()),
               message.data(), condition, file, line);
  std::abort();
}

}  // namespace kdbench::inline base
