#!/usr/bin/env bash
# Installs what is missing, builds kdbench and runs a suite: scripts/run.sh SUITE [options of kdbench run].
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  printf 'usage: scripts/run.sh SUITE [options of kdbench run]\nsuites that come with kdbench:\n'
  (cd "$root" && find suites -name '*.toml' | sort | sed 's/^/  /')
}

case ${1:-} in
  -h | --help) usage && exit 0 ;;
  '' | -*) usage >&2 && exit 2 ;;
esac
if [[ ! -f $1 ]]; then
  printf 'scripts/run.sh: no suite at %s\n' "$1" >&2
  usage >&2
  exit 2
fi

install_missing
configure
build_targets kdbench kdbench-worker plugins
say "running: kdbench run $*"
status=0
"$build/bin/kdbench" run "$@" || status=$?
say "kdbench run ended with exit code $status after $SECONDS s in all"
exit "$status"
