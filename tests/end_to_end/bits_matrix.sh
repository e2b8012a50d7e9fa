#!/usr/bin/env bash
# bits_matrix.sh KDBENCH: bits.sh for every model and every data set of the shelf: the same weights with one, two and three threads,
# with a process for every network, alone, and stopped and resumed; of students who read a stored table of their teacher, a tape
# of it, and no teacher. By default each model but the largest has one data set, each data set has one model, and only one thread and
# two are compared, models also stopped and resumed (bits.sh tries every way on one suite); with KDBENCH_FULL_BITS=1 each has each, in
# every way.
source "$(dirname "$0")/common.sh"
data=$folder/data
fashion=/usr/share/datasets/fashion-mnist

# Data of every form that a plugin reads, cut from Fashion-MNIST and from the tests' JPEG files. What the pixels show is of no matter.
bytes() { { zcat "$fashion/$1" 2>/dev/null || true; } | tail -c +$(($2 + 1)) | head -c "$3" || true; }
repeat() { for ((i = 0; i < $2; ++i)); do cat "$1"; done; }
records() {  # records PREFIX LABELS: a record of 3,072 bytes for each of the labels, which a prefix may stand before
  local i
  for ((i = 0; i < $2; ++i)); do
    printf "$1"
    printf "\\$(printf %o "$i")"
    head -c $((3072 * (i + 1))) "$data/pixels" | tail -c 3072
  done
}
mkdir -p "$data/cifar-10-batches-bin" "$data/cifar-100-binary"
bytes train-images-idx3-ubyte.gz 16 $((3072 * 100)) >"$data/pixels"
records '' 10 >"$data/ten"
repeat "$data/ten" 1000 >"$data/cifar-10-batches-bin/test_batch.bin"
for i in 1 2 3 4 5; do ln -s test_batch.bin "$data/cifar-10-batches-bin/data_batch_$i.bin"; done
records '\0' 100 >"$data/hundred"
repeat "$data/hundred" 100 >"$data/cifar-100-binary/test.bin"
repeat "$data/cifar-100-binary/test.bin" 5 >"$data/cifar-100-binary/train.bin"
{ printf '\0\0\10\3\0\0\0\140\0\0\0\20\0\0\0\20'; head -c $((96 * 256)) "$data/pixels"; } >"$data/images"
{ printf '\0\0\10\1\0\0\0\140'; bytes train-labels-idx1-ubyte.gz 8 96; } >"$data/labels"
cp -r "$here/../data/tiny_flat_val" "$data/tiny"
for class in "$data"/tiny/train/*/; do
  for split in train test; do
    mkdir -p "$data/folder/$split/$(basename "$class")"
    cp "$class"images/*.JPEG "$data/folder/$split/$(basename "$class")"
  done
done

declare -A settings=(
  [gmm]='classes = 10
train = 64
test = 20'
  [fashion_mnist]='downsample = 2'
  [idx]='train_images = "images"
train_labels = "labels"
test_images = "images"
test_labels = "labels"
classes = 10
height = 16
width = 16'
  [cifar10]='' [cifar100]=''
  [image_folder]='folder = "folder"
classes = 3
size = 64'
  [tiny_imagenet]='folder = "tiny"
classes = 3
size = 32
per_class = 2
val_per_class = 1'
  [subset]='of = "idx"
train = 40'
  [rotated]='of = "idx"'
  [mlp]='hidden = 24
batch_norm = true'
  [resnet]='depth = 8' [resnet_exits]='depth = 8' [wrn]='depth = 10' [vgg]='depth = 8'
  [mixer]='width = 64
depth = 4'
  [vit]='width = 64
depth = 4'
  [mobilenet_v1]='width = 0.25' [mobilenet_v2]='' [shufflenet_v1]='' [shufflenet_v2]='size = 0.5'
  [resnet18]='' [resnet34]='' [resnet50]='' [resnet18_imagenet]='' [resnet34_imagenet]='' [resnet50_imagenet]=''
)
datasets=(gmm fashion_mnist idx cifar10 cifar100 image_folder tiny_imagenet subset rotated)
models=(mlp resnet resnet_exits wrn vgg mixer vit mobilenet_v1 mobilenet_v2 shufflenet_v1 shufflenet_v2 resnet18 resnet34 resnet50
  resnet18_imagenet resnet34_imagenet resnet50_imagenet)
large=(resnet34 resnet50 resnet34_imagenet resnet50_imagenet) # each of a library that has a smaller network, too
listed() { "$kdbench" list | sed -n "s/^$1 *\\([a-z0-9_]*\\) .*/\\1/p" | sort | tr '\n' ' '; }
check "every model is among them" equal "$(printf '%s\n' "${models[@]}" | sort | tr '\n' ' ')" "$(listed model)"
check "every data set is among them" equal "$(printf '%s\n' "${datasets[@]}" | sort | tr '\n' ' ')" "$(listed dataset)"

study() {  # study DATASET MODEL...: each model on images as they are and on images that are moved, with and without a teacher
  local name=$1 model pairs='' teacher=teacher
  shift
  [[ $name == gmm ]] && teacher=flat_teacher && set -- mlp  # points are no images for the others
  for model in "$@"; do
    pairs+="[\"$teacher\", \"$model\"], "
    [[ $name == gmm ]] || pairs+="[\"$teacher\", \"${model}_moved\"], "
  done
  printf '[[studies]]\nname = "%s"\ndataset = "%s"\nlosses = ["none", "kl"]\npairs = [%s]\n' "$name" "$name" "$pairs"
}

suite() {  # suite NAME: with the tables of all plugins and no study
  local name
  cat <<SUITE
[suite]
name = "$1"
seeds = [0]
device = "cpu"
data_dir = "$data"
[train]
epochs = 2
batch_size = 4
lr = 0.01
[losses.none]
[losses.kl]
[models.teacher]
plugin = "resnet"
depth = 8
[models.flat_teacher]
plugin = "mlp"
SUITE
  for name in "${models[@]}"; do
    printf '[models.%s]\nplugin = "%s"\n%s\n' "$name" "$name" "${settings[$name]}"
    printf '[models.%s_moved]\nplugin = "%s"\n%s\ntrain.crop_padding = 1\ntrain.flip = true\n' "$name" "$name" "${settings[$name]}"
  done
  for name in "${datasets[@]}"; do
    printf '[datasets.%s]\nplugin = "%s"\n%s\ntrain_limit = 8\ntest_limit = 6\n' "$name" "$name" "${settings[$name]}"
  done
}

train() {  # train STORE SUITE OPTION...
  local store=$1
  shift
  "$kdbench" --store "$folder/$store" run "$@" --no-boards 2>>"$folder/$store.err" ||
    { printf 'FAILED: kdbench run %s ended with %s\n' "$*" "$?"; cat "$folder/$store.err"; exit 1; }
  weights "$folder/$store" >"$folder/$store.weights"
}

# Runs until so many networks are done, tells the program to end, which saves those at work, and goes on.
stop_and_go_on() {  # stop_and_go_on STORE SUITE JOBS...
  local store=$1 suite=$2 jobs program code
  shift 2
  mkdir -p "$folder/$store"
  for jobs in "$@"; do
    "$kdbench" --store "$folder/$store" run "$suite" -j 2 --no-boards 2>>"$folder/$store.err" &
    program=$!
    done_so_far() { find "$folder/$store/records" -name '*.json' 2>/dev/null | wc -l; }
    until [[ $(done_so_far) -ge $jobs ]] || ! kill -0 "$program" 2>/dev/null; do sleep 0.02; done
    kill -TERM "$program" 2>/dev/null || true
    code=0
    wait "$program" || code=$?
    [[ $code == 143 || $code == 0 ]] || { printf 'FAILED: the stopped run ended with %s\n' "$code"; cat "$folder/$store.err"; exit 1; }
  done
  train "$store" "$suite" -j 2
  check "$suite: networks went on where they were stopped" grep -q ': continues at epoch' "$folder/$store.err"
}

ways=("-j 2")
[[ -z ${KDBENCH_FULL_BITS:-} ]] || ways=("-j 2" "-j 3" "-j 2 --no-fuse")

every_way() {  # every_way NAME [STOPPED]: stopped and resumed, too, unless STOPPED is no
  local name=$1 suite=$folder/$1.toml way store started=$SECONDS
  train "$name-1" "$suite" -j 1
  local of
  of=$(wc -l <"$folder/$name-1.weights")
  check "$name: each of $of networks has its hash" equal "$(grep -c '"weights_sha256":"[0-9a-f]\{64\}"' "$folder/$name-1.weights")" "$of"
  for way in "${ways[@]}"; do
    store=$name${way//[^a-z0-9]/_}
    # shellcheck disable=SC2086
    train "$store" "$suite" $way
    check "$name: $way" same "$folder/$name-1.weights" "$folder/$store.weights"
    rm -rf "${folder:?}/$store"
  done
  if [[ ${2:-} != no ]]; then
    stop_and_go_on "$name-stopped" "$suite" 3 $((of / 2))
    check "$name: stopped and resumed" same "$folder/$name-1.weights" "$folder/$name-stopped.weights"
    rm -rf "${folder:?}/$name-stopped"
  fi
  printf '%s: %s networks in %s s\n' "$name" "$of" $((SECONDS - started))
}

alone() {  # alone NAME STUDY PAIR: the student of kl of one pair, with nobody beside it
  train "alone" "$folder/$1.toml" -j 2 --set "studies.$2.pairs=[$3]" --set "studies.$2.losses=[\"kl\"]" "${@:4}"
  check "$1: alone: $3 on $2" equal "$(comm -23 "$folder/alone.weights" "$folder/$1-1.weights")" ""
}

if [[ -n ${KDBENCH_FULL_BITS:-} ]]; then
  { suite everything; for name in "${datasets[@]}"; do study "$name" "${models[@]}"; done; } >"$folder/everything.toml"
  every_way everything
else
  mapfile -t few < <(printf '%s\n' "${models[@]}" | grep -vxF "$(printf '%s\n' "${large[@]}")")
  { suite models; study idx "${few[@]}"; } >"$folder/models.toml"
  every_way models
  for pair in '["teacher", "mlp"]' '["teacher", "vgg_moved"]'; do alone models idx "$pair"; done
  { suite data; for name in "${datasets[@]}"; do study "$name" resnet; done; } >"$folder/data.toml"
  every_way data no
fi
[[ -z ${KDBENCH_BITS_TABLE:-} ]] || cat "$folder"/*-1.weights >"$KDBENCH_BITS_TABLE"
verdict
