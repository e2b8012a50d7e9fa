#!/usr/bin/env bash
# paper_plans.sh KDBENCH: the suites of the paper can be planned at both scales before any data is there, and nothing of the CPU's
# scale shows through at the paper's.
source "$(dirname "$0")/common.sh"
mkdir "$folder/data"

plan() {  # plan SUITE PROFILE OUT: as JSON, on any machine
  "$kdbench" --store "$folder/store" plan "$1" --profile "$2" --device cpu --set suite.data_dir="$folder/data" --format json >"$3" 2>"$folder/err" ||
    { sed 's/^/  /' "$folder/err"; false; }
}

# The shortest stage of the paper's scale are the 30 epochs of a hint.
shortest() { grep -oE '"epochs": ?[0-9]+' "$1" | grep -oE '[0-9]+' | sort -n | head -1; }
shows() { grep -cE "\"plugin\": ?\"$2\"" "$1" || true; }

num_suites=0
for suite in "$here"/../../suites/paper/*.toml; do
  name=$(basename "$suite" .toml)
  num_suites=$((num_suites + 1))
  for profile in cpu paper; do
    check "$name is planned, profile $profile" plan "$suite" $profile "$folder/$name.$profile.json"
  done
  check "$name trains long at the paper's scale" test "$(shortest "$folder/$name.paper.json")" -ge 30
  check "$name uses no small data at the paper's scale" equal "$(shows "$folder/$name.paper.json" fashion_mnist)" 0
done
check "all suites of the paper were planned" equal "$num_suites" 14
check "nothing was trained" equal "$(find "$folder" -path '*/records/*' -type f)" ""
verdict
