#!/usr/bin/env bash
# KB_63.sh KDBENCH BAD_PLUGINS: the limit on loading can be set, counts what a library does and not how busy the machine is, and names
# the library.
source "$(dirname "$0")/common.sh"
bad=$2

export KDBENCH_LOAD_LIMIT_S=10
check "a library that never ends is named" ends_with 3 "$kdbench" list --plugin "$bad/hangs_at_load.so"
check "with what it did, and how to allow more" grep -qE 'hangs_at_load.so.* does not finish loading: it did nothing for 10 s; KDBENCH_LOAD_LIMIT_S sets another limit' "$folder/out"
export KDBENCH_LOAD_LIMIT_S=0.01
check "a limit below what libtorch costs" ends_with 1 "$kdbench" list
check "names libtorch" grep -qE 'does not finish loading: (libtorch|it) (took more than|did nothing for) 0.01 s' "$folder/err"
verdict
