// A suite file, with each of its profiles and without.
#include "fuzz.h"

#include <kdbench/suite/suite.h>

FUZZ_TARGET(suite) {
  using namespace kdbench;
  const auto text = fuzz::text_of(data, size);
  for (const char* profile : {"", "quick", "smoke"}) {
    const auto parsed = parse_suite(text, "suite.toml", {.overrides = {}, .profile = profile});
    for (const auto& d : parsed.diagnostics) fuzz::require(!d.message.empty(), "a diagnostic says what is wrong");
    to_text(parsed.diagnostics);
  }
}
