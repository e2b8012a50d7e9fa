#!/usr/bin/env bash
# every_report.sh PAGE CTEST BUILD: every report in the tables of the page has a test of its number, or says why it needs none; every
# test of such a number has its row; and no row names a test that is not there.
set -euo pipefail
page=$1 ctest=$2 build=$3
failures=0
complain() {
  printf '%s\n' "$*"
  failures=$((failures + 1))
}

tests=$("$ctest" --test-dir "$build" -N | sed -n 's/^ *Test *#[0-9]*: //p')
# number|last cell of its row
rows=$(sed -nE 's/^\| (KB-[0-9]{2}) \|.*\| ([^|]*) \|$/\1|\2/p' "$page")
[[ -n $rows ]] || complain "$page has no row that begins with | KB-NN |"
while IFS='|' read -r number cell; do
  name=${number/-/_}
  if grep -qE "(^|[./])$name([._/]|\$)" <<<"$tests"; then
    grep -qF "$name" <<<"$cell" || complain "$page: the row of $number does not name its test $name"
  elif grep -qF "$name" <<<"$cell"; then
    complain "$page: $number has no test of the name $name; add one, or say in the last cell why it needs none"
  elif ((${#cell} < 20)); then
    complain "$page: $number has neither a test of the name $name nor a reason in its last cell"
  fi
done <<<"$rows"
twice=$(cut -d'|' -f1 <<<"$rows" | sort | uniq -d)
[[ -z $twice ]] || complain "$page: more than one row of" $twice
while read -r name; do
  grep -q "^${name/_/-}|" <<<"$rows" || complain "$page: no row of ${name/_/-}, which has a test"
done < <(grep -oE 'KB_[0-9]{2}' <<<"$tests" | sort -u)
printf '%d reports, %d complaints\n' "$(wc -l <<<"$rows")" "$failures"
((failures == 0))
