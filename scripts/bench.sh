#!/usr/bin/env bash
# Builds and runs the benchmarks and prints their ratios side by side: scripts/bench.sh [REPETITIONS].
# One-thread figures are process CPU time, so that other work on the machine disturbs them little; only the figures of two threads
# and of whole commands are wall time and want a quiet machine. JSON goes to build/bench/. KDBENCH_BUILD names another build folder.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

repetitions=${1:-5}
if [[ -n ${KDBENCH_BUILD:-} ]]; then
  build=$KDBENCH_BUILD
  timed "building the benchmarks" cmake --build "$build" --target benchmarks plugins
else
  install_missing
  configure
  build_targets benchmarks plugins
fi
out=$root/build/bench
mkdir -p "$out"
# The BLAS has threads of its own, and libgomp's would spin.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

# measure FILE PROGRAM [OPTION...]
measure() {
  local file=$out/$1.json program=$build/bin/$2
  shift 2
  timed "measuring $(basename "$file" .json)" "$program" "$@" --benchmark_out="$file" --benchmark_out_format=json
}
repeat=(--benchmark_repetitions="$repetitions" --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true)
fewer=$((repetitions > 3 ? 3 : repetitions))

say "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
measure step bench_step --benchmark_min_time=0.3 "${repeat[@]}"
KDBENCH_BENCH_DEFAULTS=1 measure defaults bench_step --benchmark_min_time=0.3 "${repeat[@]}"
measure plugins bench_plugins --benchmark_min_time=0.05 "${repeat[@]}"
measure commands bench_commands --benchmark_repetitions="$repetitions" --benchmark_report_aggregates_only=true
measure boards bench_boards --benchmark_min_time=0.05 --benchmark_repetitions="$fewer" --benchmark_report_aggregates_only=true
measure group bench_group --benchmark_repetitions="$fewer" --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true
say "load after: $(cut -d' ' -f1-3 /proc/loadavg)"

awk -f "$root/scripts/bench_ratios.awk" "$out"/{step,defaults,plugins,commands,boards,group}.json
