/// The conformance suite: what every plugin must do, checked through the base interfaces alone. `kdbench test` and ctest run it.
#pragma once
#include <kdbench/protocol/catalog_document.h>
#include <kdbench/registry/catalog.h>
#include <kdbench/worker/conformance/check.h>

#include <filesystem>
#include <string>

namespace kdbench::inline worker {

/// Each function builds the plugin with its defaults, runs every check that applies and reports each once, in order. An exception
/// of the plugin is a failed check with what to change, never the caller's business; what ends the process is
/// (run/process/check_alone.h). A few seconds each, on the CPU.
void check_model(const ModelEntry& entry, const Report& report);
void check_loss(const LossEntry& entry, const Report& report);
void check_strategy(const StrategyEntry& entry, const Report& report);
void check_gradient_policy(const GradientPolicyEntry& entry, const Report& report);
void check_calibrator(const CalibratorEntry& entry, const Report& report);

/// A data set that throws kdbench::Error while loading (its files are not here) is skipped with the reason. One that is made of
/// another gets a small one of three classes, 4 x 4 bytes an image.
/// `data_dir` is what Dataset::load takes.
void check_dataset(const DatasetEntry& entry, const std::filesystem::path& data_dir, const Report& report);

/// Runs the suite over the plugin of that kind and name. @throws kdbench::Error where the catalog has none
void check_plugin(const Catalog& catalog, PluginKind kind, const std::string& name, const std::filesystem::path& data_dir,
                  const Report& report);

}  // namespace kdbench::inline worker
