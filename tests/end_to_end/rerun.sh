#!/usr/bin/env bash
# rerun.sh KDBENCH: what is in the store is not trained again, and the boards are the same to the byte.
source "$(dirname "$0")/common.sh"
cd "$here"

"$kdbench" --store "$folder/store" run suite.toml -j 2 >"$folder/first.out" 2>"$folder/first.err"
check "the first run trains twelve jobs" holds "$folder/first.err" "12 jobs done, 0 of them before; 0 not done"
find "$folder/store/records" "$folder/store/artifacts" -type f -printf '%p %i %T@\n' | sort >"$folder/files.first"

"$kdbench" --store "$folder/store" run suite.toml -j 1 >"$folder/second.out" 2>"$folder/second.err"
check "the second has nothing to do" equal "$(cat "$folder/second.err")" "nothing to do: 12 jobs are done"
check "it prints the same boards" same "$folder/first.out" "$folder/second.out"
find "$folder/store/records" "$folder/store/artifacts" -type f -printf '%p %i %T@\n' | sort >"$folder/files.second"
check "it writes no record" same "$folder/files.first" "$folder/files.second"

"$kdbench" --store "$folder/store" leaderboard tiny >"$folder/later.out"
check "the boards can be had later without the suite file" same "$folder/first.out" "$folder/later.out"

"$kdbench" --store "$folder/store" run suite.toml -j 2 --set losses.dist.tau=4 --set train.lr=0.10 --set 'suite.name="other"' >/dev/null 2>"$folder/other.err"
check "another spelling under another name is the same work" equal "$(cat "$folder/other.err")" "nothing to do: 12 jobs are done"

"$kdbench" --store "$folder/store" run suite.toml -j 2 --set 'suite.seeds=[0,1,2]' >/dev/null 2>"$folder/more.err"
check "one more seed trains that seed alone" holds "$folder/more.err" "18 jobs done, 12 of them before; 0 not done"

"$kdbench" --store "$folder/store" leaderboard suite.toml >"$folder/file.out" 2>"$folder/file.err"
check "the board of a file is the file's, whatever was laid over it in the last run" same "$folder/first.out" "$folder/file.out"
check "and the last run is told" holds "$folder/file.err" "note: tiny was last run with --set suite.seeds=[0,1,2]; kdbench leaderboard tiny has the boards of that run"
"$kdbench" --store "$folder/store" leaderboard tiny >"$folder/name.out" 2>"$folder/name.err"
check "the board of a name is the last run's" holds "$folder/name.out" "18 of 18 jobs done."
check "with what was laid over its file" equal "$(cat "$folder/name.err")" "note: tiny was last run with --set suite.seeds=[0,1,2]; its file gives the plan without"
"$kdbench" --store "$folder/store" leaderboard suite.toml --set 'suite.seeds=[0,1,2]' >"$folder/set.out"
check "the same overrides give its board, too" same "$folder/name.out" "$folder/set.out"
verdict
