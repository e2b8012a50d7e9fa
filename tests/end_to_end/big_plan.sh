#!/usr/bin/env bash
# big_plan.sh KDBENCH: 22 methods at 11 temperatures on 5 seeds are planned, with one teacher a seed.
source "$(dirname "$0")/common.sh"

losses=
{
  sed -n '/^\[train\]/,/^hidden = 8/p' "$here/suite.toml"
  for i in $(seq 1 22); do
    printf '[losses.m%s]\nplugin = "dist"\nbeta = %s\n' "$i" "$i"
    losses+="\"m$i\", "
  done
  printf '[suite]\nname = "big"\nseeds = [0, 1, 2, 3, 4]\n'
  printf '[[studies]]\nname = "curves"\nkind = "sensitivity"\naxis = "tau"\nvalues = [%s]\n' "1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8"
  printf 'losses = [%s]\npairs = [["teacher", "student"]]\n' "${losses%, }"
} >"$folder/big.toml"

"$kdbench" --store "$folder/store" plan "$folder/big.toml" --jobs >"$folder/out"
"$kdbench" --store "$folder/store" plan "$folder/big.toml" --format json >"$folder/plan.json"
for seed in 0 1 2 3 4; do
  check "seed $seed has one teacher" equal "$(grep -cE "B +teacher teacher s$seed *\$" "$folder/out")" 1
  check "seed $seed has 22 x 11 students" equal "$(grep -cE "B +m[0-9]+ tau=[0-9.]+ teacher->student s$seed +teacher teacher s$seed *\$" "$folder/out")" 242
done
check "the plan as JSON has 5 x (1 + 22 x 11) jobs" equal "$(grep -o '"estimated_s"' "$folder/plan.json" | wc -l)" 1215
check "nothing was trained" equal "$(find "$folder" -path '*/records/*' -type f)" ""
verdict
