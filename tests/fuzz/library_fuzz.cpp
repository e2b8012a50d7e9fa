// A plugin's file, looked at before it is opened.
#include "fuzz.h"

#include <kdbench/registry/elf_stamp.h>

FUZZ_TARGET(library) {
  using namespace kdbench;
  const auto facts = read_library(fuzz::file_of(data, size, "x.so"));
  if (!fuzz::accepted(facts)) return;
  parse_stamp(facts->stamp);
  stamp_mismatch(facts->stamp, "abi=5;torch=2;cxx11abi=1;stdlib=gnu;sanitizer=");
}
