#!/usr/bin/env bash
# KB_70.sh KDBENCH: a teacher whose weights were deleted is trained again where somebody still learns from it.
source "$(dirname "$0")/common.sh"

small_suite toy kl >"$folder/suite.toml"
run() { "$kdbench" --store "$folder/store" run "$folder/suite.toml" --no-boards "$@"; }
check "a suite is trained" ends_with 0 run
weights "$folder/store" >"$folder/before"
rm -r "$folder/store/artifacts"
check "boards need no weights" ends_with 0 run
check "nor does a run without a new student" said "nothing to do"
check "a new student does" ends_with 0 run --set losses.kl.tau=2
check "why is said" grep -qE 'teacher .*is missing; it is trained again' "$folder/err"
weights "$folder/store" >"$folder/after"
check "the teacher ends with the weights that it had" equal "$(comm -23 "$folder/before" "$folder/after")" ""
check "the new student is there" equal "$(wc -l <"$folder/after")" 4
verdict
