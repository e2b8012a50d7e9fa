#include <kdbench/base/text.h>
#include <kdbench/plan/make/draws.h>
#include <kdbench/plan/make/loss_window.h>
#include <kdbench/plan/make/make_plan.h>
#include <kdbench/plan/make/miscalibration.h>
#include <kdbench/plan/make/placer.h>
#include <kdbench/plan/make/stages.h>
#include <kdbench/plan/make/tuning.h>
#include <kdbench/plan/resolve/device.h>

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace kdbench::inline plan {
namespace {

/// A tune study, found usable.
struct Tuned {
  const Study* study = nullptr;
  std::vector<std::int64_t> rungs;
  std::vector<TunedMethod> methods;
};

class Planner {
 public:
  Planner(const ParsedSuite& parsed, const Catalog& catalog, const std::string& device, const TrialResultOf& result_of)
      : suite_(parsed.suite),
        result_of_(result_of),
        diagnostics_(parsed.diagnostics),
        resolved_(suite_, catalog, diagnostics_),
        answers_(resolved_),
        draws_(catalog, suite_.file),
        placer_(resolved_, plan_) {
    plan_.suite = suite_.name;
    plan_.title = suite_.title;
    plan_.paper = suite_.paper;
    plan_.file = suite_.file;
    plan_.select = suite_.select;
    plan_.data_dir = suite_.data_dir;
    resolve_device_name(device);
  }

  Result<Plan> make() {
    std::vector<std::pair<Setting, std::vector<Usable>>> settings;
    std::vector<Tuned> tuned;
    std::vector<MiscalibrationStudy> miscalibrated;
    for (const auto& study : suite_.studies) {
      plan_.studies.push_back(study.name);
      plan_.study_options[study.name] = options_of(study);
      if (study.kind == StudyKind::kTune) {
        tuned.push_back(tuned_methods(study));
        continue;
      }
      if (study.kind == StudyKind::kMiscalibration) {
        miscalibrated.push_back(miscalibration(study));
        continue;
      }
      const auto first = std::ssize(settings);
      for (auto& setting : settings_of(study)) settings.emplace_back(setting, usable_methods(setting));
      check_calibrated(study, {settings.begin() + first, settings.end()});
    }
    if (!diagnostics_.empty()) return with_overrides_named(diagnostics_, suite_.overrides);
    for (const auto seed : suite_.seeds) {
      placer_.begin_seed(seed);
      for (const auto& [setting, methods] : settings) plan_setting(setting, methods);
      for (const auto& study : miscalibrated) place_miscalibration(placer_, study);
    }
    for (const auto& [study, rungs, methods] : tuned) {
      plan_.study_options[study->name].tuning =
          Tuning(placer_, result_of_, suite_.select).plan(*study, methods, rungs, suite_.seeds);
    }
    plan_.jobs = placer_.take_jobs();
    return std::move(plan_);
  }

 private:
  void complain(Position at, std::string message) { diagnostics_.push_back({suite_.file, at, std::move(message)}); }

  void resolve_device_name(const std::string& wanted) {
    auto device = resolve_device(wanted.empty() ? suite_.device.value : wanted);
    if (device)
      plan_.device = *device;
    else if (wanted.empty())
      complain(suite_.device.at, device.error().front().message);
    else
      diagnostics_.push_back({"", {}, "--device: " + device.error().front().message});
  }

  /// The study's name for the strategy without detours, which boards compare the others with; empty where it has none.
  std::string direct_strategy(const Study& study) const {
    for (const auto& name : resolved_.strategies_of(study)) {
      const auto known = resolved_.strategies.find(name.value);
      if (known != resolved_.strategies.end() && known->second.is_baseline) return name.value;
    }
    return "";
  }

  StudyOptions options_of(const Study& study) const {
    return {study.baseline.empty() ? resolved_.baseline_loss : study.baseline, study.per_seed, direct_strategy(study), {}};
  }

  std::vector<Setting> settings_of(const Study& study) {
    std::vector<Setting> out;
    const auto dataset = resolved_.datasets.find(study.dataset.value);
    if (dataset == resolved_.datasets.end()) return out;  // reported where the data set is defined
    if (suite_.select == "best_val" && dataset->second.use->validation.value == 0) {
      complain(dataset->second.use->at,
               fmt::format("study '{}' reads the checkpoint \"best_val\" (suite.select), but dataset '{}' has no "
                           "validation rows; set 'validation' here, or select = \"last\"",
                           study.name, study.dataset.value));
    }
    const auto* calibrator = calibrator_of(study, dataset->second);
    const auto strategies = resolved_.strategies_of(study);
    if (strategies.empty()) {
      complain(study.at,
               fmt::format("study '{}' names no strategy, and no plugin here is the one without detours; add 'strategies'",
                           study.name));
    }
    for (const auto& pair : study.pairs) {
      for (const auto& strategy : strategies) {
        if (!resolved_.strategies.contains(strategy.value)) continue;
        out.push_back({&study, &pair, strategy.value, &dataset->second, calibrator});
      }
    }
    return out;
  }

  /// What is done to the logits of the study's teachers; nullptr where it names nothing, or what was complained about.
  const ResolvedCalibrator* calibrator_of(const Study& study, const ResolvedDataset& dataset) {
    const auto known = resolved_.calibrators.find(study.calibrator.value);
    if (study.calibrator.value.empty() || known == resolved_.calibrators.end() || known->second.empty()) return nullptr;
    if (known->second.size() > 1) {
      complain(study.calibrator.at,
               fmt::format("study '{}' names [calibrators.{}], which stands for {} calibrators; write single "
                           "values in it, no lists",
                           study.name, study.calibrator.value, known->second.size()));
    }
    check_fitted(study, known->second.front(), dataset, study.calibrator.at);
    return &known->second.front();
  }

  void check_fitted(const Study& study, const ResolvedCalibrator& calibrator, const ResolvedDataset& dataset, Position at) {
    if (!calibrator.traits.is_fitted || dataset.use->validation.value > 0) return;
    complain(at, fmt::format(
                     "study '{}': calibrator '{}' is fitted on validation rows, but dataset '{}' has none; set 'validation' in "
                     "[datasets.{}]",
                     study.name, calibrator.label, study.dataset.value, study.dataset.value));
  }

  /// A calibrator of nobody, or under some strategy of nobody, would have no effect. Networks that learn together are not
  /// calibrated.
  void check_calibrated(const Study& study, const std::vector<std::pair<Setting, std::vector<Usable>>>& settings) {
    std::map<std::string, bool> acts;
    for (const auto& [setting, methods] : settings) {
      if (!setting.calibrator || methods.empty()) continue;
      auto& any = acts[setting.strategy];
      for (const auto& usable : methods)
        any = any || std::any_of(usable.stages.begin(), usable.stages.end(), [](const StagePlan& p) { return p.taught(); });
    }
    for (const auto& [strategy, any] : acts) {
      if (any) continue;
      complain(
          study.calibrator.at,
          fmt::format("study '{}': 'calibrator' has no effect under strategy '{}': no loss of the study reads a teacher that "
                      "stands by itself; remove it, or give the study such a loss or strategy",
                      study.name, strategy));
    }
  }

  /// The methods of a loss in a study: those of its table or, in a tune study, those that are tried.
  std::vector<const Method*> methods_of(const Study& study, const std::string& loss) {
    const auto methods = resolved_.methods.find(loss);
    std::vector<const Method*> out;
    if (methods == resolved_.methods.end()) return out;
    for (const auto& method : methods->second) out.push_back(&method);
    const auto search = study.search.find(loss);
    if (study.kind != StudyKind::kTune || search == study.search.end() || out.size() != 1) return out;
    const auto [drawn, is_new] = drawn_.try_emplace({study.name, loss});
    if (is_new) drawn->second = draws_.draw(*out.front(), search->second, study.trials, study.draw_seed, diagnostics_);
    return drawn->second;
  }

  /// The arms of a miscalibration study, in every setting.
  MiscalibrationStudy miscalibration(const Study& study) {
    MiscalibrationStudy out{&study, {}, {}};
    for (const auto& setting : settings_of(study)) {
      auto& column = out.settings.emplace_back(MiscalibratedSetting{setting, {}});
      for (const auto& usable : usable_methods(setting)) {
        const auto refuse = [&](Position at, const char* why) {
          complain(at,
                   fmt::format("study '{}': loss '{}' with {}: {}", study.name, usable.method->label, pair_text(setting), why));
        };
        try {
          auto methods = budgeted(resolved_, setting, usable);
          std::move(methods.begin(), methods.end(), std::back_inserter(column.methods));
        } catch (const LossKeyError& error) {
          refuse(error.at(), error.what());
        } catch (const Error& error) {
          refuse(study.at, error.what());
        }
      }
    }
    for (const auto& name : study.calibrators) {
      const auto known = resolved_.calibrators.find(name.value);
      if (known == resolved_.calibrators.end() || out.settings.empty()) continue;
      for (const auto& calibrator : known->second) {
        check_fitted(study, calibrator, *out.settings.front().setting.dataset, name.at);
        out.calibrators.push_back(&calibrator);
      }
    }
    return out;
  }

  /// What a tune study tries, in every setting and for every rung.
  Tuned tuned_methods(const Study& study) {
    Tuned out{&study, {}, {}};
    const auto before = diagnostics_.size();
    std::vector<std::pair<Setting, std::vector<Usable>>> calibrated;
    try {
      out.rungs = rungs_of(resolved_, study);
    } catch (const Error& error) {
      complain(study.at, fmt::format("study '{}': {}", study.name, error.what()));
    }
    for (const auto& setting : settings_of(study)) {
      auto usable = usable_methods(setting);
      if (setting.calibrator) calibrated.emplace_back(setting, usable);
      if (diagnostics_.size() != before) continue;
      const auto trials = static_cast<std::size_t>(study.trials);
      for (std::size_t first = 0; first + trials <= usable.size(); first += trials) {
        TunedMethod method{setting, {}, {}};
        for (std::size_t i = first; i < first + trials; ++i) method.trials.push_back(std::move(usable[i]));
        for (const auto epochs : out.rungs) method.rungs.push_back(for_rung(method, epochs));
        out.methods.push_back(std::move(method));
      }
    }
    check_calibrated(study, calibrated);
    return out;
  }

  std::vector<Usable> for_rung(const TunedMethod& method, std::int64_t epochs) {
    std::vector<Usable> out;
    for (const auto& usable : method.trials) {
      const auto refuse = [&](Position at, const char* why) {
        complain(at, fmt::format("study '{}': loss '{}' in trials of {}: {}", method.setting.study->name, usable.method->label,
                                 counted(static_cast<std::size_t>(epochs), "epoch"), why));
      };
      try {
        out.push_back(for_epochs(resolved_, usable, method.setting.strategy, epochs));
      } catch (const LossKeyError& error) {
        refuse(error.at(), error.what());
      } catch (const Error& error) {
        refuse(method.setting.study->at, error.what());
      }
    }
    return out;
  }

  /// Every method of the study that this setting can train; the reasons against the others become diagnostics.
  std::vector<Usable> usable_methods(const Setting& s) {
    std::vector<Usable> out;
    const auto& dataset = s.study->dataset.value;
    const auto* student = resolved_.facts(s.student(), dataset);
    const auto* teacher = s.teacher().empty() ? nullptr : resolved_.facts(s.teacher(), dataset);
    if (!student || (!s.teacher().empty() && !teacher)) return out;
    for (const auto& name : s.study->losses) {
      for (const auto* method : methods_of(*s.study, name.value)) {
        if (auto usable = try_method(s, *method, name.at)) out.push_back(std::move(*usable));
      }
    }
    check_augmentation(s, out);
    return out;
  }

  void check_augmentation(const Setting& s, const std::vector<Usable>& methods) {
    const auto& image = s.dataset->info.image;
    std::set<std::string> trained{s.student(), s.teacher()};
    for (const auto& usable : methods) {
      for (const auto& planned : usable.stages) trained.insert(planned.stage.model);
    }
    trained.erase("");
    for (const auto& name : trained) {
      const auto& recipe = resolved_.models.at(name).use->recipe;
      if ((recipe.crop_padding > 0 || recipe.flip) && image.height * image.width == 1) {
        complain(s.study->dataset.at, fmt::format("study '{}': model '{}' trains with crop or flip, but dataset '{}' has no "
                                                  "images ({} numbers a row); set train.crop_padding = 0 and train.flip = false",
                                                  s.study->name, name, s.study->dataset.value, image.channels));
      }
      if (recipe.is_strong() && image.height * image.width == 1) {
        complain(s.study->dataset.at,
                 fmt::format("study '{}': model '{}' trains with strong augmentation, but dataset '{}' has no "
                             "images ({} numbers a row); set train.strong_operations = 0 and train.cutout = 0",
                             s.study->name, name, s.study->dataset.value, image.channels));
      }
    }
  }

  std::optional<Usable> try_method(const Setting& s, const Method& method, Position at) {
    Usable usable{&method, {}, false, {}};
    const auto refuse = [&](Position where, const char* why) {
      complain(where, fmt::format("study '{}': loss '{}' with {}: {}", s.study->name, method.label, pair_text(s), why));
    };
    try {
      usable.needs = answers_.ask(method, s, s.student(), s.teacher()).needs;
      usable.labels_only = !usable.needs.terms;
      if (usable.labels_only) check_loss_keys(method, usable.needs, {}, *resolved_.models.at(s.student()).recipe);
      if (usable.needs.teacher && s.teacher().empty())
        throw Error("it needs a teacher; write the pair as [\"teacher\", \"student\"]");
      check_axis(method, usable.needs, s.study->axis);
      usable.stages = plan_stages(resolved_, answers_, s, method, usable.needs);
    } catch (const LossKeyError& error) {
      refuse(error.at(), error.what());
      return std::nullopt;
    } catch (const std::exception& error) {
      refuse(at, error.what());
      return std::nullopt;
    }
    return usable;
  }

  static std::string pair_text(const Setting& s) {
    return s.teacher().empty() ? fmt::format("student '{}'", s.student())
                               : fmt::format("teacher '{}' and student '{}'", s.teacher(), s.student());
  }

  void plan_setting(const Setting& s, const std::vector<Usable>& methods) {
    const bool sensitivity = s.study->kind == StudyKind::kSensitivity;
    const bool taught = std::any_of(methods.begin(), methods.end(), [](const Usable& u) { return !u.labels_only; });
    if (!sensitivity && taught) placer_.place_alone(s);
    for (const auto& usable : methods) {
      if (usable.labels_only) {
        placer_.place_alone(s);
        if (!sensitivity) placer_.place_method(s, usable, *usable.method, 0);
      } else if (!sensitivity) {
        placer_.place_method(s, usable, *usable.method, 0);
      } else {
        for (const auto value : s.study->values) {
          placer_.place_method(s, usable, at_axis(*usable.method, s.study->axis, value), value);
        }
      }
    }
  }

  const Suite& suite_;
  const TrialResultOf& result_of_;
  Diagnostics diagnostics_;
  Resolved resolved_;
  LossAnswers answers_;
  Draws draws_;
  std::map<std::pair<std::string, std::string>, std::vector<const Method*>> drawn_;  ///< by study and loss
  Plan plan_;
  Placer placer_;
};

}  // namespace

Result<Plan> make_plan(const ParsedSuite& parsed, const Catalog& catalog, const std::string& device,
                       const TrialResultOf& result_of) {
  return Planner(parsed, catalog, device, result_of).make();
}

}  // namespace kdbench::inline plan
