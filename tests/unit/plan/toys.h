/// A catalog of toys, and suites of a few lines made of them.
#pragma once
#include <kdbench/plan/make/make_plan.h>

#include <ATen/Functions.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace kdbench::toy {

/// Two classes of points in the plane; no row is ever read.
struct ToyData final : Dataset {
  DatasetInfo info() const override {
    DatasetInfo info;
    info.num_classes = 2;
    info.image = {2, 1, 1};
    info.num_train = 100;
    info.num_test = 10;
    return info;
  }
  Split load(SplitKind, const std::filesystem::path&) const override { throw Error("a plan reads no data"); }
};

struct ToyNet : Model {
  ToyNet(std::int64_t width, const ModelContext& context)
      : first_(register_parameter("first", at::zeros({context.image.channels, width}))),
        last_(register_parameter("last", at::zeros({width, context.num_classes}))) {}
  ModelOutput forward(const torch::Tensor& images) override {
    ModelOutput out;
    out.logits = images.flatten(1).matmul(first_).matmul(last_);
    return out;
  }

 private:
  torch::Tensor first_, last_;
};

/// "kl" needs a teacher, "none" the labels alone, "self" neither, "posterior" what the data set does not know, "picky" refuses
/// every pair. "hint" reads a teacher at no temperature, "sharp" at the student's alone, "learns_tau" at its own; "last_layer"
/// needs that of the student, "two_views" a second view, "several" more teachers than one.
struct ToyLoss final : Loss {
  explicit ToyLoss(std::string kind) : kind_(std::move(kind)) {}
  LossNeeds needs() const override {
    LossNeeds needs;
    needs.terms = kind_ != "none";
    needs.teacher = kind_ != "none" && kind_ != "self" && kind_ != "posterior";
    if (kind_ == "hint") needs.reads_tau = ReadsTau::kNone;
    if (kind_ == "sharp") needs.reads_tau = ReadsTau::kStudent;
    needs.owns_tau = kind_ == "learns_tau";
    needs.student_classifier = kind_ == "last_layer";
    needs.second_view = kind_ == "two_views";
    needs.several_teachers = kind_ == "several";
    needs.posterior = kind_ == "posterior";
    return needs;
  }
  std::optional<std::string> unsupported(const LossContext&) const override {
    return kind_ == "picky" ? std::optional<std::string>("it likes no network") : std::nullopt;
  }
  LossTerms forward(const LossInputs&) override { return {}; }

 private:
  std::string kind_;
};

/// The teacher on labels, then the student from it.
struct Direct final : Strategy {
  std::vector<Stage> plan(const StrategyContext& context) const override {
    Stage student{.id = "student",
                  .model = context.student,
                  .teacher = std::nullopt,
                  .loss = StageLoss::kMethod,
                  .epochs = context.student_epochs};
    if (context.teacher.empty()) return {student};
    student.teacher = "teacher";
    const Stage teacher{.id = "teacher", .model = context.teacher, .teacher = std::nullopt, .epochs = context.teacher_epochs};
    return {teacher, student};
  }
};

/// Refuses a size above 9.
struct ToyCalibrator final : Calibrator {
  explicit ToyCalibrator(double size) {
    if (size > 9) throw Error("it is too large");
  }
  void fit(const CalibrationRows&) override {}
  torch::Tensor apply(const torch::Tensor& logits, const torch::Tensor&) const override { return logits; }
};

/// "fitted" needs validation rows, "free" does not.
inline Listed<CalibratorEntry> toy_calibrator(const std::string& name) {
  Listed<CalibratorEntry> out;
  out.name = name;
  out.params = {{.name = "size", .default_value = 1.0, .doc = "A size.", .min = 0.0},
                {.name = "kind", .default_value = std::string("a"), .doc = "A kind.", .choices = {"a", "b"}}};
  out.create = [](const ParamValues& values, const auto&) {
    return std::make_shared<ToyCalibrator>(std::get<double>(values.at("size")));
  };
  out.traits = [name](const ParamValues&) { return CalibratorTraits{.is_fitted = name == "fitted"}; };
  out.library = "toys";
  out.version = "1";
  return out;
}

inline Catalog toys() {
  Catalog catalog;
  const std::vector<ParamSpec> widths{{.name = "width", .default_value = std::int64_t{4}, .doc = "Units.", .min = 1.0}};
  const std::vector<ParamSpec> weights{{.name = "beta", .default_value = 1.0, .doc = "A weight.", .min = 0.0},
                                       {.name = "gamma", .default_value = 1.0, .doc = "Another.", .min = 0.0}};
  catalog.datasets["toy"] = {{"toy", {}, {}, [](const auto&, const auto&) { return std::make_shared<ToyData>(); }}, "toys", "1"};
  catalog.models["net"] = {{"net",
                            {},
                            widths,
                            [](const ParamValues& values, const ModelContext& context) {
                              return std::make_shared<ToyNet>(std::get<std::int64_t>(values.at("width")), context);
                            }},
                           "toys",
                           "1"};
  for (const std::string kind :
       {"kl", "none", "posterior", "picky", "self", "hint", "sharp", "learns_tau", "last_layer", "two_views", "several"}) {
    catalog.losses[kind] = {{kind,
                             {.is_baseline = kind == "kl"},
                             weights,
                             [kind](const auto&, const auto&) { return std::make_shared<ToyLoss>(kind); }},
                            "toys",
                            "1"};
  }
  for (const std::string name : {"fitted", "free"}) catalog.calibrators[name] = toy_calibrator(name);
  catalog.strategies["direct"] = {
      {"direct", {.is_baseline = true}, {}, [](const auto&, const auto&) { return std::make_shared<Direct>(); }}, "toys", "1"};
  return catalog;
}

/// Lines 1 to 11 of every suite here; the losses begin at line 12.
inline const std::string kHead = R"([suite]
name = "s"
seeds = [0, 1]
[train]
epochs = 2
[datasets.toy]
[models.teacher]
plugin = "net"
width = 8
[models.student]
plugin = "net"
)";

inline std::string study(const std::string& losses, const std::string& more = "",
                         const std::string& pair = R"("teacher", "student")") {
  return "[[studies]]\nname = \"main\"\nlosses = [" + losses + "]\npairs = [[" + pair + "]]\n" + more;
}

inline Result<Plan> planned(const std::string& text, const Catalog& catalog = toys()) {
  return make_plan(parse_suite(text, "s.toml"), catalog, "cpu");
}

inline Plan plan_of(const std::string& text, const Catalog& catalog = toys()) {
  auto plan = planned(text, catalog);
  if (!plan) throw std::runtime_error(to_text(plan.error()));
  return *plan;
}

inline std::string mistakes(const std::string& text, const Catalog& catalog = toys()) {
  const auto plan = planned(text, catalog);
  return plan ? "planned" : to_text(plan.error());
}

inline std::vector<Placement> placements(const Plan& plan, Role role, std::int64_t seed = 0) {
  std::vector<Placement> out;
  std::copy_if(plan.placements.begin(), plan.placements.end(), std::back_inserter(out),
               [&](const Placement& p) { return p.role == role && p.seed == seed; });
  return out;
}

inline std::vector<std::string> methods(const Plan& plan) {
  std::vector<std::string> out;
  for (const auto& p : placements(plan, Role::kMethod)) out.push_back(p.method);
  return out;
}

inline std::set<std::string> ids(const Plan& plan) {
  std::set<std::string> out;
  for (const auto& job : plan.jobs) out.insert(job.id);
  return out;
}

inline void expect_says(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

}  // namespace kdbench::toy
