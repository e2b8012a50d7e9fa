#!/usr/bin/env bash
# KB_60.sh KDBENCH: pictures behind symbolic links of class folders are part of a job's identity.
source "$(dirname "$0")/common.sh"
pictures=$here/../data/images

for split in train test; do
  mkdir -p "$folder/else/$split/cat" "$folder/else/$split/dog" "$folder/good_jpg/$split"
  for name in 1 2; do
    cp "$pictures/gamma.png" "$folder/else/$split/cat/$name.png"
    cp "$pictures/palette_with_alpha.png" "$folder/else/$split/dog/$name.png"
  done
  for class in cat dog; do ln -s "../../else/$split/$class" "$folder/good_jpg/$split/$class"; done
done
small_suite img kl >"$folder/suite.toml"
sed -i '/^classes = 4/d; s/^plugin = "gmm"/plugin = "image_folder"\nfolder = "good_jpg"\nclasses = 2\nsize = 1\nwidth = 2/; s/^train = 256\|^test = 128//' "$folder/suite.toml"
sed -i "s|^device = .*|device = \"cpu\"\ndata_dir = \"$folder\"|; s/^lr = 0.1/lr = 0.1\ncrop_padding = 0\nflip = false/" "$folder/suite.toml"
run() { "$kdbench" --store "$folder/store" run "$folder/suite.toml" --no-boards; }

check "all jobs are trained" ends_with 0 run
check "three of them" said "3 jobs done, 0 of them before"
check "once" ends_with 0 run
check "and no more" said "nothing to do"
mv "$folder/else/train/cat" "$folder/else/train/bird" && mv "$folder/else/train/dog" "$folder/else/train/cat" && mv "$folder/else/train/bird" "$folder/else/train/dog"
check "classes are swapped behind the links" ends_with 0 run
check "and all jobs are trained again" said "3 jobs done, 0 of them before"
verdict
