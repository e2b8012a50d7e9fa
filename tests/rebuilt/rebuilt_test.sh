#!/usr/bin/env bash
# rebuilt_test.sh KDBENCH FOLDER: a library that was rebuilt with another formula under the same version has its results marked, and
# trained again where it was named by itself or where that is asked for; and with them what learned from them, and nothing else.
source "$(dirname "$0")/../end_to_end/common.sh"
built=$2
suite=$(cd "$(dirname "$0")" && pwd)/rebuilt.toml
library=$folder/plugins/rebuilt.so
mkdir "$folder/plugins"

use_build() { cp "$built/$1.so" "$folder/next.so" && mv "$folder/next.so" "$library"; }
run() {  # run STORE OPTION...: boards in out, the rest in err
  local store=$1
  shift
  "$kdbench" --store "$folder/$store" run "$suite" -j 2 "$@" >"$folder/out" 2>"$folder/err" ||
    { printf 'FAILED: kdbench run ended with %s\n' "$?"; cat "$folder/err"; exit 1; }
}
plan() { "$kdbench" --store "$folder/$1" plan "$suite" "${@:2}" >"$folder/plan"; }
files() { find "$folder/$1/records" "$folder/$1/artifacts" -type f -printf '%P\n' | sort; }
# Jobs of two lists of weights whose weights differ.
differing() { comm -3 <(sort "$1") <(sort "$2") | awk '{ print $1 }' | sort -u | wc -l; }

# What each build gives in a store of its own.
use_build first_build
run first --plugin "$library"
weights "$folder/first" >"$folder/first.weights"
cp "$folder/out" "$folder/first.boards"
use_build second_build
run second --plugin "$library"
weights "$folder/second" >"$folder/second.weights"
check "the formula is another: three of six networks are" equal "$(differing "$folder/first.weights" "$folder/second.weights")" 3

# Named by --plugin.
cp -r "$folder/first" "$folder/named"
plan named --plugin "$library"
check "the plan counts what is trained again" holds "$folder/plan" "6 jobs: 3 done, 3 again"
check "and says of which library" holds "$folder/plan" "2 jobs are done by another build of rebuilt.so; they are trained again"
check "and what learned from it" holds "$folder/plan" "1 job came from a network of another build; it is trained again"
before=$(find "$folder/named" -type f -printf '%p %T@\n' | sort | sha256sum)
plan named --plugin "$library" --format json
check "the document marks the jobs" equal "$(grep -c '"state": "again"' "$folder/plan")" 3
check "a plan changes nothing" equal "$(find "$folder/named" -type f -printf '%p %T@\n' | sort | sha256sum)" "$before"
run named --plugin "$library"
check "the run trains them" holds "$folder/err" "6 jobs done, 3 of them before; 0 not done"
check "and says why" holds "$folder/err" "2 jobs are done by another build of rebuilt.so; they are trained again"
weights "$folder/named" >"$folder/named.weights"
check "they are what a new store has, to the bit" same "$folder/second.weights" "$folder/named.weights"
check "nothing is left of the results of before" same <(files second) <(files named)
check "the boards do not speak of builds" equal "$(grep -c build "$folder/out")" 0
run named --plugin "$library"
check "then there is nothing to do" equal "$(cat "$folder/err")" "nothing to do: 6 jobs are done"

# The first build again is another one, too.
use_build first_build
run named --plugin "$library"
check "the way back trains three jobs" holds "$folder/err" "6 jobs done, 3 of them before; 0 not done"
check "and gives the boards of before" same "$folder/first.boards" "$folder/out"

# Installed.
use_build second_build
export KDBENCH_PLUGIN_PATH=$folder/plugins
cp -r "$folder/first" "$folder/installed"
plan installed
check "an installed library: the plan marks" holds "$folder/plan" "6 jobs: 3 done, 3 outdated"
check "and says how to train them again" holds "$folder/plan" \
  "2 jobs are done by another build of rebuilt.so; kdbench run --rerun-changed trains them again"
run installed
check "a run trains nothing" holds "$folder/err" "nothing to do: 6 jobs are done"
check "and says so" holds "$folder/err" "2 jobs are done by another build of rebuilt.so; kdbench run --rerun-changed trains them again"
check "the boards say so" holds "$folder/out" "2 jobs are done by another build of rebuilt.so than the one that is loaded."
weights "$folder/installed" >"$folder/installed.weights"
check "the results of before are there" same "$folder/first.weights" "$folder/installed.weights"
run installed --set 'suite.seeds=[0,1]'
check "another seed is of the build that is loaded, and the boards say that there are two" holds "$folder/out" \
  "Results of 2 builds of rebuilt.so stand side by side: 2 jobs by one, 2 by another."
run installed --rerun-changed
check "--rerun-changed trains them" holds "$folder/err" "6 jobs done, 3 of them before; 0 not done"
weights "$folder/installed" | grep -f <(cut -d' ' -f1 "$folder/second.weights") >"$folder/installed.weights"
check "to the bits of a new store" same "$folder/second.weights" "$folder/installed.weights"
run installed --rerun-changed
check "once" equal "$(cat "$folder/err")" "nothing to do: 6 jobs are done"

# A library that only moved, or was stripped, is the same build.
cp -r "$folder/second" "$folder/moved"
mkdir "$folder/elsewhere"
strip -o "$folder/elsewhere/rebuilt.so" "$library"
check "stripping changed the file" test "$(sha256sum <"$library")" != "$(sha256sum <"$folder/elsewhere/rebuilt.so")"
unset KDBENCH_PLUGIN_PATH
run moved --plugin "$folder/elsewhere/rebuilt.so"
check "a stripped copy elsewhere is no other build" equal "$(cat "$folder/err")" "nothing to do: 6 jobs are done"

# Results of a time that kept no builds.
cp -r "$folder/first" "$folder/old"
sed -i -E 's/"origin":\{"networks":\[[^]]*\],"plugins":\[[^]]*\]\},//; s/"record_sha256":"[0-9a-f]*",//; s/"schema":2,/"schema":1,/' "$folder"/old/records/*/*.json
check "they are as records were before" equal "$(grep -l origin "$folder"/old/records/*/*.json)" ""
run old --plugin "$library"
check "records that know no build count as unchanged" equal "$(cat "$folder/err")" "nothing to do: 6 jobs are done"
verdict
