#!/usr/bin/env bash
# mistakes.sh KDBENCH: every mistake of a suite is reported in one go, at its place, before anything is trained.
source "$(dirname "$0")/common.sh"
cd "$here"

for verb in run plan check; do
  code=0
  "$kdbench" --store "$folder/store" "$verb" mistakes.toml >"$folder/out" 2>"$folder/err" || code=$?
  check "$verb ends with 2" equal "$code" 2
  check "$verb says all of it" same mistakes.txt <(grep '^mistakes.toml:' "$folder/out" "$folder/err" -h)
done
check "no record was written" equal "$(find "$folder" -path '*/records/*' -type f)" ""
verdict
