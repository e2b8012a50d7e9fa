/// Tune studies: every method gets the same trials, is chosen by them on validation rows, and is then trained at the study's
/// seeds. The plan of such a study goes as far as the results that are there: the trials of a rung are named once those of the
/// rung before have ended, and nothing that reads test rows is planned before every choice is made.
#pragma once
#include <kdbench/plan/make/placer.h>
#include <kdbench/plan/make/trial_result.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kdbench::inline plan {

/// One method of a tune study in one setting of networks.
struct TunedMethod {
  Setting setting;
  std::vector<Usable> trials;              ///< by number, the default first, as they are trained once chosen
  std::vector<std::vector<Usable>> rungs;  ///< the same trials for the epochs of each rung
};

/// Epochs of a trial in each rung: those of the study, or the student's of its only pair.
/// @throws kdbench::Error where the study says none and its students differ
std::vector<std::int64_t> rungs_of(const Resolved& resolved, const Study& study);

/// A method of which the student is trained for `epochs` epochs, in a trial.
/// @throws kdbench::Error where a trial would not cost its epochs alone; LossKeyError for a key that means nothing in so many
Usable for_epochs(const Resolved& resolved, const Usable& usable, const std::string& strategy, std::int64_t epochs);

/// Plans one tune study.
class Tuning {
 public:
  /// All must outlive this. @param select the checkpoint that boards read, by which trials are judged
  Tuning(Placer& placer, const TrialResultOf& result_of, const std::string& select)
      : placer_(placer), result_of_(result_of), select_(select) {}

  /// Places the trials that results name and, once every method is chosen, the students of default and choice at `seeds`.
  /// @returns what the study spends, and what is still to come
  TuningBudget plan(const Study& study, const std::vector<TunedMethod>& methods, const std::vector<std::int64_t>& rungs,
                    const std::vector<std::int64_t>& seeds);

 private:
  /// Where the choice of one method stands.
  struct Choice {
    std::vector<std::size_t> alive;  ///< numbers of the trials in `rung`; of a choice that is made the chosen one
    std::size_t rung = 0;            ///< the first whose trials have not all ended; the number of rungs: chosen
  };

  Choice follow(const Study& study, const TunedMethod& method, const std::vector<std::int64_t>& rungs);
  std::vector<std::optional<double>> place_rung(const Study& study, const TunedMethod& method, const Choice& at,
                                                std::int64_t epochs, bool& ended);
  void place_students(const TunedMethod& method, std::size_t chosen);

  Placer& placer_;
  const TrialResultOf& result_of_;
  const std::string& select_;
};

}  // namespace kdbench::inline plan
