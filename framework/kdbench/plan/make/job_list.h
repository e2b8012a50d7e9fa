/// The jobs of a plan while it is made: each once, with what it needs, its group and what it will cost.
#pragma once
#include <kdbench/plan/make/setting.h>
#include <kdbench/plan/plan.h>

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kdbench::inline plan {

class JobList {
 public:
  explicit JobList(Resolved& resolved) : resolved_(resolved) {}

  /// Adds a job, unless one of the same identity is there. The jobs its spec names must have been added.
  /// @param name of the label, without its seed; @param model the model it trains, as the suite calls it; @param feature_loss its
  /// loss reads feature maps of the teacher
  /// @returns the job's id
  std::string add(const Setting& s, Spec spec, const std::string& name, const std::string& model, bool feature_loss = false);

  std::vector<Job> take() { return std::move(jobs_); }

 private:
  void estimate(Job& job, const Setting& s, bool feature_loss);
  void keep_what_teaches(const TeacherSpec& teacher);
  const ModelFacts* facts(const std::string& job, const Setting& s);

  Resolved& resolved_;
  std::vector<Job> jobs_;
  std::unordered_map<std::string, std::size_t> index_;
  std::unordered_map<std::string, std::string> model_of_;
};

}  // namespace kdbench::inline plan
