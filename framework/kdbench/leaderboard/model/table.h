/// A board as data: tables of cells, each the text for people and the numbers behind it.
#pragma once
#include <kdbench/base/json.h>
#include <kdbench/leaderboard/model/metrics.h>
#include <kdbench/leaderboard/model/result_points.h>

#include <string>
#include <vector>

namespace kdbench::inline leaderboard {

/// One column. A column without fields holds text; otherwise every cell holds one machine-readable value a field.
struct Column {
  std::string title;
  std::string unit = "";
  Direction direction = Direction::kNone;
  std::vector<std::string> fields = {};  ///< "mean", "sd", "n", "expected", "status", ...
  bool is_key = false;                   ///< names the row
};

/// What stands in one place: the text for people and the numbers behind it, in the unit of the column and in full precision.
struct Cell {
  std::string text;
  std::vector<Json> values = {};  ///< parallel to Column::fields; null where there is no value
};

struct Row {
  std::vector<Cell> cells;  ///< parallel to Table::columns
};

struct Table {
  std::string title;
  std::vector<std::string> notes;  ///< what the columns mean, by which rule
  std::vector<Column> columns;
  std::vector<Row> rows;
};

struct Leaderboard {
  std::string title;
  std::vector<Table> tables;
  std::vector<std::string> notes;
  std::string paper = {};          ///< the printed table that the suite repeats; empty: none
  std::vector<Point> points = {};  ///< the results themselves, for programs: part of JSON alone
};

}  // namespace kdbench::inline leaderboard
