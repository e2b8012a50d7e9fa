/// Maps of embeddings side by side.
#include <kdbench/report/figures/figure_parts.h>
#include <kdbench/report/figures/figures.h>

#include <fmt/core.h>

#include <cmath>
#include <map>

namespace kdbench::report {
namespace {

std::vector<Series> classes_of(const EmbeddingMap& map) {
  std::map<std::int64_t, Series> classes;
  for (std::size_t i = 0; i < map.map.count; ++i) {
    auto& series = classes[map.labels[i]];
    series.name = fmt::format("class {}", map.labels[i]);
    series.mark = Mark::kPoints;
    series.points.push_back({.x = map.map.point(i)[0], .y = map.map.point(i)[1]});
  }
  std::vector<Series> out;
  for (auto& [label, series] : classes) out.push_back(std::move(series));
  return out;
}

/// Too few samples have no trustworthiness.
std::string number_text(double value, int decimals) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals) : "n/a";
}

Panel panel_of(const EmbeddingMap& map) {
  Panel panel;
  panel.title = map.title;
  panel.x = {.title = "t-SNE 1", .unit = "", .hidden = true};
  panel.y = {.title = "t-SNE 2", .unit = "", .hidden = true};
  panel.square = true;
  panel.series = classes_of(map);
  panel.notes = {fmt::format("{} samples; KL {}, trustworthiness(5) {}, 1-NN accuracy in the map {} %", map.map.count,
                             number_text(map.kl, 3), number_text(map.trustworthiness, 3),
                             number_text(kPercent * map.neighbour_accuracy, 1))};
  return panel;
}

}  // namespace

Figure maps_figure(const boards::PlanResults& results, const std::string& study, const std::vector<EmbeddingMap>& maps) {
  auto figure = new_figure(results, "tsne", study, "t-SNE of the students' embeddings");
  for (const auto& map : maps) figure.panels.push_back(panel_of(map));
  figure.notes = {
      "Exact t-SNE of the embedding before the classifier (of the logits, where a model has none). Directions, distances "
      "between "
      "groups and sizes of groups mean nothing by themselves; the numbers under a panel do.",
      "1-NN accuracy: share of samples whose nearest neighbour in the map has their class."};
  return figure;
}

}  // namespace kdbench::report
