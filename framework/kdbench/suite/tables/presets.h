/// Published settings of losses, most by the pair of networks they were printed for: suites/presets/LOSS.toml.
#pragma once
#include <kdbench/suite/text/reader.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kdbench::inline suite {

/// A file of suites/presets as it was when the program was built.
struct PresetFile {
  std::string_view loss;  ///< the plugin it is of
  std::string_view text;  ///< TOML: a table a preset
};
const std::vector<PresetFile>& preset_files();

/// One setting of one loss.
struct Preset {
  std::string name;                                      ///< "resnet56-resnet20", teacher and student, or what else it is for
  std::string source;                                    ///< who printed it, and where
  std::optional<double> accuracy;                        ///< what its source reports for it, percent
  std::vector<std::pair<std::string, SuiteValue>> keys;  ///< of [losses.NAME], in the order of the file
};

/// Reads one file of presets. Complains about tables without a source, and about values that are no scalars.
Result<std::vector<Preset>> parse_presets(const std::string& text, const std::string& file);

/// Returns the presets of a loss plugin in the order of its file; empty where there is none.
const std::vector<Preset>& presets_of(const std::string& loss);

/// In every table of [losses] that has a `preset`: adds the preset's keys that the table neither has nor says otherwise, and
/// takes `preset` out. Keys that are added stand where the preset is named. Complains about presets that there are not.
void apply_presets(Node& root, Reader& reader);

}  // namespace kdbench::inline suite
