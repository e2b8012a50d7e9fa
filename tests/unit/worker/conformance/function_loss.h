/// Loss plugins that are one function, for tests of what measures losses.
#pragma once
#include <kdbench/registry/catalog.h>

#include <memory>
#include <string>

namespace kdbench::test {

/// A loss that computes `kForward`.
template <LossTerms (*kForward)(const LossInputs&)>
class FunctionLoss final : public Loss {
 public:
  explicit FunctionLoss(const LossNeeds& needs) : needs_(needs) {}
  LossNeeds needs() const override { return needs_; }
  LossTerms forward(const LossInputs& in) override { return kForward(in); }

 private:
  LossNeeds needs_;
};

/// Returns the plugin `name` that is that function; unless told otherwise it asks for the logits of a teacher.
template <LossTerms (*kForward)(const LossInputs&)>
LossEntry loss_of(const std::string& name, const LossNeeds& needs = {}) {
  return {
      {.name = name,
       .about = {.summary = "A function."},
       .params = {},
       .create = [needs](const ParamValues&, const LossContext&) { return std::make_shared<FunctionLoss<kForward>>(needs); }}};
}

/// The mean squared difference of the logits.
inline LossTerms mean_square(const LossInputs& in) { return (in.student.logits - in.teacher.logits).square().mean(); }

}  // namespace kdbench::test
