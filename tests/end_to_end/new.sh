#!/usr/bin/env bash
# new.sh KDBENCH KIND BUILD: from `kdbench new KIND` to `kdbench run`, outside the tree, with kdbench and its SDK installed from BUILD. What
# happens is the transcript that the documentation shows (docs/transcripts), but for its seconds and decimal numbers, which are a
# machine's. The transcript of this run is left in BUILD/transcripts, to be copied where it is right.
source "$(dirname "$0")/common.sh"
kind=$2 build=$3
root=$(cd "$here/../.." && pwd)
name=my_$kind
library=build/lib/kdbench/plugins/$name.so
shown=$root/docs/transcripts/new_$kind.txt
transcript=$build/transcripts/new_$kind.txt
mkdir -p "$build/transcripts"

# What an author has: the installed program first in the path, and nothing that this test or a build sets.
prefix=$folder/prefix
cmake --install "$build" --prefix "$prefix" >"$folder/install.out" || { cat "$folder/install.out"; exit 1; }
unset KDBENCH_PLUGIN_PATH KDBENCH_WORKER CMAKE_PREFIX_PATH CXXFLAGS CMAKE_CXX_COMPILER_LAUNCHER
export PATH=$prefix/bin:$PATH
mkdir "$folder/work"
cd "$folder/work"

step() {  # step COMMAND: types it; paths of this test become PREFIX and FOLDER
  local begin end code=0
  begin=$(date +%s%N)
  eval "$1" >"$folder/step.out" 2>&1 || code=$?
  end=$(date +%s%N)
  {
    printf '$ %s\n' "$1"
    cat "$folder/step.out"
    awk -v ns="$((end - begin))" 'BEGIN { printf "[%.1f s]\n", ns / 1e9 }'
  } | sed -e "s|$prefix|PREFIX|g" -e "s|$folder/work|FOLDER|g" -e 's/ *$//' >>"$folder/transcript"
  check "$1" equal "$code" 0
}

step "kdbench new $kind $name"
cd "$name"
step "cmake -B build -G Ninja -DCMAKE_PREFIX_PATH=$prefix | tail -n 1"
step "cmake --build build | tail -n 1"
step "ctest --test-dir build | grep 'tests passed'"
step "kdbench test $library"
[[ $kind != loss ]] || step "kdbench test --golden golden --plugin $library"
step "kdbench run suite.toml --plugin $library"
cat "$folder/transcript"
cp "$folder/transcript" "$transcript"

# Seconds, decimal numbers, the seeds that they would take and the widths of columns are a machine's; so is the order in which two links of a build end.
masked() { sed -E -e 's/^\[[0-9]+\/[0-9]+\] .*/[last step]/' -e 's/-?[0-9]+\.[0-9]+(e-?[0-9]+)?/N/g' -e 's/[-=]{3,}/---/' \
    -e 's/would take (more than )?[0-9,]+ seeds?/would take N seeds/' -e 's/  +/ /g' "$1"; }
check "the documentation shows what happens" same <(masked "$shown") <(masked "$transcript")

# The component for plugin authors is all of the SDK that the whole installation has.
if [[ $kind == loss ]]; then
  cmake --install "$build" --prefix "$folder/sdk" --component sdk >/dev/null
  for part in include lib/cmake; do
    check "the component sdk has all of $part" diff -r "$prefix/$part" "$folder/sdk/$part"
  done
  code=0
  kdbench new loss kl 2>"$folder/taken.err" || code=$?
  check "the name of a plugin of the shelf is refused" equal "$code" 2
  check "and who has it is said" holds "$folder/taken.err" "a loss cannot be called 'kl': $prefix/lib/kdbench/plugins/kl.so has a loss of that name"
fi
verdict
