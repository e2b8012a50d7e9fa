// What a loss reads, and what it says that it reads.
#include <kdbench/worker/conformance/loss_subject.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/randn.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace kdbench::inline worker {
namespace {

constexpr std::uint64_t kOtherSeed = 29;

/// Whether two values, or any of their gradients, differ.
bool differ(const Probe& a, const Probe& b) {
  if (!a.total.equal(b.total) || a.gradients.size() != b.gradients.size()) return true;
  for (std::size_t i = 0; i < a.gradients.size(); ++i) {
    if (!a.gradients[i].second.equal(b.gradients[i].second)) return true;
  }
  return false;
}

std::string check_reads_nothing_unasked(const LossSubject& subject) {
  auto plain = subject.batch();
  const double without = subject.value(plain);
  for (const auto& part : asked_parts()) {
    if (subject.needs.*part.asked) continue;
    auto batch = batch_with(subject, part, torch::kFloat64);
    const double with = subject.value(batch);
    require(with == without, fmt::format("{:.12g} without {}, {:.12g} with them, which needs() does not ask for ({})", without,
                                         part.name, with, part.key));
  }
  return {};
}

/// Two batches in a row, with some parts taken from others: what a loss remembers may count in the second alone.
std::vector<Probe> two_batches(const LossSubject& subject, const std::vector<const AskedPart*>& changed) {
  ProbedLoss probed(subject.entry, subject.context, torch::kFloat64);
  std::vector<Probe> probes;
  for (const std::uint64_t seed : {11, 13}) {
    auto batch = subject.batch(LossSubject::kRows, torch::kFloat64, seed);
    const auto other = subject.batch(LossSubject::kRows, torch::kFloat64, seed + kOtherSeed);
    for (const auto* part : changed) part->take(batch, other);
    probes.push_back(probed.run(batch, true));
    LossSubject::total(probes.back());
  }
  return probes;
}

bool differ(const std::vector<Probe>& a, const std::vector<Probe>& b) { return differ(a[0], b[0]) || differ(a[1], b[1]); }

std::string check_reads_what_it_asks_for(const LossSubject& subject) {
  const auto before = two_batches(subject, {});
  std::vector<std::string> unread;
  std::vector<const AskedPart*> of_teacher;
  for (const auto& part : asked_parts()) {
    if (!(subject.needs.*part.asked)) continue;
    if (part.asked != &LossNeeds::posterior) of_teacher.push_back(&part);
    const bool is_implied = part.asked == &LossNeeds::teacher;  // whoever reads features has the logits too
    if (!is_implied && !differ(before, two_batches(subject, {&part})))
      unread.push_back(fmt::format("{} ({})", part.name, part.key));
  }
  if (subject.needs.teacher)
    require(differ(before, two_batches(subject, of_teacher)), "the value is the same for another teacher");
  if (!unread.empty())
    throw WorthANote(fmt::format("asks for {} and, with its defaults, does not read it", fmt::join(unread, ", ")));
  return {};
}

Probe probe_at(const LossSubject& subject, double tau_student, double tau_teacher) {
  auto batch = subject.batch();
  batch.tau_student = tau_student;
  batch.tau_teacher = tau_teacher;
  return subject.probe(batch);
}

void require_as_declared(const char* name, bool declared, bool read) {
  require(!declared || read, fmt::format("the value is the same at another {}", name));
  require(declared || !read, fmt::format("the value is another at another {}, which reads_tau leaves out", name));
}

std::string check_temperatures(const LossSubject& subject) {
  if (!subject.needs.teacher && subject.needs.reads_tau == ReadsTau::kBoth) {
    throw NotApplicable("no teacher and no word of a temperature");
  }
  // No whole numbers: a temperature may be cut off to one.
  const auto base = probe_at(subject, 2.2, 3.3);
  require_as_declared("tau_student", subject.needs.reads_student_tau(), differ(base, probe_at(subject, 2.7, 3.3)));
  require_as_declared("tau_teacher", subject.needs.reads_teacher_tau(), differ(base, probe_at(subject, 2.2, 3.7)));
  return {};
}

/// Whether the value stays where the logits of one network and a temperature grow alike.
bool stays(const LossSubject& subject, bool student_logits, bool student_tau) {
  auto plain = subject.batch(), scaled = subject.batch();
  auto& logits = student_logits ? scaled.student.logits : scaled.teacher.logits;
  logits = (logits.detach() * 2).requires_grad_(student_logits);
  (student_tau ? scaled.tau_student : scaled.tau_teacher) *= 2;
  const double a = subject.value(plain), b = subject.value(scaled);
  return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(a));
}

/// A loss may read logits also as they are; then neither pair stays.
std::string check_own_temperatures(const LossSubject& subject) {
  if (!subject.needs.teacher || subject.needs.reads_tau != ReadsTau::kBoth)
    throw NotApplicable("it reads one temperature or none");
  require(stays(subject, true, true) || !stays(subject, true, false), "the student's logits are divided by tau_teacher");
  require(stays(subject, false, false) || !stays(subject, false, true), "the teacher's logits are divided by tau_student");
  return {};
}

/// Which network's logits and temperature are scaled together.
enum class Side { kStudent, kTeacher };

/// The values of the terms with one network's logits and temperature `scale` times as large. A term of softmax(logits / tau) does
/// not move; one that is multiplied by tau^p moves as scale^p.
std::vector<double> scaled_terms(const LossSubject& subject, Side side, double tau, double scale) {
  auto batch = subject.batch();
  if (side == Side::kStudent) {
    batch.student.logits = (batch.student.logits.detach() * scale).requires_grad_(true);
    batch.tau_student = tau * scale;
  } else {
    batch.teacher.logits = batch.teacher.logits * scale;
    batch.tau_teacher = tau * scale;
  }
  const auto probe = measure(subject.entry, subject.context, batch, false);
  std::vector<double> values;
  for (const auto& [name, term] : probe.terms.terms()) values.push_back(term.item<double>());
  return values;
}

/// Of a curve a + b scale^power at 1, 2, 4 and 8: b, or 0 where it is no such curve.
double coefficient(const std::array<double, 4>& values, int power) {
  constexpr double kTolerance = 1e-9;
  const double first = values[1] - values[0], grows = std::pow(2.0, power);
  if (std::abs(first) <= kTolerance * (1 + std::abs(values[0]))) return 0;
  for (int i : {1, 2}) {
    const double expected = first * std::pow(grows, i);
    if (std::abs(values[i + 1] - values[i] - expected) > kTolerance * std::abs(expected)) return 0;
  }
  return first / (grows - 1);
}

/// The coefficients of every term for one power.
std::vector<double> coefficients(const LossSubject& subject, Side side, double tau, int power) {
  std::vector<std::array<double, 4>> curves;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto values = scaled_terms(subject, side, tau, std::pow(2.0, static_cast<double>(i)));
    curves.resize(values.size());
    for (std::size_t t = 0; t < values.size(); ++t) curves[t][i] = values[t];
  }
  std::vector<double> out;
  for (const auto& curve : curves) out.push_back(coefficient(curve, power));
  return out;
}

/// A factor tau^p is told from logits that are read as they are by its moving with tau.
void require_no_factor(const LossSubject& subject, Side side, const char* tau) {
  for (const int power : {1, 2}) {
    const auto at_two = coefficients(subject, side, 2, power), at_three = coefficients(subject, side, 3, power);
    for (std::size_t t = 0; t < std::min(at_two.size(), at_three.size()); ++t) {
      const double a = at_two[t], b = at_three[t];
      const bool moves = a != 0 && b != 0 && std::abs(a - b) > 1e-9 * std::abs(a);
      require(!moves, fmt::format("a term carries {} to the power of {}", tau, power));
    }
  }
}

std::string check_no_factor_of_tau(const LossSubject& subject) {
  if (!subject.needs.teacher || subject.needs.reads_tau == ReadsTau::kNone) throw NotApplicable("it reads no temperature");
  if (subject.needs.reads_student_tau()) require_no_factor(subject, Side::kStudent, "tau_student");
  if (subject.needs.reads_teacher_tau()) require_no_factor(subject, Side::kTeacher, "tau_teacher");
  return {};
}

/// A batch in which every class is some image's label.
ProbeBatch batch_of_all_labels(const LossSubject& subject) {
  auto batch = subject.batch(kMostProbeRows);
  batch.labels = at::arange(kMostProbeRows, torch::kInt64).remainder(LossSubject::kClasses);
  return batch;
}

std::vector<std::int64_t> unread_student_classes(const Probe& probe) {
  std::vector<std::int64_t> classes;
  for (const auto& [name, gradient] : probe.gradients) {
    if (name != "logits" || gradient.abs().max().item<double>() == 0) continue;
    for (std::int64_t k = 0; k < gradient.size(1); ++k) {
      if (gradient.select(1, k).abs().max().item<double>() == 0) classes.push_back(k);
    }
  }
  return classes;
}

std::vector<std::int64_t> unread_teacher_classes(const LossSubject& subject, const Probe& before) {
  std::vector<std::int64_t> classes;
  at::manual_seed(kOtherSeed);
  const auto columns = 6 * at::randn({kMostProbeRows, LossSubject::kClasses}, torch::kFloat64);
  for (std::int64_t k = 0; k < LossSubject::kClasses; ++k) {
    auto batch = batch_of_all_labels(subject);
    batch.teacher.logits.select(1, k).copy_(columns.select(1, k));
    if (!differ(before, subject.probe(batch))) classes.push_back(k);
  }
  return classes;
}

std::string check_reads_every_class(const LossSubject& subject) {
  auto batch = batch_of_all_labels(subject);
  const auto probe = subject.probe(batch);
  const auto student = unread_student_classes(probe);
  require(student.empty(), fmt::format("no gradient reaches the student's logits of class {} in {} images",
                                       fmt::join(student, ", "), kMostProbeRows));
  if (!subject.needs.teacher) return {};
  const auto teacher = unread_teacher_classes(subject, probe);
  const bool reads_logits = teacher.size() < LossSubject::kClasses;
  require(!reads_logits || teacher.empty(),
          fmt::format("the value is the same for other teacher's logits of class {}", fmt::join(teacher, ", ")));
  return {};
}

}  // namespace

std::vector<LossCheck> loss_reading_checks() {
  return {
      {{"reads nothing that it does not ask for", "ask for it in needs(): the host provides what is asked for and nothing else"},
       check_reads_nothing_unasked},
      {{"reads what it asks for",
        "use in.teacher in the terms, or return .teacher = false in needs(): a teacher costs a training"},
       check_reads_what_it_asks_for},
      {{"reads the temperatures that it declares",
        "divide logits by in.tau_student and in.tau_teacher, or declare .reads_tau in needs() as it is"},
       check_temperatures},
      {{"gives each network its own temperature",
        "divide in.student.logits by in.tau_student and in.teacher.logits by in.tau_teacher"},
       check_own_temperatures},
      {{"carries no factor of a temperature",
        "leave the factor out: the suite's tau_squared multiplies the terms by tau_student^2, and kd_weight weighs them"},
       check_no_factor_of_tau},
      {{"reads every class", "take K from the logits (size(1)) and use every column"}, check_reads_every_class},
  };
}

}  // namespace kdbench::inline worker
