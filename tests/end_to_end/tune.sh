#!/usr/bin/env bash
# tune.sh KDBENCH: a tune study spends the same on every method, chooses without test rows, and chooses the same whatever it is run
# with, stopped or not.
source "$(dirname "$0")/common.sh"
suite=$here/../../suites/tune_smoke.toml

kept_choices() {  # kept_choices STORE: default and choice of each method, as the last plan has them
  grep -o '"trial":{"epochs":0[^}]*}' "$1/plans/tune_smoke.json" | sort -u
}

"$kdbench" --store "$folder/store" plan "$suite" --jobs >"$folder/plan.first"
# Three methods: 3 of 6 trials again at two seeds; default and choice at three.
check "the plan knows how many are still to be chosen" holds "$folder/plan.first" \
  "study tuned: still to be chosen by results: 18 trials, then 18 trainings of defaults and choices"
for loss in kl dist dkd; do
  count=$(grep -cE "^ *to do .* $loss(\[[^]]*\])? teacher->student, trial of 2 epochs s10[01]" "$folder/plan.first")
  check "six trials of $loss at each of two seeds" equal "$count" 12
done

"$kdbench" --store "$folder/store" run "$suite" -j 2 >"$folder/first.out" 2>"$folder/first.err"
check "the run goes on to the end" holds "$folder/first.err" "0 not done"
check "the board says what every method cost" holds "$folder/first.out" \
  "6 trials, the default and 5 draws; 6 x 2 + 3 x 4 = 24 epochs of the student at 2 seeds of the tuning's own (100, 101)"
check "default beside tuned of every method" equal "$(kept_choices "$folder/store" | grep -c '"number":0')" 3
trials=$(grep -lF '"judged_on":"validation"' "$folder"/store/records/*/*.json | wc -l)
check "two teachers, 36 trials and 18 again are judged on validation rows" equal "$trials" 56
check "and have no number of test rows" equal \
  "$(grep -lF '"judged_on":"validation"' "$folder"/store/records/*/*.json | xargs grep -lF '"checkpoints":{}' | wc -l)" 56

"$kdbench" --store "$folder/store" run "$suite" -j 1 >"$folder/second.out" 2>"$folder/second.err"
check "the second run starts nothing" grep -qE '^nothing to do: [0-9]+ jobs are done$' "$folder/second.err"
check "and prints the same" same "$folder/first.out" "$folder/second.out"
"$kdbench" --store "$folder/store" plan "$suite" >"$folder/plan.last"
check "nothing is left to choose" equal "$(grep -c 'still to be chosen' "$folder/plan.last")" 0

few=("$suite" --set 'studies.tuned.trials=3' --set 'studies.tuned.rungs=[1,2]' --set 'suite.seeds=[0]' --set 'studies.tuned.tuning_seeds=[100]')
"$kdbench" --store "$folder/few" run "${few[@]}" -j 2 >"$folder/few.out" 2>"$folder/few.err"
"$kdbench" --store "$folder/apart" run "${few[@]}" -j 1 --no-fuse >"$folder/apart.out" 2>"$folder/apart.err"
check "a process for every network chooses the same" same "$folder/few.out" "$folder/apart.out"

# Stopped among the trials of the last rung: the first rung is done, and some have begun.
long=("$suite" -j 2 --set 'studies.tuned.rungs=[1,200]' --set 'suite.seeds=[0]' --set 'studies.tuned.tuning_seeds=[100]')
"$kdbench" --store "$folder/whole" run "${long[@]}" >"$folder/whole.out" 2>"$folder/whole.err"
"$kdbench" --store "$folder/stopped" run "${long[@]}" --no-boards 2>"$folder/stopped.err" &
program=$!
half_done() {
  grep -qs 'trial of 1 epoch s100' "$folder/stopped.err" &&
    [[ $(find "$folder/stopped/artifacts" -name checkpoint.safetensors 2>/dev/null | wc -l) -gt 2 ]]
}
until half_done || ! kill -0 "$program" 2>/dev/null; do sleep 0.02; done
kill -TERM "$program" 2>/dev/null || true
code=0
wait "$program" || code=$?
check "SIGTERM ends it with 143" equal "$code" 143
"$kdbench" --store "$folder/stopped" run "${long[@]}" >"$folder/stopped.out" 2>"$folder/resumed.err"
check "stopped and resumed it chooses the same" equal "$(kept_choices "$folder/stopped")" "$(kept_choices "$folder/whole")"
check "and prints the same" same "$folder/whole.out" "$folder/stopped.out"

# Poisoned test rows: pictures of 4 x 4, class k bright in row k; the second folder's test images are none.
pictures() {  # pictures N FILE
  local size
  size=$(printf '\\0%03o\\0%03o' $(($1 / 256)) $(($1 % 256)))
  printf '%b' "\0000\0000\0010\0003\0000\0000$size\0000\0000\0000\0004\0000\0000\0000\0004" >"$2"
  printf '%b' "$(awk -v n="$1" 'BEGIN { x = 7; for (i = 0; i < n; ++i) for (p = 0; p < 16; ++p) {
    x = (x * 1103 + 12345) % 65536; printf "\\0%03o", int(x / 65536 * 200) + (int(p / 4) == i % 4 ? 55 : 0) } }')" >>"$2"
  printf '%b' "\0000\0000\0010\0001\0000\0000$size" >"$2.labels"
  printf '%b' "$(awk -v n="$1" 'BEGIN { for (i = 0; i < n; ++i) printf "\\0%03o", i % 4 }')" >>"$2.labels"
}
mkdir "$folder/good"
pictures 400 "$folder/good/train"
pictures 100 "$folder/good/test"
cp -r "$folder/good" "$folder/poisoned"
printf 'poison' >"$folder/poisoned/test"
cat >"$folder/pictures.toml" <<END
[suite]
name = "tune_smoke"
[train]
epochs = 2
[datasets.pictures]
plugin = "idx"
train_images = "train"
train_labels = "train.labels"
test_images = "test"
test_labels = "test.labels"
classes = 4
height = 4
width = 4
validation = 100
[models.net]
plugin = "mlp"
hidden = 16
[losses.kl]
[losses.dist]
[[studies]]
name = "tuned"
kind = "tune"
losses = ["kl", "dist"]
pairs = [["net", "net"]]
trials = 4
rungs = [1, 2]
search = { kl.tau = [1, 2, 4, 8], dist.beta = [0.5, 1, 2, 4] }
END
for data in good poisoned; do
  code=0
  "$kdbench" --store "$folder/on_$data" run "$folder/pictures.toml" -j 2 --set "suite.data_dir=\"$folder/$data\"" \
    >"$folder/$data.out" 2>"$folder/$data.err" || code=$?
  check "$data test rows end it with their code" equal "$code" "$([[ $data == good ]] && echo 0 || echo 1)"
done
# A teacher, four trials of each loss and two of them again; then a teacher, default and choice of each, and one alone.
check "every trial ends on poisoned test rows" equal "$(grep -cE '\] done .*(trial of|teacher)' "$folder/poisoned.err")" 13
check "nothing that is judged on them does" equal "$(grep -cE '\] done ' "$folder/poisoned.err")" 13
check "the reason names them" holds "$folder/poisoned.err" "$folder/poisoned/test"
check "the choice is the same" equal "$(kept_choices "$folder/on_poisoned")" "$(kept_choices "$folder/on_good")"
verdict
