#include <kdbench/calibration/temperature.h>
#include <kdbench/sdk/error.h>
#include <kdbench/train/teacher/session_teacher.h>

namespace kdbench::inline train {
namespace {

constexpr const char* kRole = "the teacher's";

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
  test_ = logits_and_labels(logits, data_.test().labels);
  common_.test = measure(test_.view(), bins_);
  if (is_fitted_) common_.fitted_temperature = fitted_temperature(*validation_, test_, bins_);
  const auto scaled = logits_and_labels(logits / temperature_, data_.test().labels);
  common_.tau_curve = tau_curve(scaled.view(), kCurveTaus, bins_);
}

void SessionTeacher::ask_validation_rows() {
  if (data_.validation().size() == 0) return;
  validation_ = logits_and_labels(logits_of(teacher_.model(), data_, data_.validation()), data_.validation().labels);
}

void SessionTeacher::fit_temperature() {
  if (!validation_) throw Error("the teacher's temperature cannot be fitted: there are no validation rows");
  is_fitted_ = true;
  temperature_ = kdbench::fit_temperature(validation_->view()).T;
  teacher_.set_temperature(temperature_);
}

std::optional<TeacherRecord> SessionTeacher::record_for(const Spec& job_spec) const {
  if (!job_spec.loss || !job_spec.teacher || job_spec.is_judged_on_validation()) return std::nullopt;
  auto out = common_;
  auto& taught = out.as_taught;
  const auto& loss = job_spec.loss->parts.front();
  taught.temperature = temperature_ * loss.teacher_temperature * loss.tau_teacher;
  taught.metrics = measure(test_.view(), bins_, taught.temperature).metrics;
  if (validation_) out.as_taught_in_validation = measure(validation_->view(), bins_, taught.temperature).metrics;
  return out;
}

void SessionTeacher::check_unchanged() const {
  if (teacher_.sha256() != sha_) throw Error("the teacher's weights changed while it taught; some loss or model writes to them");
}

}  // namespace kdbench::inline train
