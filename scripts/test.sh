#!/usr/bin/env bash
# Installs what is missing, builds everything and runs the tests: scripts/test.sh [options of ctest].
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Tests with these labels need what not every machine has.
have_gpu() { nvidia-smi -L >/dev/null 2>&1; }
have_slurm() { sinfo -h >/dev/null 2>&1; }
have_browser() { command -v chromium >/dev/null; }

excluded_labels() {
  local label labels=()
  for label in gpu slurm browser; do
    "have_$label" || labels+=("$label")
  done
  local IFS='|'
  printf '%s' "${labels[*]}"
}

install_missing
configure
build_targets
options=(-j2)
without=$(excluded_labels)
if [[ -n $without ]]; then
  say "this machine cannot run tests with the labels: ${without//|/ }"
  options+=(-LE "^($without)\$")
fi
say "running: ctest --preset release ${options[*]} $*"
start=$SECONDS status=0
in_root ctest --preset release "${options[@]}" "$@" || status=$?
say "ctest ended with exit code $status after $((SECONDS - start)) s; $SECONDS s in all"
exit "$status"
