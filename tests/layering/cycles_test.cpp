// No circle of includes: neither between units nor between the rooms of a layer.
#include "cycles.h"
#include "tree.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace kdbench::layering {
namespace {

namespace fs = std::filesystem;

/// Layers whose units and rooms still stand in circles. Every other layer must have none, and one that has lost its circles must
/// leave this list; the list is to become empty.
const std::vector<std::string> kLayersWithCircles = {};

fs::path fixture() { return fs::path(KDBENCH_TEST_DATA) / "layering" / "fixture_cycles"; }

bool has_circles(const std::string& layer) {
  return std::find(kLayersWithCircles.begin(), kLayersWithCircles.end(), layer) != kLayersWithCircles.end();
}

/// Returns the circles that begin in a layer of which none is known.
std::vector<std::string> unknown_unit_cycles() {
  auto out = unit_cycles(root());
  std::erase_if(out, [](const std::string& line) { return has_circles(line.substr(0, line.find('/'))); });
  return out;
}

TEST(Cycles, NoUnitsIncludeEachOtherInACircle) {
  EXPECT_EQ(lines(unknown_unit_cycles()), "") << "Move what both ends need into a unit of its own.";
}

TEST(Cycles, NoRoomsOfALayerIncludeEachOtherInACircle) {
  for (const auto& layer : layers_of(root())) {
    if (has_circles(layer)) continue;
    EXPECT_EQ(lines(room_cycles(root(), layer)), "") << "Move a unit into the room that it serves.";
  }
}

TEST(Cycles, OnlyLayersWithCirclesAreExcused) {
  for (const auto& layer : kLayersWithCircles) {
    EXPECT_NE(lines(room_cycles(KDBENCH_SOURCE_DIR, layer)), "") << "take '" << layer << "' off kLayersWithCircles";
  }
}

TEST(Cycles, NamesTheShortestCircleOfEveryUnitWithTheIncludesThatMakeIt) {
  // b includes itself through c, and a through its source. d includes a, and c includes e.
  EXPECT_EQ(lines(unit_cycles(fixture())),
            "suite/left/a -> suite/right/b -> suite/left/a: framework/kdbench/suite/left/a.h:2, "
            "framework/kdbench/suite/right/b.cpp:1\n"
            "suite/right/b -> suite/right/c -> suite/right/b: framework/kdbench/suite/right/b.h:2, "
            "framework/kdbench/suite/right/c.h:3");
}

TEST(Cycles, TakesUnitsOfOneFolderTogetherAndThoseOfTheLayersOwnFolderEachByItself) {
  // d and e stand in the layer's own folder: taken together they would be in a circle with both rooms.
  EXPECT_EQ(lines(room_cycles(fixture(), "suite")),
            "suite/left -> suite/right -> suite/left: framework/kdbench/suite/left/a.h:2, framework/kdbench/suite/right/b.cpp:1");
}

TEST(Cycles, ReadsEveryLayer) { EXPECT_GE(layers_of(KDBENCH_SOURCE_DIR).size(), 14u); }

}  // namespace
}  // namespace kdbench::layering
