#!/usr/bin/env bash
# KB_23.sh KDBENCH: a device that is not there is refused before data are read, and is never replaced by the CPU.
source "$(dirname "$0")/common.sh"

small_suite device kl >"$folder/suite.toml"
run() { "$kdbench" --store "$folder/store" run "$folder/suite.toml" --no-boards "$@"; }

for device in cuda:97 cuda:-1 cdua:0; do
  check "$device is refused" ends_with 2 run --device "$device"
  check "$device: by what there is" grep -qE "device|cuda:N" "$folder/err"
done
check "a GPU that is not there names those that are" ends_with 2 run --device cuda:97
check "in words" said "this machine has "
check "nothing was trained" equal "$(find "$folder/store" -name '*.json' -path '*records*' 2>/dev/null | wc -l)" 0
check "auto trains" ends_with 0 run --device auto
check "and every record says where" equal "$(cat "$folder"/store/records/*/*.json | grep -oE '"device":"(cpu|cuda:[0-9])' | wc -l)" "$(cat "$folder"/store/records/*/*.json | grep -o '"job":' | wc -l)"
verdict
