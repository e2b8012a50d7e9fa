#include <kdbench/calibration/temperature.h>
#include <kdbench/train/evaluate.h>
#include <kdbench/train/teaching.h>

#include <fmt/core.h>

namespace kdbench {
namespace {

constexpr const char* kRole = "the teacher's";

}  // namespace

Teaching::Teaching(const Json& spec, const StoredNetworks& stored, const TrainData& data, std::size_t threads, torch::Device device)
    : data_(data),
      job_(spec.at("job").get<std::string>()),
      checkpoint_(spec.at("checkpoint")),
      state_(state_name(checkpoint_)),
      teacher_(stored.network(job_, state_, kRole), threads, device),
      sha_(teacher_.sha256()) {
  test_logits_ = stored.test_logits(job_, state_);
  fitted_ = spec.value("temperature", "") == "fitted";
  if (fitted_) fit_temperature();
}

void Teaching::fit_temperature() {
  if (data_.validation().size() == 0) throw Error("the teacher's temperature cannot be fitted: there are no validation rows");
  validation_ = measured(logits_of(teacher_.model(), data_, data_.validation()), data_.validation().labels);
  temperature_ = kdbench::fit_temperature(validation_.view()).T;
  teacher_.set_temperature(temperature_);
}

Json Teaching::key() const { return {job_, state_, temperature_}; }

Json Teaching::part(const Json& job_spec) const {
  const auto& loss = job_spec.at("loss");
  if (loss.is_null() || job_spec.at("teacher").is_null()) return nullptr;
  const int bins = job_spec.at("bins");
  const double temperature = temperature_ * loss.at("teacher_temperature").get<double>() * loss.at("tau_teacher").get<double>();
  const auto test = measured(test_logits_, data_.test().labels);
  Json taught = to_json(measure(test.view(), bins, temperature).metrics);
  taught["temperature"] = temperature;
  const auto scaled = fitted_ ? measured(test_logits_ / temperature_, data_.test().labels) : test;
  return {{"job", job_},
          {"checkpoint", checkpoint_},
          {"test", to_json(measure(test.view(), bins))},
          {"fitted_temperature", fitted_ ? fitted_temperature(validation_, test, bins) : Json()},
          {"as_taught", std::move(taught)},
          {"tau_curve", to_json(tau_curve(scaled.view(), kCurveTaus, bins))}};
}

void Teaching::check_unchanged() const {
  if (teacher_.sha256() != sha_) throw Error("the teacher's weights changed while it taught; some loss or model writes to them");
}

}  // namespace kdbench
