#!/usr/bin/env bash
# run_time_test.sh KDBENCH BAD_LOSSES SUITE: losses that crash, throw, hang, end the process or return no number cost their own
# jobs, each of which says why; the sound ones beside them are trained.
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

run() {  # sets `code`, leaves the boards in `boards` and the rest in `told`
  code=0
  timeout 280 "$kdbench" run "$suite" --plugin "$library" --store "$folder/store" --timeout $limit_s -j 2 \
    >"$folder/boards" 2>"$folder/told" </dev/null || code=$?
}

# ended STATUS LOSS PATTERN: the summary has a line for the job that matches.
ended() { grep -qE "^$1( in an earlier run)?: $2 .*$3" "$folder/told"; }
shown() { grep -q -- "$1" "$folder/boards"; }

check_rows() {
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
  check "$1: the sound losses are on the board" shown '^ *none .*(1)'
  check "$1: also the one that shared a worker with the bad ones" shown '^ *kl .*(1)'
  check "$1: the failed ones are on the board" shown '^ *bad_segfault .*failed'
}

run
check "exit code 1 (found $code)" test "$code" -eq 1
check_rows first
((failures == 0)) || cat "$folder/told" "$folder/boards"
cp "$folder/boards" "$folder/first_boards"

run
check "again: exit code 1 (found $code)" test "$code" -eq 1
check "again: the same boards" cmp -s "$folder/boards" "$folder/first_boards"
check_rows again

printf '%d failures\n' "$failures"
((failures == 0))
