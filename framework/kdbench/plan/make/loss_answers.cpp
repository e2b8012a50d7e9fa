#include <kdbench/plan/make/loss_answers.h>

#include <fmt/core.h>

namespace kdbench::inline plan {

const ModelFacts& LossAnswers::facts(const Setting& s, const std::string& model) {
  const auto* facts = resolved_.facts(model, s.study->dataset.value);
  if (!facts)
    throw Error(fmt::format("it needs model '{}', which cannot be used on dataset '{}'", model, s.study->dataset.value));
  return *facts;
}

LossContext LossAnswers::context(const Setting& s, const std::string& student, const std::string& teacher) {
  LossContext context;
  context.num_classes = s.dataset->info.num_classes;
  context.num_train = s.dataset->num_train();
  const auto& learns = facts(s, student);
  context.student = learns.features;
  context.student_embedding = learns.embedding;
  if (teacher.empty()) return context;
  const auto& teaches = facts(s, teacher);
  context.teacher = teaches.features;
  context.teacher_embedding = teaches.embedding;
  return context;
}

const LossAnswer& LossAnswers::ask(const Method& method, const Setting& s, const std::string& student,
                                   const std::string& teacher) {
  const std::tuple key{&method, s.study->dataset.value, student, teacher};
  if (const auto it = known_.find(key); it != known_.end()) return it->second;
  const auto pair = context(s, student, teacher);
  const auto loss = method.entry->create(method.params, pair);
  return known_.emplace(key, LossAnswer{loss->needs(), loss->unsupported(pair)}).first->second;
}

}  // namespace kdbench::inline plan
