#!/usr/bin/env bash
# miscalibration.sh KDBENCH: a miscalibration study runs to its end, its matched students after those they are matched to, and ends
# the same whatever it is run with.
source "$(dirname "$0")/common.sh"
suite=$here/../../suites/miscalibration_smoke.toml

extra_of() {  # extra_of STORE MEMBER: how many records have it
  grep -lF "\"$2\":" "$1"/records/*/*.json | wc -l
}

"$kdbench" --store "$folder/store" run "$suite" -j 2 >"$folder/first.out" 2>"$folder/first.err"
check "the run goes to its end" holds "$folder/first.err" "0 not done"
# At each of two seeds: three teachers; the student alone for two budgets; kl at two temperatures for two budgets under the teacher as
# it is and under 4 calibrators, these again matched; two more teachers' students, the third is there already.
jobs=$((2 * (3 + 2 + 2 * 2 * (1 + 4 + 4) + 2)))
check "it has its jobs" equal "$(ls "$folder"/store/records/*/*.json | wc -l)" $jobs
check "the norm of every first gradient is recorded" equal "$(extra_of "$folder/store" first_gradient_norm)" $jobs
check "half of the calibrated students are matched" equal "$(extra_of "$folder/store" rate_factor)" 32
for table in "the teacher as taught, on test rows" "the teacher as taught, on training rows" "students by kl, tau 1" \
  "students by kl, tau 4" "equal ECE, opposite sign" "slopes along each calibrator" "what accuracy goes with, the others given" \
  "accuracy against each measure of the teacher, on training rows"; do
  check "the board has '$table'" holds "$folder/first.out" "$table"
done
check "an over-confident arm of shift is paired with the teacher as it is, its equal on the other side" \
  grep -qE 'test +recipe.s +shift\[ratio=0.4\] +as it is ' "$folder/first.out"
check "nothing is left unmeasured" equal "$(grep -cE '  not measured(  |$)' "$folder/first.out")" 0

"$kdbench" --store "$folder/store" run "$suite" -j 1 >"$folder/second.out" 2>"$folder/second.err"
check "the second run starts nothing" grep -qE '^nothing to do: [0-9]+ jobs are done$' "$folder/second.err"
check "and prints the same" same "$folder/first.out" "$folder/second.out"

few=("$suite" --set 'suite.seeds=[0]' --set 'studies.confidence.budgets=[1]' --set 'calibrators.shift.ratio=[0.4,2]')
"$kdbench" --store "$folder/few" run "${few[@]}" -j 2 >"$folder/few.out" 2>"$folder/few.err"
"$kdbench" --store "$folder/apart" run "${few[@]}" -j 1 --no-fuse >"$folder/apart.out" 2>"$folder/apart.err"
check "a process for every network ends the same" same "$folder/few.out" "$folder/apart.out"
verdict
