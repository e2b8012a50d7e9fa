#include <kdbench/plan/make/loss_answers.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline plan {
namespace {

/// Why these parts cannot be summed, or nothing if they can.
std::optional<std::string> combination_refusal(const Method& method, const MethodNeeds& needs) {
  for (std::size_t i = 0; i < needs.parts.size(); ++i) {
    if (needs.parts[i].terms) continue;
    return fmt::format("its part '{}' has no terms; cross-entropy is weighed by 'ce_weight'", method.parts[i].use->name);
  }
  const auto adapters = std::count_if(needs.parts.begin(), needs.parts.end(), [](const auto& part) { return part.adapts; });
  if (adapters > 1) return "several of its parts would judge the network each by its own adapter; one may";
  if (!needs.teacher || needs.parts.front().teacher) return std::nullopt;
  return fmt::format(
      "its first part, '{}', reads no teacher, and boards measure the teacher as the first part uses it; name a "
      "part first that reads one",
      method.parts.front().use->name);
}

/// Why the host cannot give a loss what it needs on this pair, or nothing if it can.
std::optional<std::string> host_refusal(const LossNeeds& needs, const PairFacts& pair) {
  const auto lacks = [](const char* who) {
    return fmt::format(
        "it computes with the {}'s last layer, and the {}'s model tells none; use a model whose plugin has "
        "classifier()",
        who, who);
  };
  if (needs.student_exits && pair.context.student_exits.empty())
    return "it reads auxiliary exits, and the student's model has none; use a model whose plugin has exit_names()";
  if (needs.student_classifier && !pair.student_has_classifier) return lacks("student");
  const auto& more = pair.context.more_teachers;
  const bool all_tell = pair.context.teacher_classifier.weight.defined() &&
                        std::all_of(more.begin(), more.end(), [](const auto& also) { return also.classifier.weight.defined(); });
  if (needs.teacher_classifier && !all_tell) return lacks("teacher");
  return std::nullopt;
}

LossAnswer answer_of(const Method& method, const PairFacts& pair) {
  std::vector<LossNeeds> needs;
  std::optional<std::string> refusal;
  for (const auto& part : method.parts) {
    needs.push_back(part.entry->needs(part.params, pair.context));
    auto why = part.entry->unsupported(part.params, pair.context);
    if (!why) why = host_refusal(needs.back(), pair);
    if (why && !refusal) refusal = method.is_combination() ? fmt::format("its part '{}': {}", part.use->name, *why) : *why;
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

PairFacts LossAnswers::pair_of(const Setting& s, const std::string& student, const std::string& teacher,
                               const std::vector<std::string>& more) {
  PairFacts pair;
  auto& context = pair.context;
  context.num_classes = s.dataset->info.num_classes;
  context.num_train = std::max<std::int64_t>(1, s.dataset->num_train());
  const auto& learns = facts(s, student);
  context.student = learns.features;
  for (auto& map : context.student) map.norm.reset();
  context.student_embedding = learns.embedding;
  context.student_embedding_map = learns.embedding_map;
  context.student_exits = learns.exits;
  pair.student_has_classifier = learns.classifier.weight.defined();
  if (teacher.empty()) return pair;
  const auto& teaches = facts(s, teacher);
  context.teacher = teaches.features;
  context.teacher_embedding = teaches.embedding;
  context.teacher_embedding_map = teaches.embedding_map;
  context.teacher_classifier = teaches.classifier;
  for (const auto& name : more) {
    const auto& also = facts(s, name);
    context.more_teachers.push_back({also.features, also.embedding, also.embedding_map, also.classifier});
  }
  return pair;
}

const LossAnswer& LossAnswers::ask(const Method& method, const Setting& s, const std::string& student, const std::string& teacher,
                                   const std::vector<std::string>& more) {
  const std::tuple key{&method, s.study->dataset.value, student, teacher, more};
  if (const auto it = known_.find(key); it != known_.end()) return it->second;
  return known_.emplace(key, answer_of(method, pair_of(s, student, teacher, more))).first->second;
}

}  // namespace kdbench::inline plan
