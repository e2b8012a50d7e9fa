/// Results by place, seed by seed, for programs: what every board is made of, without the layout of any.
#pragma once
#include <kdbench/base/json.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline leaderboard {

/// One run that is done. Fractions.
struct PointRun {
  std::int64_t seed = 0;
  double accuracy = 0;                ///< of the student, on the test split
  std::optional<double> teacher_ece;  ///< of its teacher as taught; nothing where nobody taught
};

/// One method under one strategy in one place of a study. What is read from records is empty while none is done.
struct Point {
  std::string study, dataset, teacher, student, strategy, method, convention, axis;
  double value = 0;                       ///< position on the axis
  std::vector<std::string> chain;         ///< models from the first teacher to the direct one; empty where nobody taught
  std::string checkpoint;                 ///< which state of the direct teacher taught: "last", "epoch 30"
  std::string loss;                       ///< plugin
  std::string data;                       ///< plugin, its numbers and its rows: "fashion_mnist downsample=2, 10000 training rows"
  std::string student_model;              ///< plugin and its numbers: "wrn depth=16 width=1"
  std::vector<std::string> chain_models;  ///< parallel to `chain`
  bool all_rows = false;                  ///< no limit on rows to train or test on
  std::int64_t epochs = 0, teacher_epochs = 0;  ///< of the student, and of the direct teacher
  std::optional<double> tau;                    ///< of the teacher in the loss
  std::optional<double> teacher_params;         ///< parameters of the direct teacher
  std::vector<PointRun> runs;                   ///< by seed
  std::int64_t expected = 0;                    ///< planned runs
};

Json to_json(const Point& point);

/// Reads what to_json(Point) wrote.
/// @throws Json::exception naming the key that is missing or of another type
Point point_from_json(const Json& json);

namespace boards {

class View;

/// Returns every method of a study, in the order of the strategy board.
std::vector<Point> make_points(View& view, const std::string& study);

}  // namespace boards
}  // namespace kdbench::inline leaderboard
