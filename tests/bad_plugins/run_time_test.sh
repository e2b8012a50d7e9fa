#!/usr/bin/env bash
# run_time_test.sh KDBENCH BAD_LOSSES SUITE: losses that crash, throw, hang, end the process or return no number cost their own
# jobs, each of which says why; the sound ones beside them are trained, to the weights that they have without them, and nothing
# that a loss started is left.
set -euo pipefail
kdbench=$1 library=$2 suite=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export XDG_CACHE_HOME=$folder/cache
failures=0
limit_s=30

check() {  # check WHAT CONDITION...
  local what=$1
  shift
  if "$@"; then
    printf 'ok: %s\n' "$what"
  else
    printf 'FAILED: %s\n' "$what"
    failures=$((failures + 1))
  fi
}

# In the environment of all that is started here, so that what is left of it can be told from what others run.
export KDBENCH_TEST_MARK=run_time_test.$$

run() {  # run STORE OPTION...: sets `code`, leaves the boards in `boards` and the rest in `told`
  local store=$1
  shift
  code=0
  "$kdbench" run "$suite" --plugin "$library" --store "$folder/$store" --timeout $limit_s --memory-limit 2GB -j 2 "$@" \
    >"$folder/boards" 2>"$folder/told" </dev/null || code=$?
}

left_behind() {  # processes that were started by this test and are no part of its own shell
  local process
  for process in /proc/[0-9]*; do
    [[ ${process#/proc/} == "$$" || ${process#/proc/} == "$BASHPID" ]] && continue
    grep -qszF "KDBENCH_TEST_MARK=$KDBENCH_TEST_MARK" "$process/environ" || continue
    [[ $(readlink "$process/exe") == *kdbench-worker* ]] && printf '%s ' "${process#/proc/}"
  done
  true
}

weights() {  # weights STORE LOSS...: SHA-256 of every file of weights of these losses' students and of the teacher
  local store=$1 record
  shift
  for name in teacher "$@"; do
    record=$(grep -lE "\"label\":\"$name " "$folder/$store"/records/*/*.json)
    (cd "$folder/$store/artifacts/$(basename "$record" .json)" && sha256sum ./*.safetensors)
  done
}

# ended STATUS LOSS PATTERN: the record of the loss's student has that status and a reason that matches.
ended() {
  local record
  record=$(grep -lE "\"label\":\"$2 " "$folder"/store/records/*/*.json)
  grep -q "\"status\":\"$1\"" "$record" && grep -qE "\"reason\":\"([^\"\\\\]|\\\\.)*$3" "$record"
}
shown() { grep -q -- "$1" "$folder/boards"; }

check_rows() {
  check "$1: the summary tells of the first" grep -qE '^failed( in an earlier run)?: bad_segfault .*Segmentation fault' "$folder/told"
  check "$1: a crash" ended failed bad_segfault 'Segmentation fault'
  check "$1: kdbench::Error" ended failed bad_throws 'expected 3 feature maps, found 0; use a model that has them'
  check "$1: something that is no exception" ended failed bad_throws_an_int 'no std::exception'
  check "$1: an error of libtorch" ended failed bad_torch_error 'cannot be multiplied'
  check "$1: NaN" ended diverged bad_nan 'epoch 1, step 1'
  check "$1: a NaN gradient at the 14th step, the fourth of the second epoch" ended diverged bad_nan_gradient 'epoch 2, step 4'
  check "$1: libtorch's out of memory" ended failed bad_out_of_memory 'out of memory'
  check "$1: std::bad_alloc" ended failed bad_bad_alloc 'out of memory'
  check "$1: exit(0)" ended failed bad_exits '.'
  check "$1: a hang" ended failed bad_hangs "took longer than the $limit_s s of --timeout"
  check "$1: no scalar" ended failed bad_not_a_scalar '.'
  check "$1: no gradient" ended failed bad_detached '.'
  check "$1: abort()" ended failed bad_aborts 'worker crashed: Aborted'
  check "$1: _exit(0)" ended failed bad_ends_at_once 'worker ended without a result \(exit code 0\)'
  check "$1: a loop" ended failed bad_loops "took longer than the $limit_s s of --timeout"
  check "$1: memory without an end" ended failed bad_takes_memory 'more than the 2.0 GB of --memory-limit'
  check "$1: a child that stays" ended failed bad_forks_and_dies 'worker ended without a result \(exit code 1\)'
  check "$1: a child in a session of its own" ended failed bad_leaves_a_daemon 'worker ended without a result \(exit code 1\)'
  check "$1: SIGTERM ignored" ended failed bad_takes_signals 'the loss changed what SIGTERM does'
  check "$1: the channel closed" ended failed bad_closes_everything 'worker lost its channel to kdbench'
  check "$1: a library that is not there" ended failed bad_opens_a_library '/nowhere/lib.so: cannot open'
  for harmless in bad_writes_everywhere bad_leaves_a_thread bad_destructor; do
    check "$1: $harmless harms nobody, and is trained" shown "^ *$harmless .*(1)"
  done
  check "$1: no process is left" test -z "$(left_behind)"
  check "$1: the sound losses are on the board" shown '^ *none .*(1)'
  check "$1: also the one that shared a worker with the bad ones" shown '^ *kl .*(1)'
  check "$1: the failed ones are on the board" shown '^ *bad_segfault .*failed'
}

run store
check "exit code 1 (found $code)" test "$code" -eq 1
check_rows first
((failures == 0)) || cat "$folder/told" "$folder/boards"
cp "$folder/boards" "$folder/first_boards"

run store
check "again: exit code 1 (found $code)" test "$code" -eq 1
check "again: the same boards" cmp -s "$folder/boards" "$folder/first_boards"
check_rows again

run sound --set 'studies.survival.losses=["none","kl"]'
check "the sound losses by themselves are trained (found exit code $code)" test "$code" -eq 0
check "and have the weights that they have beside the others" diff <(weights store kl) <(weights sound kl)
check "so has the one without a teacher" diff <(weights store alone) <(weights sound alone)

# Planning builds a loss to ask what it needs; no job is there yet that it could cost.
sed 's/^\[losses.kl\]/&\n[losses.bad_constructor]/; s/"kl", "bad_segfault"/"kl", "bad_constructor"/' "$suite" >"$folder/planned.toml"
code=0
"$kdbench" plan "$folder/planned.toml" --plugin "$library" --store "$folder/store" >/dev/null 2>"$folder/told" || code=$?
check "a crash while planning ends it (found exit code $code)" test "$code" -eq 1
check "and names the plugin" grep -qx 'it crashed in the code of a plugin: loss bad_constructor; plan without it, or mend it' "$folder/told"

printf '%d failures\n' "$failures"
((failures == 0))
