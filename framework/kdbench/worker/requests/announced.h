/// Says which plugin is asked, so that the parent knows the culprit if the worker dies.
#pragma once
#include <kdbench/registry/catalog.h>

namespace kdbench::inline worker {

/// Makes the models, data sets, losses and strategies of the catalog send a CheckingEvent before their code runs, each where the
/// one before was another's.
void announce(Catalog& catalog);

}  // namespace kdbench::inline worker
