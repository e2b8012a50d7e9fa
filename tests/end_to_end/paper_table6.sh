#!/usr/bin/env bash
# paper_table6.sh KDBENCH: the rank correlations that the paper prints under its table 6, from the numbers in the table.
source "$(dirname "$0")/common.sh"

"$kdbench" stats correlate "$here/../data/table6.csv" --x ece --y accuracy --group teacher,method >"$folder/out"

# The table prints -99.10 for -99.0909.
correlation() { awk -v t="$1" -v m="$2" '$1 == t && $2 == m { print $4 }' "$folder/out"; }
check "ResNet-56, KD" equal "$(correlation ResNet-56 KD)" -91.82
check "ResNet-56, DIST" equal "$(correlation ResNet-56 DIST)" 0.46
check "ResNet-110, KD" equal "$(correlation ResNet-110 KD)" -76.36
check "ResNet-110, DIST" equal "$(correlation ResNet-110 DIST)" 1.82
check "WRN-28-1, KD" equal "$(correlation WRN-28-1 KD)" -99.09
check "WRN-28-1, DIST" equal "$(correlation WRN-28-1 DIST)" -50.00
verdict
