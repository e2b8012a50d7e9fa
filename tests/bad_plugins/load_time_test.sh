#!/usr/bin/env bash
# load_time_test.sh KDBENCH FOLDER GOOD: every library that is wrong in a way of its own is named with what is wrong with it, and
# the plugins of the other libraries are there all the same. GOOD is a sound library, cut and patched here.
set -euo pipefail
kdbench=$1 built=$2 good=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export XDG_CACHE_HOME=$folder/cache
failures=0

check() {  # check WHAT CONDITION...
  local what=$1
  shift
  if "$@"; then
    printf 'ok: %s\n' "$what"
  else
    printf 'FAILED: %s\n' "$what"
    failures=$((failures + 1))
  fi
}

declare -A reasons=()
names=()
expect() {  # expect FILE REASON
  names+=("$1")
  reasons[$1]=$2
}

cut() { head -c "$2" "$good" >"$folder/$1"; }

cut truncated_4k.so 4096
cut truncated_half.so $(($(stat -c %s "$good") / 2))
cut header_cut.so 40
printf 'This is a text file that was given the name of a library. It is longer than an ELF header is.\n' >"$folder/text.so"
: >"$folder/empty.so"
mkfifo "$folder/fifo.so"
mkdir "$folder/folder.so"
cp "$good" "$folder/other_processor.so"
printf '\363\000' | dd of="$folder/other_processor.so" bs=1 seek=18 conv=notrunc status=none
ln -s nowhere.so "$folder/broken_link.so"

expect "$folder/missing.so" 'no such file'
expect "$folder/broken_link.so" 'no such file'
expect "$folder/folder.so" 'is a directory'
expect "$folder/fifo.so" 'not a regular file'
expect "$folder/text.so" 'not a shared library (no ELF header)'
expect "$folder/empty.so" 'not a shared library (too short)'
expect "$folder/header_cut.so" 'not a shared library (too short)'
expect "$folder/truncated_4k.so" 'truncated ELF file'
expect "$folder/truncated_half.so" 'truncated ELF file'
expect "$folder/other_processor.so" 'built for another processor'
expect "$built/no_stamp.so" 'not a kdbench plugin (no KDBENCH stamp)'
expect "$built/other_sdk.so" 'abi: plugin 1, host 6'
expect "$built/other_torch.so" 'torch: plugin 2.4.0, host '
expect "$built/other_cxx11abi.so" 'cxx11abi: plugin 0, host 1'
expect "$built/no_entry_point.so" 'no entry point kdbench_plugin_register_v1 (KDBENCH_PLUGIN missing?)'
expect "$built/undefined_symbol.so" 'undefined symbol: kdbench_function_that_nobody_has'
expect "$built/crashes_at_load.so" 'crashes while it is loaded (Segmentation fault)'
expect "$built/exits_at_load.so" 'ends the program while it is loaded (exit code 0)'
expect "$built/throws_at_load.so" 'a static object of the library says no'
expect "$built/throws.so" 'cannot find its table of constants'
expect "$built/throws_an_int.so" 'throws something that is no std::exception'
expect "$built/registers_twice.so" "loss 'harmless_registers_twice' is registered twice"
expect "$built/param_without_doc.so" "loss 'param_without_doc': 'weight' has no description"
expect "$built/default_out_of_range.so" "loss 'default_out_of_range': the default of 'weight' must be at least 1, found 0.5"
expect "$built/shadows_a_host_key.so" "loss 'shadows_a_host_key': its parameter 'tau' has the name of the host's key 'tau' in the table of a loss"
expect "$built/default_not_a_choice.so" "loss 'default_not_a_choice': the default of 'norm' cannot be \"l3\""

# says FILE REASON: some line of the answer names the file and the reason.
says() { grep -F -- "$1" "$folder/answer" | grep -qF -- "$2"; }
lists() { grep -qE "^loss +$1 " "$folder/answer"; }
is_gone() { ! lists "$1"; }

ask() {  # ask OPTIONS...: sets `code`, leaves what was printed in the answer
  code=0
  timeout 200 "$kdbench" list "$@" >"$folder/answer" 2>&1 </dev/null || code=$?
}

options=()
for name in "${names[@]}"; do options+=(--plugin "$name"); done
ask "${options[@]}"
check "exit code 3 (found $code)" test "$code" -eq 3
for name in "${names[@]}"; do
  check "$(basename "$name"): ${reasons[$name]}" says "$name" "${reasons[$name]}"
done
check "the losses that come with kdbench are listed" lists kl
for name in throws throws_an_int registers_twice param_without_doc default_out_of_range default_not_a_choice shadows_a_host_key; do
  check "nothing of $name.so is listed" is_gone "harmless_$name"
done
((failures == 0)) || cat "$folder/answer"

# A name belongs to whoever comes first, and files named on the command line come first.
ask --plugin "$(dirname "$good")/kl.so" --plugin "$built/takes_a_name.so"
check "takes_a_name.so: exit code 3 (found $code)" test "$code" -eq 3
check "takes_a_name.so: the name is taken" says "$built/takes_a_name.so" "loss 'kl' is already registered by "

# The limit holds for each library by itself, and is lowered only here: on a busy machine sound libraries load slowly, too.
KDBENCH_LOAD_LIMIT_S=20 ask --plugin "$built/hangs_at_load.so"
check "hangs_at_load.so: exit code 3 (found $code)" test "$code" -eq 3
check "hangs_at_load.so: cut off" says "$built/hangs_at_load.so" 'does not finish loading: it '
check "hangs_at_load.so: the losses that come with kdbench are listed" lists kl

ask --plugin "$good"
check "a sound library alone: exit code 0 (found $code)" test "$code" -eq 0

# In a folder of plugins that nobody named, a bad library is a row and no failure.
mkdir "$folder/mixed"
cp "$good" "$folder/mixed/"
cp "$folder/truncated_4k.so" "$built/crashes_at_load.so" "$folder/mixed/"
KDBENCH_PLUGIN_PATH=$folder/mixed ask
check "bad libraries in a folder: exit code 0 (found $code)" test "$code" -eq 0
check "bad libraries in a folder: the cut one is a row" says truncated_4k.so 'truncated ELF file'
check "bad libraries in a folder: the crashing one is a row" says crashes_at_load.so 'crashes while it is loaded (Segmentation fault)'

printf '%d failures\n' "$failures"
((failures == 0))
