#include <kdbench/calibration/temperature.h>
#include <kdbench/sdk/error.h>
#include <kdbench/train/teacher/session_teacher.h>

namespace kdbench::inline train {
namespace {

constexpr const char* kRole = "the teacher's";

std::string key_of(const PluginSpec& calibrator) { return canonical(to_document(calibrator)); }

}  // namespace

SessionTeacher::SessionTeacher(const TeacherSpec& spec, int bins, const StoredNetworks& stored, const TrainData& data,
                               std::size_t threads, torch::Device device)
    : data_(data),
      bins_(bins),
      teacher_(stored.network(spec.job, spec.checkpoint, kRole), threads, device),
      sha_(teacher_.sha256()) {
  common_.job = spec.job;
  common_.checkpoint = spec.checkpoint;
  const bool is_measured = data_.test().size() > 0;
  if (is_measured || spec.fits_temperature()) ask_validation_rows();
  if (spec.fits_temperature()) fit_temperature();
  if (is_measured) measure_on_test_rows(stored.test_logits(spec.job, spec.checkpoint));
}

void SessionTeacher::measure_on_test_rows(const torch::Tensor& logits) {
  test_logits_ = logits;
  test_ = logits_and_labels(logits, data_.test().labels);
  common_.test = measure(test_.view(), bins_);
  if (is_fitted_) common_.fitted_temperature = fitted_temperature(*validation_, test_, bins_);
  const auto scaled = logits_and_labels(logits / temperature_, data_.test().labels);
  common_.tau_curve = tau_curve(scaled.view(), kCurveTaus, bins_);
}

void SessionTeacher::ask_validation_rows() {
  if (data_.validation().size() == 0) return;
  validation_ = logits_and_labels(validation_logits(), data_.validation().labels);
}

void SessionTeacher::fit_temperature() {
  if (!validation_) throw Error("the teacher's temperature cannot be fitted: there are no validation rows");
  is_fitted_ = true;
  temperature_ = kdbench::fit_temperature(validation_->view()).T;
  teacher_.set_temperature(temperature_);
}

const torch::Tensor& SessionTeacher::validation_logits() {
  if (!validation_logits_.defined() && data_.validation().size() > 0)
    validation_logits_ = logits_of(teacher_.model(), data_, data_.validation());
  return validation_logits_;
}

void SessionTeacher::add_calibrator(const TeacherSpec& spec, const Factories& factories, std::uint64_t seed) {
  if (!spec.calibrator) return;
  const auto [it, is_new] = calibrated_.try_emplace(key_of(*spec.calibrator));
  if (!is_new) return;
  try {
    fit(it->second, *spec.calibrator, factories, seed);
  } catch (...) {
    it->second.failure = std::current_exception();
  }
}

void SessionTeacher::fit(Calibrated& made, const PluginSpec& spec, const Factories& factories, std::uint64_t seed) {
  const auto divided = [&](const torch::Tensor& logits) { return temperature_ == 1.0 ? logits : logits / temperature_; };
  const auto& validation = validation_logits();
  const auto seen = validation.defined() ? divided(validation) : validation;
  const auto calibrator =
      std::make_shared<const FittedCalibrator>(spec, factories, seed, data_.info().num_classes, seen, data_.validation().labels);
  if (test_logits_.defined()) {
    auto& record = made.common = common_;
    const auto calibrated = calibrator->apply_in_order(divided(test_logits_));
    made.test = logits_and_labels(calibrated, data_.test().labels);
    record.tau_curve = tau_curve(made.test.view(), kCurveTaus, bins_);
    record.calibrated = {calibrator->fitted(), {}, measured(*calibrator, divided(test_logits_), data_.test().labels)};
    if (seen.defined()) {
      record.calibrated->validation = measured(*calibrator, seen, data_.validation().labels);
      made.validation = logits_and_labels(calibrator->apply_in_order(seen), data_.validation().labels);
    }
  }
  made.calibrator = calibrator;
}

CalibratedSplit SessionTeacher::measured(const FittedCalibrator& calibrator, const torch::Tensor& logits,
                                         const torch::Tensor& labels) const {
  const auto before = logits_and_labels(logits, labels);
  const auto after = logits_and_labels(calibrator.apply_in_order(logits), labels);
  return {measure(before.view(), bins_).metrics, measure(after.view(), bins_).metrics};
}

std::shared_ptr<const FittedCalibrator> SessionTeacher::calibrator(const TeacherSpec& spec) const {
  if (!spec.calibrator) return nullptr;
  const auto& made = calibrated_.at(key_of(*spec.calibrator));
  if (made.failure) std::rethrow_exception(made.failure);
  return made.calibrator;
}

std::optional<TeacherRecord> SessionTeacher::record_for(const Spec& job_spec, const TeacherSpec& spec) const {
  if (!job_spec.loss || !job_spec.teacher || job_spec.is_judged_on_validation()) return std::nullopt;
  const auto* calibrated = spec.calibrator ? &calibrated_.at(key_of(*spec.calibrator)) : nullptr;
  if (calibrated && !calibrated->calibrator) return std::nullopt;
  auto out = calibrated ? calibrated->common : common_;
  auto& taught = out.as_taught;
  const auto& loss = job_spec.loss->parts.front();
  const auto by_loss = loss.teacher_temperature * loss.tau_teacher;
  taught.temperature = temperature_ * by_loss;
  const auto& test = calibrated ? calibrated->test : test_;
  const auto& validation = calibrated ? calibrated->validation : validation_;
  const auto temperature = calibrated ? by_loss : taught.temperature;
  taught.metrics = measure(test.view(), bins_, temperature).metrics;
  if (validation) out.as_taught_in_validation = measure(validation->view(), bins_, temperature).metrics;
  return out;
}

void SessionTeacher::check_unchanged() const {
  if (teacher_.sha256() != sha_) throw Error("the teacher's weights changed while it taught; some loss or model writes to them");
}

}  // namespace kdbench::inline train
