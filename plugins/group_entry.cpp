// The stamp and the entry points of a plugin library whose plugin was compiled in a group: they hand over to the plugin's own,
// whose names end in its name (plugins/group.cmake). KDBENCH_PLUGIN_NAME is that name.
#include <kdbench/sdk/stamp.h>

namespace kdbench {
struct PluginTag;
class Registrar;
}  // namespace kdbench

#define KDBENCH_JOIN2(a, b) a##b
#define KDBENCH_JOIN(a, b) KDBENCH_JOIN2(a, b)
#define KDBENCH_OWN_TAG KDBENCH_JOIN(kdbench_plugin_tag_v1_, KDBENCH_PLUGIN_NAME)
#define KDBENCH_OWN_REGISTER KDBENCH_JOIN(kdbench_plugin_register_v1_, KDBENCH_PLUGIN_NAME)

KDBENCH_EMIT_STAMP();

extern "C" {
const kdbench::PluginTag* KDBENCH_OWN_TAG() noexcept;
void KDBENCH_OWN_REGISTER(kdbench::Registrar& registrar);

__attribute__((visibility("default"))) const kdbench::PluginTag* kdbench_plugin_tag_v1() noexcept { return KDBENCH_OWN_TAG(); }
__attribute__((visibility("default"))) void kdbench_plugin_register_v1(kdbench::Registrar& registrar) {
  KDBENCH_OWN_REGISTER(registrar);
}
}
