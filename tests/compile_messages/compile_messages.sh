#!/usr/bin/env bash
# compile_messages.sh FLAGS SOURCE... -- COMPILER...: of each mistake of a source the compiler says one error, whose words stand in a
# comment above it. FLAGS: a file of the options that plugins are compiled with.
set -euo pipefail
flags=$1
shift
sources=()
while [[ $1 != -- ]]; do
  sources+=("$1")
  shift
done
shift
failures=0
for source in "${sources[@]}"; do
  said=$("$@" "@$flags" -fsyntax-only "$source" 2>&1) || true
  found=$(sed -nE 's/^[^ ]+: (fatal )?error: (static assertion failed: )?(.*)$/\3/p' <<<"$said")
  expected=$(awk '/^KDBENCH_PLUGIN|^void declare/ { inside = 1 }
    inside && /^  \/\/ / { sub(/^  \/\/ /, ""); words = words (words ? " " : "") $0; next }
    words { print words; words = "" }' "$source")
  if diff -u --label "expected of $(basename "$source")" --label found <(sort <<<"$expected") <(sort <<<"$found"); then
    printf '%s: %d mistakes, an error each\n' "$(basename "$source")" "$(wc -l <<<"$expected")"
  else
    printf '%s\n' "$said" | head -40
    failures=$((failures + 1))
  fi
done
((failures == 0))
