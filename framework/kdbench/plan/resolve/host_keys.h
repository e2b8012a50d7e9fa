/// The host's keys in the tables of plugins, from the list that the suite's reader has.
#pragma once
#include <kdbench/registry/catalog.h>

namespace kdbench::inline plan {

/// Returns, for every kind of plugin, the keys of its table that are the host's: every other key is a parameter of the plugin.
HostKeys host_keys();

}  // namespace kdbench::inline plan
