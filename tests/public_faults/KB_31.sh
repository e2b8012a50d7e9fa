#!/usr/bin/env bash
# KB_31.sh KDBENCH LIBRARY: names and folders beyond ASCII, and a locale with a decimal comma, give the numbers of every other place.
source "$(dirname "$0")/common.sh"

name='étude-蒸留 Σ'
small_suite "$name" kl >"$folder/$name.toml"
sed -i "s/^\[losses.kl\]/[losses.\"déjà-vu\"]\nplugin = \"kl\"\ntau = 1.5/; s/losses = .*/losses = [\"déjà-vu\"]/" "$folder/$name.toml"
numbers() { "$kdbench" --store "$1" leaderboard "$name" --format "$2"; }

LC_ALL=C "$kdbench" --store "$folder/store $name" run "$folder/$name.toml" --no-boards 2>"$folder/err"
LC_ALL=C numbers "$folder/store $name" csv >"$folder/plain.csv"
check "the name stands on the board" holds "$folder/plain.csv" "déjà-vu"
if localedef -i de_DE -f UTF-8 "$folder/de_DE.UTF-8" 2>/dev/null; then
  mkdir "$folder/locales" && mv "$folder/de_DE.UTF-8" "$folder/locales/"
  export LOCPATH=$folder/locales
  export LC_ALL=de_DE.UTF-8 2>/dev/null  # for what is started from here; the shell itself does not find it
  check "half is written with a comma here" equal "$(bash -c 'printf "%.1f" 0,5' 2>/dev/null)" 0,5
else
  printf 'no locale can be made here: the locale of the machine is taken\n'
fi
# A library, in a folder of that name too, that takes the locale of the environment for the whole process.
mkdir "$folder/$name" && cp "$2" "$folder/$name/"
"$kdbench" --store "$folder/comma" run "$folder/$name.toml" --plugin "$folder/$name/$(basename "$2")" --no-boards 2>"$folder/err"
for format in csv json md text; do
  numbers "$folder/comma" "$format" >"$folder/comma.$format"
  LC_ALL=C numbers "$folder/store $name" "$format" >"$folder/plain.$format"
  check "$format: the same bytes" same "$folder/plain.$format" "$folder/comma.$format"
done
weights "$folder/store $name" >"$folder/plain.weights"
weights "$folder/comma" >"$folder/comma.weights"
check "the same jobs and weights" same "$folder/plain.weights" "$folder/comma.weights"
verdict
