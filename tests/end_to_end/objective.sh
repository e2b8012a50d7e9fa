#!/usr/bin/env bash
# objective.sh KDBENCH: weights, warm-ups, windows and sums of losses are planned, trained to the same bits in every way, and shown.
source "$(dirname "$0")/common.sh"
cd "$here"

train() {  # train STORE SUITE OPTION...
  local store=$1
  shift
  "$kdbench" --store "$folder/$store" run "$@" >"$folder/$store.out" 2>"$folder/$store.err" ||
    { printf 'FAILED: kdbench run %s ended with %s\n' "$*" "$?"; cat "$folder/$store.err"; exit 1; }
  weights "$folder/$store" >"$folder/$store.weights"
}

sum='0.1 ce + 0.9 kl (tau=2 on both, tau^2 on) + 2 ranks (tau=1 on both, tau^2 on, warm-up 3 epochs, from epoch 1) + 0.5 truth (posterior, in epochs [0, 2))'
"$kdbench" --store "$folder/none" plan objective.toml >"$folder/plan.out"
check "the plan says what a sum minimises" holds "$folder/plan.out" "both    $sum"

train one objective.toml -j 1
check "every one of six networks has its hash" equal "$(cut -d' ' -f2 "$folder/one.weights" | sort -u | wc -l)" 6
check "the board names the parts" holds "$folder/one.out" "$sum"
check "the board says weights and warm-up" holds "$folder/one.out" "tau=4 on both, tau^2 on, ce=1, kd=0.8, warm-up 3 epochs"
record=$(grep -l '"label":"both ' "$folder"/one/records/*/*.json)
for name in ce kl/kd ranks/inter ranks/intra truth/kd; do
  check "the record keeps $name apart" grep -q "\"$name\":" "$record"
done
train two objective.toml -j 2
check "two threads" same "$folder/one.weights" "$folder/two.weights"
train apart objective.toml -j 2 --no-fuse
check "a process for every network" same "$folder/one.weights" "$folder/apart.weights"
train alone objective.toml -j 2 --set 'studies.sums.losses=["both"]'
check "the sum in a group of its own" equal "$(comm -23 "$folder/alone.weights" "$folder/one.weights")" ""

# Long enough to be stopped in the middle: the students' own checkpoints are waited for, then the program is told to end.
long=(objective.toml -j 2 --set train.epochs=100)
train whole "${long[@]}"
"$kdbench" --store "$folder/stopped" run "${long[@]}" --no-boards 2>"$folder/stopped.err" &
program=$!
half_done() {
  local students
  students=$(find "$folder/stopped/artifacts" -name checkpoint.safetensors 2>/dev/null | wc -l)
  grep -qs 'done teacher' "$folder/stopped.err" && [[ $students -gt 1 ]]
}
until half_done || ! kill -0 "$program" 2>/dev/null; do sleep 0.02; done
kill -TERM "$program" 2>/dev/null || true
code=0
wait "$program" || code=$?
check "SIGTERM ends it with 143" equal "$code" 143
left=$(find "$folder/stopped/artifacts" -name checkpoint.safetensors | wc -l)
check "networks were stopped half trained" test "$left" -gt 0
train stopped "${long[@]}"
check "they go on where they were stopped" grep -q ': continues at epoch' "$folder/stopped.err"
check "every checkpoint is used" equal "$(grep -c 'is not used' "$folder/stopped.err")" 0
check "stopped and resumed" same "$folder/whole.weights" "$folder/stopped.weights"

refused() {  # refused WHAT WORDS OPTION...
  local what=$1 words=$2 code=0
  shift 2
  "$kdbench" --store "$folder/none" plan objective.toml "$@" >"$folder/refused.out" 2>"$folder/refused.err" || code=$?
  check "$what ends with 2" equal "$code" 2
  check "$what says why" holds "$folder/refused.err" "$words"
}
refused "a window after the end" "'from_epoch' = 4 is beyond the last epoch: stage 'student' has 4" --set losses.ranks.from_epoch=4
refused "a warm-up beyond the window" "'warmup_epochs' = 4 is longer than the 3 epochs [1, 4)" --set losses.ranks.warmup_epochs=4
refused "alpha beside weights" "'alpha' stands for kd_weight = alpha" --set losses.weighed.alpha=0.5
refused "a part that is not there" "no [losses.at] in the file" --set 'losses.both.of=["kl","at"]'
refused "momentum of adamw" "'momentum' has no effect with optimizer = \"adamw\"" --set models.student.train.momentum=0.9
refused "a milestone after the end" "'milestones' has 10, but [models.teacher] ends after 'epochs' = 4" \
  --set train.schedule=step --set 'train.milestones=[2,10]'
verdict
