#!/usr/bin/env bash
# golden.sh KDBENCH: the losses reproduce values that another implementation computed, wherever their golden files lie and in both forms.
source "$(dirname "$0")/common.sh"
losses=$here/../../plugins/losses

# golden FOLDER ARGUMENT...: `kdbench test --golden`; what it prints goes to FOLDER.out.
golden() {
  local code=0
  "$kdbench" --store "$folder/store" test --golden "${@:2}" >"$folder/$1.out" 2>&1 || code=$?
  equal "$code" 0
}
# all_passed FOLDER: the last line counts no failure and nothing that was skipped.
all_passed() { grep -qE '^[1-9][0-9]* passed, 0 failed, 0 skipped$' "$folder/$1.out" || { cat "$folder/$1.out"; false; }; }

check "no golden value is missed" golden beside "$losses"
check "every value was checked" all_passed beside
cat "$folder/beside.out"

mkdir "$folder/alone"
for file in "$losses"/*/golden/*.json; do
  [[ $file == */aliases.json ]] || cp "$file" "$folder/alone"
done
check "files without aliases are run by those that were built with the plugins" golden alone "$folder/alone"
check "so that the same values are checked" equal "$(tail -n 1 "$folder/alone.out")" "$(tail -n 1 "$folder/beside.out")"

check "files of references are written in the native form" golden convert "$folder/alone" --convert "$folder/native"
check "which is run without aliases" golden native "$folder/native"
check "every converted value was checked" all_passed native
check "a file of the native form needs no other" golden template "$here/../../plugins/template/loss/golden" \
  --plugin "$(dirname "$kdbench")/../lib/kdbench/template/my_loss.so"
verdict
