/// The kinds of figures that plan and records alone give. A new kind adds a line to figure_kinds.cpp.
#pragma once
#include <kdbench/report/figures/figures.h>

#include <string>
#include <vector>

namespace kdbench::report {

struct FigureKind {
  const char* name;  ///< of `kdbench figures --kind`
  Figure (*make)(boards::PlanResults& results, const std::string& study);
};

/// Every kind, in the order in which they are drawn.
const std::vector<FigureKind>& figure_kinds();

}  // namespace kdbench::report
