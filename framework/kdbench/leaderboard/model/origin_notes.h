/// Says under the boards where their results do not come from one build of each plugin: versions do not tell builds apart.
#pragma once
#include <kdbench/results/record.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

class OriginNotes {
 public:
  /// Adds the record of a job that boards show; what is not done, or does not know its origin, says nothing.
  void add(const RunRecord& record);

  /// Returns a line for each library of which several builds stand side by side, or another one than is loaded; and one for
  /// results whose networks were trained again since. None where there is nothing to say.
  /// @param loaded the builds that there are; empty: not known
  std::vector<std::string> notes(const std::vector<UsedPlugin>& loaded) const;

 private:
  using Builds = std::map<std::string, std::set<std::string>>;  ///< jobs by content

  std::size_t num_left_behind() const;

  std::map<std::string, Builds> builds_;  ///< by file name of the library
  std::map<std::string, std::string> weights_;
  std::map<std::string, std::vector<SourceNetwork>> sources_;  ///< by job
};

}  // namespace kdbench::inline leaderboard::boards
