#!/usr/bin/env bash
# golden.sh KDBENCH: the losses reproduce values that another implementation computed.
source "$(dirname "$0")/common.sh"

code=0
"$kdbench" --store "$folder/store" test --golden "$here/../golden/losses" >"$folder/out" 2>&1 || code=$?
check "no golden value is missed" equal "$code" 0
check "every value was checked" grep -qE '^[1-9][0-9]* passed, 0 failed, 0 skipped$' "$folder/out"
cat "$folder/out"
verdict
