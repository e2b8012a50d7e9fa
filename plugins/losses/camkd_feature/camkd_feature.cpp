// CA-MKD's term on maps: the student's last map, led to every teacher's, counts by how well that teacher's classifier reads it.
#include <kdbench/sdk/connectors.h>
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/linear.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>

#include <map>

namespace {

namespace fm = kdbench::feature_maps;
using kdbench::connectors::Regressor;
using torch::Tensor;

class ConfidenceAwareMaps final : public kdbench::Loss {
 public:
  struct Options {
    double weight = 50.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("weight", &Options::weight, "Factor of the term, beta.", {.min = 0.0});
  }
  ConfidenceAwareMaps(Options options, const kdbench::LossContext& context) : options_(options) {
    add(context, *context.teacher_embedding_map, context.teacher_classifier);
    for (const auto& more : context.more_teachers) add(context, *more.embedding_map, more.classifier);
  }

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_features = true,
            .teacher_classifier = true,
            .several_teachers = true,
            .repeatable = true,
            .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    for (const auto& more : context.more_teachers)
      if (!more.embedding_map) return "expected of every teacher the map that is pooled into its embedding, found one without";
    return fm::why_no_embedding_maps(context);
  }

  /// Of teacher K, from 0: "mappedK", the student's map led to its map, and "judgedK", what its classifier makes of that.
  void use_draws(const std::string& name, const Tensor& values) override {
    if (!name.starts_with("mapped") && !name.starts_with("judged")) return Loss::use_draws(name, values);
    given_[name] = values;
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    std::vector<Tensor> distances, errors;
    for (std::size_t k = 0; k < connectors_.size(); ++k) {
      const auto& teacher = k == 0 ? in.teacher : in.more_teachers.at(k - 1);
      if (!teacher.embedding_map.defined()) throw kdbench::Error("camkd_feature: a teacher returned no map of its embedding");
      const auto maps = fm::pooled_to_smaller({fm::widened(in.student.embedding_map), fm::widened(teacher.embedding_map)});
      const auto number = std::to_string(k);
      const auto mapped = given_or("mapped" + number, [&] { return connectors_[k]->forward(maps.student); });
      const auto& last = classifiers_[k];
      const auto judged = given_or("judged" + number, [&] { return at::linear(mapped.mean({2, 3}), last.weight, last.bias); });
      distances.push_back((mapped - maps.teacher).square().flatten(1).mean(1));
      errors.push_back(-kdbench::logits::at_label(judged.log_softmax(1), in.labels));
    }
    given_.clear();
    return kdbench::LossTerms{{"map", options_.weight * (weights(at::stack(errors)) * at::stack(distances)).mean()}};
  }

 private:
  void add(const kdbench::LossContext& context, const kdbench::FeatureShape& map, const kdbench::Classifier& classifier) {
    const auto number = std::to_string(connectors_.size());
    // Of one size: forward() pools the larger map first.
    const kdbench::FeatureShape from{"student", context.student_embedding_map->channels, 1, 1}, to{"teacher", map.channels, 1, 1};
    connectors_.push_back(register_module("connector" + number, std::make_shared<Regressor>(from, to, /*relu=*/true)));
    const auto copy = [&](const char* name, const Tensor& tensor) {
      return tensor.defined() ? register_buffer(name + number, tensor.clone()) : tensor;
    };
    classifiers_.push_back({copy("teacher_weight", classifier.weight), copy("teacher_bias", classifier.bias)});
  }

  template <class Compute>
  Tensor given_or(const std::string& name, const Compute& compute) const {
    const auto it = given_.find(name);
    return it == given_.end() ? compute() : it->second;
  }

  /// Of each teacher for each image, [teachers, N], from cross-entropies. A single teacher counts whole.
  static Tensor weights(const Tensor& errors) {
    if (errors.size(0) == 1) return at::ones_like(errors);
    return (1 - at::softmax(errors, 0)) / static_cast<double>(errors.size(0) - 1);
  }

  Options options_;
  std::vector<std::shared_ptr<Regressor>> connectors_;
  std::vector<kdbench::Classifier> classifiers_;
  std::map<std::string, Tensor> given_;
};

}  // namespace

KDBENCH_PLUGIN("camkd_feature", "0.1.0", r) {
  r.loss<ConfidenceAwareMaps>(
      "camkd_feature",
      {.summary = "CA-MKD's term on maps: distances to several teachers' last maps, by how right their classifiers then are.",
       .formula = "weight/(T N) sum_t sum_n w_tn mean (R_t(F_student) - F_t)^2, w_tn = (1 - softmax_t(CE of teacher t's "
                  "classifier on R_t(F_student))) / (T - 1)",
       .source = "Zhang, Chen, Wang 2022, Confidence-Aware Multi-Teacher Knowledge Distillation, and its code"});
}
