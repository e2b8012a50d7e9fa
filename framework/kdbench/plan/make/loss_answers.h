/// What losses say about pairs of networks while a suite is planned, each asked once: some make large memory banks to answer.
#pragma once
#include <kdbench/plan/make/setting.h>

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace kdbench::inline plan {

struct LossAnswer {
  MethodNeeds needs;
  std::optional<std::string> refusal;  ///< why the loss, or a part of it, cannot be used on the pair
};

/// What is known of two networks while a suite is planned.
struct PairFacts {
  LossContext context;
  bool student_has_classifier = false;
};

class LossAnswers {
 public:
  explicit LossAnswers(Resolved& resolved) : resolved_(resolved) {}

  /// @param student, teacher names in the suite; teacher may be empty
  /// @param more who teaches beside `teacher`, names in the suite
  /// @throws Error if a model cannot be built on the data set, and whatever the loss's constructor throws
  const LossAnswer& ask(const Method& method, const Setting& s, const std::string& student, const std::string& teacher,
                        const std::vector<std::string>& more = {});

 private:
  PairFacts pair_of(const Setting& s, const std::string& student, const std::string& teacher,
                    const std::vector<std::string>& more);
  const ModelFacts& facts(const Setting& s, const std::string& model);

  Resolved& resolved_;
  std::map<std::tuple<const Method*, std::string, std::string, std::string, std::vector<std::string>>, LossAnswer> known_;
};

}  // namespace kdbench::inline plan
