#include <kdbench/train/network/pair_context.h>

namespace kdbench::inline train {
namespace {

FeatureShape shape_of(const std::string& name, const torch::Tensor& map) {
  const auto size = [&](std::int64_t d) { return d < map.dim() ? map.size(d) : 1; };
  return {name, size(1), size(2), size(3)};
}

std::vector<FeatureShape> shapes(Model& model, const ModelOutput& output) {
  std::vector<FeatureShape> out;
  for (const auto& name : model.feature_names()) out.push_back(shape_of(name, output.features.at(name)));
  return out;
}

std::int64_t embedding_of(const ModelOutput& output) { return output.embedding.defined() ? output.embedding.size(1) : 0; }

std::optional<FeatureShape> embedding_map(const ModelOutput& output) {
  if (!output.embedding_map.defined()) return std::nullopt;
  return shape_of("embedding map", output.embedding_map);
}

torch::Tensor constant_copy(const torch::Tensor& parameter) {
  return parameter.defined() ? parameter.detach().clone() : parameter;
}

TeacherFacts facts_of(Model& teacher, const torch::Tensor& images) {
  teacher.eval();
  const auto output = teacher.forward(images);
  const auto classifier = teacher.classifier();
  TeacherFacts out{shapes(teacher, output),
                   embedding_of(output),
                   embedding_map(output),
                   {constant_copy(classifier.weight), constant_copy(classifier.bias)}};
  const auto norms = teacher.feature_norms();
  for (auto& map : out.maps) {
    if (const auto norm = norms.find(map.name); norm != norms.end())
      map.norm = NormAffine{constant_copy(norm->second.scale), constant_copy(norm->second.shift)};
  }
  return out;
}

}  // namespace

LossContext pair_context(Model& student, const std::vector<Model*>& teachers, const TrainData& data) {
  torch::NoGradGuard no_grad;
  LossContext context;
  context.num_classes = data.info().num_classes;
  context.num_train = data.train().size();
  context.train_labels = constant_copy(data.train().labels);
  const auto images = data.images(data.train(), 0, 2);
  student.eval();
  const auto s = student.forward(images);
  context.student = shapes(student, s);
  context.student_embedding = embedding_of(s);
  context.student_embedding_map = embedding_map(s);
  context.student_exits = student.exit_names();
  if (teachers.empty()) return context;
  auto first = facts_of(*teachers.front(), images);
  context.teacher = std::move(first.maps);
  context.teacher_embedding = first.embedding;
  context.teacher_embedding_map = std::move(first.embedding_map);
  context.teacher_classifier = std::move(first.classifier);
  for (std::size_t i = 1; i < teachers.size(); ++i) context.more_teachers.push_back(facts_of(*teachers[i], images));
  return context;
}

}  // namespace kdbench::inline train
