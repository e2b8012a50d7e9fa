# shellcheck shell=bash
# What the guards share. A guard exits with 0 (holds), 1 (does not; it says where and what to do) or 77 (skipped; it says why).

# Two at a time: what continuous integration has, and no more than a laptop notices.
# shellcheck disable=SC2034
jobs=${KDBENCH_GUARD_JOBS:-2}

skip() {
  printf 'skipped: %s\n' "$*"
  exit 77
}

fail() {
  printf '%s\n' "$*"
  exit 1
}

# tool NAME: prints the program of LLVM 14 that has this name, as NAME-14 or NAME; skips the guard where there is none. Another
# version formats and complains otherwise.
tool() {
  local candidate
  for candidate in "$1-14" "$1"; do
    if command -v "$candidate" >/dev/null && "$candidate" --version | grep -q 'version 14\.'; then
      printf '%s' "$candidate"
      return
    fi
  done
  return 1
}

need_tool() { tool "$1" >/dev/null || skip "no $1 of version 14 here (scripts/packages_ci.txt names the package)"; }

# sources ROOT FOLDER...: the .h and .cpp files of the project below the folders, relative to ROOT; those that git ignores are not.
sources() {
  local root=$1
  shift
  if [[ $(git -C "$root" rev-parse --show-toplevel 2>/dev/null) == "$(realpath "$root")" ]]; then
    git -C "$root" ls-files --cached --others --exclude-standard -- "$@"
  else
    (cd "$root" && find "$@" -type f)
  fi | grep -E '\.(h|cpp)$' | while read -r file; do
    [[ ! -f $root/$file ]] || printf '%s\n' "$file"
  done | sort -u
}
