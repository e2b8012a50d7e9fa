#include <kdbench/suite/tables/study_checks.h>

#include <kdbench/base/text.h>
#include <kdbench/suite/tables/search.h>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace kdbench::inline suite {
namespace {

/// A key that one kind of study alone has.
struct KeyOfKind {
  const char* key;
  StudyKind kind;
  const char* name;  ///< of the kind
  bool required;
};

constexpr std::array<KeyOfKind, 11> kKeysOfKinds{{{"axis", StudyKind::kSensitivity, "sensitivity", true},
                                                  {"values", StudyKind::kSensitivity, "sensitivity", true},
                                                  {"trials", StudyKind::kTune, "tune", true},
                                                  {"search", StudyKind::kTune, "tune", true},
                                                  {"rungs", StudyKind::kTune, "tune", false},
                                                  {"tuning_seeds", StudyKind::kTune, "tune", false},
                                                  {"draw_seed", StudyKind::kTune, "tune", false},
                                                  {"calibrators", StudyKind::kMiscalibration, "miscalibration", false},
                                                  {"student_tau", StudyKind::kMiscalibration, "miscalibration", false},
                                                  {"budgets", StudyKind::kMiscalibration, "miscalibration", false},
                                                  {"match_gradient", StudyKind::kMiscalibration, "miscalibration", false}}};
constexpr const char* kTeacherAxis = "teacher";
/// A slope over two teachers is the line through both: it fits whatever they do.
constexpr std::size_t kLeastTeachers = 3;

void check_kind(const Node& table, const Study& study, Reader& reader) {
  for (const auto& [key, kind, name, required] : kKeysOfKinds) {
    const auto* entry = table.find(key);
    if (study.kind == kind && required && !entry) reader.complain(table.at, fmt::format("a {} study needs '{}'", name, key));
    const bool also_here = study.kind == StudyKind::kMiscalibration && std::string_view(key) == "axis";
    if (study.kind != kind && !also_here && entry)
      reader.complain(entry->at, fmt::format("'{}' is for a study with kind = \"{}\"", key, name));
  }
}

/// What of a loss would move its temperatures beside the study, which sets them itself.
std::string temperature_key(const LossUse& use) {
  for (const auto* key : {"tau", "tau_student", "tau_teacher", "teacher_temperature"}) {
    if (use.knobs.contains(key)) return key;
  }
  return "";
}

void check_temperatures(const Study& study, const Located<std::string>& name, const Suite& suite, Reader& reader) {
  const auto loss = suite.losses.find(name.value);
  if (loss == suite.losses.end()) return;
  auto parts = loss->second.of;
  if (!loss->second.is_combination) parts = {name};
  for (const auto& part : parts) {
    const auto use = suite.losses.find(part.value);
    const auto key = use == suite.losses.end() ? "" : temperature_key(use->second);
    if (key.empty()) continue;
    const auto at = loss->second.is_combination ? name.at : use->second.knobs.at(key).at;
    reader.complain(at, fmt::format("[losses.{}] sets '{}', but study '{}' sets the temperatures itself: 'student_tau' for the "
                                    "student, 1 for the teacher; remove it, or give the study a loss without it",
                                    part.value, key, study.name));
  }
}

/// Along the axis "teacher" a board sets the teachers of one student beside each other; there is one for each strategy of a pair.
void check_teachers(const Node& table, const Study& study, Reader& reader) {
  const auto* entry = table.find("pairs");
  if (!study.over_teachers || !entry) return;
  const auto strategies = std::max<std::size_t>(study.strategies.size(), 1);
  std::map<std::string, std::size_t> of_student;
  for (const auto& pair : study.pairs) of_student[pair.student.value] += strategies;
  for (const auto& [student, teachers] : of_student) {
    if (teachers >= kLeastTeachers) continue;
    reader.complain(entry->value.at,
                    fmt::format("'axis' = \"teacher\" needs at least {} teachers of each student, and '{}' has {} (pairs x "
                                "strategies); add pairs or strategies",
                                kLeastTeachers, student, teachers));
  }
}

/// Its board compares calibrators or teachers, each with its own tables.
void check_keys_without_effect(const Node& table, Reader& reader) {
  for (const auto* key : {"baseline", "per_seed"}) {
    if (const auto* entry = table.find(key)) {
      reader.complain(entry->at, fmt::format("'{}' has no effect in a study with kind = \"miscalibration\": its board compares "
                                             "calibrators or teachers, not methods; remove it",
                                             key));
    }
  }
}

/// Complains about what a miscalibration study cannot do, and takes its axis for what it is: no number moves along it.
void check_miscalibration(const Node& table, Study& study, const Suite& suite, Reader& reader) {
  const auto* axis = table.find("axis");
  study.over_teachers = study.axis == kTeacherAxis;
  if (axis && !study.axis.empty() && !study.over_teachers) {
    reader.complain(axis->value.at, fmt::format("'axis' = {} is for a study with kind = \"sensitivity\"; a miscalibration study "
                                                "has calibrators, or axis = \"teacher\"",
                                                toml_text(study.axis)));
  }
  const auto* calibrators = table.find("calibrators");
  if (!calibrators && !axis)
    reader.complain(table.at, "a miscalibration study needs 'calibrators', or axis = \"teacher\" with several teachers");
  if (const auto* entry = table.find("calibrator")) {
    reader.complain(entry->at, "'calibrator' is for studies of another kind; a miscalibration study has a list, 'calibrators'");
  }
  for (const auto* entry : {calibrators, table.find("match_gradient")}) {
    if (!study.over_teachers || !entry) continue;
    reader.complain(entry->at,
                    fmt::format("'{}' has no effect along the axis \"teacher\": teachers are taken as they are; remove "
                                "it, or make a study without 'axis'",
                                entry->key));
  }
  for (const auto& name : study.losses) check_temperatures(study, name, suite, reader);
  check_teachers(table, study, reader);
  check_keys_without_effect(table, reader);
  study.axis.clear();
}

/// A combination is moved along the axis by the parts that leave it open. Boards measure the teacher as the first part uses it,
/// so that one must be among them.
void check_axis_of_combination(const Study& study, const Located<std::string>& name, const Suite& suite, Reader& reader) {
  const auto& of = suite.losses.at(name.value).of;
  if (of.empty()) return;
  const auto& first = of.front().value;
  const auto part = suite.losses.find(first);
  if (part == suite.losses.end()) return;
  const auto& knobs = part->second.knobs;
  const bool both = study.axis == "tau" && knobs.contains("tau_student") && knobs.contains("tau_teacher");
  if (!knobs.contains(study.axis) && !both) return;
  reader.complain(name.at,
                  fmt::format("'{0}' is the axis of study '{1}', but the first part of [losses.{2}], '{3}', sets it, and boards "
                              "measure the teacher as the first part uses it; remove it from [losses.{3}], or name first "
                              "a part without it",
                              study.axis, study.name, name.value, first));
}

/// Complains where a loss sets what the study is to vary. Setting one of tau_student and tau_teacher is how a
/// suite keeps the other network out of the sweep.
void check_axis(const Study& study, const Suite& suite, Reader& reader) {
  if (study.kind != StudyKind::kSensitivity || study.axis.empty()) return;
  for (const auto& name : study.losses) {
    const auto loss = suite.losses.find(name.value);
    if (loss == suite.losses.end()) continue;
    const auto& knobs = loss->second.knobs;
    if (loss->second.is_combination) {
      check_axis_of_combination(study, name, suite, reader);
    } else if (const auto knob = knobs.find(study.axis); knob != knobs.end()) {
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

/// Lists in the table of the loss, or of a part.
bool has_lists(const LossUse& use, const std::map<std::string, LossUse>& losses) {
  const auto is_list = [](const auto& item) { return item.second.is_list; };
  const auto part_has_lists = [&](const Located<std::string>& part) {
    const auto it = losses.find(part.value);
    return it != losses.end() && !it->second.is_combination && has_lists(it->second, losses);
  };
  return std::any_of(use.params.begin(), use.params.end(), is_list) || std::any_of(use.knobs.begin(), use.knobs.end(), is_list) ||
         std::any_of(use.of.begin(), use.of.end(), part_has_lists);
}

void check_baseline(const Node& table, const Study& study, const Suite& suite, Reader& reader) {
  const auto names = values_of(study.losses);
  const auto uses = [&](const std::string& loss) { return std::find(names.begin(), names.end(), loss) != names.end(); };
  const auto lists = [&](const std::string& loss) {
    const auto it = suite.losses.find(loss);
    return it != suite.losses.end() && has_lists(it->second, suite.losses);
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
  if (study.kind == StudyKind::kSensitivity && study.axis == kTeacherAxis) {
    reader.complain(table.find("axis")->value.at,
                    "'axis' = \"teacher\" is for a study with kind = \"miscalibration\"; here it is \"tau\" or "
                    "\"teacher_temperature\"");
    study.axis.clear();
  }
  check_axis(study, suite, reader);
  if (study.kind != StudyKind::kMiscalibration) check_baseline(table, study, suite, reader);
  if (study.kind == StudyKind::kTune) check_search(table, study, suite, reader);
  if (study.kind == StudyKind::kMiscalibration) check_miscalibration(table, study, suite, reader);
}

}  // namespace kdbench::inline suite
