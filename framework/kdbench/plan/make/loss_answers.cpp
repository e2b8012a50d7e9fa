#include <kdbench/plan/make/loss_answers.h>

#include <fmt/core.h>

namespace kdbench::inline plan {
namespace {

/// Why these parts cannot be summed, or nothing if they can.
std::optional<std::string> combination_refusal(const Method& method, const MethodNeeds& needs) {
  for (std::size_t i = 0; i < needs.parts.size(); ++i) {
    if (needs.parts[i].terms) continue;
    return fmt::format("its part '{}' has no terms; cross-entropy is weighed by 'ce_weight'", method.parts[i].use->name);
  }
  if (!needs.teacher || needs.parts.front().teacher) return std::nullopt;
  return fmt::format(
      "its first part, '{}', reads no teacher, and boards measure the teacher as the first part uses it; name a "
      "part first that reads one",
      method.parts.front().use->name);
}

LossAnswer answer_of(const Method& method, const LossContext& pair) {
  std::vector<LossNeeds> needs;
  std::optional<std::string> refusal;
  for (const auto& part : method.parts) {
    const auto loss = part.entry->create(part.params, pair);
    needs.push_back(loss->needs());
    if (const auto why = loss->unsupported(pair); why && !refusal) {
      refusal = method.is_combination() ? fmt::format("its part '{}': {}", part.use->name, *why) : *why;
    }
  }
  LossAnswer out{MethodNeeds(std::move(needs)), std::move(refusal)};
  if (method.is_combination() && !out.refusal) out.refusal = combination_refusal(method, out.needs);
  return out;
}

}  // namespace

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
  return known_.emplace(key, answer_of(method, context(s, student, teacher))).first->second;
}

}  // namespace kdbench::inline plan
