// Conformance of distillation losses: every check of every file, in order.
#include <kdbench/worker/conformance/conformance.h>
#include <kdbench/worker/conformance/loss_subject.h>

#include <optional>

namespace kdbench::inline worker {

void check_loss(const LossEntry& entry, const Report& report) {
  const Checker checker("loss " + entry.name, report);
  checker.declarations(entry.about, entry.params);
  std::optional<LossSubject> subject;
  checker.run(
      {"builds with its defaults", "let the constructor accept the defaults; what does not fit a pair belongs in unsupported()"},
      [&] {
        subject.emplace(make_subject(entry));
        return std::string();
      });
  if (!subject) return;
  const auto holds = [&](const LossCheck& check) { return checker.run(check.rule, [&] { return check.body(*subject); }); };
  for (const auto& check : loss_first_checks()) {
    if (!holds(check)) return checker.leave_out_the_rest();
  }
  for (const auto& checks :
       {loss_form_checks(), loss_pair_checks(), loss_reading_checks(), loss_meaning_checks(), loss_memory_checks()}) {
    for (const auto& check : checks) holds(check);
  }
}

}  // namespace kdbench::inline worker
