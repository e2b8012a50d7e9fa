#!/usr/bin/env bash
# KB_08.sh KDBENCH: 33 rows in batches of 32 leave one row, with batch norm and losses that compare images; all rows are measured.
source "$(dirname "$0")/common.sh"

small_suite one_left kl dist rkd sp crd cc >"$folder/suite.toml"
sed -i 's/^train = 256/train = 33/; s/^test = 128/test = 33/; s/^hidden = \(.*\)/hidden = \1\nbatch_norm = true/' "$folder/suite.toml"
run() { "$kdbench" --store "$folder/store" run "$folder/suite.toml" --no-boards "$@"; }

check "every loss is trained" ends_with 0 run
check "all eight jobs are done" said "8 jobs done, 0 of them before; 0 not done"
check "every network is measured on all 33 rows" equal "$(cat "$folder"/store/records/*/*.json | grep -oc '"test":{[^}]*"n":33' || true)" 8
check "a batch may be larger than the data" ends_with 0 run --set train.batch_size=64 --set 'studies.main.losses=["kl"]'
check "one row alone cannot be trained on" ends_with 1 run --set datasets.points.train=1 --set 'studies.main.losses=["kl"]'
check "and that is said" said "fewer than 2 training rows are left; nothing can be trained"
verdict
