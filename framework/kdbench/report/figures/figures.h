/// The figures of a study: pure functions of plan and records, drawn from the same numbers as the boards. Accuracy and ECE are in
/// per cent. A figure without panels means that the study has nothing of this kind.
#pragma once
#include <kdbench/leaderboard/model/plan_results.h>
#include <kdbench/report/figure.h>
#include <kdbench/stats/maps/point_set.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kdbench::report {

/// Accuracy of every method (left axis) and the teacher's ECE (right axis) along the axis of a sensitivity study, one panel a
/// pair and strategy: the paper's Figures 2, 3 and 7.
Figure curves_figure(boards::PlanResults& results, const std::string& study);

/// Accuracy against the teacher's ECE with a fitted line, one series a method: the paper's Figure 6. The points of a sensitivity
/// study are the values of its axis, those of a compare study the teachers of one student.
Figure scatter_figure(boards::PlanResults& results, const std::string& study);

/// The same against the teacher's ECE, and in further panels its confidence minus its accuracy, on the training rows as the
/// student's loss saw them. No panels where no record tells of them.
Figure training_scatter_figure(boards::PlanResults& results, const std::string& study);

/// Accuracy at a fixed temperature against teachers in order of their ECE, which is drawn on the right axis: the paper's
/// Figure 4. One panel a student with two or more teachers; of a sensitivity study one for each value of the axis.
Figure teachers_figure(boards::PlanResults& results, const std::string& study);

/// Reliability diagrams of the study's teachers, before and, where the record knows it, after temperature scaling.
Figure reliability_figure(boards::PlanResults& results, const std::string& study);

/// A map of embeddings in two dimensions, and what numbers say of it.
struct EmbeddingMap {
  std::string title;                                           ///< which network
  stats::PointSet map;                                         ///< [n, 2]
  std::vector<std::int64_t> labels;                            ///< [n]
  double kl = 0, trustworthiness = 0, neighbour_accuracy = 0;  ///< trustworthiness at 5 neighbours; leave-one-out 1-NN accuracy
};

/// The maps side by side, one colour and shape a class: the paper's Figure 5.
Figure maps_figure(const boards::PlanResults& results, const std::string& study, const std::vector<EmbeddingMap>& maps);

}  // namespace kdbench::report
