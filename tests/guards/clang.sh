#!/usr/bin/env bash
# clang.sh ROOT OUT: clang builds what needs no libtorch, tests included, without a warning, each source by itself, so that each
# includes what it uses. OUT: its build folder.
set -euo pipefail
# shellcheck source=tests/guards/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
root=$(realpath "$1") out=$2
command -v clang++ >/dev/null || skip "no clang++ here (scripts/packages_ci.txt names the package)"

options=(-DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 -DKDBENCH_TORCH=OFF -DKDBENCH_UNITY=OFF
  -DKDBENCH_WERROR=ON -DCMAKE_GTEST_DISCOVER_TESTS_DISCOVERY_MODE=PRE_TEST)
! command -v ccache >/dev/null || options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
said=$(cmake -S "$root" -B "$out" -G Ninja "${options[@]}" 2>&1) || fail "$said"
said=$(cmake --build "$out" -j "$jobs" -- -k 0 2>&1) || fail "$(grep -vE '^(ccache |\[[0-9]+/)' <<<"$said")
clang++ does not build what is above, and g++ does: mend the code so that both do."
clang++ --version | head -1
tail -1 <<<"$said"
