/// Golden files: losses and gradients that independent implementations produced, run through the plugin of each case.
#pragma once
#include <kdbench/registry/catalog.h>
#include <kdbench/worker/conformance/check.h>

#include <filesystem>

namespace kdbench::inline worker {

/// Runs every case of every loss file (schema "kdbench-golden-loss/1") below `path`, a folder or one file, in float64. Where a
/// case gives weights of the loss itself (a regressor's), the loss takes them and their gradients are compared too. A case
/// passes when loss, known components and every gradient agree within a relative 1e-9 (1e-6 of the largest gradient where the
/// case is tagged `grad_huge`). A case whose loss no plugin provides is skipped with the reason; files of another schema are
/// passed over. A file that cannot be read is a failed check. golden_aliases.h says how a case finds its plugin.
void check_golden(const Catalog& catalog, const std::filesystem::path& path, const Report& report);

}  // namespace kdbench::inline worker
