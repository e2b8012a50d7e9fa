#include <kdbench/base/hash.h>
#include <kdbench/base/seeds.h>
#include <kdbench/train/device/allocator.h>
#include <kdbench/train/device/cuda.h>
#include <kdbench/train/device/parallel.h>
#include <kdbench/train/device/stopwatch.h>
#include <kdbench/train/session/completion.h>
#include <kdbench/train/session/group.h>
#include <kdbench/train/session/job_failure.h>
#include <kdbench/train/session/session.h>
#include <kdbench/train/teacher/logit_table.h>
#include <kdbench/train/teacher/session_teacher.h>

#include <fmt/core.h>
#include <sys/resource.h>
#include <torch/utils.h>

#include <ctime>
#include <tuple>

namespace kdbench::inline train {
namespace {

constexpr double kTapeBudget = 256.0 * (1 << 20);                // bytes of teacher outputs a segment
constexpr std::uintmax_t kCacheLimit = std::uintmax_t{4} << 30;  // bytes of cached teacher logits a store

std::string utc_now() {
  const auto now = std::time(nullptr);
  std::tm tm{};
  ::gmtime_r(&now, &tm);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
  return text;
}

std::vector<FeatureShape> shapes(Model& model, const ModelOutput& output) {
  std::vector<FeatureShape> out;
  for (const auto& name : model.feature_names()) {
    const auto& map = output.features.at(name);
    const auto size = [&](std::int64_t d) { return d < map.dim() ? map.size(d) : 1; };
    out.push_back({name, size(1), size(2), size(3)});
  }
  return out;
}

/// Everything the jobs of one request share.
class Session {
 public:
  Session(const std::vector<Job>& jobs, const Store& store, const Factories& factories, const SessionOptions& options,
          const SendEvent& send, const std::atomic<bool>& stop)
      : jobs_(jobs), store_(store), factories_(factories), options_(options), send_(send), stop_(stop), device_(options.device) {}

  void run() {
    const Stopwatch watch;
    prepare_device(device_);
    const auto& spec = jobs_.front().spec;
    seed_ = static_cast<std::uint64_t>(spec.at("seed").get<std::int64_t>());
    const auto& d = spec.at("dataset");
    data_ = std::make_unique<TrainData>(*factories_.dataset(d), options_.data_dir,
                                        Cut{d.at("validation"), d.at("train_limit"), d.at("test_limit")}, seed_, device_);
    use_intra_op_threads(options_.workers > 1 ? 1 : static_cast<int>(spec.at("train").at("threads").get<std::int64_t>()));
    if (options_.deferred) data_->make_feed();
    stored_ = std::make_unique<StoredNetworks>(store_, factories_, *data_);
    if (const auto& teacher = spec.at("teacher"); !teacher.is_null()) {
      teaching_ = std::make_unique<Teaching>(teacher, spec.at("bins").get<int>(), *stored_, *data_, threads(), device_);
    }
    auto trainees = make_trainees();
    load_s_ = watch.seconds();
    if (trainees.empty()) return;
    train(std::move(trainees));
  }

 private:
  std::size_t threads() const { return std::max<std::size_t>(1, driving_threads(device_, options_.workers, jobs_.size())); }
  ModelContext model_context() const { return {data_->info().num_classes, data_->info().image}; }

  std::shared_ptr<Model> make_model(const Json& spec) const {
    // Depends on the seed alone: two methods start the same student from the same weights.
    torch::manual_seed(seed_for(seed_, "init"));
    auto model = factories_.model(spec, model_context());
    model->to(device_);
    return model;
  }

  LossContext loss_context(Model& student) {
    torch::NoGradGuard no_grad;
    LossContext context;
    context.num_classes = data_->info().num_classes;
    context.num_train = data_->train().size();
    context.seed = seed_for(seed_, "loss");
    const auto images = data_->images(data_->train(), 0, 2);
    student.eval();
    const auto s = student.forward(images);
    context.student = shapes(student, s);
    if (s.embedding.defined()) context.student_embedding = s.embedding.size(1);
    if (!teaching_) return context;
    const auto t = teaching_->teacher().forward(0, images, {true, true});
    context.teacher = shapes(teaching_->teacher().model(), t);
    if (t.embedding.defined()) context.teacher_embedding = t.embedding.size(1);
    return context;
  }

  std::unique_ptr<Trainee> make_trainee(const Job& job) {
    TraineeParts parts{
        job, make_model(job.spec.at("model")), {}, nullptr, device_, training_folder(store_, job.id), job.checkpoint_every};
    if (job.spec.contains("init")) {
      const std::string from = job.spec.at("init"), role = "the earlier stage's";
      stored_->record(from, role);
      load_state(*parts.model, stored_->weights(from, "last", role), "the stage it starts from");
    }
    if (job.spec.contains("added_to")) {
      for (const auto& part : stored_->network(job.spec.at("added_to"), "last", "the frozen network's")) {
        parts.frozen.push_back(make_frozen(part, device_, "the frozen network"));
      }
    }
    if (const auto& loss = job.spec.at("loss"); !loss.is_null()) {
      const auto context = loss_context(*parts.model);
      torch::manual_seed(context.seed);
      parts.loss = factories_.loss(loss, context);
      parts.loss->to(device_);
    }
    parts.deferred = options_.deferred;
    return std::make_unique<Trainee>(std::move(parts), *data_);
  }

  /// The trainee as its checkpoint left it, or a fresh one: a checkpoint that fails half way must not leave its traces.
  std::unique_ptr<Trainee> resumed(const Job& job) {
    auto trainee = make_trainee(job);
    try {
      if (trainee->resume())
        note(fmt::format("{}: continues at epoch {}, step {}", job.label, trainee->epoch() + 1,
                         trainee->step() % trainee->per_epoch() + 1));
      return trainee;
    } catch (const std::exception& error) {
      note(fmt::format("{}: its checkpoint is not used: {}", job.label, error.what()));
    }
    return make_trainee(job);
  }

  std::vector<std::unique_ptr<Trainee>> make_trainees() {
    std::vector<std::unique_ptr<Trainee>> out;
    for (const auto& job : jobs_) {
      try {
        out.push_back(resumed(job));
      } catch (...) {
        fail(job, Json::array(), {}, std::current_exception());
      }
    }
    return out;
  }

  void train(std::vector<std::unique_ptr<Trainee>> trainees) {
    TeacherWants wants;
    bool by_batch = false, by_table = false;
    const auto& first = trainees.front()->settings();
    const bool moves = first.crop_padding > 0 || first.flip;
    for (const auto& t : trainees) {
      const auto& needs = t->needs();
      wants.features |= needs.teacher_features;
      wants.embedding |= needs.teacher_embedding;
      const bool more = needs.teacher_features || needs.teacher_embedding;
      by_batch |= needs.teacher && (moves || more);
      by_table |= needs.teacher && !moves && !more;
    }
    const Stopwatch watch;
    torch::Tensor table;
    if (by_table && teaching_) table = logit_table();
    double teacher_s = watch.seconds();
    std::unique_ptr<Tape> tape;
    if (by_batch && teaching_) {
      const auto& teacher = teaching_->teacher();
      const auto length = segment_length(*data_, teacher, wants, first, trainees.front()->per_epoch(), kTapeBudget);
      tape = std::make_unique<Tape>(*data_, teacher, wants, first, length);
    }
    const auto students = static_cast<double>(trainees.size());
    Group group(std::move(trainees), *data_, table, tape.get(), events());
    group_ = &group;
    table_s_ = teacher_s / students;
    num_students_ = students;
    wait_for_device(device_);  // what was made so far is read on other streams from here on
    group.run(threads(), stop_);
  }

  torch::Tensor logit_table() {
    const auto& train = jobs_.front().spec.at("train");
    const Json key{teaching_->key(),      data_->data_sha256(), data_->split_sha256(),
                   data_->train().size(), device_.str(),        train.at("threads")};
    const auto id = sha256_hex(canonical(key));
    const auto folder = store_.root() / "cache" / "teacher_logits";
    auto table = teacher_logits(*data_, teaching_->teacher(), threads(), folder / (id + ".safetensors"), id, stop_);
    bound_folder(folder, kCacheLimit);
    return table;
  }

  GroupEvents events() {
    GroupEvents e;
    e.epoch_done = [this](Trainee& t) {
      const double accuracy = t.validation_accuracy();
      send_({{"event", "epoch"},
             {"job", t.job().id},
             {"epoch", t.history().size()},
             {"epochs", t.settings().epochs},
             {"samples_per_s", t.samples_per_second()},
             {"val_accuracy", accuracy < 0 ? Json() : Json(accuracy)}});
    };
    e.finished = [this](Trainee& t) { succeed(t); };
    e.interrupted = [this](Trainee& t) {
      send_({{"event", "job"}, {"job", t.job().id}, {"status", "interrupted"}, {"reason", "stopped; a rerun continues"}});
    };
    e.failed = [this](Trainee& t, const std::exception_ptr& why) { fail(t.job(), t.history(), t.timings, why); };
    return e;
  }

  void note(const std::string& text) const { send_({{"event", "note"}, {"text", text}}); }

  RunRecord record_of(const Job& job, const Timings& times) const {
    RunRecord record;
    record.job = job.id;
    record.label = job.label;
    record.spec = job.spec.json();
    record.environment = options_.environment;
    record.environment["device"] = options_.device;
    const double teacher_s = table_s_ + (group_ ? group_->teacher_seconds() / num_students_ : 0);
    record.timings = {{"load_s", load_s_},
                      {"train_s", times.train_s},
                      {"evaluate_s", times.evaluate_s},
                      {"save_s", times.save_s},
                      {"teacher_s", teacher_s}};
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto allocator = allocator_stats();
    record.memory = {{"peak_rss_bytes", usage.ru_maxrss * 1024},
                     {"allocator_peak_bytes", allocator.peak_in_use},
                     {"allocator_reserved_bytes", allocator.reserved}};
    if (const auto bytes = peak_device_bytes(device_); bytes > 0) record.memory["gpu_peak_bytes"] = bytes;
    record.extra = {{"num_train", data_->train().size()},
                    {"num_val", data_->validation().size()},
                    {"num_test", data_->test().size()},
                    {"data_sha256", data_->data_sha256()},
                    {"split_sha256", data_->split_sha256()},
                    {"group_size", jobs_.size()},
                    {"faults", usage.ru_minflt}};
    if (const double bayes = bayes_accuracy(data_->test()); bayes >= 0) record.extra["bayes_accuracy"] = bayes;
    record.teacher = teaching_ ? teaching_->part(job.spec) : Json();
    record.finished_at = utc_now();
    return record;
  }

  void succeed(Trainee& trainee) {
    auto record = record_of(trainee.job(), trainee.timings);
    if (teaching_) teaching_->check_unchanged();
    trainee.finish(record);
    record.timings["evaluate_s"] = trainee.timings.evaluate_s;
    record.status = Status::kDone;
    if (is_completion(trainee.folder())) complete_artifacts(store_, trainee.folder(), record);
    put(record);
  }

  void fail(const Job& job, const Json& history, const Timings& times, const std::exception_ptr& why) {
    auto record = record_of(job, times);
    std::tie(record.status, record.reason) = outcome_of(why, job.spec);
    record.epochs = history;
    put(record);
  }

  void put(const RunRecord& record) {
    store_.put(record);
    send_({{"event", "job"}, {"job", record.job}, {"status", to_string(record.status)}, {"reason", record.reason}});
  }

  const std::vector<Job>& jobs_;
  const Store& store_;
  const Factories& factories_;
  const SessionOptions& options_;
  const SendEvent& send_;
  const std::atomic<bool>& stop_;
  torch::Device device_;
  std::uint64_t seed_ = 0;
  std::unique_ptr<TrainData> data_;
  std::unique_ptr<StoredNetworks> stored_;
  std::unique_ptr<Teaching> teaching_;
  Group* group_ = nullptr;
  double load_s_ = 0, table_s_ = 0, num_students_ = 1;
};

}  // namespace

void train_jobs(const std::vector<Job>& jobs, const Store& store, const Factories& factories, const SessionOptions& options,
                const SendEvent& send, const std::atomic<bool>& stop) {
  if (jobs.empty()) return;
  Session(jobs, store, factories, options, send, stop).run();
}

}  // namespace kdbench::inline train
