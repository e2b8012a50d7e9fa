// A worker without libtorch: follows the protocol, and misbehaves where a job ("stub" in its spec)
// or a library (its text) says so. A "library" is a text file whose first word is ok, crash, hang,
// exit or refuse.
#include <kdbench/base/files.h>
#include <kdbench/plan/plan.h>
#include <kdbench/results/store.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>

namespace {

using kdbench::Job;
using kdbench::Json;

constexpr int kPipe = 3;
bool caching_allocator = true;  // as the request says
double cache_limit_bytes = 0;

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

void load_libraries(const Json& request, Json& libraries) {
  for (const auto& file : request["plugins"]) {
    const auto excluded =
        std::find_if(request["exclude"].begin(), request["exclude"].end(), [&](const Json& e) { return e["file"] == file; });
    if (excluded != request["exclude"].end()) {
      libraries.push_back(
          {{"file", file}, {"name", ""}, {"version", ""}, {"ok", false}, {"reason", (*excluded)["reason"]}, {"stamp", ""}});
      continue;
    }
    send({{"event", "loading"}, {"file", file}});
    const auto text = kdbench::read_file(file.get<std::string>());
    const auto mode = text ? *text : std::string("refuse");
    if (mode == "crash") crash();
    if (mode == "hang") sleep_for_ever();
    if (mode == "exit") ::_exit(0);
    const bool ok = mode != "refuse";
    libraries.push_back({{"file", file},
                         {"name", "stub"},
                         {"version", "1.0"},
                         {"ok", ok},
                         {"reason", ok ? "" : "not a shared library"},
                         {"stamp", ""}});
  }
  send({{"event", "loaded"}});
}

void put_record(const kdbench::Store& store, const Job& job, kdbench::Status status, const std::string& reason) {
  kdbench::RunRecord record;
  record.job = job.id;
  record.label = job.label;
  record.status = status;
  record.reason = reason;
  record.spec = job.spec.json();
  record.extra = {{"threads", std::getenv("OMP_NUM_THREADS")},
                  {"caching_allocator", caching_allocator},
                  {"cache_limit_bytes", cache_limit_bytes}};
  store.put(record);
  if (status != kdbench::Status::kDone || job.spec.json().value("stub", "") == "keeps_nothing") return;
  for (const auto epoch : job.keep_epochs) {
    const auto stem = (store.artifacts(job.id) / kdbench::snapshot_name(epoch)).string();
    for (const char* suffix : {".safetensors", "_test_logits.safetensors"})
      kdbench::write_file_atomically(stem + suffix, "weights");
  }
}

void report(const Job& job, const std::string& status, const std::string& reason = "") {
  send({{"event", "job"}, {"job", job.id}, {"status", status}, {"reason", reason}});
}

void end_job(const kdbench::Store& store, const Job& job, kdbench::Status status, const std::string& reason = "") {
  put_record(store, job, status, reason);
  report(job, to_string(status), reason);
}

void epoch(const Job& job) {
  send({{"event", "epoch"}, {"job", job.id}, {"epoch", 1}, {"epochs", 2}, {"samples_per_s", 812.0}, {"val_accuracy", 0.5}});
}

void save_on_sigterm(const Job& job) {
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &term, nullptr);
  epoch(job);
  int got = 0;
  ::sigwait(&term, &got);
  report(job, "interrupted");
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
  if (mode == "error") {
    send({{"event", "error"}, {"class", "out_of_memory"}, {"what", "cannot allocate 8 GB"}});
    ::_exit(71);
  }
  if (mode == "garbage") send_text("no json\n[1,2]\n{\"event\":5}\n{\"event\":\"job\",\"job\":7,\"status\":[]}\n\xff\xfe\n");
  if (mode == "spam") {
    for (int i = 0; i < 100000; ++i) std::cout << "{\"event\":\"result\",\"fake\":true}\n";
    send_text(std::string(std::size_t{9} << 20, 'x') + "\n");
  }
}

void train(const Json& request) {
  const kdbench::Store store(request["store"].get<std::string>());
  caching_allocator = request["allocator"].get<bool>();
  cache_limit_bytes = request["cache_limit_bytes"].get<double>();
  for (const auto& entry : request["jobs"]) {
    const auto job = kdbench::job_from_json(entry);
    const auto mode = job.spec.json().value("stub", "ok");
    const bool together = request["jobs"].size() > 1;
    if (mode == "crash_together" && together) crash();
    misbehave(mode, job);
    if (mode == "silent") continue;
    epoch(job);
    if (mode == "lie") report(job, "done");
    if (mode == "interrupted") report(job, "interrupted");
    if (mode == "lie" || mode == "interrupted") continue;
    if (mode == "fail")
      end_job(store, job, kdbench::Status::kFailed, "the loss said no");
    else if (mode == "diverge")
      end_job(store, job, kdbench::Status::kDiverged, "loss is nan at epoch 1, step 3");
    else
      end_job(store, job, kdbench::Status::kDone);
    if (mode == "done_then_crash") crash();
  }
  send({{"event", "result"}});
}

/// Six samples in two places, one a class.
void embed(const Json& request) {
  const Json document = {{"of", "embedding"}, {"dims", 1}, {"labels", {0, 0, 0, 1, 1, 1}}, {"values", {0, 1, 2, 50, 51, 52}}};
  kdbench::write_file_atomically(request["file"].get<std::string>(), document.dump());
  send({{"event", "result"}, {"rows", 6}, {"dims", 1}, {"of", "embedding"}});
}

/// Answers every other verb with what the file named "answer" in the request, or the suite file,
/// says.
void answer(const Json& request, const Json& libraries) {
  const auto verb = request["verb"].get<std::string>();
  if (verb == "catalog") return send({{"event", "result"}, {"catalog", {{"libraries", libraries}, {"plugins", Json::array()}}}});
  if (verb == "embed") return embed(request);
  if (verb == "crash") crash();
  if (verb == "hang") sleep_for_ever();
  const auto key = verb == "plan" ? "suite_file" : verb == "conformance" ? "target" : verb == "golden" ? "folder" : "file";
  const auto lines = kdbench::read_file(request.value(key, ""));
  if (!lines) return send({{"event", "error"}, {"class", "exception"}, {"what", to_text(lines.error())}});
  send_text(*lines);
}

}  // namespace

int main(int, char** arguments) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != std::atoi(arguments[1])) return 75;
  ::fcntl(kPipe, F_SETFD, FD_CLOEXEC);
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  const auto request = Json::parse(text);
  std::cout << "stub worker: " << request["verb"] << std::endl;
  Json libraries = Json::array();
  load_libraries(request, libraries);
  if (request["verb"] == "train") {
    train(request);
  } else {
    answer(request, libraries);
  }
  ::_exit(0);
}
