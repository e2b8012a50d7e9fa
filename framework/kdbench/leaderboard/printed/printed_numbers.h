/// Numbers that somebody printed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

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

}  // namespace kdbench::inline leaderboard
