# shellcheck shell=bash
# Set-up shared by run.sh and test.sh: install, configure, build. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/release
packages_files=("$root/scripts/packages.txt")

say() { printf '==> %s\n' "$*" >&2; }

fail() {
  printf '==> error: %s\n' "$*" >&2
  exit 1
}

# timed DOING COMMAND...: says what is being done, does it, says how long it took. Output goes to standard error, so that
# standard output holds results only.
timed() {
  local doing=$1 start=$SECONDS status=0
  shift
  say "$doing"
  "$@" >&2 || status=$?
  ((status == 0)) || fail "$doing: failed after $((SECONDS - start)) s (exit code $status)"
  say "done in $((SECONDS - start)) s"
}

packages() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "${packages_files[@]}"; }

is_installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

missing_packages() {
  local name
  for name in $(packages); do
    is_installed "$name" || printf '%s\n' "$name"
  done
}

# known_system: succeeds on the systems whose package names packages.txt has.
known_system() (
  ID='' VERSION_ID=''
  [[ -r /etc/os-release ]] && . /etc/os-release
  [[ $ID == debian && ($VERSION_ID == 12 || $VERSION_ID == 13) ]]
)

system_name() (
  PRETTY_NAME='an unknown system'
  [[ -r /etc/os-release ]] && . /etc/os-release
  printf '%s' "$PRETTY_NAME"
)

explain_other_system() {
  say "this is $(system_name); these scripts install packages on Debian 12 and 13 only."
  say "Install what stands for these Debian packages here, then run again with KDBENCH_SKIP_INSTALL=1:"
  packages | sed 's/^/      /' >&2
  say "A libtorch of your own is found through CMAKE_PREFIX_PATH (it must have the C++11 ABI)."
  exit 1
}

apt_get() {
  local options=(-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -q)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" "$@"
}

install_packages() {
  apt_get update && apt_get install -y --no-install-recommends "$@"
}

# Installs what packages.txt (and what else is in packages_files) names and this machine lacks. Needs no network when nothing is missing.
install_missing() {
  if [[ ${KDBENCH_SKIP_INSTALL:-} == 1 ]]; then
    say "packages: not looked at (KDBENCH_SKIP_INSTALL=1)"
    return
  fi
  known_system || explain_other_system
  local missing as_root=()
  mapfile -t missing < <(missing_packages)
  if ((${#missing[@]} == 0)); then
    say "packages: all $(packages | wc -l) are installed"
    return
  fi
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      fail "packages are missing and there is no sudo; as root: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
  fi
  timed "installing ${#missing[@]} packages: ${missing[*]}" install_packages "${missing[@]}"
}

# How many compilers run at once: one a core, and no more than fit into memory; a source that includes libtorch takes 1.3 GB.
build_jobs() {
  local cores free_kb fit
  cores=$(nproc)
  free_kb=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
  fit=$((${free_kb:-4000000} / 1500000))
  ((fit >= 1)) || fit=1
  printf '%d' $((cores < fit ? cores : fit))
}

# Ninja configures again by itself when a CMakeLists.txt changes; presets it does not watch.
configure() {
  if [[ $build/build.ninja -nt $root/CMakePresets.json ]]; then
    say "configured: build/release"
    return
  fi
  timed "configuring build/release" in_root cmake --preset release
}

in_root() (cd "$root" && "$@")

# is_built: something was built here before, so that a build does what changed since.
is_built() { [[ -x $build/bin/kdbench ]]; }

# build_targets [TARGET...]: builds the targets, or everything.
build_targets() {
  local jobs options=()
  jobs=$(build_jobs)
  (($# == 0)) || options=(--target "$@")
  is_built || say "the first build takes about 10 minutes on two cores, with the tests 18; ninja shows how far it is: [done/all]"
  timed "building ${*:-everything} with $jobs jobs" in_root cmake --build --preset release -j "$jobs" "${options[@]}"
}

# A compiler cache needs a folder even where there is no home.
if [[ -z ${HOME:-} && -z ${CCACHE_DIR:-} ]]; then
  export CCACHE_DIR=$root/.ccache
fi
