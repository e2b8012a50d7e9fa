/// The network that teaches the jobs of a session, and what their records say about it.
#pragma once
#include <kdbench/train/network/stored_networks.h>

#include <cstdint>
#include <string>

namespace kdbench::inline train {

class Teaching {
 public:
  /// Loads the network that `spec`, the "teacher" of a job's spec, names, and fits its temperature if the spec says so.
  /// @param bins of its calibration; @param data is kept by reference
  /// @throws kdbench::Error if it is not to be had
  Teaching(const Json& spec, int bins, const StoredNetworks& stored, const TrainData& data, std::size_t threads,
           torch::Device device);

  const Teacher& teacher() const { return teacher_; }

  /// What its logits for a row depend on beside the data: job, state, temperature.
  Json key() const;

  /// "teacher" of the record of a job with this spec; see RunRecord.
  Json part(const Spec& job_spec) const;

  /// @throws kdbench::Error if the weights are not those that were loaded
  void check_unchanged() const;

 private:
  void fit_temperature();

  const TrainData& data_;
  int bins_;
  std::string job_;
  Json checkpoint_;
  std::string state_;
  Measured test_;
  Teacher teacher_;
  std::string sha_;
  double temperature_ = 1.0;
  Json common_;  ///< what the records of all its students say of it
};

}  // namespace kdbench::inline train
