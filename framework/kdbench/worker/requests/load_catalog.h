/// The catalog that a request to the worker names.
#pragma once
#include <kdbench/base/json.h>
#include <kdbench/registry/catalog.h>

namespace kdbench::inline worker {

/// Loads the libraries of a request, announcing each before it is opened.
Catalog load_catalog(const Json& request);

}  // namespace kdbench::inline worker
