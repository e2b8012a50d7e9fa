#include <kdbench/run/progress.h>

#include <kdbench/base/text.h>

#include <fmt/core.h>

#include <chrono>
#include <cmath>

namespace kdbench::inline run {
namespace {

constexpr double kRedraw_s = 0.1;
constexpr double kSilence_s = 30;

double machine_clock_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Cuts by code point, so that half a letter never reaches the terminal.
std::string cut(const std::string& text, std::size_t columns) {
  if (columns == 0 || display_width(text) <= columns) return text;
  std::string out;
  std::size_t width = 0;
  for (const char c : text) {
    const bool starts_a_letter = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (starts_a_letter && ++width > columns) break;
    out += c;
  }
  return out;
}

std::string counts(const ProgressState& state) {
  auto out = fmt::format("{}/{} done", state.done, state.total);
  if (state.failed > 0) out += fmt::format(", {} failed", state.failed);
  if (state.skipped > 0) out += fmt::format(", {} skipped", state.skipped);
  if (state.running > 0) out += fmt::format(", {} running", state.running);
  return out;
}

std::string describe(const RunningJob& job) {
  auto out = job.label;
  if (job.epochs > 0) out += fmt::format(" epoch {}/{}", job.epoch, job.epochs);
  if (job.samples_per_s > 0) out += fmt::format(", {:.0f} samples/s", job.samples_per_s);
  if (std::isfinite(job.val_accuracy)) out += fmt::format(", val {:.1f} %", 100 * job.val_accuracy);
  return out;
}

}  // namespace

double eta_s(double finished, double total, double elapsed_s) {
  if (!(finished > 0) || !(elapsed_s > 0) || !(total > 0)) return -1;
  return std::max(0.0, (total - finished) * elapsed_s / finished);
}

std::string progress_line(const ProgressState& state, std::size_t columns) {
  const auto eta = state.eta_s >= 0 ? "ETA " + duration_text(state.eta_s) : std::string("ETA -");
  auto middle = state.latest.label.empty() ? std::string() : describe(state.latest);
  const auto head = counts(state), tail = " | " + eta;
  if (columns > 0) {
    const auto fixed = display_width(head) + display_width(tail) + 3;
    middle = fixed < columns ? cut(middle, columns - fixed) : std::string();
  }
  return cut(head + (middle.empty() ? "" : " | " + middle) + tail, columns);
}

std::string finished_line(const FinishedJob& job, const ProgressState& state) {
  auto out = fmt::format("[{}/{}] {} {}", state.done + state.failed + state.skipped, state.total, job.status, job.label);
  if (job.wall_s > 0) out += fmt::format(" ({})", duration_text(job.wall_s));
  if (!job.reason.empty()) out += ": " + job.reason;
  return out;
}

ProgressPrinter::ProgressPrinter(std::ostream& out, Options options) : out_(out), options_(std::move(options)) {
  if (!options_.now_s) options_.now_s = machine_clock_s;
  if (!options_.columns) options_.columns = [] { return std::size_t{80}; };
  last_s_ = options_.now_s();
}

ProgressPrinter::~ProgressPrinter() { clear(); }

void ProgressPrinter::clear() {
  if (live_) out_ << "\r\x1b[K" << std::flush;
  live_ = false;
}

void ProgressPrinter::line(const std::string& text) {
  clear();
  out_ << printable(text) << '\n' << std::flush;
}

void ProgressPrinter::update(const ProgressState& state) {
  const auto now = options_.now_s();
  if (now - last_s_ < (options_.terminal ? kRedraw_s : kSilence_s)) return;
  last_s_ = now;
  if (!options_.terminal) return line(progress_line(state, 0));
  // The last column stays free: a full line would scroll on some terminals.
  const auto columns = options_.columns();
  out_ << "\r\x1b[K" << printable(progress_line(state, columns > 1 ? columns - 1 : 0)) << std::flush;
  live_ = true;
}

void ProgressPrinter::job_finished(const FinishedJob& job, const ProgressState& state) {
  if (options_.terminal && job.status == "done") return;
  line(finished_line(job, state));
  last_s_ = options_.now_s();
}

void ProgressPrinter::note(const std::string& text) {
  if (noted_.insert(text).second) line(text);
}

}  // namespace kdbench::inline run
