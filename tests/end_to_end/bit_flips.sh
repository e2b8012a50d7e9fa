#!/usr/bin/env bash
# bit_flips.sh KDBENCH [FLIPS]: one bit is flipped at drawn places of a small finished store, FLIPS times (4 unless said) in each kind
# of file: weights, checkpoints, cached logits of teachers, stored logits, records. Each flip is found and its file named, or has no
# effect; none changes a board or what a student learns. KDBENCH_FLIPS_TABLE=FILE writes every flip with its outcome. Every flip
# that `kdbench store verify` does not name is trained on, and of the others every KDBENCH_FLIPS_TRAIN-th (1 unless said).
source "$(dirname "$0")/common.sh"
flips=${2:-4}
train_every=${KDBENCH_FLIPS_TRAIN:-1}
table=${KDBENCH_FLIPS_TABLE:-$folder/table}
printf 'kind\tfile\tbyte\tbit\toutcome\n' >"$table"

suite() {  # suite LOSS...
  cat <<SUITE
[suite]
name = "flips"
seeds = [0]
[train]
epochs = 3
batch_size = 32
lr = 0.1
[datasets.points]
plugin = "gmm"
classes = 4
train = 128
test = 64
validation = 32
[models.teacher]
plugin = "mlp"
hidden = 8
[models.student]
plugin = "mlp"
hidden = 4
[losses.kl]
[losses.dist]
[[studies]]
name = "methods"
losses = [$1]
pairs = [["teacher", "student"]]
SUITE
}
suite '"kl"' >"$folder/few.toml"
suite '"kl", "dist"' >"$folder/more.toml"
kd() { "$kdbench" --store "$store" "$@" </dev/null; }
store=$folder/sound
kd run "$folder/few.toml" -j 2 --no-boards 2>"$folder/log"
kd leaderboard flips >"$folder/board"
store=$folder/whole
cp -r "$folder/sound" "$store"
kd run "$folder/more.toml" -j 2 --no-boards 2>"$folder/log"
kd leaderboard flips >"$folder/more.board"
weights "$store" >"$folder/more.weights"

# A store whose teacher was stopped half trained, and what becomes of it.
long=("$folder/few.toml" -j 2 --set train.epochs=300 --no-boards)
store=$folder/long
kd run "${long[@]}" 2>"$folder/log"
weights "$store" >"$folder/long.weights"
store=$folder/stopped
"$kdbench" --store "$store" run "${long[@]}" 2>"$folder/log" </dev/null &
program=$!
until [[ -n $(find "$store/artifacts" -name checkpoint.safetensors 2>/dev/null) ]] || ! kill -0 $program 2>/dev/null; do sleep 0.02; done
kill -TERM $program 2>/dev/null || true
wait $program || true
mapfile -t checkpoints < <(cd "$store" && find artifacts -name checkpoint.safetensors | sort)
check "a checkpoint is there" test ${#checkpoints[@]} -gt 0

draw=20261201  # a linear congruence: the same places every time
next() {  # next N: sets `drawn` to a number in [0, N)
  draw=$(((draw * 6364136223846793005 + 1442695040888963407) & 0x7fffffffffffffff))
  drawn=$(((draw >> 20) % $1))
}
flip() {  # flip KIND FILE: flips a drawn bit; sets `file`, `byte` and `bit`
  local size value
  kind=$1 file=$2
  size=$(stat -c %s "$store/$file")
  next "$size" && byte=$drawn
  next 8 && bit=$drawn
  value=$(od -An -tu1 -j "$byte" -N1 "$store/$file")
  printf "\\x$(printf %x $((value ^ (1 << bit))))" | dd of="$store/$file" bs=1 seek="$byte" conv=notrunc status=none
}
# What `kdbench store verify` says of the file: its checksum sees every bit that can matter.
named() { grep -qF "$(basename "$(dirname "$file")")/$(basename "$file")" <(kd store verify 2>&1 || true); }
told=0 harmless=0
outcome() {  # outcome RESULT: of this flip
  printf '%s\t%s\t%s\t%s\t%s\n' "$kind" "$file" "$byte" "$bit" "$1" >>"$table"
  case $1 in
    'found, named'*) told=$((told + 1)) ;;
    'no effect') harmless=$((harmless + 1)) ;;
    *) check "$kind: byte $byte, bit $bit of $file: $1" false ;;
  esac
}
judge() {  # judge NUMBER WHAT CONDITION...: nothing changed where the condition holds
  local number=$1 result=$2
  shift 2
  if { ! $was_named || ((number % train_every == 0)); } && ! "$@"; then
    outcome "changed $result"
  elif $was_named; then
    outcome 'found, named'
  else
    outcome 'no effect'
  fi
}
summary() {  # summary KIND
  printf '%-16s %3s flips: %3s found and named, %3s without effect\n' "$1" "$flips" "$told" "$harmless"
  check "$1: every flip is one or the other" equal $((told + harmless)) "$flips"
  told=0 harmless=0
}
fresh() { rm -rf "$folder/flipped" && cp -r "$1" "$folder/flipped" && store=$folder/flipped; }
pick() {  # pick FILE...: sets `picked` to one of them
  next $#
  picked=${*:$((drawn + 1)):1}
}
in_sound() { (cd "$folder/sound" && find "$@" -type f | sort); }
mapfile -t all_weights < <(in_sound artifacts -name '*.safetensors' ! -name '*logits*')
mapfile -t all_logits < <(in_sound artifacts -name '*logits.safetensors')
mapfile -t all_caches < <(in_sound cache)
mapfile -t all_records < <(in_sound records -name '*.json')

# One student more is trained: what it learns is what it learns in the sound store, and the boards are the same, or say in whose
# stead they print n/a.
same_after_more() {
  kd run "$folder/more.toml" -j 2 --no-boards 2>"$folder/told" || true
  kd leaderboard flips >"$folder/flipped.board" 2>"$folder/warned"
  diff -q <(weights "$store") "$folder/more.weights" >/dev/null &&
    { diff -q "$folder/flipped.board" "$folder/more.board" >/dev/null || grep -qF "$(basename "$(dirname "$file")")" "$folder/warned"; }
}
same_after_resume() {  # it is gone on, and ends with the weights of a training that nobody stopped
  kd run "${long[@]}" 2>"$folder/told" || true
  diff -q <(weights "$store") "$folder/long.weights" >/dev/null && { ! $was_named || grep -q 'its checkpoint is not used' "$folder/told"; }
}
of_files() {  # of_files KIND FILE...
  local kind_of=$1 i
  shift
  for ((i = 0; i < flips; ++i)); do
    fresh "$folder/sound"
    pick "$@"
    flip "$kind_of" "$picked"
    was_named=false
    if named; then was_named=true; fi
    judge $i "what is learned" same_after_more
  done
  summary "$kind_of"
}
of_files weights "${all_weights[@]}"
of_files "stored logits" "${all_logits[@]}"
of_files caches "${all_caches[@]}"

for ((i = 0; i < flips; ++i)); do
  fresh "$folder/sound"
  pick "${all_records[@]}"
  flip records "$picked"
  kd leaderboard flips >"$folder/flipped.board" 2>"$folder/told" || true
  if grep -qF "$(basename "$file")" "$folder/told" "$folder/flipped.board"; then
    outcome 'found, named'
  elif diff -q "$folder/board" "$folder/flipped.board" >/dev/null; then
    outcome 'no effect'
  else
    outcome 'changed board'
  fi
done
summary records

for ((i = 0; i < flips; ++i)); do
  fresh "$folder/stopped"
  pick "${checkpoints[@]}"
  flip checkpoints "$picked"
  was_named=false
  if named; then was_named=true; fi
  judge $i "what is learned" same_after_resume
done
summary checkpoints
verdict
