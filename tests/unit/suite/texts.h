/// Suites the tests start from.
#pragma once
#include <kdbench/suite/suite.h>

#include <string>

namespace kdbench {

inline const std::string kGoodSuite = R"([suite]
name = "toy"
title = "A toy"
seeds = [3, 1]
device = "cuda:1"
data_dir = "data"
select = "best_val"
bins = 10

[train]
epochs = 4
lr = 1
milestones = [0.5, 0.75]
schedule = "step"
flip = true

[datasets.gmm]
classes = 4
noise = 0.5
validation = 100
train_limit = 50

[models.teacher]
plugin = "mlp"
hidden = 64
[models.teacher.train]
epochs = 9
threads = 2

[models.student]
plugin = "mlp"
hidden = 16

[losses.kl]
tau_squared = false

[losses.grid]
plugin = "dist"
alpha = [0.5, 1]
beta = [1, 2.5]
gamma = [3, 4]
zip = [["beta", "gamma"]]

[strategies.slow]
plugin = "eskd"
stop = 3

[[studies]]
name = "main"
losses = ["grid", "kl"]
pairs = [["teacher", "student"], ["student"]]
per_seed = true

[[studies]]
name = "temperature"
kind = "sensitivity"
axis = "tau"
values = [1, 2.5]
losses = ["kl"]
pairs = [["teacher", "student"]]
strategies = ["slow", "direct"]
dataset = "gmm"
baseline = "kl"

[profile.cpu]
train.epochs = 1
suite.seeds = [7]
[profile.cpu.models.teacher]
hidden = 8
[[profile.cpu.studies]]
name = "temperature"
values = [8]
[[profile.cpu.studies]]
name = "extra"
losses = ["kl"]
pairs = [["student"]]
)";

/// Parses the good suite; `options` may spoil it.
inline ParsedSuite parse_good(const ParseOptions& options = {}) { return parse_suite(kGoodSuite, "toy.toml", options); }

}  // namespace kdbench
