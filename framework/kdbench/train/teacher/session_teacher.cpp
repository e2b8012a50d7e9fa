#include <kdbench/calibration/temperature.h>
#include <kdbench/train/network/evaluate.h>
#include <kdbench/train/teacher/session_teacher.h>

#include <fmt/core.h>

namespace kdbench::inline train {
namespace {

constexpr const char* kRole = "the teacher's";

}  // namespace

Teaching::Teaching(const Json& spec, int bins, const StoredNetworks& stored, const TrainData& data, std::size_t threads,
                   torch::Device device)
    : data_(data),
      bins_(bins),
      job_(spec.at("job").get<std::string>()),
      checkpoint_(spec.at("checkpoint")),
      state_(state_name(checkpoint_)),
      teacher_(stored.network(job_, state_, kRole), threads, device),
      sha_(teacher_.sha256()) {
  const auto logits = stored.test_logits(job_, state_);
  test_ = measured(logits, data_.test().labels);
  common_ = {{"job", job_},
             {"checkpoint", checkpoint_},
             {"test", to_json(measure(test_.view(), bins_))},
             {"fitted_temperature", nullptr}};
  if (spec.value("temperature", "") == "fitted") fit_temperature();
  const auto scaled = measured(logits / temperature_, data_.test().labels);
  common_["tau_curve"] = to_json(tau_curve(scaled.view(), kCurveTaus, bins_));
}

void Teaching::fit_temperature() {
  if (data_.validation().size() == 0) throw Error("the teacher's temperature cannot be fitted: there are no validation rows");
  const auto validation = measured(logits_of(teacher_.model(), data_, data_.validation()), data_.validation().labels);
  temperature_ = kdbench::fit_temperature(validation.view()).T;
  teacher_.set_temperature(temperature_);
  common_["fitted_temperature"] = fitted_temperature(validation, test_, bins_);
}

Json Teaching::key() const { return {job_, state_, temperature_}; }

Json Teaching::part(const Spec& job_spec) const {
  const auto& loss = job_spec.at("loss");
  if (loss.is_null() || job_spec.at("teacher").is_null()) return nullptr;
  const double temperature = temperature_ * loss.at("teacher_temperature").get<double>() * loss.at("tau_teacher").get<double>();
  auto out = common_;
  out["as_taught"] = to_json(measure(test_.view(), bins_, temperature).metrics);
  out["as_taught"]["temperature"] = temperature;
  return out;
}

void Teaching::check_unchanged() const {
  if (teacher_.sha256() != sha_) throw Error("the teacher's weights changed while it taught; some loss or model writes to them");
}

}  // namespace kdbench::inline train
