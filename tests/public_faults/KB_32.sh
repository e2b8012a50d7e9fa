#!/usr/bin/env bash
# KB_32.sh KDBENCH: results lie under what determined them, so that suites of one name mix nothing.
source "$(dirname "$0")/common.sh"

small_suite twice kl >"$folder/suite.toml"
run() { "$kdbench" --store "$folder/store" run "$folder/suite.toml" "$@"; }
check "a suite" ends_with 0 run
cp "$folder/out" "$folder/first"
check "again has nothing to do" ends_with 0 run
check "as it says" said "nothing to do"
check "another suite of the same name" ends_with 0 run --set losses.kl.tau=1
check "trains its student alone" said "3 jobs done, 2 of them before"
check "whose board holds its own runs" grep -q 'tau=1 on both' "$folder/out"
check "and no others" equal "$(grep -c 'tau=4 on both' "$folder/out" || true)" 0
check "the first is as it was" ends_with 0 run
check "to the byte" same "$folder/first" "$folder/out"
verdict
