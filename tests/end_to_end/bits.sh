#!/usr/bin/env bash
# bits.sh KDBENCH: a network has the same weights to the bit whatever is trained beside it, and whether it was stopped or not; and
# its record says the same of its teacher on the training rows.
source "$(dirname "$0")/common.sh"
cd "$here"

taught() {  # taught STORE: job and what its record says of its teacher on the training rows, a line for each record
  local record
  for record in "$1"/records/*/*.json; do
    printf '%s %s\n' "$(basename "$record" .json)" "$(grep -o '"as_taught_in_training":{[^}]*}' "$record")"
  done
}

train() {  # train STORE SUITE OPTION...
  local store=$1
  shift
  "$kdbench" --store "$folder/$store" run "$@" --no-boards 2>>"$folder/$store.err" ||
    { printf 'FAILED: kdbench run %s ended with %s\n' "$*" "$?"; cat "$folder/$store.err"; exit 1; }
  weights "$folder/$store" >"$folder/$store.weights"
  taught "$folder/$store" >"$folder/$store.taught"
}

train one suite.toml -j 1
check "every one of twelve networks has its hash" equal "$(grep -c weights_sha256 "$folder/one.weights")" 12
check "seeds and losses give different networks" equal "$(cut -d' ' -f2 "$folder/one.weights" | sort -u | wc -l)" 12
train two suite.toml -j 2
check "two threads" same "$folder/one.weights" "$folder/two.weights"
check "eight students tell of their teachers" equal "$(grep -c '"ece_floor":' "$folder/one.taught")" 8
check "two threads, their teachers" same "$folder/one.taught" "$folder/two.taught"
train apart suite.toml -j 2 --no-fuse
check "a process for every network" same "$folder/one.weights" "$folder/apart.weights"
check "a process for every network, their teachers" same "$folder/one.taught" "$folder/apart.taught"
train alone one_student.toml -j 2
check "the suite of one student trains it and its teacher" equal "$(wc -l <"$folder/alone.weights")" 2
check "a student alone in its group" equal "$(comm -23 "$folder/alone.weights" "$folder/one.weights")" ""

# An OpenBLAS that cuts a product among its own threads rounds otherwise. Its code for this kind of processor does; for others it may not.
export OPENBLAS_CORETYPE=Haswell
train thread_1 threads.toml -j 1
for way in "-j 2" "-j 3" "-j 2 --no-fuse"; do
  store=thread${way//[^a-z0-9]/_}
  # shellcheck disable=SC2086
  train "$store" threads.toml $way
  check "operations have the threads of their job, not of the pool: $way" same "$folder/thread_1.weights" "$folder/$store.weights"
done
unset OPENBLAS_CORETYPE

# Long enough to be stopped in the middle: the students' own checkpoints are waited for, then the program is told to end.
long=(suite.toml -j 2 --set 'suite.seeds=[0]' --set train.epochs=100)
train whole "${long[@]}"
"$kdbench" --store "$folder/stopped" run "${long[@]}" --no-boards 2>"$folder/stopped.err" &
program=$!
half_done() {  # a record of the teacher is there, and a student that it teaches has begun
  local students
  students=$(find "$folder/stopped/artifacts" -name checkpoint.safetensors 2>/dev/null | wc -l)
  grep -qs 'done teacher' "$folder/stopped.err" && [[ $students -gt 1 ]]
}
until half_done || ! kill -0 "$program" 2>/dev/null; do sleep 0.02; done
kill -TERM "$program" 2>/dev/null || true
code=0
wait "$program" || code=$?
check "SIGTERM ends it with 143" equal "$code" 143
check "it says how to go on" grep -qE 'stopped by SIGTERM: [1-6] of 6 jobs are done, [1-6] left' "$folder/stopped.err"
left=$(find "$folder/stopped/artifacts" -name checkpoint.safetensors | wc -l)
check "networks were stopped half trained" test "$left" -gt 0
train stopped "${long[@]}"
check "stopped and resumed" same "$folder/whole.weights" "$folder/stopped.weights"
check "stopped and resumed, their teachers" same "$folder/whole.taught" "$folder/stopped.taught"
verdict
