#!/usr/bin/env bash
# links_test.sh KDBENCH: images behind symbolic links are part of a job's identity like any others: class folders, files, and a folder
# of data that is itself a link.
source "$(dirname "$0")/../end_to_end/common.sh"
pictures=$here/../data/images

# Real pictures of two classes, of 2 x 1 pixels.
for split in train test; do
  mkdir -p "$folder/pool/$split/cat" "$folder/pool/$split/dog"
  for name in 1 2 3; do
    cp "$pictures/gamma.png" "$folder/pool/$split/cat/$name.png"
    cp "$pictures/palette_with_alpha.png" "$folder/pool/$split/dog/$name.png"
  done
done

cat >"$folder/suite.toml" <<'SUITE'
[suite]
name = "links"
seeds = [0]
device = "cpu"
data_dir = "nowhere"
[train]
epochs = 1
batch_size = 2
crop_padding = 0
flip = false
[datasets.pictures]
plugin = "image_folder"
folder = "pictures"
classes = 2
size = 1
width = 2
[models.student]
plugin = "mlp"
hidden = 4
[losses.none]
[[studies]]
name = "main"
losses = ["none"]
pairs = [["student"]]
SUITE
run() {  # run DATA_DIR: what was said, in err
  "$kdbench" --store "$folder/store" run "$folder/suite.toml" --set suite.data_dir="$1" --no-boards >/dev/null 2>"$folder/err" ||
    { cat "$folder/err"; exit 1; }
}
trains() { holds "$folder/err" "1 job done, 0 of them before; 0 not done"; }
has_nothing_to_do() { holds "$folder/err" "nothing to do: 1 job"; }

mkdir -p "$folder/copy" "$folder/linked/pictures/train" "$folder/linked/pictures/test"
cp -r "$folder/pool" "$folder/copy/pictures"
for split in train test; do
  for class in cat dog; do ln -s "../../../pool/$split/$class" "$folder/linked/pictures/$split/$class"; done
done

run "$folder/copy"
check "real folders are trained on" trains
run "$folder/linked"
check "links to the same pictures are the same data" has_nothing_to_do
ln -s linked "$folder/link_to_linked"
run "$folder/link_to_linked"
check "so is a link to the folder of links" has_nothing_to_do

mv "$folder/pool/train/cat" "$folder/pool/train/bird"
mv "$folder/pool/train/dog" "$folder/pool/train/cat"
mv "$folder/pool/train/bird" "$folder/pool/train/dog"
run "$folder/linked"
check "classes swapped behind the links are other data" trains
cp "$pictures/gamma.png" "$folder/pool/train/cat/2.png"
run "$folder/linked"
check "so is one picture overwritten behind them" trains
run "$folder/linked"
check "then there is nothing to do" has_nothing_to_do

# Files one by one: a link that changes its class shows the same pictures, and another label.
mkdir -p "$folder/files/pictures"
cp -r "$folder/pool/test" "$folder/files/pictures/"
mkdir -p "$folder/files/pictures/train/cat" "$folder/files/pictures/train/dog"
for name in 1 2 3; do ln -s "$folder/pool/train/cat/$name.png" "$folder/files/pictures/train/cat/$name.png"; done
for name in 4 5 6; do ln -s "$folder/pool/train/dog/$((name - 3)).png" "$folder/files/pictures/train/dog/$name.png"; done
run "$folder/files"
check "links to files are trained on" trains
mv "$folder/files/pictures/train/cat/3.png" "$folder/files/pictures/train/dog/3.png"
run "$folder/files"
check "a link moved to another class is other data" trains

ln -s ../.. "$folder/files/pictures/train/cat/back"
run "$folder/files"
check "a link back to what it stands in ends" has_nothing_to_do
verdict
