#include <kdbench/plan/plan.h>

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>

namespace kdbench::inline plan {
namespace {

/// The number that `text` ends in after `before`; nothing if it does not.
std::optional<std::int64_t> number_after(const std::string& text, std::size_t before) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + before, end, value);
  return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

constexpr const char* kSeedMark = " s";
constexpr const char* kEpochMark = "epoch ";

}  // namespace

std::string JobLabel::text() const { return seed ? fmt::format("{}{}{}", name, kSeedMark, *seed) : name; }

std::string document_text(const JobLabel& label) { return label.text(); }

JobLabel from_document_text(std::type_identity<JobLabel>, const std::string& text) {
  const auto at = text.rfind(kSeedMark);
  if (at == std::string::npos) return {text, std::nullopt};
  const auto seed = number_after(text, at + 2);
  return seed ? JobLabel{text.substr(0, at), seed} : JobLabel{text, std::nullopt};
}

std::string document_text(const PlacedCheckpoint& checkpoint) { return checkpoint_text(checkpoint); }

PlacedCheckpoint from_document_text(std::type_identity<PlacedCheckpoint>, const std::string& text) {
  if (!text.starts_with(kEpochMark)) return CheckpointRef{.rule = text};
  const auto epoch = number_after(text, std::string(kEpochMark).size());
  if (!epoch) throw std::invalid_argument(fmt::format("expected \"epoch N\", found \"{}\"", text));
  return CheckpointRef{.rule = "epoch", .epoch = *epoch};
}

std::string PlanSource::overlay_text() const {
  std::string out = profile.empty() ? "" : fmt::format(" --profile {}", profile);
  for (const auto& one : set) out += fmt::format(" --set {}", one);
  return out.empty() ? out : out.substr(1);
}

bool has_more_to_come(const TuningBudget& tuning) { return tuning.trials_to_come + tuning.students_to_come > 0; }

bool has_more_to_come(const Plan& plan) {
  return std::any_of(plan.study_options.begin(), plan.study_options.end(),
                     [](const auto& item) { return item.second.tuning && has_more_to_come(*item.second.tuning); });
}

std::string why_inconsistent(const Plan& plan) {
  std::set<std::string> known;
  for (const auto& job : plan.jobs) {
    for (const auto& needed : job.needs) {
      if (!known.contains(needed)) return fmt::format("job {:.12} needs {:.12}, which does not stand before it", job.id, needed);
    }
    if (!known.insert(job.id).second) return fmt::format("job {:.12} stands there twice", job.id);
  }
  for (const auto& placement : plan.placements) {
    for (const auto& job : {placement.job, placement.teacher_job}) {
      if (!job.empty() && !known.contains(job))
        return fmt::format("study '{}' has a place for job {:.12}, which is not among the jobs", placement.study, job);
    }
    if (std::find(plan.studies.begin(), plan.studies.end(), placement.study) == plan.studies.end())
      return fmt::format("a place of study '{}', which is not among the studies", placement.study);
  }
  for (const auto& study : plan.studies) {
    if (!plan.study_options.contains(study)) return fmt::format("study '{}' has no options", study);
  }
  return "";
}

}  // namespace kdbench::inline plan
