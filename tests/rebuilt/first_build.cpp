#include "rebuilt.h"

KDBENCH_PLUGIN("rebuilt", "0.1.0", r) { rebuilt::register_all<1>(r); }
