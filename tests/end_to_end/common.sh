# Sourced by the tests beside it with the program as $1: a fresh folder to work in, a check that counts, a verdict at the end.
set -euo pipefail
kdbench=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export XDG_CACHE_HOME=$folder/cache
unset KDBENCH_STORE
failures=0

check() {  # check WHAT COMMAND...: the command must succeed
  local what=$1
  shift
  if "$@"; then
    printf 'ok: %s\n' "$what"
  else
    printf 'FAILED: %s\n' "$what"
    failures=$((failures + 1))
  fi
}

equal() { [[ $1 == "$2" ]] || { printf '  expected: %s\n  found:    %s\n' "$2" "$1"; false; }; }

same() { diff -u "$1" "$2"; }

holds() { grep -qF -- "$2" "$1" || { printf '  not found: %s\n  in:\n' "$2"; sed 's/^/    /' "$1"; false; }; }

weights() {  # weights STORE: job and SHA-256 of its weights, a line for each record
  local record
  for record in "$1"/records/*/*.json; do
    printf '%s %s\n' "$(basename "$record" .json)" "$(grep -o '"weights_sha256":"[0-9a-f]*"' "$record")"
  done
}

verdict() {
  [[ $failures == 0 ]] || { printf '%s checks failed\n' "$failures"; exit 1; }
}
