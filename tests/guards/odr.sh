#!/usr/bin/env bash
# odr.sh ROOT BUILD OUT: one name, one thing. What two layers define under one name the linker takes for one, silently.
# First by reading (all layers) and by the symbols of the libraries that BUILD has; then by the linker: `kdbench` is linked with
# -flto -Wodr in OUT. The worker too where KDBENCH_SLOW_GUARDS=1: its sources include libtorch and take minutes to compile again.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/guards/common.sh
. "$here/common.sh"
root=$(realpath "$1") build=$2 out=$3
cd "$root"

mapfile -t files < <(sources . framework/kdbench)
((${#files[@]} > 200)) || fail "only ${#files[@]} sources found below $root; more than 200 were expected"
awk -f "$here/names.awk" "${files[@]}" ||
  fail "One name is defined in two places. Rename one, or move it into a namespace of its layer or an unnamed one."

# Functions that are not inline, in two libraries: the linker takes the first and says nothing.
mapfile -t libraries < <(find "$build/framework" -name 'libkdbench_*.a' 2>/dev/null | sort)
if ((${#libraries[@]} > 0)); then
  twice=$(nm --defined-only -A "${libraries[@]}" 2>/dev/null | awk 'NF > 2 && $(NF - 1) == "T" { sub(/.*\//, "", $1); sub(/:.*/, "", $1)
    if ($NF in by && by[$NF] != $1) print $NF, "in", by[$NF], "and", $1; else by[$NF] = $1 }' | c++filt)
  [[ -z $twice ]] || fail "$twice
Two layers define the above. Rename one, or move it into a namespace of its layer or an unnamed one."
  printf 'no function is defined in two of %d libraries\n' "${#libraries[@]}"
fi

# link_with_lto FOLDER TARGET OPTION...: the target is linked with the types of all its sources compared.
link_with_lto() {
  local folder=$1 target=$2 said
  shift 2
  ! command -v ccache >/dev/null || set -- "$@" -DCMAKE_CXX_COMPILER_LAUNCHER=ccache
  said=$(cmake -S "$root" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -flto=1 -Wodr -Werror=odr" \
    -DCMAKE_AR="$(command -v gcc-ar)" -DCMAKE_RANLIB="$(command -v gcc-ranlib)" -DKDBENCH_TESTS=OFF -DKDBENCH_BENCHMARKS=OFF "$@" 2>&1) ||
    fail "$said"
  said=$(cmake --build "$folder" -j "$jobs" --target "$target" 2>&1) || fail "$(grep -vE '^(ccache |: &&|\[[0-9]+/)' <<<"$said")
$target does not link with -Wodr: two sources disagree about what one name is."
  printf '%s: every name is one thing in all its sources\n' "$target"
}

export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_ctime,include_file_mtime
compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
"$compiler" --version | grep -q 'Free Software Foundation' || skip "-Wodr is g++'s, and the compiler here is $compiler"
link_with_lto "$out/kdbench" kdbench -DKDBENCH_TORCH=OFF "-DCMAKE_CXX_COMPILER=$compiler"
if [[ ${KDBENCH_SLOW_GUARDS:-} == 1 ]]; then
  link_with_lto "$out/worker" kdbench-worker "-DCMAKE_CXX_COMPILER=$compiler"
fi
