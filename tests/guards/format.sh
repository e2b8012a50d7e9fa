#!/usr/bin/env bash
# format.sh ROOT: every source has the form that .clang-format describes.
set -euo pipefail
# shellcheck source=tests/guards/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$1"
need_tool clang-format
clang_format=$(tool clang-format)
mapfile -t files < <(sources . framework plugins tests benchmarks)
((${#files[@]} > 100)) || fail "only ${#files[@]} sources found below $PWD; more than 100 were expected"

status=0
said=$(printf '%s\n' "${files[@]}" | xargs -P "$jobs" -n 40 "$clang_format" --dry-run -Werror 2>&1) || status=$?
if ((status == 0)); then
  printf '%d files have the form of .clang-format\n' "${#files[@]}"
  exit 0
fi
mapfile -t wrong < <(grep -oE '^[^ :]+:[0-9]+' <<<"$said" | awk -F: '!seen[$1]++')
((${#wrong[@]} > 0)) || fail "$clang_format failed: $said"
printf '%s\n' "${wrong[@]:0:20}"
((${#wrong[@]} <= 20)) || printf 'and %d more files\n' $((${#wrong[@]} - 20))
printf '%d files differ from .clang-format, first at these lines. To mend: %s -i%s\n' "${#wrong[@]}" "$clang_format" \
  "$(printf ' %s' "${wrong[@]%%:*}")"
exit 1
