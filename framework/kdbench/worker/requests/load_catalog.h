/// The catalog that a request to the worker names.
#pragma once
#include <kdbench/protocol/requests.h>
#include <kdbench/registry/catalog.h>

namespace kdbench::inline worker {

/// Loads libraries, announcing each before it is opened.
Catalog load_catalog(const Libraries& libraries);

}  // namespace kdbench::inline worker
