#!/usr/bin/env bash
# Breaks runs off and looks at what is left: scripts/torture.sh [--kills N] [--tries N] [--seed N] [--short] [--only REGEX] [--program KDBENCH] [--keep FOLDER]
# A suite of seconds is run whole once. Then the same command is run over and over while workers or the program are killed, stopped or
# signalled at random moments, the disk fills, the store is read-only, descriptors or memory run out, clocks jump. After every fault no
# process may be left, and nothing that was done may be gone, changed or trained again; and once the command has come to its end, boards and
# weights must be those of the whole run, byte for byte. --kills: in all, of workers, of the program and of both at once (200).
# --tries: of every other fault (a twentieth of that). --short: a few of everything. --only: faults whose names match. --seed: of the random moments. What needs root is skipped where one is not. Exits with 1 where a row of the table is bad.
# shellcheck disable=SC2317  # break_off is told functions by name
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
kdbench=$root/build/release/bin/kdbench kills=200 tries='' only=. seed=$((RANDOM * 32768 + RANDOM)) folder=''
while (($# > 0)); do
  case $1 in
    --kills) kills=$2 && shift ;;
    --tries) tries=$2 && shift ;;
    --only) only=$2 && shift ;;
    --seed) seed=$2 && shift ;;
    --program) kdbench=$2 && shift ;;
    --keep) folder=$2 && mkdir -p "$folder" && shift ;;
    --short) kills=5 ;;
    *) sed -n '2,9s/^# //p' "${BASH_SOURCE[0]}" && exit 2 ;;
  esac
  shift
done
[[ -n $tries ]] || tries=$((kills < 20 ? 1 : kills / 20))
suite=$root/tests/end_to_end/torture.toml
if [[ -z $folder ]]; then
  folder=$(mktemp -d)
  trap 'umount "$folder/disk" 2>/dev/null || true; rm -rf "$folder"' EXIT
fi
export XDG_CACHE_HOME=$folder/cache
# A copy, which no build changes meanwhile, with what the suite needs: workers then start in half of the time.
mkdir -p "$folder/program/bin" "$folder/program/lib/kdbench/plugins"
cp "$kdbench" "$(dirname "$kdbench")/kdbench-worker" "$folder/program/bin"
for plugin in gmm mlp kl dist none direct; do
  cp "$(dirname "$kdbench")/../lib/kdbench/plugins/$plugin.so" "$folder/program/lib/kdbench/plugins"
done
cp "$suite" "$folder/suite.toml" && suite=$folder/suite.toml
kdbench=$folder/program/bin/kdbench
unset KDBENCH_STORE
RANDOM=$seed
started=$SECONDS

# --- what is looked at

# done_jobs STORE: of every job that is done the id, and bytes and time of its record and of its weights.
done_jobs() {
  local record job
  for record in "$1"/records/*/*.json; do
    grep -qs '"status":"done"' "$record" || continue
    job=$(basename "$record" .json)
    printf '%s %s %s\n' "$job" "$(stat -c %s-%Y-%i "$record" "$1/artifacts/$job/last.safetensors" 2>&1 | tr '\n' ' ')" \
      "$(cat "$record" "$1/artifacts/$job/last.safetensors" 2>&1 | sha256sum | cut -c1-16)"
  done | sort
}

# boards STORE OUT: boards in three forms, and the hash of every job's weights.
boards() {
  local format record
  for format in text csv json; do "$kdbench" --store "$1" leaderboard torture --format $format >"$2.$format" 2>>"$2.err" || true; done
  for record in "$1"/records/*/*.json; do
    printf '%s %s\n' "$(basename "$record" .json)" "$(grep -o '"weights_sha256":"[0-9a-f]*"' "$record" | tail -1)"
  done >"$2.weights"
}

# workers_of PID: workers that the program PID started and that still live, also where it is gone.
workers_of() { pgrep -f "^[^ ]*kdbench-worker $1\$" || true; }

declare -A tried lost repeated wrong orphans
declare -a rows
row() {  # row FAULT: the fault that is counted from here on, if it is wanted
  [[ $1 =~ $only ]] || return 1
  fault=$1
  rows+=("$fault")
  tried[$fault]=0 lost[$fault]=0 repeated[$fault]=0 wrong[$fault]=0 orphans[$fault]=0
}
say() { printf '%s s: %s: %s tries\n' "$((SECONDS - started))" "$fault" "${tried[$fault]}" >&2; }
bad() { printf '  %s: %s\n' "$fault" "$*" >&2; }

# look BEFORE STORE PID: counts what the fault has cost.
look() {
  local before=$1 store=$2 pid=$3 now job rest
  for _ in $(seq 100); do [[ -n $(workers_of "$pid") ]] || break && sleep 0.1; done
  if [[ -n $(workers_of "$pid") ]]; then
    bad "workers are left: $(workers_of "$pid" | tr '\n' ' ')" && orphans[$fault]=$((${orphans[$fault]} + 1))
    workers_of "$pid" | xargs -r kill -KILL
  fi
  now=$(done_jobs "$store")
  while read -r job rest; do
    [[ -n $job ]] || continue
    if ! grep -q "^$job " <<<"$now"; then
      bad "job $job was done and is not" && lost[$fault]=$((${lost[$fault]} + 1))
    elif ! grep -qxF "$job $rest" <<<"$now"; then
      bad "job $job was done and has changed" && repeated[$fault]=$((${repeated[$fault]} + 1))
    fi
  done <<<"$before"
}

# finish STORE: the same command, now undisturbed, must come to its end, and to the same boards and weights.
finish() {
  local store=$1 before pid code=0 file
  before=$(done_jobs "$store")
  "$kdbench" --store "$store" run "$suite" -j 2 --no-boards >"$folder/finish.out" 2>&1 &
  pid=$!
  wait "$pid" || code=$?
  look "$before" "$store" "$pid"
  boards "$store" "$folder/ended"
  for file in text csv json weights; do
    cmp -s "$folder/whole.$file" "$folder/ended.$file" || code=99
  done
  if ((code != 0)); then
    bad "the same command does not come to the same end ($code): $(tail -n 3 "$folder/finish.out" | tr '\n' ' ')"
    wrong[$fault]=$((${wrong[$fault]} + 1))
    rm -rf "$folder/bad" && cp -r "$store" "$folder/bad"
  fi
  rm -rf "${store:?}"/*
}

# --- moments

# wait_some PERCENT: a random time up to so many per cent of a whole run.
wait_some() { sleep "$(awk -v r="$RANDOM" -v s="$whole_s" -v p="$1" 'BEGIN { print r / 32768 * s * p / 100 }')"; }
alive() { kill -0 "$1" 2>/dev/null; }

start() {  # start STORE: the command in the background; its process is $pid. A shell has its background ignore SIGINT.
  local store=$1
  before=$(done_jobs "$store")
  env --default-signal=INT "$kdbench" --store "$store" run "$suite" -j 2 --no-boards >"$folder/run.out" 2>&1 &
  pid=$!
}

# A run is broken off until it comes to its end, and then the next one, until there were as many faults as are wanted.
# break_off TIMES FUNCTION PERCENT: the function is called with the run's process after up to so many per cent of a whole run, and says
# whether it did something.
break_off() {
  local times=$1 hurt=$2 store=$folder/store before pid code
  mkdir -p "$store"
  while ((${tried[$fault]} < times)); do
    start "$store"
    while alive "$pid"; do
      wait_some "$3"
      if alive "$pid" && "$hurt" "$pid"; then tried[$fault]=$((${tried[$fault]} + 1)); fi
      ((${tried[$fault]} < times)) || break
    done
    code=0
    wait "$pid" 2>/dev/null || code=$?
    look "$before" "$store" "$pid"
    if ((code == 0)) || ((${tried[$fault]} >= times)); then finish "$store"; fi
    say
  done
}

a_worker() { workers_of "$1" | shuf -n 1 --random-source=<(yes "$RANDOM"); }
kill_worker() {
  local victim
  victim=$(a_worker "$1")
  [[ -n $victim ]] && kill -KILL "$victim" 2>/dev/null
}
kill_program() { kill -KILL "$1"; }
kill_both() {
  local victim
  victim=$(a_worker "$1")
  kill -KILL "$1" ${victim:+"$victim"} 2>/dev/null
}
signal_program() { kill -"$signal" "$1"; }
signal_worker() {
  local victim
  victim=$(a_worker "$1")
  [[ -n $victim ]] && kill -"$signal" "$victim" 2>/dev/null
}
pause_program() { kill -STOP "$1" && sleep 0.2 && kill -CONT "$1"; }
pause_worker() {
  local victim
  victim=$(a_worker "$1")
  [[ -n $victim ]] && kill -STOP "$victim" 2>/dev/null && sleep 0.2 && kill -CONT "$victim" 2>/dev/null
}

# table: of all faults so far; the program ends with 1 where one of them cost anything.
table() {
  local sum=0
  printf '| fault | tries | lost work | repeated work | wrong boards | processes left |\n| --- | ---: | ---: | ---: | ---: | ---: |\n'
  for fault in "${rows[@]}"; do
    printf '| %s | %d | %d | %d | %d | %d |\n' "$fault" "${tried[$fault]}" "${lost[$fault]}" "${repeated[$fault]}" "${wrong[$fault]}" "${orphans[$fault]}"
    sum=$((sum + ${lost[$fault]} + ${repeated[$fault]} + ${wrong[$fault]} + ${orphans[$fault]}))
  done
  printf 'seed %s; %s s; a whole run takes %s s\n' "$seed" "$((SECONDS - started))" "$whole_s"
  exit $((sum > 0))
}
trap 'kill -KILL "${pid:-}" 2>/dev/null || true; table' INT TERM

# --- the whole run

printf 'seed %s, %s, %s cores\n' "$seed" "$(uname -sm)" "$(nproc)" >&2
"$kdbench" --store "$folder/whole" run "$suite" -j 2 --no-boards >"$folder/first.out" 2>&1 || { cat "$folder/first.out" >&2 && exit 1; }
rm -rf "$folder/whole"  # the second one has the machine's caches, as the later ones have
begin=$(date +%s.%N)
"$kdbench" --store "$folder/whole" run "$suite" -j 2 --no-boards >"$folder/first.out" 2>&1
whole_s=$(awk -v a="$begin" -v b="$(date +%s.%N)" 'BEGIN { printf "%.2f", b - a }')
jobs=$(done_jobs "$folder/whole" | wc -l)
boards "$folder/whole" "$folder/whole"
printf 'a whole run: %s jobs in %s s\n' "$jobs" "$whole_s" >&2

# --- faults

row "SIGKILL of a worker" && break_off $((kills * 2 / 5)) kill_worker 60
row "SIGKILL of kdbench" && break_off $((kills * 2 / 5)) kill_program 60
row "SIGKILL of both" && break_off $((kills / 5)) kill_both 60
for signal in TERM INT HUP; do
  row "SIG$signal to kdbench" && break_off "$tries" signal_program 60
  row "SIG$signal to a worker" && break_off "$tries" signal_worker 60
done
row "SIGSTOP, then SIGCONT, of kdbench" && break_off "$tries" pause_program 40
row "SIGSTOP, then SIGCONT, of a worker" && break_off "$tries" pause_worker 40

# limited WHAT LIMIT...: a run under a limit ends as it will, and goes on without.
limited() {
  local store=$folder/store before pid
  mkdir -p "$store"
  before=$(done_jobs "$store")
  (ulimit "$@" && exec "$kdbench" --store "$store" run "$suite" -j 2 --no-boards >"$folder/run.out" 2>&1) &
  pid=$!
  wait "$pid" 2>/dev/null || true
  look "$before" "$store" "$pid"
  tried[$fault]=$((${tried[$fault]} + 1))
  finish "$store"
}
row "8 to 40 descriptors" && for _ in $(seq "$tries"); do limited -n $((8 + RANDOM % 33)); done
row "200 to 2000 MB of addresses" && for _ in $(seq "$tries"); do limited -v $((200000 + RANDOM * 55)); done
row "files of at most 1 to 64 kB" && for _ in $(seq "$tries"); do limited -f $((1 + RANDOM % 64)); done

# Records and weights of another time: from before there were computers, and of a time to come.
row "clocks that jump" && for _ in $(seq "$tries"); do
  store=$folder/store && mkdir -p "$store"
  start "$store"
  wait_some 110
  kill -TERM "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  find "$store" -type f | while read -r file; do touch -d "@$((RANDOM % 2 == 0 ? 86400 : 4102444800))" "$file"; done
  tried[$fault]=$((${tried[$fault]} + 1))
  finish "$store"
done

# A file system of its own that can be full, and read-only.
may_mount() { [[ $EUID == 0 ]] && mkdir -p "$folder/disk" && mount -t tmpfs -o size=16m tmpfs "$folder/disk" 2>/dev/null; }
if may_mount; then
  row "a full disk" && for _ in $(seq "$tries"); do
    store=$folder/disk/store && mkdir -p "$store"
    mount -o remount,size=$((32 + RANDOM % 1200))k "$folder/disk"
    start "$store"
    wait "$pid" || true
    look "$before" "$store" "$pid"
    tried[$fault]=$((${tried[$fault]} + 1))
    mount -o remount,size=64m "$folder/disk"
    finish "$store"
  done
  row "a store that is read-only" && for _ in $(seq "$tries"); do
    store=$folder/disk/store && mkdir -p "$store"
    start "$store"
    wait_some 110
    kill -INT "$pid" 2>/dev/null || true
    wait "$pid" || true
    mount -o remount,ro "$folder/disk"
    start "$store"
    code=0
    wait "$pid" || code=$?
    if ((code != 1)) || ! grep -q 'Read-only file system' "$folder/run.out"; then
      bad "ended with $code and said: $(cat "$folder/run.out")"
      wrong[$fault]=$((${wrong[$fault]} + 1))
    fi
    look "$before" "$store" "$pid"
    tried[$fault]=$((${tried[$fault]} + 1))
    mount -o remount,rw "$folder/disk"
    finish "$store"
  done
  umount "$folder/disk"
else
  printf 'skipped: a full disk, a store that is read-only (mounting a file system needs root)\n' >&2
fi

table
