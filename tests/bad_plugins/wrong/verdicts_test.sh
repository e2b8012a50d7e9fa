#!/usr/bin/env bash
# verdicts_test.sh KDBENCH FOLDER: what `kdbench test` says of every plugin of FOLDER's libraries that are wrong on purpose, one line
# each, is what verdicts.txt says: "pass", the checks that fail, or those that pass with a note where none fails.
set -euo pipefail
kdbench=$1 built=$2
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export XDG_CACHE_HOME=$folder/cache

# verdicts: of what `kdbench test` printed.
verdicts() {
  awk '
    function tell() {
      if (plugin == "") return
      verdict = failed != "" ? "FAIL  " failed : noted != "" ? "note  " noted : "pass"
      printf "%-30s %s\n", plugin, verdict
    }
    /^[a-z]/ && !/ passed, / { tell(); plugin = $0; failed = noted = "" }
    / passed, / { tell(); plugin = "" }
    /^  (FAIL|note)  / {
      outcome = substr($0, 3, 4)
      check = substr($0, 9)
      sub(/: .*/, "", check)
      if (outcome == "FAIL") failed = failed (failed == "" ? "" : "; ") check
      else noted = noted (noted == "" ? "" : "; ") check
    }'
}

# failures_without_remedy: how many lines say FAIL and are not followed by what to change.
failures_without_remedy() { awk '/^        remedy: ./ { n-- } /^  FAIL  / { n++ } END { print n + 0 }' "$1"; }

code=0
timeout 1200 "$kdbench" test "$built/wrong_losses.so" "$built/wrong_others.so" --limit 10 >"$folder/suite" 2>&1 || code=$?
timeout 200 "$kdbench" test --golden "$here/golden" --plugin "$built/wrong_losses.so" >"$folder/golden" 2>&1 || code=$((code + $?))
{
  verdicts <"$folder/suite"
  printf '\nby golden values:\n'
  verdicts <"$folder/golden"
} >"$folder/verdicts"

failures=0
complain() {
  printf 'FAILED: %s\n' "$*"
  failures=$((failures + 1))
}
[[ $code == 2 ]] || complain "expected exit code 1 twice, found a sum of $code"
diff -u --label verdicts.txt --label found "$here/verdicts.txt" "$folder/verdicts" || complain "the verdicts are others"
[[ $(failures_without_remedy "$folder/suite") == 0 ]] || complain "a failure names no remedy"
for culprit in 'w_segfault.*Segmentation fault' 'w_exits.*exit code 0' 'w_hangs.*computes without an end'; do
  tr '\n' ' ' <"$folder/suite" | grep -qE "loss ${culprit%%.*} .*${culprit#*\*}" || complain "no row says $culprit"
done
((failures == 0)) || cat "$folder/suite" "$folder/golden"
printf '%d failures\n' "$failures"
((failures == 0))
