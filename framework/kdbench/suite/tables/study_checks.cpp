#include <kdbench/suite/tables/study_checks.h>

#include <kdbench/base/text.h>

#include <fmt/core.h>

namespace kdbench::inline suite {
namespace {

void check_kind(const Node& table, const Study& study, Reader& reader) {
  for (const auto* key : {"axis", "values"}) {
    const auto* entry = table.find(key);
    if (study.kind == StudyKind::kSensitivity && !entry) {
      reader.complain(table.at, fmt::format("a sensitivity study needs '{}'", key));
    }
    if (study.kind == StudyKind::kCompare && entry) {
      reader.complain(entry->at, fmt::format("'{}' is for a study with kind = \"sensitivity\"", key));
    }
  }
}

/// Complains where a loss sets what the study is to vary. Setting one of tau_student and tau_teacher is how a
/// suite keeps the other network out of the sweep.
void check_axis(const Study& study, const Suite& suite, Reader& reader) {
  if (study.kind != StudyKind::kSensitivity || study.axis.empty()) return;
  for (const auto& name : study.losses) {
    const auto loss = suite.losses.find(name.value);
    if (loss == suite.losses.end()) continue;
    const auto& knobs = loss->second.knobs;
    if (const auto knob = knobs.find(study.axis); knob != knobs.end()) {
      reader.complain(knob->second.at, fmt::format("[losses.{}] sets '{}', which is the axis of study '{}'; "
                                                   "remove it, or give the study a loss without it",
                                                   name.value, study.axis, study.name));
    } else if (study.axis == "tau" && knobs.contains("tau_student") && knobs.contains("tau_teacher")) {
      reader.complain(
          name.at,
          fmt::format("[losses.{}] sets 'tau_student' and 'tau_teacher', so the axis 'tau' would move nothing", name.value));
    }
  }
}

bool has_lists(const LossUse& use) {
  const auto is_list = [](const auto& item) { return item.second.is_list; };
  return std::any_of(use.params.begin(), use.params.end(), is_list) || std::any_of(use.knobs.begin(), use.knobs.end(), is_list);
}

void check_baseline(const Node& table, const Study& study, const Suite& suite, Reader& reader) {
  const auto names = values_of(study.losses);
  const auto uses = [&](const std::string& loss) { return std::find(names.begin(), names.end(), loss) != names.end(); };
  const auto lists = [&](const std::string& loss) {
    const auto it = suite.losses.find(loss);
    return it != suite.losses.end() && has_lists(it->second);
  };
  const auto* entry = table.find("baseline");
  if (!entry || study.baseline.empty() || names.empty()) return;
  const auto loss = study.baseline.substr(0, study.baseline.find('['));
  if (!uses(loss)) {
    reader.complain(entry->value.at, fmt::format("'baseline' = {} is none of the study's losses{}", toml_text(study.baseline),
                                                 suggestion(loss, names)));
  } else if (loss == study.baseline && lists(loss)) {
    reader.complain(entry->value.at, fmt::format("'baseline' = {} stands for several methods, because [losses.{}] has lists; "
                                                 "name one as the board does, like {}[alpha=0.5]",
                                                 toml_text(loss), loss, loss));
  }
}

}  // namespace

void check_study(const Node& table, Study& study, const Suite& suite, Reader& reader) {
  check_kind(table, study, reader);
  check_axis(study, suite, reader);
  check_baseline(table, study, suite, reader);
}

}  // namespace kdbench::inline suite
