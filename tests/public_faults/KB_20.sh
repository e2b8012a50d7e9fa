#!/usr/bin/env bash
# KB_20.sh KDBENCH: a run that is killed at any moment goes on from what is whole; a disk without room is an error that names the file.
source "$(dirname "$0")/common.sh"

small_suite killed kl >"$folder/suite.toml"
sed -i 's/^epochs = 2/epochs = 60/' "$folder/suite.toml"
run() { "$kdbench" --store "$1" run "$folder/suite.toml" --no-boards "${@:2}" 2>>"$folder/err"; }

run "$folder/whole"
weights "$folder/whole" >"$folder/expected"
# Killed once there is something new in the store: nothing, a teacher half trained, its record, a student half trained.
for moment in 'find logs' 'find artifacts -name checkpoint.safetensors' 'find records -name *.json' 'find artifacts -name checkpoint.safetensors -newer mark'; do
  mkdir -p "$folder/store" && touch "$folder/store/mark"
  setsid "$kdbench" --store "$folder/store" run "$folder/suite.toml" --no-boards 2>>"$folder/err" &
  program=$!
  until (cd "$folder/store" && [[ -n $($moment 2>/dev/null) ]]) || ! kill -0 "$program" 2>/dev/null; do :; done
  kill -KILL -- "-$program" 2>/dev/null || true
  wait "$program" 2>/dev/null || true
done
check "killed four times, it ends" run "$folder/store"
weights "$folder/store" >"$folder/found"
check "with the weights of a run that was not" same "$folder/expected" "$folder/found"
check "every file is whole" "$kdbench" --store "$folder/store" store verify

# No more than 20 kB a file: neither records nor weights are that small, as on a disk that is full.
full() (
  trap '' XFSZ
  ulimit -f 20
  ends_with 1 "$kdbench" --store "$folder/full" run "$folder/suite.toml" --no-boards
)
sed -i 's/^hidden = 16/hidden = 512/' "$folder/suite.toml"
check "a file that cannot be written fails its job" full
check "and is named" grep -qE 'cannot write .*safetensors' "$folder/err"
check "nothing is taken for done" equal "$("$kdbench" --store "$folder/full" run "$folder/suite.toml" --no-boards 2>&1 | grep -c '1 of them before' || true)" 0
verdict
