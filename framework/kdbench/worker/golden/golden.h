/// Golden files: losses and gradients that independent implementations produced, run through the plugin of each case.
#pragma once
#include <kdbench/registry/catalog.h>
#include <kdbench/worker/conformance/check.h>

#include <filesystem>

namespace kdbench::inline worker {

/// Runs every case of every file of losses below `path`, a folder or one file, in float64, and reports each once. Files are in
/// the native form (golden_case.h) or in that of reference implementations (golden_reference.h), whose aliases stand in the file
/// itself, in the aliases.json beside it, or where the library of a plugin was installed. A case whose loss no plugin provides is
/// skipped with the reason; one that cannot be read or given to its loss is a failed check, and so is a file that cannot be read.
/// Files of other schemas are passed over.
void check_golden(const Catalog& catalog, const std::filesystem::path& path, const Report& report);

/// Writes the native form of every file that check_golden() would run and that has another, under its name below `path` into the
/// folder `into`, and reports each file and each case that it leaves out. Runs nothing.
/// @throws std::system_error where a file cannot be written
void convert_golden(const Catalog& catalog, const std::filesystem::path& path, const std::filesystem::path& into,
                    const Report& report);

}  // namespace kdbench::inline worker
