// The file from which a training continues: that nothing is lost, and that a file of the version before is still read.
#include "unit/train/toy.h"

#include <kdbench/train/student/checkpoint.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

/// Two steps into the second epoch.
TrainingCheckpoint example() {
  TrainingCheckpoint out;
  out.state.job = "job";
  out.state.data = "data";
  out.state.step = 9;
  EpochRecord row;
  row.epoch = 1;
  row.loss = 0.5;
  row.val = EpochValidation{0.25, 1.5, 0.125, -0.5, std::nullopt};
  row.val_information = -0.5;
  out.state.history = {row};
  out.state.sums = {16, 8, 4, {{"ce", 8}}};
  out.state.kept = {{"min_val_nll", {-1.5, 1}}};
  out.model = {{"fc.weight", at::ones({2, 3})}};
  out.loss = {{"scale", at::ones({1})}};
  out.optimizer = {{"sgd/momentum", at::full({6}, 2.0)}};
  out.kept = {{"min_val_nll", {{"fc.weight", at::zeros({2, 3})}}}};
  return out;
}

TEST(Checkpoint, ComesBackAsItWas) {
  toy::TemporaryStore s;
  const auto file = checkpoint_file(s.folder);
  const auto out = example();
  save_checkpoint(file, out);
  const auto in = load_checkpoint(file, "job", "data");
  ASSERT_TRUE(in);
  EXPECT_EQ(to_document(in->state), to_document(out.state));
  EXPECT_TRUE(in->model.at("fc.weight").equal(out.model.at("fc.weight")));
  EXPECT_TRUE(in->loss.at("scale").equal(out.loss.at("scale")));
  ASSERT_EQ(in->optimizer.size(), 1u);
  EXPECT_TRUE(in->optimizer.at("sgd/momentum").equal(at::full({6}, 2.0)));
  EXPECT_TRUE(in->kept.at("min_val_nll").at("fc.weight").equal(at::zeros({2, 3})));
}

TEST(Checkpoint, IsThatOfOneJobOnOneData) {
  toy::TemporaryStore s;
  const auto file = checkpoint_file(s.folder);
  EXPECT_FALSE(load_checkpoint(file, "job", "data"));
  save_checkpoint(file, example());
  EXPECT_FALSE(load_checkpoint(file, "another", "data"));
  EXPECT_FALSE(load_checkpoint(file, "job", "other"));
}

TEST(Checkpoint, ReadsWhatVersionsBeforeWrote) {
  const auto state = Json::parse(R"({
    "data": "d", "epoch_seconds": 0.5, "evaluate_s": 0.25, "job": "j", "kept": {"best_val": {"epoch": 1, "value": 0.5}},
    "history": [{"epoch": 1, "loss": 2.0, "lr": 0.1, "seconds": 1.5, "terms": {"ce": 2.0, "kd": "nan"}, "train_accuracy": 0.5,
                 "val": {"accuracy": 0.5, "ece": 0.1, "input_information": null, "label_information": "-inf", "nll": "inf"},
                 "val_information": "-inf"},
                {"epoch": 2, "loss": 1.0, "lr": 0.1, "seconds": 1.5, "terms": {}, "train_accuracy": 0.5, "val": null,
                 "val_information": null}],
    "lr": 0.1, "step": 14, "sums": {"correct": 0.0, "loss": 0.0, "rows": 0.0, "terms": {}}, "train_s": 3.0,
    "validation_accuracy": 0.5})");
  EXPECT_EQ(to_document(from_document<CheckpointState>(state)).dump(), state.dump());
}

}  // namespace
}  // namespace kdbench
