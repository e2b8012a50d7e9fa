#!/usr/bin/env bash
# zoo.sh KDBENCH: every loss of the shelf trains beside all others, and its student has the same weights as when it is trained
# apart, and as when it was stopped and went on.
source "$(dirname "$0")/common.sh"
suite=$here/../../suites/zoo_smoke.toml
for folder_of_loss in "$here"/../../plugins/losses/*/; do
  name=$(basename "$folder_of_loss")
  [[ $name == soft_target ]] && continue # needs a data set that knows its posterior
  check "$name is in the suite" grep -q "\"$name\"" "$suite"
done

fewer=(--set datasets.fashion.train_limit=256 --set datasets.fashion.test_limit=200)
code=0
"$kdbench" --store "$folder/group" run "$suite" "${fewer[@]}" -j 2 >"$folder/board" 2>"$folder/log" || code=$?
check "every loss trains" equal "$code" 0
[[ $code == 0 ]] || cat "$folder/log"
code=0
"$kdbench" --store "$folder/apart" run "$suite" "${fewer[@]}" -j 1 --no-fuse >/dev/null 2>"$folder/log" || code=$?
check "also by itself" equal "$code" 0
weights "$folder/group" >"$folder/group.txt"
weights "$folder/apart" >"$folder/apart.txt"
check "to the same weights" same "$folder/group.txt" "$folder/apart.txt"

"$kdbench" --store "$folder/stopped" run "$suite" "${fewer[@]}" -j 2 --no-boards 2>"$folder/stopped.err" &
program=$!
half_done() {  # the teacher is done, and most of its students have begun
  grep -qs 'done teacher' "$folder/stopped.err" && [[ $(find "$folder/stopped/artifacts" -mindepth 1 -maxdepth 1 | wc -l) -gt 30 ]]
}
until half_done || ! kill -0 "$program" 2>/dev/null; do sleep 0.02; done
kill -TERM "$program" 2>/dev/null || true
code=0
wait "$program" || code=$?
check "SIGTERM ends it with 143" equal "$code" 143
check "half trained" test "$(find "$folder/stopped/artifacts" -name checkpoint.safetensors | wc -l)" -gt 10
"$kdbench" --store "$folder/stopped" run "$suite" "${fewer[@]}" -j 2 --no-boards 2>>"$folder/stopped.err"
weights "$folder/stopped" >"$folder/stopped.txt"
check "and goes on to the same weights" same "$folder/group.txt" "$folder/stopped.txt"
verdict
