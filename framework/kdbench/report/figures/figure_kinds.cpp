#include <kdbench/report/figures/figure_kinds.h>

namespace kdbench::report {

const std::vector<FigureKind>& figure_kinds() {
  static const std::vector<FigureKind> kinds = {
      {"curves", curves_figure},     {"scatter", scatter_figure},         {"scatter_training", training_scatter_figure},
      {"teachers", teachers_figure}, {"reliability", reliability_figure},
  };
  return kinds;
}

}  // namespace kdbench::report
