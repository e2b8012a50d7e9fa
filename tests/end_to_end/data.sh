#!/usr/bin/env bash
# data.sh KDBENCH: data sets of image files are looked into, planned without being there, and trained on; rows are shared by wrappers.
source "$(dirname "$0")/common.sh"
cp -r "$here/../data/tiny_flat_val" "$folder/tiny"
tiny=(--data-dir "$folder" --set folder=tiny --set classes=3 --set per_class=2 --set val_per_class=1)

"$kdbench" data check tiny_imagenet "${tiny[@]}" >"$folder/first.out"
check "a look into a data set says how fast images were decoded" holds "$folder/first.out" "tiny_imagenet train: 6 images decoded at "
check "and on how many cores, and where they are kept" holds "$folder/first.out" "; kept in $folder/.kdbench-cache/"
check "and counts rows and classes" holds "$folder/first.out" "2 rows in each of 3 classes"
"$kdbench" data check tiny_imagenet "${tiny[@]}" >"$folder/second.out"
check "a second look takes the images from the cache" holds "$folder/second.out" "decoded before at "

status=0
"$kdbench" data check tiny_imagenet --data-dir "$folder" --set folder=tiny >"$folder/wrong.out" || status=$?
check "a data set that cannot be loaded costs the exit code" equal "$status" 1
check "and says why" holds "$folder/wrong.out" "expected 'classes' = 200, found 3"
status=0
"$kdbench" data check tiny_imagenet --set clases=3 >/dev/null 2>"$folder/typo.err" || status=$?
check "a misspelt parameter is the user's mistake" equal "$status" 2
check "with the nearest name" holds "$folder/typo.err" "--set clases=3: dataset 'tiny_imagenet': no parameter 'clases'; did you mean 'classes'?"

cat >"$folder/suite.toml" <<'SUITE'
[suite]
name = "images"
data_dir = "nowhere"
[train]
epochs = 1
batch_size = 2
[datasets.tiny]
plugin = "tiny_imagenet"
folder = "tiny"
classes = 3
per_class = 2
val_per_class = 1
[datasets.turned]
plugin = "rotated"
of = "tiny"
copies = "all"
[datasets.few]
plugin = "subset"
of = "turned"
classes = 8
train = 8
[models.student]
plugin = "resnet"
depth = 8
[losses.none]
[[studies]]
name = "plain"
dataset = "tiny"
losses = ["none"]
pairs = [["student"]]
[[studies]]
name = "made of others"
dataset = "few"
losses = ["none"]
pairs = [["student"]]
SUITE
"$kdbench" plan "$folder/suite.toml" --format json >"$folder/away.json"
check "a plan needs no data" holds "$folder/away.json" '"plugin": "rotated"'
"$kdbench" data check "$folder/suite.toml" --data-dir "$folder" >"$folder/all.out"
check "every data set of a suite is looked into" holds "$folder/all.out" "few (plugin subset): 8 classes"
"$kdbench" --store "$folder/store" run "$folder/suite.toml" -j 1 --set suite.data_dir="$folder" >/dev/null 2>"$folder/run.err"
check "a run says how fast images were decoded" holds "$folder/run.err" "images/s on "
check "once, however many workers read them" equal "$(grep -c '^tiny_imagenet train: ' "$folder/run.err")" 1
check "and trains" holds "$folder/run.err" "2 jobs done, 0 of them before; 0 not done"
"$kdbench" --store "$folder/store" run "$folder/suite.toml" --set suite.data_dir="$folder" >/dev/null 2>"$folder/again.err"
check "what was cached changes no identity" equal "$(cat "$folder/again.err")" "nothing to do: 2 jobs are done"
verdict
