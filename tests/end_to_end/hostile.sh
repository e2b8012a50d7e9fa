#!/usr/bin/env bash
# hostile.sh KDBENCH: output that cannot be written, stores that somebody else wrote, and the verbs that look after them.
source "$(dirname "$0")/common.sh"

store=$folder/store
run() { "$kdbench" --store "$store" run "$here/one_student.toml" -j 2; }
says() {  # says CODE FILE COMMAND...: it ends with that code; what it printed is in FILE
  local expected=$1 file=$2 code=0
  shift 2
  "$@" >"$file" 2>&1 || code=$?
  [[ $code == "$expected" ]] || { printf '  expected exit code %s, found %s:\n' "$expected" "$code"; sed 's/^/    /' "$file"; false; }
}

check "a suite is trained" says 0 "$folder/first" run
"$kdbench" --store "$store" leaderboard "one student" >"$folder/board"

# Output
code=0
"$kdbench" --store "$store" leaderboard "one student" >/dev/full 2>"$folder/full" || code=$?
check "a full disk is no success" equal "$code" 1
check "and is told" holds "$folder/full" "the output could not be written whole"
code=0
"$kdbench" --store "$store" leaderboard "one student" >&- 2>"$folder/closed" || code=$?
check "neither is an output that is closed" equal "$code" 1
code=0
"$kdbench" --help >/dev/full 2>/dev/null || code=$?
check "nor help that does not arrive" equal "$code" 1

# A record of a job that is no job of ours, and what it holds.
record=$(ls "$store"/records/*/*.json | head -1)
sed 's/"accuracy":[0-9.e-]\+/"accuracy":2.5/; s/"record_sha256":"[0-9a-f]*",//' "$record" >"$folder/hostile.json"
cp "$record" "$folder/sound.json"
cp "$folder/hostile.json" "$record"
check "one record that cannot be is a warning" says 0 "$folder/warned" "$kdbench" --store "$store" leaderboard "one student"
check "which names it" holds "$folder/warned" "expected a number from 0 to 1, found 2.5"
printf '{"schema":2,"extra":1e999}' >"$record"
check "a number that JSON cannot hold ends no board" says 0 "$folder/huge" "$kdbench" --store "$store" leaderboard "one student"
check "and its file is named" holds "$folder/huge" "$(basename "$record")"
cp "$folder/sound.json" "$record"
printf 'null' >"$store/plans/broken.json"
check "a plan that is none does not hide the others" says 0 "$folder/list" "$kdbench" --store "$store" leaderboard
check "they are listed" holds "$folder/list" "one student"
rm "$store/plans/broken.json"
"$kdbench" --store "$store" leaderboard "one student" >"$folder/after"
check "and nothing was changed" same "$folder/board" "$folder/after"

# What a title may hold.
sed 's/^name = "one student"/name = "loud"\ntitle = "=HYPERLINK(1) \\u001b[31mred"/' "$here/one_student.toml" >"$folder/loud.toml"
check "a suite with a loud title runs" says 0 "$folder/loud" "$kdbench" --store "$store" run "$folder/loud.toml"
"$kdbench" --store "$store" leaderboard loud >"$folder/loud.txt"
check "no escape reaches the terminal" bash -c "! grep -q \$'\\x1b' '$folder/loud.txt' '$folder/loud'"
check "it is shown instead" holds "$folder/loud.txt" '\x1b[31mred'
"$kdbench" --store "$store" leaderboard loud --format csv >"$folder/loud.csv"
check "no cell begins a formula" bash -c "! grep -qE '(^|,)\"?=' '$folder/loud.csv'"

# Links
mkdir "$folder/mine" && printf 'mine' >"$folder/mine/thesis"
mv "$store/logs" "$folder/logs" && ln -s "$folder/mine" "$store/logs"
check "a store with a linked folder is refused" says 1 "$folder/linked" run
check "by name" holds "$folder/linked" "logs is a symbolic link"
rm "$store/logs" && mv "$folder/logs" "$store/logs"

student=$(grep -l '"label":"kl ' "$store"/records/*/*.json)
id=$(basename "$student" .json)
log=$store/logs/${id:0:16}.log
mv "$student" "$folder/student.json" && mv "$store/artifacts/$id" "$folder/student" && rm -f "$log"
ln -s "$folder/mine/thesis" "$log"
check "a log that is a link to somebody's file is not written" says 1 "$folder/linked" run
check "by name" holds "$folder/linked" "cannot write the log $log"
check "and the file is as it was" equal "$(cat "$folder/mine/thesis")" mine
rm "$log" && mv "$folder/student.json" "$student" && rm -rf "$store/artifacts/$id" && mv "$folder/student" "$store/artifacts/$id"

# The place of a record that something else takes.
job=$(basename "$record" .json)
mv "$record" "$folder/kept.json" && mkdir "$record"
check "a folder in a record's place fails its job alone" says 1 "$folder/taken" run
check "before it is trained" holds "$folder/taken" "is no regular file, and the record of the job would stand there"
rmdir "$record" && mv "$folder/kept.json" "$record"

# Looking after it.
check "verify finds nothing" says 0 "$folder/verify" "$kdbench" --store "$store" store verify
mkdir -p "$store/artifacts/$(printf 'e%.0s' {1..64})"
check "gc lists what no record needs" says 0 "$folder/gc" "$kdbench" --store "$store" store gc
check "and removes nothing by itself" test -d "$store/artifacts/$(printf 'e%.0s' {1..64})"
check "until it is told" says 0 "$folder/gc" "$kdbench" --store "$store" store gc --yes
check "then it does" test ! -d "$store/artifacts/$(printf 'e%.0s' {1..64})"
check "a suite whose jobs another has leaves them" says 0 "$folder/rm" "$kdbench" --store "$store" store rm loud --yes
"$kdbench" --store "$store" leaderboard "one student" >"$folder/after"
check "with their boards" same "$folder/board" "$folder/after"
check "the last suite takes its records with it" says 0 "$folder/rm" "$kdbench" --store "$store" store rm "one student" --yes
check "all of them" equal "$(find "$store/records" -name '*.json' | wc -l)" 0

check "doctor looks at everything" says 0 "$folder/doctor" "$kdbench" --store "$store" doctor
for what in machine memory libtorch BLAS CUDA plugins data store disk; do
  check "doctor: $what" grep -qE "^$what " "$folder/doctor"
done
verdict
