// Every key of every published setting is one of the host's, or a parameter of the loss that it is of.
#include "built_plugins.h"

#include <kdbench/registry/check_params.h>
#include <kdbench/suite/keys/fields.h>
#include <kdbench/suite/tables/presets.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace kdbench::test {
namespace {

ParamValue value_of(const SuiteValue& value) {
  return std::visit([](const auto& v) { return ParamValue(v); }, value);
}

bool is_hosts(const std::string& key) {
  const auto& specs = loss_specs();
  return std::any_of(specs.begin(), specs.end(), [&](const auto& spec) { return spec.key == key; });
}

TEST(PresetFiles, HaveKeysThatTheirLossesTake) {
  for (const auto& file : preset_files()) {
    const std::string loss(file.loss);
    ASSERT_TRUE(built_plugins().losses.contains(loss)) << loss;
    const auto& entry = built_plugins().losses.at(loss);
    for (const auto& preset : presets_of(loss)) {
      for (const auto& [key, value] : preset.keys) {
        if (is_hosts(key)) continue;
        const auto spec = std::find_if(entry.params.begin(), entry.params.end(), [&](const auto& p) { return p.name == key; });
        ASSERT_NE(spec, entry.params.end()) << loss << ", " << preset.name << ": no parameter " << key;
        EXPECT_EQ(check_param(*spec, value_of(value)).complaint, "") << loss << ", " << preset.name;
      }
    }
  }
}

}  // namespace
}  // namespace kdbench::test
