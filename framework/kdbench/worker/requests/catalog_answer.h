/// What `kdbench list` and `describe` are told of a catalog.
#pragma once
#include <kdbench/protocol/catalog_document.h>
#include <kdbench/registry/catalog.h>

namespace kdbench::inline worker {

/// Returns libraries and plugins with their parameters.
CatalogDocument document_of(const Catalog& catalog);

}  // namespace kdbench::inline worker
