#!/usr/bin/env bash
# tidy.sh ROOT OUT: clang-tidy finds nothing in the layers without libtorch. It looks at the sources of a room as one, as they are
# compiled, which reads their headers once. A room that was clean is looked at again when a source of it, a header that one reads, or
# .clang-tidy changes; OUT keeps what that is decided by, and a build folder that gives the commands.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/guards/common.sh
. "$here/common.sh"
root=$(realpath "$1") out=$2
need_tool clang-tidy
clang_tidy=$(tool clang-tidy)
mkdir -p "$out"
out=$(realpath "$out")
# Without GCC's precompiled headers, which are nothing to clang.
said=$(cmake -S "$root" -B "$out/commands" -G Ninja -DCMAKE_BUILD_TYPE=Release -DKDBENCH_TORCH=OFF -DKDBENCH_TESTS=OFF -DKDBENCH_UNITY=ON \
  -DKDBENCH_PRECOMPILED=OFF 2>&1) || fail "$said"
cd "$root"

# What is compiled, but for what the build itself writes: files that include the sources of a room, and sources by themselves.
mapfile -t compiled < <(sed -n 's/^ *"file": "\(.*\)".*/\1/p' "$out/commands/compile_commands.json" | grep -E '/framework/' | sort -u)

# sources_in FILE: the sources of the project that it compiles, relative to ROOT.
sources_in() {
  { if [[ $1 == */Unity/* ]]; then sed -n 's/^#include "\(.*\)"/\1/p' "$1"; else printf '%s\n' "$1"; fi; } |
    sed -n "s#^$root/\(framework/kdbench/.*\)#\1#p"
}
listed=$(for file in "${compiled[@]}"; do sources_in "$file"; done | sort -u)
count=$(wc -l <<<"$listed")
((count > 100)) || fail "only $count sources found below $root; more than 100 were expected"

# what_is_read: for every source what its result depends on.
what_is_read() {
  local files profile
  profile=$({ "$clang_tidy" --version && cat .clang-tidy "$here/tidy.sh"; } | sha256sum | cut -c1-64)
  mapfile -t files < <(sources . framework/kdbench)
  { sha256sum "${files[@]}" && grep -HoE '^ *# *include *<kdbench/[^>]+>' "${files[@]}"; } |
    awk -v sources="$listed" -f "$here/closure.awk" | sed "s/\t/\t$profile/"
}

# look_at FILE: prints what clang-tidy finds; remembers a file that is clean. A room includes its sources by design.
look_at() {
  local name=${1//\//_} said
  if said=$("$clang_tidy" --quiet --config-file=.clang-tidy --checks=-bugprone-suspicious-include -p "$out/commands" "$1" 2>"$out/$name.err"); then
    mv "$out/$name.read" "$out/$name.clean"
  else
    grep -vE '^[0-9]+ (warning|error)' <<<"$said"
    [[ -n $said ]] || cat "$out/$name.err"
    return 1
  fi
}
export -f look_at
export clang_tidy out

what_is_read >"$out/read"
changed=()
for file in "${compiled[@]}"; do
  mapfile -t of < <(sources_in "$file")
  ((${#of[@]} > 0)) || continue
  name=${file//\//_}
  grep -F -f <(printf '%s\t\n' "${of[@]}") "$out/read" >"$out/$name.read"
  cmp -s "$out/$name.read" "$out/$name.clean" || changed+=("$file")
done
printf '%d sources, %d rooms or single sources to look at\n' "$count" "${#changed[@]}"
((${#changed[@]} > 0)) || exit 0
# SC2016: the inner shell expands it.
# shellcheck disable=SC2016
printf '%s\n' "${changed[@]}" | xargs -P "$jobs" -I{} bash -c 'look_at "$1"' _ {} ||
  fail "clang-tidy found the above. Mend it, or say in .clang-tidy why the check does not fit."
printf 'clang-tidy finds nothing\n'
