#!/usr/bin/env bash
# tidy.sh ROOT OUT: clang-tidy finds nothing in the layers without libtorch. A source that was clean is looked at again when it, a
# header that it reads, or .clang-tidy changes; OUT keeps what that is decided by, and a build folder that gives the commands.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/guards/common.sh
. "$here/common.sh"
root=$(realpath "$1") out=$2
need_tool clang-tidy
clang_tidy=$(tool clang-tidy)
mkdir -p "$out"
# Each source by itself, without GCC's precompiled headers, which are nothing to clang.
said=$(cmake -S "$root" -B "$out/commands" -G Ninja -DCMAKE_BUILD_TYPE=Release -DKDBENCH_TORCH=OFF -DKDBENCH_TESTS=OFF -DKDBENCH_UNITY=OFF \
  -DKDBENCH_PRECOMPILED=OFF 2>&1) || fail "$said"
cd "$root"

layers=(base stats suite results protocol leaderboard report run calibration cli)
listed=$(sources . "${layers[@]/#/framework/kdbench/}" framework/kdbench/plan/{plan,spec,packed_plan}.cpp | grep '\.cpp$')
count=$(wc -l <<<"$listed")
((count > 100)) || fail "only $count sources found below $root; more than 100 were expected"

# what_is_read: for every source what its result depends on.
what_is_read() {
  local files profile
  profile=$({ "$clang_tidy" --version && cat .clang-tidy; } | sha256sum | cut -c1-64)
  mapfile -t files < <(sources . framework/kdbench)
  { sha256sum "${files[@]}" && grep -HoE '^ *# *include *<kdbench/[^>]+>' "${files[@]}"; } |
    awk -v sources="$listed" -f "$here/closure.awk" | sed "s/\t/\t$profile/"
}

# look_at SOURCE: prints what clang-tidy finds; remembers a source that is clean.
look_at() {
  local name=${1//\//_} said
  if said=$("$clang_tidy" --quiet -p "$out/commands" "$1" 2>"$out/$name.err"); then
    mv "$out/$name.read" "$out/$name.clean"
  else
    grep -vE '^[0-9]+ (warning|error)' <<<"$said"
    [[ -n $said ]] || cat "$out/$name.err"
    return 1
  fi
}
export -f look_at
export clang_tidy out

changed=()
while IFS=$'\t' read -r source read_by; do
  name=${source//\//_}
  printf '%s\n' "$read_by" >"$out/$name.read"
  cmp -s "$out/$name.read" "$out/$name.clean" || changed+=("$source")
done < <(what_is_read)
printf '%d sources, %d of them to look at\n' "$count" "${#changed[@]}"
((${#changed[@]} > 0)) || exit 0
# SC2016: the inner shell expands it.
# shellcheck disable=SC2016
printf '%s\n' "${changed[@]}" | xargs -P "$jobs" -I{} bash -c 'look_at "$1"' _ {} ||
  fail "clang-tidy found the above. Mend it, or say in .clang-tidy why the check does not fit."
printf 'clang-tidy finds nothing\n'
