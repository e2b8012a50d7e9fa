#!/usr/bin/env bash
# trespass_test.sh KDBENCH TRESPASSERS BAD_LOSSES: a loss that writes into what it is lent, changes the state of its thread or
# process, or closes and writes to what is the host's, wherever it stands among others: theirs are the weights that they have
# without it, to the bit.
source "$(dirname "$0")/../end_to_end/common.sh"
trespassers=$2 bad_losses=$3

# A slice of Fashion-MNIST, augmented, so that all students of a group read one tape of their teacher.
fashion=/usr/share/datasets/fashion-mnist
slice() {  # slice HEADER FILE SKIP BYTES
  { printf "$1"; { zcat "$2" 2>/dev/null || true; } | tail -c +$(($3 + 1)) | head -c "$4"; } || true
}
slice '\0\0\10\3\0\0\0\200\0\0\0\34\0\0\0\34' $fashion/train-images-idx3-ubyte.gz 16 $((128 * 784)) >"$folder/images"
slice '\0\0\10\1\0\0\0\200' $fashion/train-labels-idx1-ubyte.gz 8 128 >"$folder/labels"
suite() {  # suite LOSS...: in this order
  cat <<SUITE
[suite]
name = "trespass"
seeds = [0]
data_dir = "$folder"
[train]
epochs = 2
batch_size = 32
lr = 0.05
crop_padding = 2
flip = true
[datasets.slice]
plugin = "idx"
train_images = "images"
train_labels = "labels"
test_images = "images"
test_labels = "labels"
classes = 10
[models.teacher]
plugin = "mlp"
hidden = 16
[models.student]
plugin = "mlp"
hidden = 8
[losses.kl]
[losses.dist]
$(printf '[losses.%s]\n' "$@" | grep -v 'kl\]\|dist\]' | sed '/_later/s/.*/&\nplugin = "bad_scales_teacher"\nstep = 3/')
[[studies]]
name = "neighbours"
losses = [$(printf '"%s",' "$@")]
pairs = [["teacher", "student"]]
SUITE
}

sound() { weights "$1" | grep -f "$folder/sound.jobs"; }
run() {  # run STORE LOSS...
  local store=$folder/$1
  shift
  suite "$@" >"$folder/suite.toml"
  code=0
  "$kdbench" --store "$store" run "$folder/suite.toml" --plugin "$trespassers" --plugin "$bad_losses" -j 2 --no-boards \
    2>"$store.told" </dev/null || code=$?
}

run sound kl dist
check "the sound losses are trained by themselves" equal "$code" 0
weights "$folder/sound" | cut -d' ' -f1 >"$folder/sound.jobs"
sound "$folder/sound" >"$folder/sound.weights"
check "a teacher, two students of its and one without" equal "$(wc -l <"$folder/sound.weights")" 4
# So that a run trains no teacher: it is the same every time, and is not what is tried.
for student in $(grep -l '"label":"\(kl\|dist\) ' "$folder"/sound/records/*/*.json); do
  rm -r "$student" "$folder/sound/artifacts/$(basename "$student" .json)"
done

try() {  # try LOSS PLACE ORDER...
  local loss=$1 place=$2
  shift 2
  cp -r "$folder/sound" "$folder/tried"
  run tried "$@"
  sound "$folder/tried" >"$folder/tried.weights"
  check "$loss, listed $place, harms nobody" same "$folder/sound.weights" "$folder/tried.weights"
  if [[ $place == first ]]; then  # 0: it trains like any other
    printf '%s: exit code %s; %s\n' "$loss" "$code" "$(grep -E "^(failed|diverged): $loss " "$folder/tried.told" || true)"
  fi
  [[ $failures == 0 ]] || cat "$folder/tried.told"
  rm -r "$folder/tried"
}
names() { "$kdbench" list --plugin "$1" | sed -n 's/^loss *\(bad_[a-z_]*\) .*/\1/p'; }
mapfile -t losses < <(names "$trespassers")
losses+=(bad_scales_teacher_later bad_takes_signals bad_writes_everywhere bad_closes_everything bad_leaves_a_thread bad_destructor)
check "there are trespassers (${#losses[@]})" test "${#losses[@]}" -gt 15
for loss in "${losses[@]}"; do
  try "$loss" first "$loss" kl dist
  try "$loss" "in the middle" kl "$loss" dist
  try "$loss" last kl dist "$loss"
done
verdict
