#!/usr/bin/env bash
# calibrators.sh KDBENCH: every calibrator of the shelf changes its teacher as it says, and its students have the same weights beside all
# others, apart, and after a stop.
source "$(dirname "$0")/common.sh"
suite=$here/../../suites/calibrators_smoke.toml
for folder_of_calibrator in "$here"/../../plugins/calibrators/*/; do
  name=$(basename "$folder_of_calibrator")
  check "$name is in the suite" grep -qE "^\[calibrators\.$name\]|plugin = \"$name\"" "$suite"
done

"$kdbench" --store "$folder/group" run "$suite" -j 2 >"$folder/board" 2>"$folder/log"
check "all train, on one pass of one teacher" holds "$folder/log" "32 jobs done, 0 of them before; 0 not done"
"$kdbench" --store "$folder/apart" run "$suite" -j 1 --no-fuse --no-boards >/dev/null 2>&1
weights "$folder/group" >"$folder/group.txt"
weights "$folder/apart" >"$folder/apart.txt"
check "apart to the same weights" same "$folder/group.txt" "$folder/apart.txt"
check "no two calibrators to the same weights" equal "$(cut -d' ' -f2 "$folder/group.txt" | sort | uniq -d | wc -l)" 0

"$kdbench" --store "$folder/stopped" run "$suite" --set train.epochs=16 -j 2 --no-boards 2>"$folder/stopped.err" &
program=$!
half_done() { [[ $(find "$folder/stopped/artifacts" -name checkpoint.safetensors 2>/dev/null | wc -l) -gt 20 ]]; }
until half_done || ! kill -0 "$program" 2>/dev/null; do sleep 0.02; done
kill -TERM "$program" 2>/dev/null || true
code=0
wait "$program" || code=$?
check "SIGTERM ends it with 143" equal "$code" 143
"$kdbench" --store "$folder/stopped" run "$suite" --set train.epochs=16 -j 2 --no-boards 2>>"$folder/stopped.err"
"$kdbench" --store "$folder/whole" run "$suite" --set train.epochs=16 -j 2 --no-boards 2>/dev/null
weights "$folder/stopped" >"$folder/stopped.txt"
weights "$folder/whole" >"$folder/whole.txt"
check "and goes on to the same weights" same "$folder/whole.txt" "$folder/stopped.txt"

# after NAME COLUMN: what the board says of a teacher after its calibrator; columns are split by two blanks or more.
after() { awk -v name="$1" -F '  +' '$1 == name && $3 == "after" { print $'"$2"' }' "$folder/board" | sed 's/ .*//'; }
for name in temperature ensemble_temperature classwise_temperature over under jitter permute by_class towards_uniform towards_argmax; do
  check "$name keeps the accuracy" equal "$(after "$name" 4)" "$(after temperature 4)"
done
more() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a > b) }'; }
check "a ratio below 1 is surer than the calibrated teacher" more "$(after over 5)" "$(after temperature 5)"
check "a ratio above 1 is less sure" more "$(after temperature 5)" "$(after under 5)"
for name in over under jitter permute by_class towards_uniform towards_argmax; do
  check "$name is further from calibrated" more "$(after "$name" 7)" "$(after temperature 7)"
done

code=0
"$kdbench" --store "$folder/none" plan "$suite" --set datasets.mixture.validation=0 >/dev/null 2>"$folder/refused" || code=$?
check "without validation rows they are refused" equal "$code" 2
check "with the reason" holds "$folder/refused" "is fitted on validation rows, but dataset 'mixture' has none"
verdict
