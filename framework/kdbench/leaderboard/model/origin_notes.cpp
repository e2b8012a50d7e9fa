#include <kdbench/leaderboard/model/origin_notes.h>

#include <kdbench/base/text.h>

#include <fmt/core.h>

#include <algorithm>
#include <functional>

namespace kdbench::inline leaderboard::boards {
namespace {

constexpr const char* kRemedy = "kdbench run --rerun-changed trains again what is not of the build that is loaded.";

/// "3 jobs by one, 2 by another", the largest first.
std::string counts_text(std::vector<std::size_t> counts) {
  std::sort(counts.begin(), counts.end(), std::greater<>());
  auto out = counted(counts.front(), "job") + " by one";
  for (std::size_t i = 1; i < counts.size(); ++i) out += fmt::format(", {} by another", counts[i]);
  return out;
}

/// What is loaded of a library; nullptr: nothing, or nobody knows.
const std::string* loaded_content(const std::vector<UsedPlugin>& loaded, const std::string& library) {
  const auto it = std::find_if(loaded.begin(), loaded.end(), [&](const auto& used) { return used.library == library; });
  return it == loaded.end() ? nullptr : &it->content;
}

}  // namespace

void OriginNotes::add(const RunRecord& record) {
  if (record.status != Status::kDone) return;
  weights_[record.job] = record.extra.weights_sha256;
  if (!record.origin) return;
  for (const auto& used : record.origin->plugins) builds_[used.library][used.content].insert(record.job);
  sources_[record.job] = record.origin->networks;
}

std::size_t OriginNotes::num_left_behind() const {
  const auto was_replaced = [this](const SourceNetwork& network) {
    const auto now = weights_.find(network.job);
    return now != weights_.end() && !now->second.empty() && !network.weights_sha256.empty() &&
           now->second != network.weights_sha256;
  };
  return static_cast<std::size_t>(std::count_if(sources_.begin(), sources_.end(), [&](const auto& source) {
    return std::any_of(source.second.begin(), source.second.end(), was_replaced);
  }));
}

std::vector<std::string> OriginNotes::notes(const std::vector<UsedPlugin>& loaded) const {
  std::vector<std::string> out;
  for (const auto& [library, builds] : builds_) {
    const auto* now = loaded_content(loaded, library);
    if (builds.size() > 1) {
      std::vector<std::size_t> counts;
      for (const auto& [content, jobs] : builds) counts.push_back(jobs.size());
      out.push_back(fmt::format("Results of {} builds of {} stand side by side: {}. {}", builds.size(), library,
                                counts_text(std::move(counts)), kRemedy));
    } else if (now != nullptr && *now != builds.begin()->first) {
      const auto count = builds.begin()->second.size();
      out.push_back(fmt::format("{} {} done by another build of {} than the one that is loaded. {}", counted(count, "job"),
                                count == 1 ? "is" : "are", library, kRemedy));
    }
  }
  if (const auto count = num_left_behind(); count > 0) {
    out.push_back(fmt::format("{} came from networks that were trained again since. {}", counted(count, "job"), kRemedy));
  }
  return out;
}

}  // namespace kdbench::inline leaderboard::boards
