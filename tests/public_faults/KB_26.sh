#!/usr/bin/env bash
# KB_26.sh KDBENCH BAD_PLUGINS: libraries of another C++ ABI, another libtorch, or none at all, are refused by name; the others are there.
source "$(dirname "$0")/common.sh"
bad=$2

printf 'no library' >"$folder/text.so"
: >"$folder/empty.so"
mkdir "$folder/folder.so"
options=()
for file in "$bad/other_cxx11abi.so" "$bad/other_torch.so" "$bad/no_entry_point.so" "$folder/text.so" "$folder/empty.so" "$folder/folder.so"; do
  options+=(--plugin "$file")
done
check "libraries that were named and refused" ends_with 3 "$kdbench" list "${options[@]}"
check "another C++ ABI" said 'cxx11abi: plugin 0, host 1'
check "another libtorch" said 'torch: plugin 2.4.0, host '
check "no entry point" said 'no entry point kdbench_plugin_register_v1'
check "a text, and nothing" grep -q 'not a shared library' "$folder/said"
check "a folder" said 'is a directory'
check "the losses that come with kdbench are listed" grep -qE '^loss +kl ' "$folder/said"

# KB-28: a name that nobody has, and one that two have.
check "two plugins of one name" ends_with 3 "$kdbench" list --plugin "$bad/takes_a_name.so" --plugin "$(dirname "$kdbench")/../lib/kdbench/plugins/kl.so"
check "are told by both files" grep -qE "kl.so.* loss 'kl' is already registered by .*takes_a_name.so" "$folder/out"
check "an unknown name" ends_with 2 "$kdbench" describe loss kll
check "is told with the nearest" grep -q "'kl'" "$folder/err"
verdict
