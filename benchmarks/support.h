/// What the benchmarks of training share: the built plugins, synthetic images and the specification of a job.
#pragma once
#include <kdbench/registry/catalog.h>
#include <kdbench/train/device/parallel.h>
#include <kdbench/train/student/trainee.h>

#include <ATen/Functions.h>
#include <torch/utils.h>

namespace kdbench::bench {

inline constexpr std::int64_t kBatch = 64, kClasses = 100, kSide = 32;

/// Every plugin of the build, loaded once.
inline const Catalog& catalog() {
  static const Catalog* all = [] {
    auto* c = new Catalog;
    for (const auto& file : find_libraries({}, {KDBENCH_PLUGIN_FOLDER})) c->load(file);
    return c;
  }();
  return *all;
}

/// `width` 0: the plugin's default.
inline std::shared_ptr<Model> make_model(const std::string& plugin, std::int64_t depth, std::int64_t width = 0) {
  torch::manual_seed(1);
  ParamValues params{{"depth", depth}};
  if (width > 0) params["width"] = width;
  return catalog().models.at(plugin).create(params, {kClasses, {3, kSide, kSide}});
}

/// Noise in the shape of CIFAR-100.
struct Noise final : Dataset {
  explicit Noise(std::int64_t rows) : rows_(rows) {}
  DatasetInfo info() const override {
    return {kClasses, {3, kSide, kSide}, rows_, 2, {0.5, 0.5, 0.5}, {0.25, 0.25, 0.25}, false};
  }
  Split load(SplitKind kind, const std::filesystem::path&) const override {
    const auto n = kind == SplitKind::kTrain ? rows_ : 2;
    torch::manual_seed(7);
    return {at::randint(256, {n, 3, kSide, kSide}, at::kByte), at::randint(kClasses, {n}, at::kLong), {}};
  }

 private:
  std::int64_t rows_;
};

/// A job of one epoch with crop and flip. `loss` empty: labels only.
inline Job make_job(const std::string& loss = "", double tau = 4) {
  Job job;
  job.spec = Json{{"train",
                   {{"epochs", 1},
                    {"batch_size", kBatch},
                    {"lr", 0.01},
                    {"momentum", 0.9},
                    {"weight_decay", 5e-4},
                    {"nesterov", false},
                    {"schedule", "constant"},
                    {"milestones", Json::array()},
                    {"gamma", 0.1},
                    {"warmup_epochs", 0.0},
                    {"min_lr", 0.0},
                    {"crop_padding", 4},
                    {"flip", true},
                    {"label_smoothing", 0.0},
                    {"threads", 1},
                    {"precision", "fp32"},
                    {"evaluate_every", 1}}},
                  {"seed", 0},
                  {"bins", 15},
                  {"device", "cpu"},
                  {"loss", nullptr},
                  {"teacher", nullptr}};
  if (loss.empty()) return job;
  job.spec.set_value("loss", {{"plugin", loss},
                              {"alpha", 1.0},
                              {"tau_student", tau},
                              {"tau_teacher", tau},
                              {"teacher_temperature", 1.0},
                              {"tau_squared", true},
                              {"kd_begin", 0},
                              {"kd_end", 1}});
  return job;
}

inline std::unique_ptr<Trainee> make_trainee(const TrainData& data, std::int64_t depth, const std::string& loss = "",
                                             double tau = 4) {
  TraineeParts parts;
  parts.job = make_job(loss, tau);
  parts.model = make_model("resnet", depth);
  LossContext context;
  context.num_classes = kClasses;
  if (!loss.empty()) parts.loss = catalog().losses.at(loss).create({}, context);
  return std::make_unique<Trainee>(std::move(parts), data);
}

}  // namespace kdbench::bench
