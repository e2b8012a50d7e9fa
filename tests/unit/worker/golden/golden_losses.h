/// Losses and files for tests of golden cases.
#pragma once
#include "../conformance/collected.h"
#include "../conformance/function_loss.h"

#include <kdbench/base/json.h>
#include <kdbench/worker/golden/golden.h>

#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kdbench::test {

/// A bank of one number for each training row, a trained factor, and drawn negatives: the mean over the rows of
/// factor * (s * bank[index] - s * bank[negative]), s the embedding of width 1. Then the bank takes the embeddings.
class BankLoss final : public Loss {
 public:
  struct Options {
    std::int64_t power = 1;
    std::string kind = "plain";
  };
  static void declare(Params<Options>& p) {
    p.add("power", &Options::power, "Of the difference.", {.min = 1, .max = 2})
        .add("kind", &Options::kind, "No effect.", {.choices = {"plain", "other"}});
  }
  BankLoss(Options options, const LossContext& context) : options_(std::move(options)) {
    factor_ = register_parameter("factor", at::ones({1}));
    bank_ = register_buffer("bank", at::zeros({context.num_train}));
    steps_ = register_buffer("steps", at::zeros({1}, torch::kInt64));
  }
  void use_draws(const std::string& name, const torch::Tensor& values) override {
    if (name != "negatives") return Loss::use_draws(name, values);
    negatives_ = values;
  }
  LossTerms forward(const LossInputs& in) override {
    const auto s = in.student.embedding.squeeze(1);
    const auto near = s * bank_.index_select(0, in.indices), far = s * bank_.index_select(0, negatives_);
    const LossTerms terms{{"bank", (factor_ * (near - far)).pow(options_.power).mean()}};
    const torch::NoGradGuard no_grad;
    bank_.index_copy_(0, in.indices, s.detach());
    steps_.add_(1);
    return terms;
  }

 private:
  Options options_;
  torch::Tensor factor_, bank_, steps_, negatives_;
};

/// What the loss is built with: the sum of student_classifier * teacher_classifier, times the scale of the teacher's first norm,
/// plus the labels of the split.
class HeadLoss final : public Loss {
 public:
  explicit HeadLoss(LossContext context) : context_(std::move(context)) {}
  LossTerms forward(const LossInputs& in) override {
    const auto product = (in.student_classifier.weight * context_.teacher_classifier.weight).sum();
    return product * context_.teacher.front().norm->scale.sum() + context_.train_labels.sum() + 0 * in.student.embedding.sum();
  }

 private:
  LossContext context_;
};

/// The sum over the student's maps, in the order of the context, of 1, 2, ... times (student - teacher).
class MapsLoss final : public Loss {
 public:
  explicit MapsLoss(LossContext context) : context_(std::move(context)) {}
  LossTerms forward(const LossInputs& in) override {
    auto sum = at::zeros({}, torch::kFloat64);
    double place = 0;
    for (const auto& shape : context_.student) {
      sum = sum + ++place * (in.student.features.at(shape.name) - in.teacher.features.at(shape.name)).sum();
    }
    return sum;
  }

 private:
  LossContext context_;
};

/// The sum over the teachers of 1, 2, ... times mean(teacher - student), and how many the context tells of.
class TeachersLoss final : public Loss {
 public:
  explicit TeachersLoss(LossContext context) : context_(std::move(context)) {}
  LossNeeds needs() const override { return {.several_teachers = true}; }
  LossTerms forward(const LossInputs& in) override {
    auto sum = (in.teacher.logits - in.student.logits).mean();
    double place = 1;
    for (const auto& more : in.more_teachers) sum = sum + ++place * (more.logits - in.student.logits).mean();
    return {{"kd", sum}, {"told", 0 * sum + static_cast<double>(context_.more_teachers.size())}};
  }

 private:
  LossContext context_;
};

/// The sum over the exits that the context tells of, in its order, of 1, 2, ... times their logits.
class ExitsLoss final : public Loss {
 public:
  explicit ExitsLoss(LossContext context) : context_(std::move(context)) {}
  LossNeeds needs() const override { return {.teacher = false, .student_exits = true}; }
  LossTerms forward(const LossInputs& in) override {
    auto sum = at::zeros({}, torch::kFloat64);
    double place = 0;
    for (const auto& name : context_.student_exits) sum = sum + ++place * in.student.exits.at(name).sum();
    return sum;
  }

 private:
  LossContext context_;
};

/// The sum over k of the embedding's sum times what it is given as "factor0", "factor1", ...
class GivenLoss final : public Loss {
 public:
  explicit GivenLoss(const LossContext&) {}
  void use_draws(const std::string& name, const torch::Tensor& values) override {
    if (!name.starts_with("factor")) return Loss::use_draws(name, values);
    factors_.push_back(values);
  }
  LossTerms forward(const LossInputs& in) override {
    auto sum = at::zeros({}, torch::kFloat64);
    for (const auto& factor : factors_) sum = sum + in.student.embedding.sum() * factor.sum();
    return sum;
  }

 private:
  std::vector<torch::Tensor> factors_;
};

/// An adapter that doubles the logits, with no term of weight.
class DoublingLoss final : public Loss {
 public:
  explicit DoublingLoss(const LossContext&) {}
  LossNeeds needs() const override { return {.adapts = true, .reads_tau = ReadsTau::kNone}; }
  LossTerms forward(const LossInputs& in) override { return 0 * in.student.logits.sum(); }
  torch::Tensor judged_logits(const ModelOutput& student) override { return 2 * student.logits; }
};

/// mean ln(logits): -inf where one is 0.
inline LossTerms mean_log(const LossInputs& in) { return in.student.logits.log().mean(); }
/// The same, with 1e-3 for what is smaller.
inline LossTerms guarded_mean_log(const LossInputs& in) { return in.student.logits.clamp_min(1e-3).log().mean(); }
inline LossTerms refusing(const LossInputs&) { throw Error("expected two rows, found one"); }
/// The product of the logits of both views, less the teacher's.
inline LossTerms views_apart(const LossInputs& in) {
  return (in.student.logits * in.student_second_view.logits - in.teacher.logits * in.teacher_second_view.logits).sum();
}
/// mix times the sum of the labels mixed in.
inline LossTerms mixed_in(const LossInputs& in) {
  return in.student.logits.sum() * 0 + in.mix * in.mixed_labels.sum().item<double>();
}
/// epoch + 10 step + 100 num_epochs + 1000 num_steps + 0 * logits.
inline LossTerms when(const LossInputs& in) {
  const auto place = in.epoch + 10 * in.step + 100 * in.num_epochs + 1000 * in.num_steps;
  return in.student.logits.sum() * 0 + static_cast<double>(place);
}

/// The plugin of a class that is built from the context alone.
template <class L>
LossEntry loss_of_context(const std::string& name) {
  return {{.name = name,
           .about = {.summary = "Reads the context."},
           .params = {},
           .create = [](const ParamValues&, const LossContext& context) { return std::make_shared<L>(context); }}};
}

inline Catalog golden_catalog() {
  Catalog catalog;
  const auto add = [&](LossEntry entry) {
    auto& place = catalog.losses[entry.name];  // before the entry, with its name, is moved
    place = {std::move(entry), "toy.so", "1"};
  };
  add(loss_of<mean_square>("mse"));
  add(loss_of<mean_log>("mean_log"));
  add(loss_of<guarded_mean_log>("guarded"));
  add(loss_of<refusing>("refusing"));
  add(loss_of<when>("when"));
  add(loss_of<views_apart>("views", {.second_view = true}));
  add(loss_of<mixed_in>("mixed_in"));
  add(loss_of_context<HeadLoss>("head"));
  add(loss_of_context<ExitsLoss>("exits"));
  add(loss_of_context<GivenLoss>("given"));
  add(loss_of_context<MapsLoss>("maps"));
  add(loss_of_context<TeachersLoss>("teachers"));
  add(loss_of_context<DoublingLoss>("doubling"));
  Params<BankLoss::Options> params;
  BankLoss::declare(params);
  LossEntry bank{{.name = "bank", .about = {.summary = "A bank."}, .params = params.specs(), .create = {}}};
  bank.create = [params](const ParamValues& values, const LossContext& context) {
    return std::make_shared<BankLoss>(params.bind(values), context);
  };
  add(std::move(bank));
  return catalog;
}

/// Golden files in a folder of the test's own.
struct GoldenFolder : testing::Test {
  GoldenFolder() { std::filesystem::create_directories(folder / "deeper"); }
  ~GoldenFolder() override { std::filesystem::remove_all(folder); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
  Collected checks() const {
    Collected collected;
    check_golden(golden_catalog(), folder, collected.report());
    return collected;
  }
  /// Returns what the one case of a file of that schema finds.
  std::string finding(const Json& one, const std::string& schema) const {
    write("case.json", Json{{"schema", schema}, {"cases", Json::array({one})}}.dump());
    return checks().finding(one.value("id", "cases[0]"));
  }
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("kdbench-golden-" + std::to_string(::getpid()));
};

/// Tensors as files have them: [2, 2], one column, one row.
inline Json numbers(std::vector<double> data) { return {{"shape", {2, 2}}, {"dtype", "float64"}, {"data", std::move(data)}}; }
inline Json column(std::vector<double> data) {
  return {{"shape", {static_cast<int>(data.size()), 1}}, {"dtype", "float64"}, {"data", std::move(data)}};
}
inline Json row(std::vector<double> data, const char* dtype = "float64") {
  return {{"shape", {static_cast<int>(data.size())}}, {"dtype", dtype}, {"data", std::move(data)}};
}

/// One case of the loss `mse`: ((1-1)^2 + (2-0)^2 + 0 + (-1-1)^2) / 4 = 2 times tau^2 = 4, and 2 (s - t) / 4 times 4.
inline Json one_case() {
  return {{"id", "by_hand"},
          {"loss", "mse"},
          {"tags", Json::array()},
          {"params", {{"tau", 2.0}}},
          {"inputs", {{"student_logits", numbers({1, 2, 0, -1})}, {"teacher_logits", numbers({1, 0, 0, 1})}}},
          {"expected", {{"loss", 8.0}, {"grad", {{"student_logits", numbers({0, 4, 0, -4})}}}}}};
}

/// The file of one case.
inline Json document_of(Json one) { return {{"schema", "kdbench-golden-loss/1"}, {"cases", Json::array({std::move(one)})}}; }

/// Cases of references.
struct ReferenceFolder : GoldenFolder {
  /// Returns what the one case of the file finds after `change`.
  std::string finding(const std::function<void(Json&)>& change) const {
    auto one = one_case();
    change(one);
    write("case.json", document_of(one).dump());
    return checks().finding(one.at("id"));
  }
  /// Writes the folder's aliases: of one loss.
  void alias(const std::string& loss, const char* json) const {
    Json table{{"schema", "kdbench-golden-aliases/2"}};
    table["losses"][loss] = Json::parse(json);
    write("aliases.json", table.dump());
  }
};

}  // namespace kdbench::test
