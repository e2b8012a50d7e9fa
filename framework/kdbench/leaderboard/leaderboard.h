/// Leaderboard: tables made from a plan and the records of its jobs, and their renderings. A pure function: the same records
/// give the same bytes, whatever the order of placements, the locale and the machine.
#pragma once
#include <kdbench/base/json.h>
#include <kdbench/base/result.h>
#include <kdbench/leaderboard/model/metrics.h>
#include <kdbench/leaderboard/model/result_points.h>
#include <kdbench/results/record.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
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

struct BoardOptions {
  std::set<std::string> running = {};  ///< jobs at work now: without a record they are "running", not "missing"
  std::size_t bootstrap_samples = 2000;
  std::uint64_t random_seed = 1;  ///< of bootstrap and permutations
};

using RecordOf = std::function<std::optional<RunRecord>(const std::string& job)>;

/// Returns every board that the plan's studies ask for: KD boards of compare studies, sensitivity boards, strategy boards, the
/// teacher board.
/// @param plan as written by to_json(Plan); only suite, title, paper, select, studies, study_options, jobs and placements are
/// read.
/// @param record_of returns the record of a job, or nothing; it is asked once a job.
Leaderboard make_leaderboard(const Json& plan, const RecordOf& record_of, const BoardOptions& options = {});

enum class Format { kText, kMarkdown, kCsv, kJson };

/// Returns the format called "text", "md", "csv" or "json".
Result<Format> format_from_string(const std::string& text);

/// Text: aligned columns. Markdown: tables with escaped pipes. CSV (RFC 4180): one line a value, with the columns board, table,
/// row, column, unit, field, value. JSON: numbers in full, null where there is none; beside the tables the points, by seed.
std::string render(const Leaderboard& board, Format format);

}  // namespace kdbench::inline leaderboard
