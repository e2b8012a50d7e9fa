#!/usr/bin/env bash
# probe.sh KDBENCH: gradients along the teacher's temperature are shown without training, in every form, and nothing is written.
source "$(dirname "$0")/common.sh"
cd "$here"
one=(suite.toml --set 'suite.seeds=[0]')

code=0
"$kdbench" --store "$folder/none" probe "${one[@]}" >/dev/null 2>"$folder/none.err" || code=$?
check "without a store it says what makes one" holds "$folder/none.err" "kdbench run makes it"
check "and ends with 2" equal "$code" 2

"$kdbench" --store "$folder/store" run "${one[@]}" -j 2 --no-boards 2>/dev/null
find "$folder/store" -type f -printf '%p %i %T@\n' | sort >"$folder/files.before"
"$kdbench" --store "$folder/store" probe "${one[@]}" --temperatures 1,4 >"$folder/probe.out"
find "$folder/store" -type f -printf '%p %i %T@\n' | sort >"$folder/files.after"
check "nothing in the store changes" same "$folder/files.before" "$folder/files.after"
check "a method without a teacher says why it has no numbers" holds "$folder/probe.out" "labels alone: it has no terms"
check "at T=1 every gradient is itself" equal "$(grep -cE '^(kl|dist) .* 1\.000 ' "$folder/probe.out")" 10
for format in md csv json; do
  "$kdbench" --store "$folder/store" probe "${one[@]}" --format $format >"$folder/probe.$format"
  check "as $format" test -s "$folder/probe.$format"
done
"$kdbench" --store "$folder/store" probe "${one[@]}" --set models.teacher.hidden=33 >"$folder/other.out"
check "a teacher that is not there is said to be missing" holds "$folder/other.out" "its teacher is not trained yet; kdbench run trains it"

# Beside what training did along the same axis.
along=("${one[@]}" --set 'studies.temperature.axis="teacher_temperature"' --set 'studies.temperature.losses=["kl","dist"]')
"$kdbench" --store "$folder/along" run "${along[@]}" -j 2 --no-boards 2>/dev/null
"$kdbench" --store "$folder/along" probe "${along[@]}" --trained --temperatures 2,4 >"$folder/trained.out"
check "both methods have a turn, a growth and a trained spread" equal \
  "$(grep -cE '^temperature .* (kl|dist) +[0-9.]+ +[0-9.]+ +[0-9.]+' "$folder/trained.out")" 2
check "and are counted by the rank correlation" grep -qE '^turn +2 ' "$folder/trained.out"
"$kdbench" --store "$folder/store" probe "${one[@]}" --trained >"$folder/untrained.out"
check "a suite that trains along another axis is told what is missing" holds "$folder/untrained.out" "No study of the suite trains along teacher_temperature"
verdict
