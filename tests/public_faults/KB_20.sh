#!/usr/bin/env bash
# KB_20.sh KDBENCH: a run that is killed at any moment goes on from what is whole; a disk without room is an error that names the file.
source "$(dirname "$0")/common.sh"

small_suite killed kl >"$folder/suite.toml"
sed -i 's/^epochs = 2/epochs = 60/' "$folder/suite.toml"
run() { "$kdbench" --store "$1" run "$folder/suite.toml" --no-boards "${@:2}" 2>>"$folder/err"; }

run "$folder/whole"
weights "$folder/whole" >"$folder/expected"
# Killed while it loads, and whenever there is a network half trained that was not there before.
for moment in 'find logs' 'find artifacts -name checkpoint.safetensors' 'find artifacts -name checkpoint.safetensors -newer mark'; do
  mkdir -p "$folder/store" && touch "$folder/store/mark"
  setsid "$kdbench" --store "$folder/store" run "$folder/suite.toml" --no-boards 2>>"$folder/err" &
  program=$!
  until (cd "$folder/store" && [[ -n $($moment 2>/dev/null) ]]) || ! kill -0 "$program" 2>/dev/null; do sleep 0.02; done
  kill -KILL -- "-$program" 2>/dev/null || true
  wait "$program" 2>/dev/null || true
done
check "killed three times, it ends" run "$folder/store"
weights "$folder/store" >"$folder/found"
check "with the weights of a run that was not" same "$folder/expected" "$folder/found"
check "every file is whole" "$kdbench" --store "$folder/store" store verify

# No more than 20 kB a file: the teacher's weights are larger, as on a disk that is full.
sed -i 's/^hidden = 16/hidden = 512/' "$folder/suite.toml"
full() (
  ulimit -f 20
  ends_with 1 "$kdbench" --store "$folder/full" run "$folder/suite.toml" --no-boards
)
check "a file that cannot be written stops its job" full
check "and is named" grep -qE '^interrupted: teacher .*cannot write .*safetensors' "$folder/err"
check "so is whoever learns from it" grep -q '^interrupted: kl teacher->student s0: needs teacher .*, which is interrupted' "$folder/err"
check "with room again the same command trains it" ends_with 0 "$kdbench" --store "$folder/full" run "$folder/suite.toml" --no-boards
verdict
