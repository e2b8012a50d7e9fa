/// A data set, networks and losses small enough to train in milliseconds.
#pragma once
#include <kdbench/train/network/safetensors.h>
#include <kdbench/train/session/session.h>

#include <ATen/Functions.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace kdbench::toy {

/// 3 classes of 6 x 6 one-channel images: class k is bright in row 2k; `rows` training and 30 test images.
struct ToyData final : Dataset {
  explicit ToyData(std::int64_t rows) : rows_(rows) {}
  DatasetInfo info() const override {
    DatasetInfo info;
    info.num_classes = 3;
    info.image = {1, 6, 6};
    info.num_train = rows_;
    info.num_test = 30;
    info.mean = {0.5};
    info.stddev = {0.25};
    return info;
  }
  Split load(SplitKind kind, const std::filesystem::path&) const override {
    const auto n = kind == SplitKind::kTrain ? rows_ : 30;
    Split split{at::empty({n, 1, 6, 6}, at::kByte), at::empty({n}, at::kLong), {}};
    for (std::int64_t i = 0; i < n; ++i) {
      split.labels[i] = i % 3;
      for (std::int64_t p = 0; p < 36; ++p) {
        const auto noise = (i * 7919 + p * 104729 + (kind == SplitKind::kTrain ? 0 : 13)) % 120;
        split.images[i].view(-1)[p] = noise + (p / 6 == i % 3 * 2 ? 100 : 0);
      }
    }
    return split;
  }

 private:
  std::int64_t rows_;
};

/// Convolution, batch norm, optional dropout, linear.
struct ToyNet final : Model {
  ToyNet(const ModelContext& context, std::int64_t width, double dropout)
      : conv_(torch::nn::Conv2dOptions(context.image.channels, width, 3).padding(1)),
        norm_(width),
        drop_(dropout),
        fc_(width, context.num_classes),
        dropout_(dropout) {
    register_module("conv", conv_);
    register_module("norm", norm_);
    register_module("drop", drop_);
    register_module("fc", fc_);
  }
  ModelOutput forward(const torch::Tensor& images) override {
    ModelOutput out;
    out.features["f0"] = at::relu(norm_(conv_(images)));
    out.embedding = out.features["f0"].mean({2, 3});
    out.logits = fc_(dropout_ > 0 ? drop_(out.embedding) : out.embedding);
    return out;
  }
  std::vector<std::string> feature_names() const override { return {"f0"}; }

 private:
  torch::nn::Conv2d conv_;
  torch::nn::BatchNorm2d norm_;
  torch::nn::Dropout drop_;
  torch::nn::Linear fc_;
  double dropout_;
};

/// "mse" of logits; "features": mean squared difference of pooled features as well; "throws"; "nan" from the second epoch on;
/// "nan_gradient": a finite value whose gradient is not; "bad_row": "mse" that is infinite for a batch with row 40; "restless":
/// "mse" that does not promise to repeat itself.
struct ToyLoss final : Loss {
  explicit ToyLoss(std::string kind) : kind_(std::move(kind)) {}
  LossNeeds needs() const override {
    LossNeeds needs;
    needs.teacher_features = kind_ == "features";
    needs.repeatable = kind_ != "nan" && kind_ != "restless";
    return needs;
  }
  LossTerms forward(const LossInputs& in) override {
    if (kind_ == "throws") throw Error("the toy loss throws");
    const auto mse =
        (at::tanh(in.student.logits / in.tau_student) - at::tanh(in.teacher.logits / in.tau_teacher)).square().mean();
    if (kind_ == "nan" && in.epoch >= 1) return mse * std::numeric_limits<double>::quiet_NaN();
    if (kind_ == "nan_gradient") return mse + (in.student.logits - in.student.logits).abs().sum().sqrt();
    if (kind_ == "bad_row") return mse / (1 - in.indices.eq(40).any().to(at::kFloat));
    if (kind_ != "features") return mse;
    return {{"logits", mse},
            {"features",
             (in.student.features.at("f0").mean({1, 2, 3}) - in.teacher.features.at("f0").mean({1, 2, 3})).square().mean()}};
  }

 private:
  std::string kind_;
};

inline Factories factories() {
  Factories f;
  f.dataset = [](const Json& spec) { return std::make_shared<ToyData>(spec.at("params").at("rows").get<std::int64_t>()); };
  f.model = [](const Json& spec, const ModelContext& context) {
    return std::make_shared<ToyNet>(context, spec.at("params").at("width").get<std::int64_t>(),
                                    spec.at("params").value("dropout", 0.0));
  };
  f.loss = [](const Json& spec, const LossContext&) { return std::make_shared<ToyLoss>(spec.at("plugin").get<std::string>()); };
  return f;
}

inline Json recipe(std::int64_t epochs, bool moves) {
  return {{"epochs", epochs},
          {"batch_size", 8},
          {"lr", 0.1},
          {"momentum", 0.9},
          {"weight_decay", 1e-3},
          {"nesterov", false},
          {"schedule", "cosine"},
          {"milestones", Json::array()},
          {"gamma", 0.1},
          {"warmup_epochs", 0.5},
          {"min_lr", 0.0},
          {"crop_padding", moves ? 1 : 0},
          {"flip", moves},
          {"label_smoothing", 0.0},
          {"threads", 1},
          {"precision", "fp32"},
          {"evaluate_every", 1}};
}

inline Job job(const std::string& id, std::int64_t width, bool moves, std::int64_t epochs = 3, double dropout = 0) {
  Job job;
  job.id = id;
  job.label = id;
  job.spec = Json{{"sdk", 1},
                  {"dataset",
                   {{"plugin", "toy"},
                    {"version", "1"},
                    {"params", {{"rows", 60}}},
                    {"validation", 9},
                    {"train_limit", 0},
                    {"test_limit", 0}}},
                  {"model", {{"plugin", "net"}, {"version", "1"}, {"params", {{"width", width}, {"dropout", dropout}}}}},
                  {"train", recipe(epochs, moves)},
                  {"seed", 3},
                  {"bins", 15},
                  {"device", "cpu"},
                  {"loss", nullptr},
                  {"teacher", nullptr}};
  return job;
}

inline Job taught(const std::string& id, const std::string& loss, double tau, bool moves, std::int64_t epochs = 3,
                  double dropout = 0) {
  auto out = job(id, 4, moves, epochs, dropout);
  out.spec.set_value("loss", {{"plugin", loss},
                              {"version", "1"},
                              {"params", Json::object()},
                              {"alpha", 0.7},
                              {"tau_student", tau},
                              {"tau_teacher", tau},
                              {"teacher_temperature", 1.0},
                              {"tau_squared", true},
                              {"kd_begin", 0},
                              {"kd_end", epochs}});
  out.spec.set_value("teacher", {{"job", "teacher"}, {"checkpoint", {{"rule", "last"}, {"epoch", 0}}}});
  return out;
}

/// A store in a fresh folder, removed at the end.
struct TemporaryStore {
  std::filesystem::path folder;
  Store store;
  static std::filesystem::path fresh() {
    std::string name = (std::filesystem::temp_directory_path() / "kdbench-train-XXXXXX").string();
    return ::mkdtemp(name.data());
  }
  TemporaryStore() : folder(fresh()), store(folder) {}
  ~TemporaryStore() { std::filesystem::remove_all(folder); }
};

/// Trains and returns the events. `stop_after` epochs of any job sets the stop flag (0: never).
inline std::vector<Json> train(const Store& store, const std::vector<Job>& jobs, std::size_t workers = 1, int stop_after = 0,
                               SessionOptions options = {}) {
  std::vector<Json> events;
  std::atomic<bool> stop{false};
  int epochs = 0;
  options.workers = workers;
  const auto made = factories();
  train_jobs(
      jobs, store, made, options,
      [&](const Json& event) {
        static std::mutex mutex;
        const std::lock_guard<std::mutex> guard(mutex);
        events.push_back(event);
        if (event.at("event") == "epoch" && ++epochs == stop_after) stop = true;
      },
      stop);
  return events;
}

inline RunRecord record(const Store& store, const std::string& job) {
  auto record = store.get(job);
  if (!record || !*record) throw std::runtime_error("no record of " + job);
  return **record;
}

inline std::string weights(const Store& store, const std::string& job) { return record(store, job).extra.at("weights_sha256"); }

}  // namespace kdbench::toy
