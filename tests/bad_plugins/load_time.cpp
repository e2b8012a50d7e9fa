// Libraries that are refused before, or go wrong while, they are opened: each is this file with one definition. Of libtorch it
// needs the version number alone, so a variant compiles in a moment.
#include <kdbench/sdk/stamp.h>

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

#ifndef BAD_NO_STAMP
KDBENCH_EMIT_STAMP();
#endif

#ifdef BAD_UNDEFINED_SYMBOL
extern "C" int kdbench_function_that_nobody_has();
extern "C" __attribute__((visibility("default"))) int kdbench_calls_nobody() { return kdbench_function_that_nobody_has(); }
#endif

#if defined(BAD_CRASHES) || defined(BAD_EXITS) || defined(BAD_HANGS) || defined(BAD_THROWS)
namespace {

struct WhenOpened {
  WhenOpened() {
#if defined(BAD_CRASHES)
    std::raise(SIGSEGV);
#elif defined(BAD_EXITS)
    std::exit(0);
#elif defined(BAD_HANGS)
    for (;;) ::pause();
#else
    throw std::runtime_error("a static object of the library says no");
#endif
  }
};
const WhenOpened when_opened;

}  // namespace
#endif
