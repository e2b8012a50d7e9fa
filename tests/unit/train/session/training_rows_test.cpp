// What a student's record says of its teacher on the training rows is what the student's loss saw of it.
#include "unit/train/toy.h"

#include <kdbench/train/data/train_data.h>
#include <kdbench/train/network/evaluate.h>
#include <kdbench/train/network/weights.h>
#include <kdbench/train/teacher/tape.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace kdbench {
namespace {

using toy::job;
using toy::taught;
using toy::TemporaryStore;

TrainData data_of(const Job& student) {
  return {toy::ToyData(60), {}, cut_of(student.spec), static_cast<std::uint64_t>(student.spec.seed), torch::kCPU};
}

/// A teacher as the store has it.
std::shared_ptr<Model> stored_teacher(const Store& store, const std::string& id = "teacher") {
  auto model = toy::factories().model(*toy::record(store, id).spec->model, {3, {1, 6, 6}});
  load_state(*model, load_tensors(store.artifacts(id) / "last.safetensors"), "the teacher");
  model->eval();
  return model;
}

/// Its logits for the augmented batches of an epoch, in the order of the data set, and their labels.
LogitsAndLabels rows_seen(const Store& store, const Job& student, std::int64_t epoch, const std::string& id = "teacher") {
  const at::NoGradGuard no_grad;
  const auto data = data_of(student);
  const auto teacher = stored_teacher(store, id);
  const auto order = data.order(epoch);
  const auto size = student.spec.train->batch_size;
  std::map<std::int64_t, std::pair<std::vector<double>, std::int64_t>> by_row;
  for (std::int64_t step = 0; step < data.steps_per_epoch(size); ++step) {
    const auto n = std::min(size, data.train().size() - step * size);
    const auto batch = data.batch(order.data() + step * size, n, epoch, *student.spec.train);
    const auto logits = teacher->forward(batch.images).logits;
    for (std::int64_t i = 0; i < n; ++i)
      by_row[batch.indices[i].item<std::int64_t>()] = {values_of(logits[i]), batch.labels[i].item<std::int64_t>()};
  }
  LogitsAndLabels out{{}, {}, 3};
  for (const auto& [row, said] : by_row) {
    out.logits.insert(out.logits.end(), said.first.begin(), said.first.end());
    out.labels.push_back(said.second);
  }
  return out;
}

/// Every number, with all its digits.
std::string text(const CalibrationMetrics& metrics) { return to_document(metrics).dump(1); }

TEST(TrainingRows, AreMeasuredByTheLogitsInTheStoreWhereNothingIsAugmented) {
  TemporaryStore s;
  toy::train(s.store, {job("teacher", 8, false)});
  const auto student = taught("a", "mse", 4, false);
  toy::train(s.store, {student});
  const auto cache = s.store.root() / "cache" / "teacher_logits";
  const auto file = std::filesystem::directory_iterator(cache)->path();
  const auto data = data_of(student);
  const auto rows = logits_and_labels(load_tensors(file).at("logits"), data.train().labels);
  const auto told = toy::record(s.store, "a").teacher->as_taught_in_training;
  ASSERT_TRUE(told);
  EXPECT_EQ(text(told->metrics), text(measure(rows.view(), 15, 4).metrics));
  EXPECT_EQ(told->metrics.n, 51);
  EXPECT_FALSE(told->epoch);
}

TEST(TrainingRows, AreMeasuredAsTheLastEpochAugmentedThem) {
  TemporaryStore s;
  toy::train(s.store, {job("teacher", 8, true)});
  const auto student = taught("a", "mse", 4, true);
  toy::train(s.store, {student});
  const auto told = toy::record(s.store, "a").teacher->as_taught_in_training;
  ASSERT_TRUE(told);
  EXPECT_EQ(told->epoch, 3);
  EXPECT_EQ(text(told->metrics), text(measure(rows_seen(s.store, student, 2).view(), 15, 4).metrics));
  EXPECT_NE(text(told->metrics), text(measure(rows_seen(s.store, student, 1).view(), 15, 4).metrics));
}

TEST(TrainingRows, AreThoseOfTheLastEpochInWhichTheTeacherWasAsked) {
  TemporaryStore s;
  toy::train(s.store, {job("teacher", 8, true)});
  auto student = taught("a", "mse", 4, true);
  toy::change(student.spec.loss, [](LossSpec& loss) { loss.parts.front().kd_end = 2; });
  toy::train(s.store, {student});
  const auto told = toy::record(s.store, "a").teacher->as_taught_in_training;
  ASSERT_TRUE(told);
  EXPECT_EQ(told->epoch, 2);
  EXPECT_EQ(text(told->metrics), text(measure(rows_seen(s.store, student, 1).view(), 15, 4).metrics));
}

TEST(TrainingRows, AreWholeForAStudentThatGoesOnBesideOneThatFails) {
  TemporaryStore s;
  toy::train(s.store, {job("teacher", 8, true)});
  const auto two_epochs = [](Job student) {
    toy::change(student.spec.loss, [](LossSpec& loss) { loss.parts.front().kd_end = 2; });
    return student;
  };
  const auto student = two_epochs(taught("a", "mse", 4, true));
  toy::train(s.store, {student}, 1, 2);  // stopped after the epoch that is measured
  EXPECT_FALSE(s.store.is_done("a"));
  toy::train(s.store, {two_epochs(taught("t", "throws", 4, true)), student});  // who would have come to it, but fails at once
  EXPECT_EQ(toy::record(s.store, "t").status, Status::kFailed);
  const auto told = toy::record(s.store, "a").teacher->as_taught_in_training;
  ASSERT_TRUE(told);
  EXPECT_EQ(text(told->metrics), text(measure(rows_seen(s.store, student, 1).view(), 15, 4).metrics));
}

TEST(TrainingRows, LeaveOutTheRowThatWouldBeABatchOfItsOwn) {
  TemporaryStore s;
  toy::train(s.store, {job("teacher", 8, true)});
  auto student = taught("a", "mse", 4, true);
  toy::change(student.spec.train, [](Recipe& recipe) { recipe.batch_size = 10; });  // 51 rows
  toy::train(s.store, {student});
  const auto told = toy::record(s.store, "a").teacher->as_taught_in_training;
  ASSERT_TRUE(told);
  EXPECT_EQ(told->metrics.n, 50);
  EXPECT_EQ(text(told->metrics), text(measure(rows_seen(s.store, student, 2).view(), 15, 4).metrics));
}

TEST(TrainingRows, AreSoftenedByAllThatDividesTheLogits) {
  TemporaryStore s;
  toy::train(s.store, {job("teacher", 8, false)});
  auto student = taught("a", "mse", 2, false);
  toy::change(student.spec.teacher, [](TeacherSpec& teacher) { teacher.temperature = "fitted"; });
  toy::change(student.spec.loss, [](LossSpec& loss) { loss.parts.front().teacher_temperature = 1.5; });
  toy::train(s.store, {student});
  const auto told = *toy::record(s.store, "a").teacher;
  ASSERT_TRUE(told.fitted_temperature && told.as_taught_in_training && told.as_taught_in_validation);
  const double temperature = told.fitted_temperature->fit.T * 1.5 * 2;
  EXPECT_DOUBLE_EQ(told.as_taught.temperature, temperature);
  const auto data = data_of(student);
  const auto teacher = stored_teacher(s.store);
  const auto measured = [&](const Rows& rows) {
    const auto said = logits_and_labels(logits_of(*teacher, data, rows), rows.labels);
    return measure(said.view(), 15, temperature).metrics;
  };
  // The loss saw logits that were divided by the fitted temperature in float32.
  EXPECT_NEAR(told.as_taught_in_training->metrics.nll, measured(data.train()).nll, 1e-6);
  EXPECT_NEAR(*told.as_taught_in_training->metrics.entropy, *measured(data.train()).entropy, 1e-6);
  EXPECT_EQ(text(*told.as_taught_in_validation), text(measured(data.validation())));
}

TEST(TrainingRows, AreMeasuredOfEveryTeacher) {
  for (const bool moves : {false, true}) {
    TemporaryStore s;
    toy::train(s.store, {job("teacher", 8, moves), job("other", 6, moves)});
    auto student = taught("a", "several", 2, moves);
    student.spec.more_teachers = {TeacherSpec{"other", {}, std::nullopt}};
    toy::train(s.store, {student});
    const auto told = toy::record(s.store, "a");
    ASSERT_EQ(told.status, Status::kDone) << told.reason;
    ASSERT_TRUE(told.teacher->as_taught_in_training && told.more_teachers.at(0).as_taught_in_training);
    const auto expected = measure(rows_seen(s.store, student, 2, "other").view(), 15, 2).metrics;
    EXPECT_EQ(text(told.more_teachers[0].as_taught_in_training->metrics), text(expected)) << moves;
    EXPECT_EQ(told.more_teachers[0].as_taught_in_training->epoch.has_value(), moves);
    EXPECT_NE(text(told.teacher->as_taught_in_training->metrics), text(expected));
  }
}

TEST(Tape, CutsEveryEpochIntoSegmentsOfItsOwn) {
  // 51 rows in batches of 8 are 7 steps an epoch; segments of 3 begin at its steps 0, 3 and 6.
  const auto student = taught("a", "mse", 4, true);
  const auto data = data_of(student);
  const auto build = [] {
    return toy::factories().model(PluginSpec{"net", "1", {{"width", 4}, {"dropout", 0.0}}}, {3, {1, 6, 6}});
  };
  const Teacher teacher(build, copy_of_state(*build()), 1, torch::kCPU);
  const Tape tape(data, teacher, {}, *student.spec.train, 3);
  const auto segment = [&](std::int64_t step) {
    return std::pair(tape.begin_of(tape.segment_of(step)), tape.end_of(tape.segment_of(step)));
  };
  EXPECT_EQ(segment(0), std::pair(std::int64_t{0}, std::int64_t{3}));
  EXPECT_EQ(segment(6), std::pair(std::int64_t{6}, std::int64_t{7}));
  EXPECT_EQ(segment(7 + 4), std::pair(std::int64_t{7 + 3}, std::int64_t{7 + 6}));
}

TEST(TrainingRows, AreNotThereWhereNobodyAskedOrARowHasTwoLabels) {
  TemporaryStore s;
  toy::train(s.store, {job("teacher", 8, true)});
  auto alone = job("alone", 4, true);
  auto bank = taught("bank", "bank", 2, true);
  auto mixed = taught("mixed", "mse", 2, true);
  toy::change(mixed.spec.train, [](Recipe& recipe) { recipe.mixup = 0.2; });
  for (const auto& student : {alone, bank, mixed}) toy::train(s.store, {student});
  EXPECT_FALSE(toy::record(s.store, "alone").teacher);
  EXPECT_FALSE(toy::record(s.store, "bank").teacher->as_taught_in_training);
  EXPECT_FALSE(toy::record(s.store, "mixed").teacher->as_taught_in_training);
  EXPECT_EQ(toy::record(s.store, "mixed").status, Status::kDone);
}

/// Divides a row by its number and one more: what is not asked by the right numbers shows.
struct ByRow final : Calibrator {
  void fit(const CalibrationRows&) override {}
  torch::Tensor apply(const torch::Tensor& logits, const torch::Tensor& rows) const override {
    return logits / (rows + 1).to(torch::kFloat64).unsqueeze(1);
  }
};

TEST(TrainingRows, AreMeasuredAsTheCalibratorMadeThem) {
  Factories factories;
  factories.calibrator = [](const PluginSpec&, const CalibratorContext&) {
    return BuiltCalibrator{std::make_shared<ByRow>(), {.is_fitted = false}};
  };
  const FittedCalibrator calibrator({"by_row", "1", Json::object()}, factories, 3, 3, {}, {});
  const auto student = taught("student", "mse", 1, false);
  const auto data = data_of(student);
  const auto logits = at::arange(3 * data.train().size()).to(at::kFloat).view({-1, 3}).sin();
  TrainingRows rows(data, student.spec.train->batch_size);
  rows.want_table(logits);
  auto by_hand = logits.clone();
  for (std::int64_t i = 0; i < by_hand.size(0); ++i) by_hand[i] /= static_cast<double>(i + 1);
  const auto expected = logits_and_labels(by_hand, data.train().labels);
  EXPECT_NEAR(rows.metrics(std::nullopt, 2, 15, &calibrator)->nll, measure(expected.view(), 15, 2).metrics.nll, 1e-6);
  // Batch by batch, in the order of an epoch, as the same rows.
  rows.want_epoch(1);
  const auto order = data.order(1);
  for (std::int64_t step = 0; step < data.steps_per_epoch(8); ++step) {
    const auto n = std::min<std::int64_t>(8, data.train().size() - step * 8);
    const std::vector<std::int64_t> numbers(order.begin() + step * 8, order.begin() + step * 8 + n);
    rows.take(1, step, logits.index_select(0, at::tensor(numbers)));
  }
  EXPECT_EQ(rows.metrics(1, 2, 15, &calibrator)->nll, rows.metrics(std::nullopt, 2, 15, &calibrator)->nll);
  EXPECT_NE(rows.metrics(1, 2, 15)->nll, rows.metrics(1, 2, 15, &calibrator)->nll);
}

}  // namespace
}  // namespace kdbench
