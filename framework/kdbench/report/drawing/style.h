/// How series look: colours that colour-blind readers can tell apart (Okabe & Ito 2008) and print dark on white, each with a
/// shape of its own, so that a grey copy can be read too.
#pragma once
#include <kdbench/report/drawing/svg.h>
#include <kdbench/report/figure.h>

#include <map>
#include <string>
#include <vector>

namespace kdbench::report {

struct Style {
  std::string color;
  Shape shape = Shape::kCircle;
  bool hollow = false;
  std::string dash = "";
  double width = 1.6;
  Mark mark = Mark::kLine;
  bool has_marker = true;
};

/// What a legend explains, in order: a name and its look.
struct Legend {
  std::vector<std::string> names;
  std::map<std::string, Style> styles;

  const Style& of(const std::string& name) const { return styles.at(name); }
};

/// Gives every name of a figure its look, in order of appearance; those on the right axis, which are grey, dashed and hollow, and
/// levels come last.
Legend legend_of(const Figure& figure);

}  // namespace kdbench::report
