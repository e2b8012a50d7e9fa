/// Numbers that somebody printed, and setting results beside them.
#pragma once
#include <kdbench/leaderboard/leaderboard.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline leaderboard {

/// One printed number with what was printed about it; a text that was not printed is empty.
struct PrintedNumber {
  std::string table;  ///< "table6"
  std::string row;    ///< as printed, or its number
  std::string along;  ///< what the table varies: "tau", "assistant", "checkpoint", "teacher_epochs" or "method"
  std::string dataset, teacher, assistant, student;
  std::string method;                      ///< "KD", "DIST", "one-hot", "posterior"
  std::string strategy;                    ///< "direct", "takd", "eskd"
  std::string checkpoint, teacher_epochs;  ///< epochs
  std::optional<double> tau;
  std::optional<std::int64_t> seed;
  std::string of;      ///< whose number it is: "teacher", "assistant" or "student"
  std::string metric;  ///< "accuracy", "ece", "spearman", "parameters", "mean_accuracy" or "variance"
  double value = 0;    ///< a fraction; of the variance squared points; of parameters a count
};

/// Sets the results of a board beside one printed table: what differs in the setting, what each says about calibration and
/// teaching, where the signs agree; and number by number where data set and networks are the same.
/// @param results a board with its points
/// @param numbers printed numbers; those of other tables are used for the sizes of networks alone
/// @param table one of the tables of `numbers`
/// @param source "the paper", or the name of a file: who printed the numbers
Leaderboard set_beside(const Leaderboard& results, const std::vector<PrintedNumber>& numbers, const std::string& table,
                       const std::string& source, const BoardOptions& options = {});

}  // namespace kdbench::inline leaderboard
