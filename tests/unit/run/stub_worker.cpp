// A worker without libtorch: follows the protocol, and misbehaves where a job (the name of its model plugin)
// or a library (its text) says so. A "library" is a text file whose first word is ok, crash, hang,
// exit or refuse.
#include <kdbench/base/files.h>
#include <kdbench/protocol/events.h>
#include <kdbench/protocol/requests.h>
#include <kdbench/results/store.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

namespace {

using kdbench::Job;
using kdbench::Json;

constexpr int kPipe = 3;
bool caching_allocator = true;  // as the request says
double cache_limit_bytes = 0;
std::set<std::string> anew;  // jobs whose results are to be replaced
std::int64_t workers = 1;

void send_text(const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const auto n = ::write(kPipe, text.data() + done, text.size() - done);
    if (n < 0) ::_exit(74);
    done += static_cast<std::size_t>(n);
  }
}

void send(const Json& event) { send_text(event.dump() + "\n"); }

[[noreturn]] void sleep_for_ever() {
  for (;;) ::pause();
}

[[noreturn]] void crash() {
  ::signal(SIGSEGV, SIG_DFL);
  ::raise(SIGSEGV);
  ::_exit(70);
}

/// As somebody else would, the first time.
void kill_once(const std::string& mark) {
  if (std::filesystem::exists(mark)) return;
  kdbench::write_file_atomically(mark, "");
  ::raise(SIGKILL);
}

std::vector<kdbench::LibraryDocument> load_libraries(const kdbench::Libraries& wanted) {
  std::vector<kdbench::LibraryDocument> libraries;
  for (const auto& file : wanted.plugins) {
    const auto excluded =
        std::find_if(wanted.exclude.begin(), wanted.exclude.end(), [&](const auto& e) { return e.file == file; });
    if (excluded != wanted.exclude.end()) {
      libraries.push_back({file, "", "", false, excluded->reason, "", ""});
      continue;
    }
    send(to_document(kdbench::LoadingEvent{.file = file}));
    const auto text = kdbench::read_file(file);
    const auto mode = text ? *text : std::string("refuse");
    if (mode == "crash") crash();
    if (mode == "hang") sleep_for_ever();
    if (mode == "exit") ::_exit(0);
    if (mode == "killed") ::raise(SIGKILL);
    if (mode == "killed_once") kill_once(file + ".was_here");
    const bool ok = mode != "refuse";
    libraries.push_back({file, "stub", "1.0", ok, ok ? "" : "not a shared library", "", ""});
  }
  send(to_document(kdbench::LoadedEvent{}));
  return libraries;
}

std::string weights_of(const kdbench::Store& store, const std::string& job) {
  return store.get(job).value()->extra.weights_sha256;
}

/// The version of a job's model stands for the content of its library. Weights follow from it, and from those of the networks
/// that the job needs; of "steady" jobs they are always the same, and of "keeps_last" jobs unknown.
void add_origin(const kdbench::Store& store, const Job& job, kdbench::RunRecord& record) {
  const auto& model = *job.spec.model;
  record.origin = kdbench::Origin{{{{kdbench::PluginKind::kModel, model.plugin}, model.plugin + ".so", model.version}}, {}};
  if (model.plugin == "keeps_last") return;
  auto& weights = record.extra.weights_sha256 = model.plugin == "steady" ? "steady" : job.id + model.version;
  for (const auto& need : job.needs) {
    record.origin->networks.push_back({need, weights_of(store, need)});
    weights += "+" + weights_of(store, need);
  }
}

void put_record(const kdbench::Store& store, const Job& job, kdbench::Status status, const std::string& reason) {
  kdbench::RunRecord record;
  record.job = job.id;
  record.label = job.label;
  record.status = status;
  record.reason = reason;
  record.spec = job.spec;
  record.environment.threads = workers;
  record.environment.blas = std::string("threads of an operation: ") + std::getenv("OMP_NUM_THREADS");
  record.environment.allocator = caching_allocator ? "caching" : "libtorch";
  record.memory.allocator_reserved_bytes = static_cast<std::int64_t>(cache_limit_bytes);
  add_origin(store, job, record);
  if (status == kdbench::Status::kDone && anew.count(job.id) > 0) store.withdraw(job.id);
  store.put(record);
  if (status != kdbench::Status::kDone || job.spec.model->plugin == "keeps_nothing") return;
  if (job.spec.model->plugin == "keeps_last") {
    for (const char* file : {"last.safetensors", "test_logits.safetensors"})
      kdbench::write_tensor_file(store.artifacts(job.id) / file, {{"last", {"U8", {1}, "x"}}}, {});
  }
  for (const auto epoch : job.keep_epochs) {
    const auto stem = (store.artifacts(job.id) / kdbench::snapshot_name(epoch)).string();
    for (const char* suffix : {".safetensors", "_test_logits.safetensors"})
      kdbench::write_tensor_file(stem + suffix, {{kdbench::snapshot_name(epoch), {"U8", {1}, "x"}}}, {});
  }
}

void report(const Job& job, kdbench::Status status, const std::string& reason = "") {
  send(to_document(kdbench::JobEvent{.job = job.id, .status = status, .reason = reason}));
}

void end_job(const kdbench::Store& store, const Job& job, kdbench::Status status, const std::string& reason = "") {
  put_record(store, job, status, reason);
  report(job, status, reason);
}

void epoch(const Job& job) {
  send(to_document(kdbench::EpochEvent{.job = job.id, .epoch = 1, .epochs = 2, .samples_per_s = 812.0, .val_accuracy = 0.5}));
}

void save_on_sigterm(const Job& job) {
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &term, nullptr);
  epoch(job);
  int got = 0;
  ::sigwait(&term, &got);
  report(job, kdbench::Status::kInterrupted);
  ::_exit(0);
}

void eat_memory() {
  for (;;) {
    auto* block = static_cast<volatile char*>(std::malloc(std::size_t{8} << 20));
    for (std::size_t i = 0; i < (std::size_t{8} << 20); i += 4096) block[i] = 1;
    ::usleep(2000);
  }
}

void leave_a_child() {
  if (::fork() == 0) {
    ::fcntl(kPipe, F_SETFD, 0);
    sleep_for_ever();
  }
}

void misbehave(const std::string& mode, const Job& job) {
  if (mode == "crash") crash();
  if (mode == "hang") sleep_for_ever();
  if (mode == "exit0") ::_exit(0);
  if (mode == "half_line") send_text("{\"event\":\"resu"), ::_exit(0);
  if (mode == "save") save_on_sigterm(job);
  if (mode == "eat") eat_memory();
  if (mode == "child") leave_a_child();
  if (mode == "silent") return;
  if (mode == "stubborn") {
    ::signal(SIGTERM, SIG_IGN);
    epoch(job);
    sleep_for_ever();
  }
  if (mode == "killed") ::raise(SIGKILL);
  if (mode == "hung_up") ::raise(SIGHUP);
  if (mode == "full_disk") {
    send(to_document(kdbench::ErrorEvent{.kind = kdbench::kMachineFault, .what = "no space"}));
    ::_exit(70);
  }
  if (mode == "error") {
    send(to_document(kdbench::ErrorEvent{.kind = "out_of_memory", .what = "cannot allocate 8 GB"}));
    ::_exit(71);
  }
  if (mode == "garbage") send_text("no json\n[1,2]\n{\"event\":5}\n{\"event\":\"job\",\"job\":7,\"status\":[]}\n\xff\xfe\n");
  if (mode == "spam") {
    for (int i = 0; i < 100000; ++i) std::cout << "{\"event\":\"result\",\"fake\":true}\n";
    send_text(std::string(std::size_t{9} << 20, 'x') + "\n");
  }
}

void train(const kdbench::TrainRequest& request) {
  const kdbench::Store store(request.store);
  caching_allocator = request.caching_allocator;
  cache_limit_bytes = request.cache_limit_bytes;
  anew = {request.anew.begin(), request.anew.end()};
  workers = request.workers;
  for (const auto& job : request.jobs) {
    const auto mode = job.spec.model->plugin;
    const bool together = request.jobs.size() > 1;
    if (mode == "crash_together" && together) crash();
    if (mode == "killed_once") kill_once(request.store + "/" + job.id + ".was_here");
    misbehave(mode, job);
    if (mode == "silent") continue;
    epoch(job);
    if (mode == "lie") report(job, kdbench::Status::kDone);
    if (mode == "interrupted") report(job, kdbench::Status::kInterrupted);
    if (mode == "lie" || mode == "interrupted") continue;
    if (mode == "fail")
      end_job(store, job, kdbench::Status::kFailed, "the loss said no");
    else if (mode == "diverge")
      end_job(store, job, kdbench::Status::kDiverged, "loss is nan at epoch 1, step 3");
    else
      end_job(store, job, kdbench::Status::kDone);
    if (mode == "done_then_crash") crash();
  }
  send(to_document(kdbench::DoneAnswer{}));
}

/// Six samples in two places, one a class.
void embed(const kdbench::EmbedRequest& request) {
  const kdbench::EmbeddingDocument document{
      .of = "embedding", .dims = 1, .labels = {0, 0, 0, 1, 1, 1}, .values = {0, 1, 2, 50, 51, 52}};
  kdbench::write_file_atomically(request.file, to_document(document).dump());
  send(to_document(kdbench::EmbedAnswer{.rows = 6, .dims = 1, .of = "embedding"}));
}

/// Sends what a file says.
void send_file(const std::string& file) {
  if (const auto lines = kdbench::read_file(file))
    send_text(*lines);
  else
    send(to_document(kdbench::ErrorEvent{.kind = "exception", .what = to_text(lines.error())}));
}

/// Sends the lines of the file that the plugin's name is, and does what a line says that is one word.
void check(const kdbench::ConformanceRequest& request) {
  std::istringstream lines(kdbench::read_file(request.plugin).value());
  for (std::string line; std::getline(lines, line);) {
    if (line == "crash") crash();
    if (line == "exit") ::_exit(0);
    if (line == "wait") sleep_for_ever();
    if (line == "say") std::cout << "terminate called\n" << std::endl;
    if (line == "spin") {
      for (volatile bool forever = true;;) {
        (void)forever;
      }
    }
    if (line.front() == '{') send_text(line + "\n");
  }
}

/// Answers what has no part of its own with what the file that it names says.
struct Answerer {
  const std::vector<kdbench::LibraryDocument>& libraries;

  void operator()(const kdbench::CatalogRequest&) const { send(to_document(kdbench::CatalogAnswer{.catalog = {libraries, {}}})); }
  void operator()(const kdbench::TrainRequest& request) const { train(request); }
  void operator()(const kdbench::EmbedRequest& request) const { embed(request); }
  void operator()(const kdbench::VersionRequest&) const {
    kdbench::VersionAnswer answer;
    answer.git = "abc";
    answer.libtorch = "2.9.0";
    answer.compiler = "gcc-12.2";
    answer.stdlib = "libstdc++";
    answer.blas = "/usr/lib/libblas.so.3";
    answer.cuda = "none: no CUDA device was found";
    answer.cxx = 202002;
    answer.abi = 7;
    answer.cxx11abi = 1;
    send(to_document(answer));
  }
  void operator()(const kdbench::PlanRequest& request) const { send_file(request.suite_file); }
  void operator()(const kdbench::ConformanceRequest& request) const { check(request); }
  void operator()(const kdbench::GoldenRequest& request) const { send_file(request.folder); }
  void operator()(const kdbench::CalibrateRequest& request) const { send_file(request.file); }
  void operator()(const kdbench::DataRequest& request) const { send_file(request.suite_file); }
  void operator()(const kdbench::ProbeRequest& request) const { send_file(request.suite_file); }
};

}  // namespace

int main(int, char** arguments) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != std::atoi(arguments[1])) return 75;
  ::fcntl(kPipe, F_SETFD, FD_CLOEXEC);
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  const auto document = Json::parse(text);
  std::cout << "stub worker: " << document["verb"] << std::endl;
  if (document["verb"] == "crash") crash();
  if (document["verb"] == "hang") sleep_for_ever();
  const auto request = kdbench::request_of(document);
  const auto libraries = load_libraries(std::visit([](const auto& r) { return r.libraries; }, request));
  std::visit(Answerer{libraries}, request);
  ::_exit(0);
}
