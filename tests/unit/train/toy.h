/// A data set, networks and losses small enough to train in milliseconds.
#pragma once
#include "unit/train/toy_calibrator.h"

#include <kdbench/train/network/safetensors.h>
#include <kdbench/train/session/session.h>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/DefaultDtype.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>

#include <cfenv>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kdbench::toy {

/// 3 classes of 6 x 6 one-channel images: class k is bright in row 2k; `rows` training and 30 test images. Who reads the test
/// images of a poisoned one fails.
struct ToyData final : Dataset {
  explicit ToyData(std::int64_t rows, bool poisoned = false) : rows_(rows), poisoned_(poisoned) {}
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
    if (poisoned_ && kind == SplitKind::kTest) throw Error("the test rows were read");
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
  bool poisoned_;
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
  Classifier classifier() const override { return {fc_->weight, fc_->bias}; }

 private:
  torch::nn::Conv2d conv_;
  torch::nn::BatchNorm2d norm_;
  torch::nn::Dropout drop_;
  torch::nn::Linear fc_;
  double dropout_;
};

/// ToyNet with an exit beside its last layer.
struct ToyExitNet final : Model {
  explicit ToyExitNet(const ModelContext& context)
      : net_(register_module("net", std::make_shared<ToyNet>(context, 4, 0))),
        exit_(register_module("exit", torch::nn::Linear(4, context.num_classes))) {}
  ModelOutput forward(const torch::Tensor& images) override {
    auto out = net_->forward(images);
    out.exits["early"] = exit_(out.embedding);
    return out;
  }
  std::vector<std::string> feature_names() const override { return net_->feature_names(); }
  std::vector<std::string> exit_names() const override { return {"early"}; }

 private:
  std::shared_ptr<ToyNet> net_;
  torch::nn::Linear exit_;
};

/// "mse" of logits; "features": mean squared difference of pooled features as well; "throws"; "nan" from the second epoch on;
/// "nan_gradient": a finite value whose gradient is not; "bad_row": "mse" that is infinite for a batch with row 40; "restless":
/// "mse" that does not promise to repeat itself; "scales_teacher", "scales_teacher_later", "writes_past_libtorch", "rounds_up",
/// "stops_gradients" and "changes_type": "mse" that changes what is not its own.
struct ToyLoss final : Loss {
  explicit ToyLoss(std::string kind) : kind_(std::move(kind)) {}
  LossNeeds needs() const override {
    LossNeeds needs;
    needs.teacher_features = kind_ == "features";
    needs.repeatable = kind_ != "nan" && kind_ != "restless";
    return needs;
  }
  LossTerms forward(const LossInputs& in) override {
    if (kind_ == "scales_teacher" || (kind_ == "scales_teacher_later" && in.step >= 5)) in.teacher.logits.mul_(0.5);
    if (kind_ == "writes_past_libtorch") in.teacher.logits.data_ptr<float>()[0] += 1;
    if (kind_ == "rounds_up") std::fesetround(FE_UPWARD);
    if (kind_ == "changes_type") c10::set_default_dtype(caffe2::TypeMeta::Make<double>());
    if (kind_ == "stops_gradients") at::GradMode::set_enabled(false);
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

/// Regresses the classes from the student's embedding, and pulls what it says of a row to what it said of it before: a module and
/// a memory bank that a checkpoint must hold. Reads no teacher.
struct ToyBank final : Loss {
  explicit ToyBank(const LossContext& context)
      : regressor_(register_module("regressor", torch::nn::Linear(context.student_embedding, context.num_classes))),
        bank_(register_buffer("bank", at::zeros({60, context.num_classes}))) {}
  LossNeeds needs() const override { return {.teacher = false, .repeatable = true}; }
  LossTerms forward(const LossInputs& in) override {
    if (in.teacher.logits.defined()) throw Error("it did not ask for a teacher");
    const auto said = regressor_(in.student.embedding);
    const auto kept = bank_.index_select(0, in.indices);
    const at::NoGradGuard no_grad;
    bank_.index_copy_(0, in.indices, (kept + said.detach()) / 2);
    const at::AutoGradMode with_grad(true);
    return {{"kept", (said - kept).square().mean()}, {"size", said.square().mean()}};
  }

 private:
  torch::nn::Linear regressor_;
  torch::Tensor bank_;
};

/// Leads the student's embedding to the teacher's, and judges the student by what the teacher's last layer makes of it.
struct ToyAdapter final : Loss {
  explicit ToyAdapter(const LossContext& context)
      : lead_(register_module("lead", torch::nn::Linear(context.student_embedding, context.teacher_embedding))),
        weight_(register_buffer("weight", context.teacher_classifier.weight.clone())),
        bias_(register_buffer("bias", context.teacher_classifier.bias.clone())) {}
  LossNeeds needs() const override {
    return {.teacher_embedding = true, .teacher_classifier = true, .adapts = true, .repeatable = true};
  }
  LossTerms forward(const LossInputs& in) override {
    return (lead_(in.student.embedding) - in.teacher.embedding).square().mean();
  }
  torch::Tensor judged_logits(const ModelOutput& student) override {
    return at::linear(lead_(student.embedding), weight_, bias_);
  }

 private:
  torch::nn::Linear lead_;
  torch::Tensor weight_, bias_;
};

/// "mse" to the mean of all teachers' logits.
struct ToySeveral final : Loss {
  LossNeeds needs() const override { return {.several_teachers = true, .repeatable = true}; }
  LossTerms forward(const LossInputs& in) override {
    auto sum = in.teacher.logits;
    for (const auto& teacher : in.more_teachers) sum = sum + teacher.logits;
    return (in.student.logits - sum / double(1 + in.more_teachers.size())).square().mean();
  }
};

/// "mse" to the teacher on the first view and on the second.
struct ToyViews final : Loss {
  LossNeeds needs() const override { return {.second_view = true, .repeatable = true}; }
  LossTerms forward(const LossInputs& in) override {
    const auto mse = [](const ModelOutput& s, const ModelOutput& t) {
      return (at::tanh(s.logits) - at::tanh(t.logits)).square().mean();
    };
    return {{"first", mse(in.student, in.teacher)}, {"second", mse(in.student_second_view, in.teacher_second_view)}};
  }
};

/// "mse" of every exit to the network's own logits.
struct ToyExits final : Loss {
  LossNeeds needs() const override { return {.teacher = false, .student_exits = true, .repeatable = true}; }
  LossTerms forward(const LossInputs& in) override {
    return (in.student.exits.at("early") - in.student.logits.detach()).square().mean();
  }
};

/// Adds the terms' gradients, each halved every time it comes again: a memory that a checkpoint must hold.
struct ToyPolicy final : GradientPolicy {
  explicit ToyPolicy(const GradientContext& context) : share_(register_buffer("share", at::ones({context.num_parameters}))) {}
  torch::Tensor combine(const GradientInputs& in) override {
    auto sum = in.terms.front().gradient.clone();
    for (std::size_t i = 1; i < in.terms.size(); ++i) sum.add_(in.terms[i].gradient * share_);
    share_.mul_(0.5);
    return sum;
  }

 private:
  torch::Tensor share_;
};

inline Factories factories() {
  Factories f;
  f.dataset = [](const DataSource& source) {
    const auto& params = source.use.params;
    return std::make_shared<ToyData>(params.at("rows").get<std::int64_t>(), params.value("poisoned", false));
  };
  f.model = [](const PluginSpec& spec, const ModelContext& context) -> std::shared_ptr<Model> {
    if (spec.plugin == "exit_net") return std::make_shared<ToyExitNet>(context);
    return std::make_shared<ToyNet>(context, spec.params.at("width").get<std::int64_t>(),
                                    spec.params.at("dropout").get<double>());
  };
  f.loss = [](const PluginSpec& spec, const LossContext& context) -> BuiltLoss {
    std::shared_ptr<Loss> loss = std::make_shared<ToyLoss>(spec.plugin);
    if (spec.plugin == "bank") loss = std::make_shared<ToyBank>(context);
    if (spec.plugin == "adapter") loss = std::make_shared<ToyAdapter>(context);
    if (spec.plugin == "views") loss = std::make_shared<ToyViews>();
    if (spec.plugin == "several") loss = std::make_shared<ToySeveral>();
    if (spec.plugin == "exits") loss = std::make_shared<ToyExits>();
    return {loss, loss->needs()};
  };
  f.gradient_policy = [](const PluginSpec&, const GradientContext& context) { return std::make_shared<ToyPolicy>(context); };
  f.calibrator = toy_calibrator;
  return f;
}

inline Recipe recipe(std::int64_t epochs, bool moves) {
  Recipe out;
  out.epochs = epochs;
  out.batch_size = 8;
  out.lr = 0.1;
  out.weight_decay = 1e-3;
  out.milestones = {};
  out.warmup_epochs = 0.5;
  out.crop_padding = moves ? 1 : 0;
  out.flip = moves;
  return out;
}

inline Job job(const std::string& id, std::int64_t width, bool moves, std::int64_t epochs = 3, double dropout = 0) {
  DatasetSpec data;
  data.source.use = {"toy", "1", {{"rows", 60}}};
  data.validation = 9;
  Job job;
  job.id = id;
  job.label = {id, std::nullopt};
  job.spec.sdk = 1;
  job.spec.dataset = data;
  job.spec.model = PluginSpec{"net", "1", {{"width", width}, {"dropout", dropout}}};
  job.spec.train = recipe(epochs, moves);
  job.spec.seed = 3;
  job.spec.bins = 15;
  job.spec.device = "cpu";
  return job;
}

/// Puts another value of a part in place of a spec's, as `change` makes it.
template <class T, class Change>
void change(Shared<T>& part, const Change& change) {
  auto value = *part;
  change(value);
  part = std::move(value);
}

inline Job taught(const std::string& id, const std::string& loss, double tau, bool moves, std::int64_t epochs = 3,
                  double dropout = 0) {
  auto out = job(id, 4, moves, epochs, dropout);
  LossPart how;
  how.use = {loss, "1", Json::object()};
  how.tau_student = how.tau_teacher = tau;
  how.tau_squared = true;
  how.kd_end = epochs;
  out.spec.loss = LossSpec{.alpha = 0.7, .parts = {how}};
  out.spec.teacher = TeacherSpec{"teacher", {}, std::nullopt};
  return out;
}

/// The same by AdamW, which leaves the norm and the bias out of weight decay.
inline Job by_adamw(Job out) {
  change(out.spec.train, [](Recipe& recipe) {
    recipe.optimizer = "adamw";
    recipe.lr = 0.02;
    recipe.weight_decay = 0.1;
    recipe.eps = 1e-3;  // the bias before the norm has no gradient but rounding, of which a smaller one would make whole steps
    recipe.decay_norms_and_biases = false;
  });
  return out;
}

/// As taught() makes them, with weights of their own, whose terms come in after an epoch and rise over two.
inline Job rising(const std::string& id, bool moves) {
  auto out = taught(id, "features", 2, moves);
  change(out.spec.loss, [](LossSpec& loss) {
    loss.alpha.reset();
    loss.ce_weight = 0.5;
    auto& part = loss.parts.front();
    part.kd_weight = 1.5;
    part.kd_begin = 1;
    part.warmup_epochs = 2;
  });
  return out;
}

/// 0.5 CE + 0.9 "kl", the loss mse at tau 2, + 0.8 "bank", in the first two of three epochs, + 100 "at", the loss features with a
/// warm-up over all three.
inline Job combined(const std::string& id, bool moves) {
  const auto part = [](const std::string& name, const std::string& plugin, double weight) {
    return LossPart{.name = name, .use = {plugin, "1", Json::object()}, .kd_weight = weight, .kd_end = 3};
  };
  LossSpec sum{.ce_weight = 0.5, .parts = {part("kl", "mse", 0.9), part("bank", "bank", 0.8), part("at", "features", 100)}};
  sum.parts[0].tau_student = sum.parts[0].tau_teacher = 2;
  sum.parts[0].teacher_temperature = 1.5;
  sum.parts[0].tau_squared = true;
  sum.parts[1].kd_end = 2;
  sum.parts[2].warmup_epochs = 3;
  auto out = taught(id, "mse", 1, moves);
  out.spec.loss = std::move(sum);
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

/// A build of every plugin here; its library holds `content`.
inline std::vector<UsedPlugin> build(const std::string& content) {
  using enum PluginKind;
  std::vector<UsedPlugin> out{{{kDataset, "toy"}, "toys.so", content}, {{kModel, "net"}, "toys.so", content}};
  for (const char* loss : {"mse", "features", "throws", "nan", "nan_gradient", "bad_row", "restless"})
    out.push_back({{kLoss, loss}, "toys.so", content});
  return out;
}

/// Trains and returns the events. `stop_after` epochs of any job sets the stop flag (0: never).
inline std::vector<TrainingEvent> train(const Store& store, const std::vector<Job>& jobs, std::size_t workers = 1,
                                        int stop_after = 0, SessionOptions options = {}) {
  std::vector<TrainingEvent> events;
  std::atomic<bool> stop{false};
  int epochs = 0;
  options.workers = workers;
  if (options.loaded.empty()) options.loaded = build("first");
  const auto made = factories();
  train_jobs(
      jobs, store, made, options,
      [&](const TrainingEvent& event) {
        static std::mutex mutex;
        const std::lock_guard<std::mutex> guard(mutex);
        events.push_back(event);
        if (std::holds_alternative<EpochEvent>(event) && ++epochs == stop_after) stop = true;
      },
      stop);
  return events;
}

inline RunRecord record(const Store& store, const std::string& job) {
  auto record = store.get(job);
  if (!record || !*record) throw std::runtime_error("no record of " + job);
  return **record;
}

inline std::string weights(const Store& store, const std::string& job) { return record(store, job).extra.weights_sha256; }

}  // namespace kdbench::toy
