#!/usr/bin/env bash
# zoo_plans.sh KDBENCH: the suites of the whole field can be planned before any data is there; each loss, strategy and gradient policy of
# the shelf is in zoo_cpu; the printed numbers beside zoo_cifar100 are of its pairs.
source "$(dirname "$0")/common.sh"
root=$here/../..
mkdir "$folder/data"

plan() {  # plan SUITE OUT
  "$kdbench" --store "$folder/store" plan "$root/suites/$1.toml" --device cpu --set suite.data_dir="$folder/data" --format json >"$2" 2>"$folder/err" ||
    { sed 's/^/  /' "$folder/err"; false; }
}
shows() { grep -cE "\"$2\": ?\"?$3\"?" "$1" || true; }

for suite in zoo_smoke zoo_cpu zoo_cifar100; do check "$suite is planned" plan $suite "$folder/$suite.json"; done
for kind in losses strategies gradient_policies; do
  for plugin in "$root"/plugins/$kind/*/; do
    name=$(basename "$plugin")
    [[ $name == soft_target ]] && continue # needs a data set that knows its posterior
    check "$name is in zoo_cpu" grep -qE "\"$name\"|plugin = \"$name\"|^\[(losses|strategies)\.$name\]" "$root/suites/zoo_cpu.toml"
  done
done
check "zoo_cifar100 trains for 240 epochs" test "$(shows "$folder/zoo_cifar100.json" epochs 240)" -gt 0
check "and on CIFAR-100 alone" equal "$(grep -oE '"plugin": ?"(cifar100|fashion_mnist|cifar10)"' "$folder/zoo_cifar100.json" | sort -u | wc -l)" 1
# Networks are called in the tables as in the suite, but for letters and signs: "wrn_40_2", "ShuffleNetV1" for "shufflenet_v1".
plain() { tr 'A-Z' 'a-z' | tr -d '_-'; }
while IFS=, read -r teacher student; do
  check "zoo_cifar100 has $teacher -> $student" grep -qF "[\"$teacher\", \"$student\"]" <(plain <"$root/suites/zoo_cifar100.toml")
done < <(tail -n +2 "$root/suites/published/repdistiller.csv" | cut -d, -f5,7 | plain | sort -u)
check "nothing was trained" equal "$(find "$folder" -path '*/records/*' -type f)" ""
verdict
