#!/usr/bin/env bash
# figures.sh KDBENCH: every kind of figure from records that a run left, the same bytes each time, maps of stored networks included.
source "$(dirname "$0")/common.sh"
cd "$here"
export KDBENCH_STORE=$folder/store

"$kdbench" run suite.toml -j 2 --no-boards >/dev/null 2>"$folder/run.err"
"$kdbench" figures suite.toml --out "$folder/a" --rows 100 --perplexity 10 >"$folder/a.out" 2>"$folder/a.err"
for kind in curves scatter scatter_training reliability tsne; do
  for ending in svg json csv; do
    check "temperature-$kind.$ending is written" holds "$folder/a.out" "$folder/a/temperature-$kind.$ending"
  done
done
check "the study of methods has maps too" test -s "$folder/a/methods-tsne.svg"
check "the embedding is that of the network: 8 units, 100 samples" holds "$folder/a.err" "100 samples of 8 numbers"
check "bins after scaling are in the records" holds "$folder/a/temperature-reliability.csv" "after scaling"

"$kdbench" figures tiny --out "$folder/b" --rows 100 --perplexity 10 >/dev/null 2>&1
check "the same records give the same bytes" diff -r "$folder/a" "$folder/b"

# A student that is a sum is asked for its own embedding: that of the residual network, 5 units and not 8.
cat >"$folder/sum.toml" <<'SUITE'
[suite]
name = "sum"
seeds = [0]
[train]
epochs = 1
[datasets.points]
plugin = "gmm"
classes = 4
train = 256
test = 128
[models.teacher]
plugin = "mlp"
hidden = 32
[models.student]
plugin = "mlp"
hidden = 8
[models.small]
plugin = "mlp"
hidden = 5
[losses.kl]
[strategies.sum]
plugin = "residual_kd"
residual = "small"
[[studies]]
name = "sums"
losses = ["kl"]
pairs = [["teacher", "student"]]
strategies = ["sum"]
SUITE
"$kdbench" run "$folder/sum.toml" -j 2 --no-boards >/dev/null 2>"$folder/sum.run" || cat "$folder/sum.run"
"$kdbench" figures sum --kind tsne --out "$folder/c" >/dev/null 2>"$folder/sum.err" || cat "$folder/sum.err"
check "a sum of networks is mapped by its own embedding" holds "$folder/sum.err" "128 samples of 5 numbers"
verdict
