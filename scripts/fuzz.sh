#!/usr/bin/env bash
# Fuzzes the readers of what others wrote (tests/fuzz): scripts/fuzz.sh [SECONDS [TARGET...]] builds them with clang, libFuzzer and the
# address and undefined-behaviour sanitizers into build/fuzz, runs each so many seconds (60), two at a time (KDBENCH_FUZZ_JOBS), and prints
# a table. What ended a target lies in build/fuzz/findings/TARGET; the corpora grow in build/fuzz/corpus and are taken up by the next run.
# Exits with 1 where there are findings. A finding that was mended goes to tests/fuzz/corpus/TARGET, where fuzz.TARGET of ctest replays it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

seconds=${1:-60}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "usage: scripts/fuzz.sh [SECONDS [TARGET...]]"
shift $(($# > 0 ? 1 : 0))
out=$root/build/fuzz jobs=${KDBENCH_FUZZ_JOBS:-2}
compiler=$(command -v clang++-14 || command -v clang++) ||
  fail "no clang++ here; on Debian: apt-get install --no-install-recommends clang libclang-rt-14-dev"

configure_fuzzers() {
  local options=(-DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=Release -DKDBENCH_FUZZ=ON -DKDBENCH_TORCH=OFF)
  ! command -v ccache >/dev/null || options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  cmake -S "$root" -B "$out" -G Ninja "${options[@]}"
}

# fuzz TARGET: one run of libFuzzer, which goes on after a finding.
fuzz() {
  local name=$1 corpus=$out/corpus/$1 found=$out/findings/$1 seeds=("$root/tests/fuzz/corpus/$1")
  [[ $name != suite ]] || seeds+=("$root/tests/bad_suites" "$root/suites")
  mkdir -p "$corpus" "$found"
  "$out/bin/fuzz_$name" "$corpus" "${seeds[@]}" -max_total_time="$seconds" -fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1 \
    -timeout=10 -rss_limit_mb=3000 -max_len=80000 -artifact_prefix="$found/" >"$out/$name.log" 2>&1 || true
}

# The last word of libFuzzer's log: executions, and what was found.
row() {
  local name=$1
  awk -v name="$name" -v files="$(find "$out/findings/$name" -type f | wc -l)" '
    /^#[0-9]+: cov:/ { executions = substr($1, 2) + 0; cov = $3 }
    END { printf "| %s | %d | %d | %d |\n", name, executions, cov, files }' "$out/$name.log"
}

timed "configuring build/fuzz" configure_fuzzers
timed "building the fuzz targets" cmake --build "$out" --target fuzzers -j "$(build_jobs)"
targets=("$@")
((${#targets[@]} > 0)) || mapfile -t targets < <(cd "$out/bin" && printf '%s\n' fuzz_* | sed 's/^fuzz_//')
for name in "${targets[@]}"; do
  [[ -x $out/bin/fuzz_$name ]] || fail "no fuzz target '$name'"
  while (($(jobs -rp | wc -l) >= jobs)); do wait -n || true; done
  say "fuzzing $name for $seconds s"
  fuzz "$name" &
done
wait
printf '| target | executions | edges reached | findings |\n| --- | ---: | ---: | ---: |\n'
for name in "${targets[@]}"; do row "$name"; done
[[ -z $(for name in "${targets[@]}"; do find "$out/findings/$name" -type f; done) ]]
