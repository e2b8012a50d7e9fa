#!/usr/bin/env bash
# pairs.sh KDBENCH: every loss trains one step on four pairs of families, or declines the pair while the suite is planned; pairs.txt says
# which, and why. The table is printed, to be copied where it changes on purpose.
source "$(dirname "$0")/common.sh"
cp -r "$here/../data/tiny_flat_val" "$folder/tiny"
losses=()
for folder_of_loss in "$here"/../../plugins/losses/*/; do losses+=("$(basename "$folder_of_loss")"); done
studies=("resnet to resnet" "wrn to mobilenet_v2" "resnet to vit" "resnet to resnet of 64 x 64")
declare -A dataset=(["resnet to resnet"]=small ["wrn to mobilenet_v2"]=small ["resnet to vit"]=small
                    ["resnet to resnet of 64 x 64"]=large)
declare -A pair=(["resnet to resnet"]='"resnet14", "resnet8"' ["wrn to mobilenet_v2"]='"wrn_10_2", "mobilenet_v2"'
                 ["resnet to vit"]='"resnet14", "vit"' ["resnet to resnet of 64 x 64"]='"resnet14", "resnet8"')
declare -A why=() # "STUDY/LOSS" -> the reason against it

# suite: every pair with the losses that nothing is known against.
suite() {
  cat "$here/pairs.toml"
  local loss study
  for loss in "${losses[@]}"; do
    printf '[losses.%s]\n' "$loss"
    [[ $loss == none ]] || printf 'ce_weight = 1.0\n'
  done
  for study in "${studies[@]}"; do
    printf '[[studies]]\nname = "%s"\ndataset = "%s"\npairs = [[%s]]\nlosses = [' "$study" "${dataset[$study]}" "${pair[$study]}"
    for loss in "${losses[@]}"; do [[ -n ${why[$study/$loss]-} ]] || printf '"%s", ' "$loss"; done
    printf ']\n'
  done
}

suite >"$folder/all.toml"
code=0
"$kdbench" --store "$folder/store" plan "$folder/all.toml" --set suite.data_dir="$folder" >/dev/null 2>"$folder/refusals" || code=$?
check "what cannot train is refused while it is planned" equal "$code" 2
while IFS=$'\t' read -r study loss reason; do why[$study/$loss]=$reason; done < <(
  sed -nE "s/.*study '([^']*)': loss '([^']*)' with [^:]*: (.*)/\1\t\2\t\3/p" "$folder/refusals")
check "with a reason for each" equal "$(grep -c ": study '" "$folder/refusals")" "${#why[@]}"

suite >"$folder/rest.toml"
code=0
"$kdbench" --store "$folder/store" run "$folder/rest.toml" --set suite.data_dir="$folder" -j 2 >"$folder/boards" 2>"$folder/log" || code=$?
check "all others train" equal "$code" 0
[[ $code == 0 ]] || cat "$folder/log"
for loss in "${losses[@]}"; do
  for study in "${studies[@]}"; do printf '%s, %s: %s\n' "$loss" "$study" "${why[$study/$loss]-ok}"; done
done >"$folder/pairs.txt"
cat "$folder/pairs.txt"
check "the table of pairs is pairs.txt" same "$here/pairs.txt" "$folder/pairs.txt"
verdict
