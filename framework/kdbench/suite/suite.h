/// Suite: what the user wrote, as plain data with the place of every value. Knows no plugin: parameters of plugins are kept
/// as they stand and are checked by plan/.
#pragma once
#include <kdbench/base/result.h>
#include <kdbench/suite/recipe.h>
#include <kdbench/suite/study_kind.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kdbench::inline suite {

/// A scalar of the file. An integer stays an integer; where a real number is wanted it is taken as one.
using SuiteValue = std::variant<bool, std::int64_t, double, std::string>;

/// A value with its place.
template <class T>
struct Located {
  T value{};
  Position at;
};

/// One parameter of a plugin: a single value, or a list that stands for several variants.
struct SuiteParam {
  std::vector<SuiteValue> values;  ///< at least one
  bool is_list = false;
  Position at;                     ///< of the key
  std::vector<Position> value_at;  ///< of each value
};
using SuiteParams = std::map<std::string, SuiteParam>;

/// A named use of a plugin: `[models.NAME]`, `[losses.NAME]`, `[datasets.NAME]`, `[strategies.NAME]`,
/// `[gradient_policies.NAME]`, `[calibrators.NAME]`.
struct PluginUse {
  std::string name;             ///< NAME
  Located<std::string> plugin;  ///< key `plugin`; NAME itself where it is absent
  SuiteParams params;           ///< every key that is not the host's
  Position at;                  ///< of the table
};

struct DatasetUse : PluginUse {
  Located<std::string> of{"", {}};           ///< the [datasets.NAME] this one is made of; empty: of none
  Located<std::int64_t> validation{0, {}};   ///< rows cut from the training split, by the split seed
  Located<std::int64_t> train_limit{0, {}};  ///< use so many training rows (after the cut); 0: all
  Located<std::int64_t> test_limit{0, {}};   ///< use so many test rows; 0: all
};

struct ModelUse : PluginUse {
  std::map<std::string, Position> recipe_keys;  ///< keys of [models.NAME.train]
  Recipe recipe;                                ///< [train], overwritten by [models.NAME.train]
};

/// A loss plugin with the knobs that the host owns in every loss, or a combination of other [losses.NAME]. Lists of knobs stand
/// for variants, as for the plugin's own parameters.
struct LossUse : PluginUse {
  SuiteParams knobs;                          ///< of the keys that keys/fields.h lists for losses: those that were written
  std::vector<std::vector<std::string>> zip;  ///< key `zip`: groups of parameters whose lists advance together
  Position zip_at;
  bool is_combination = false;           ///< key `of`: it has no plugin, but parts
  std::vector<Located<std::string>> of;  ///< of a combination: names of [losses.NAME], at least two
  std::vector<double> weights;           ///< of the parts in the order of `of`; empty: each part's own
};

struct StrategyUse : PluginUse {};
struct GradientPolicyUse : PluginUse {};
/// Lists of parameters stand for variants.
struct CalibratorUse : PluginUse {};

/// A teacher and a student; the teacher is empty for a student trained alone.
struct PairUse {
  Located<std::string> teacher, student;
};

/// What a tune study tries for one loss: lists of values for the host's knobs and the plugin's parameters, or the range that is
/// declared of one.
struct LossSearch {
  SuiteParams knobs, params;               ///< those with a list
  std::map<std::string, Position> ranges;  ///< keys with "range", and where it stands
  Position at;                             ///< of the loss's table

  bool empty() const { return knobs.empty() && params.empty() && ranges.empty(); }
};

struct Study {
  std::string name;
  StudyKind kind = StudyKind::kCompare;
  Located<std::string> dataset;              ///< a [datasets.NAME]
  std::vector<Located<std::string>> losses;  ///< names of [losses.NAME]
  std::vector<PairUse> pairs;
  std::vector<Located<std::string>>
      strategies;                   ///< names of [strategies.NAME], or of strategy plugins; empty: the one without detours
  Located<std::string> calibrator;  ///< of its teachers: a [calibrators.NAME], or a calibrator plugin; empty: none
  std::string axis;                 ///< sensitivity: "tau" or "teacher_temperature"
  std::vector<double> values;       ///< sensitivity: positions on the axis, > 0
  std::vector<Position> values_at;
  std::int64_t trials = 0;                           ///< tune: settings tried of each method, the default among them
  std::vector<std::int64_t> rungs;                   ///< tune: epochs of a trial in each rung, rising; empty: the student's
  std::vector<std::int64_t> tuning_seeds = {10000};  ///< tune: of trials; none is a seed of the suite
  std::int64_t draw_seed = 0;                        ///< tune: of the draws
  std::map<std::string, LossSearch> search;          ///< tune: by [losses.NAME]
  std::vector<Located<std::string>> calibrators;     ///< miscalibration: names of [calibrators.NAME], or of calibrator plugins
  std::vector<double> student_tau = {1, 4};          ///< miscalibration: temperatures of the student in the loss, > 0
  std::vector<std::int64_t> budgets = {1, 4, 12};    ///< miscalibration: factors of the student's epochs, >= 1
  bool match_gradient = false;  ///< miscalibration: also arms whose learning rate is matched to the first gradient
  bool over_teachers = false;   ///< miscalibration: axis = "teacher"
  std::string baseline;         ///< label of the method that others are compared with; empty: the baseline loss
  bool per_seed = false;        ///< also print every seed's accuracy, mean and population variance
  Position at;
};

/// One `--set KEY=VALUE` of the command line: `train.epochs=2`, `models.student.depth=14`, `suite.seeds=[0,1]`.
struct Override {
  std::string key, value;  ///< the value is TOML; text that is no TOML value is taken as a string
};

struct Suite {
  std::string file;  ///< as given
  std::string name;
  std::string title;  ///< one line for people, may be empty
  std::string paper;  ///< the printed table that the suite repeats, "table6"; may be empty
  std::vector<std::int64_t> seeds = {0};
  Located<std::string> device{"auto", {}};  ///< "auto", "cpu", "cuda", "cuda:N"
  std::string data_dir;                     ///< folder for relative data paths; may be empty
  std::string select = "last";              ///< the board's checkpoint rule: "last" or "best_val"
  std::map<std::string, DatasetUse> datasets;
  std::map<std::string, ModelUse> models;
  std::map<std::string, LossUse> losses;
  std::map<std::string, StrategyUse> strategies;
  std::map<std::string, GradientPolicyUse> gradient_policies;
  std::map<std::string, CalibratorUse> calibrators;
  std::vector<Study> studies;
  std::int64_t bins = 15;           ///< of every reliability table and ECE
  std::vector<Override> overrides;  ///< as given; line -n of a Position means the n-th of them, 1-based
};

/// Returns the diagnostics sorted, each once, with those about an override naming it (`--set train.lr=0: ...`) and no file.
Diagnostics with_overrides_named(Diagnostics diagnostics, const std::vector<Override>& overrides);

struct ParseOptions {
  std::vector<Override> overrides;
  std::string profile;  ///< applies [profile.NAME] over the file; empty: none
};

/// What could be read, with everything that is wrong. A suite with diagnostics is good for finding more mistakes, never for
/// running.
struct ParsedSuite {
  Suite suite;
  Diagnostics diagnostics;
};

/// Parses TOML text; `file` is named in diagnostics. Reports every unknown key (with the nearest known one), wrong type, value
/// out of range, name used twice and name that is not defined in the file.
ParsedSuite parse_suite(const std::string& text, const std::string& file, const ParseOptions& options = {});

/// Reads and parses a file.
ParsedSuite read_suite(const std::string& file, const ParseOptions& options = {});

/// One documented key of a suite file, for `kdbench describe suite` and the suite reference.
struct KeyDoc {
  std::string table;  ///< "suite", "train", "datasets.NAME", ...
  std::string key, type, default_text, doc;
};
std::vector<KeyDoc> suite_keys();

/// Returns docs/suite_reference.md.
std::string suite_reference_markdown();

}  // namespace kdbench::inline suite
