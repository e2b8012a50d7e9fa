#!/usr/bin/env bash
# version.sh KDBENCH: the program says what plugins must be built for; where there is no worker it says its own version.
source "$(dirname "$0")/common.sh"

"$kdbench" version >"$folder/out"
check "its own version" grep -qE '^kdbench [0-9]+\.[0-9]+\.[0-9]+' "$folder/out"
check "libtorch" grep -qE '^libtorch +[12]\.[0-9]+\.[0-9]+' "$folder/out"
check "compiler, standard, library, ABI of strings" grep -qE '^compiler +(gcc|clang)-[0-9.]+, C\+\+20, libstdc\+\+, cxx11abi=1$' "$folder/out"
check "the SDK's binary interface" grep -qE '^SDK ABI +[0-9]+$' "$folder/out"
check "BLAS" grep -qE '^BLAS +(/|built into libtorch)' "$folder/out"
check "CUDA" grep -qE '^CUDA +([0-9]+ GPU|none: )' "$folder/out"
mkdir "$folder/alone"
cp "$kdbench" "$folder/alone/"
"$folder/alone/kdbench" version >"$folder/alone.out" 2>"$folder/alone.err"
check "without a worker its own version alone" grep -qE '^kdbench [0-9.]+$' "$folder/alone.out"
check "and why" holds "$folder/alone.err" "no worker here, which knows libtorch, compiler, ABI, BLAS and CUDA"
verdict
