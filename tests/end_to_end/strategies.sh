#!/usr/bin/env bash
# strategies.sh KDBENCH: the networks of every strategy, and of the losses that bring a memory, a classifier, a curriculum or exits, have
# the same weights to the bit alone, in a group, with one thread and with two, and stopped and resumed. Prints what was equal.
source "$(dirname "$0")/common.sh"
suite=$here/strategies.toml
for strategy in "$here"/../../plugins/strategies/*/; do
  check "$(basename "$strategy") is in the suite" grep -qE "\"$(basename "$strategy")\"|plugin = \"$(basename "$strategy")\"" "$suite"
done

# A copy with the plugins that the suite names: workers then start in half of the time.
mkdir -p "$folder/program/bin" "$folder/program/lib/kdbench/plugins"
cp "$kdbench" "$(dirname "$kdbench")/kdbench-worker" "$folder/program/bin"
for plugin in "$(dirname "$kdbench")"/../lib/kdbench/plugins/*.so; do
  name=$(basename "$plugin" .so)
  if [[ $name == direct || $name == none || $name == sum ]] || grep -qE "\"$name\"|\.$name\]" "$suite"; then
    cp "$plugin" "$folder/program/lib/kdbench/plugins"
  fi
done
kdbench=$folder/program/bin/kdbench

train() {  # train STORE OPTION...
  local store=$1
  shift
  "$kdbench" --store "$folder/$store" run "$suite" "$@" --no-boards 2>>"$folder/$store.err" ||
    { printf 'FAILED: kdbench run %s ended with %s\n' "$*" "$?"; cat "$folder/$store.err"; exit 1; }
  weights "$folder/$store" >"$folder/$store.weights"
}
train alone -j 1 --no-fuse
train group -j 1
train two -j 2
for record in "$folder"/alone/records/*/*.json; do
  printf '%s %s\n' "$(basename "$record" .json)" "$(grep -o '"label":"[^"]*"' "$record" | head -1 | cut -d'"' -f4)"
done | sort -k 2 >"$folder/jobs"
check "each of $(wc -l <"$folder/jobs") networks has its hash" equal "$(grep -c '"weights_sha256":"[0-9a-f]\{64\}"' "$folder/alone.weights")" \
  "$(wc -l <"$folder/jobs")"

# Ends the program when a network that was not stopped before has its first checkpoint, which is after its first epoch, and goes on: so
# every network that a teacher teaches is stopped once, and those beside it with it.
checkpoints() { find "$folder/stopped/artifacts" -name checkpoint.safetensors 2>/dev/null | sort; }
stop_once() {  # whether it was stopped; else it has come to its end
  local program code=0
  "$kdbench" --store "$folder/stopped" run "$suite" -j 2 --no-boards 2>>"$folder/stopped.err" &
  program=$!
  until [[ -n $(comm -13 "$folder/seen" <(checkpoints)) ]] || ! kill -0 "$program" 2>/dev/null; do sleep 0.02; done
  kill -TERM "$program" 2>/dev/null || true
  wait "$program" || code=$?
  checkpoints | sort -u - "$folder/seen" -o "$folder/seen"
  [[ $code == 0 || $code == 143 ]] || { printf 'FAILED: the stopped run ended with %s\n' "$code"; cat "$folder/stopped.err"; exit 1; }
  [[ $code == 143 ]]
}
: >"$folder/seen"
stops=0
while stop_once; do stops=$((stops + 1)); done
train stopped -j 2
check "it was stopped many times ($stops)" test "$stops" -gt 5

# A line a network: whether it is the same in each way as alone, and the epoch in which it went on.
hash_of() { sed -n "s/^$1 //p" "$folder/$2.weights"; }
went_on() { grep -F "$1: continues at epoch" "$folder/stopped.err" | grep -oE 'epoch [0-9]+' | tail -1; }
printf '%-62s %-7s %-7s %-7s %s\n' network "-j 1" "-j 2" stopped "went on in"
differing=0 resumed=0
while read -r job label; do
  one=$(hash_of "$job" alone)
  line=()
  for way in group two stopped; do
    if [[ -n $one && $one == "$(hash_of "$job" $way)" ]]; then line+=(equal); else line+=(OTHER) && differing=$((differing + 1)); fi
  done
  at=$(went_on "$label" || true)
  [[ -z $at ]] || resumed=$((resumed + 1))
  printf '%-62s %-7s %-7s %-7s %s\n' "$label" "${line[@]}" "$at"
done <"$folder/jobs"
check "every network is the same in every way" equal "$differing" 0
check "and most were stopped half trained and went on ($resumed)" test "$resumed" -gt 30
verdict
