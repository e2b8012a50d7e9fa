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

/// One epoch with crop and flip.
inline Recipe make_recipe() {
  Recipe out;
  out.epochs = 1;
  out.batch_size = kBatch;
  out.lr = 0.01;
  out.schedule = "constant";
  out.crop_padding = 4;
  out.flip = true;
  return out;
}

/// A job of that recipe. `loss` empty: labels only.
inline Job make_job(const std::string& loss = "", double tau = 4, const Recipe& recipe = make_recipe()) {
  Job job;
  job.spec.train = recipe;
  job.spec.bins = 15;
  job.spec.device = "cpu";
  if (loss.empty()) return job;
  LossPart how;
  how.use.plugin = loss;
  how.tau_student = how.tau_teacher = tau;
  how.tau_squared = true;
  how.kd_end = recipe.epochs;
  job.spec.loss = LossSpec{.alpha = 1, .parts = {how}};
  return job;
}

inline std::unique_ptr<Trainee> make_trainee(const TrainData& data, std::int64_t depth, const std::string& loss = "",
                                             double tau = 4) {
  TraineeParts parts;
  parts.job = make_job(loss, tau);
  parts.model = make_model("resnet", depth);
  LossContext context;
  context.num_classes = kClasses;
  if (!loss.empty()) parts.losses = {{"", catalog().losses.at(loss).create({}, context)}};
  return std::make_unique<Trainee>(std::move(parts), data);
}

}  // namespace kdbench::bench
