/// The SVG writer, axes, and the renderings of a small figure. New golden text is approved by UPDATE_GOLDEN=1.
#include <kdbench/report/drawing/scale.h>
#include <kdbench/report/drawing/svg.h>
#include <kdbench/report/figure.h>

#include <kdbench/base/json.h>

#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace kdbench::report {
namespace {

std::string golden(const std::string& name, const std::string& now) {
  const auto path = std::string(KDBENCH_TEST_DATA) + "/golden/figures/" + name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << now;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

Figure small_scatter() {
  Panel panel;
  panel.title = "a & b <c>";
  panel.notes = {"kl: slope -1"};
  panel.x = {.title = "ECE", .unit = "%", .at_least = 0.0, .at_most = 100.0};
  panel.y = {.title = "accuracy", .unit = "%", .at_least = 0.0, .at_most = 100.0};
  panel.series = {{"kl, \"plain\"",
                   "tau on both",
                   Mark::kPoints,
                   {{.x = 1, .y = 70, .count = 1, .label = "tau 1"},
                    {.x = 3, .y = 68, .x_low = 2.5, .x_high = 3.5, .y_low = 67, .y_high = 69, .count = 3}}}};
  panel.fits = {{"kl, \"plain\"", -1, 71, 1, 3}};
  panel.levels = {{"student alone", 69.5}};
  return {"scatter", "main", "A title", {"A note."}, {panel}};
}

TEST(Svg, EscapesWhatXmlReserves) {
  EXPECT_EQ(escaped("a < b & c > \"d\""), "a &lt; b &amp; c &gt; &quot;d&quot;");
  EXPECT_EQ(escaped("</text><script>"), "&lt;/text&gt;&lt;script&gt;");
  EXPECT_EQ(escaped("a\x01\nb"), "a b");
  EXPECT_EQ(escaped("τ \xff"), "τ \xEF\xBF\xBD");  // what is no UTF-8 becomes U+FFFD
}

TEST(Svg, WritesCoordinatesShortAndWithoutAMinusZero) {
  EXPECT_EQ(coordinate(1.5), "1.5");
  EXPECT_EQ(coordinate(2), "2");
  EXPECT_EQ(coordinate(-0.001), "0");
  EXPECT_EQ(coordinate(1.0 / 3), "0.33");
  EXPECT_EQ(coordinate(100), "100");
}

TEST(Svg, WrapsAtSpaces) {
  EXPECT_EQ(wrapped("aaa bbb ccc", 10, text_width("aaa bbb", 10)), (std::vector<std::string>{"aaa bbb", "ccc"}));
  EXPECT_EQ(wrapped("a-long-word b", 10, 1), (std::vector<std::string>{"a-long-word", "b"}));
  EXPECT_TRUE(wrapped("", 10, 100).empty());
}

TEST(Ticks, AreRoundNumbersInTheRange) {
  EXPECT_EQ(round_ticks(0, 10, 5), (std::vector<Tick>{{0, "0"}, {2, "2"}, {4, "4"}, {6, "6"}, {8, "8"}, {10, "10"}}));
  const auto ticks = round_ticks(66.9, 72.1, 5);  // steps of at least 1.04: 2
  ASSERT_EQ(ticks.size(), 3u);
  EXPECT_EQ(ticks[0], Tick(68, "68"));
  EXPECT_EQ(ticks[2], Tick(72, "72"));
  EXPECT_EQ(round_ticks(-0.05, 0.06, 5)[2].second, "0.000");  // steps of 0.025
  EXPECT_EQ(round_ticks(0, 0.1, 5)[1].second, "0.02");
}

TEST(Ticks, ThatWouldTouchLoseTheirText) {
  const Scale scale{0, 10, 0, 100};
  const auto ticks = without_overlap(ticks_at({1, 1.5, 8}), scale, 11);
  EXPECT_EQ(ticks[0].second, "1");
  EXPECT_EQ(ticks[1].second, "");
  EXPECT_EQ(ticks[2].second, "8");
}

TEST(Scale, IsLinearOrLogarithmic) {
  EXPECT_EQ((Scale{0, 10, 100, 200}).pixel(5), 150);
  EXPECT_EQ((Scale{1, 16, 0, 4, true}).pixel(4), 2);
  EXPECT_EQ((Scale{0, 10, 200, 100}).pixel(10), 100);  // upwards
}

TEST(FigureSvg, IsTheGoldenTextInEveryLocale) {
  const auto now = figure_svg(small_scatter());
  EXPECT_EQ(now, golden("scatter.svg", now));
  if (std::setlocale(LC_ALL, "de_DE.UTF-8") != nullptr) {
    EXPECT_EQ(figure_svg(small_scatter()), now);
    std::setlocale(LC_ALL, "C");
  }
}

TEST(FigureSvg, DrawsFiguresWithoutPointsOrWithOne) {
  Panel empty;
  empty.x = {.title = "x", .unit = ""};
  empty.y = {.title = "y", .unit = ""};
  Figure figure{"curves", "s", "t", {}, {empty}};
  EXPECT_NE(figure_svg(figure).find("</svg>"), std::string::npos);
  figure.panels[0].series = {{"one", "", Mark::kLine, {{.x = 4, .y = 50}}}};
  const auto one = figure_svg(figure);
  EXPECT_EQ(one.find("nan"), std::string::npos);
  EXPECT_EQ(one.find("inf"), std::string::npos);
  figure.panels.clear();
  EXPECT_NE(figure_svg(figure).find("</svg>"), std::string::npos);
}

TEST(FigureCsv, HasALineForEachPointFitAndLevel) {
  EXPECT_EQ(figure_csv(small_scatter()),
            "kind,study,panel,role,series,label,x_axis,x,x_low,x_high,y_axis,y,y_low,y_high,n\r\n"
            "scatter,main,a & b <c>,point,\"kl, \"\"plain\"\"\",tau 1,ECE (%),1,,,accuracy (%),70,,,1\r\n"
            "scatter,main,a & b <c>,point,\"kl, \"\"plain\"\"\",,ECE (%),3,2.5,3.5,accuracy (%),68,67,69,3\r\n"
            "scatter,main,a & b <c>,fit,\"kl, \"\"plain\"\"\",,ECE (%),1,,,accuracy (%),70,,,0\r\n"
            "scatter,main,a & b <c>,fit,\"kl, \"\"plain\"\"\",,ECE (%),3,,,accuracy (%),68,,,0\r\n"
            "scatter,main,a & b <c>,level,student alone,,ECE (%),,,,accuracy (%),69.5,,,1\r\n");
}

TEST(FigureJson, HoldsTheWholeFigure) {
  const auto json = Json::parse(figure_json(small_scatter()));
  EXPECT_EQ(json.at("kind"), "scatter");
  const auto& panel = json.at("panels").at(0);
  EXPECT_EQ(panel.at("x").at("unit"), "%");
  EXPECT_EQ(panel.at("right"), Json());
  EXPECT_EQ(panel.at("series").at(0).at("points").at(1).at("y_high"), 69);
  EXPECT_EQ(panel.at("series").at(0).at("detail"), "tau on both");
  EXPECT_EQ(panel.at("fits").at(0).at("slope"), -1);
  EXPECT_EQ(panel.at("fits").at(0).at("slope_low"), Json());
  EXPECT_EQ(panel.at("levels").at(0).at("y"), 69.5);
}

}  // namespace
}  // namespace kdbench::report
