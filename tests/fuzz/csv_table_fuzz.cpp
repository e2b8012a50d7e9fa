// A table of numbers, as `kdbench stats` reads it.
#include "fuzz.h"

#include <kdbench/cli/tables/csv_table.h>

FUZZ_TARGET(csv_table) {
  using namespace kdbench;
  const auto table = parse_csv(fuzz::text_of(data, size), "table.csv");
  if (!fuzz::accepted(table)) return;
  for (const auto& row : table->rows)
    fuzz::require(row.size() == table->header.size(), "every row has the columns of the header");
}
