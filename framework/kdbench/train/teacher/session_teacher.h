/// The network that teaches the jobs of a session, and what their records say about it.
#pragma once
#include <kdbench/results/record.h>
#include <kdbench/train/network/evaluate.h>
#include <kdbench/train/network/stored_networks.h>
#include <kdbench/train/teacher/fitted_calibrator.h>
#include <kdbench/train/teacher/teacher.h>

#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace kdbench::inline train {

class SessionTeacher {
 public:
  /// Loads the network that `spec` names, and fits its temperature if the spec says so.
  /// @param bins of its calibration; @param data is kept by reference
  /// @throws kdbench::Error if it is not to be had
  SessionTeacher(const TeacherSpec& spec, int bins, const StoredNetworks& stored, const TrainData& data, std::size_t threads,
                 torch::Device device);

  /// Fits the calibrator that `spec` names, if it names one, once for each. What cannot be fitted is told by calibrator().
  /// @param seed of the session
  void add_calibrator(const TeacherSpec& spec, const Factories& factories, std::uint64_t seed);

  /// That of a spec which was added; nullptr where it names none. @throws what fitting it threw
  std::shared_ptr<const FittedCalibrator> calibrator(const TeacherSpec& spec) const;

  const Teacher& teacher() const { return teacher_; }

  const std::string& job() const { return common_.job; }
  /// Hash of the weights that teach.
  const std::string& sha256() const { return sha_; }
  /// The state that teaches, as its artifacts are called.
  std::string state() const { return artifact_stem(common_.checkpoint); }
  /// What its logits are divided by; 1 if nothing was fitted.
  double temperature() const { return temperature_; }

  /// What the record of a job with this spec says of its teacher; nothing for a job that is not taught, or is judged on
  /// validation rows alone.
  /// @param spec of this teacher in it
  std::optional<TeacherRecord> record_for(const Spec& job_spec, const TeacherSpec& spec) const;

  /// @throws kdbench::Error if the weights are not those that were loaded
  void check_unchanged() const;

 private:
  /// A calibrator, and what the records of its students say of the teacher; or why there is none.
  struct Calibrated {
    std::shared_ptr<const FittedCalibrator> calibrator;
    std::exception_ptr failure;
    LogitsAndLabels test;
    std::optional<LogitsAndLabels> validation = {};  ///< nothing without validation rows
    TeacherRecord common;
  };

  void ask_validation_rows();
  void fit_temperature();
  void measure_on_test_rows(const torch::Tensor& logits);
  const torch::Tensor& validation_logits();
  void fit(Calibrated& made, const PluginSpec& spec, const Factories& factories, std::uint64_t seed);
  CalibratedSplit measured(const FittedCalibrator& calibrator, const torch::Tensor& logits, const torch::Tensor& labels) const;

  const TrainData& data_;
  int bins_;
  Teacher teacher_;
  std::string sha_;
  torch::Tensor test_logits_;        ///< undefined where the test rows were not loaded
  torch::Tensor validation_logits_;  ///< undefined until somebody is fitted on them
  LogitsAndLabels test_;
  std::optional<LogitsAndLabels> validation_;  ///< at temperature 1; nothing without validation rows, or where nobody asks
  bool is_fitted_ = false;                     ///< its temperature is
  double temperature_ = 1.0;
  TeacherRecord common_;  ///< what the records of all its students say of it that see its logits as they are
  std::map<std::string, Calibrated> calibrated_;  ///< by the text of the calibrator's spec
};

}  // namespace kdbench::inline train
