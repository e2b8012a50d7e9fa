// No distillation at all: the student learns from the labels. The baseline every method is measured against.
#include <kdbench/sdk/plugin.h>

namespace {

class None final : public kdbench::Loss {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  None(Options, const kdbench::LossContext&) {}

  kdbench::LossTerms forward(const kdbench::LossInputs&) override { return {}; }
  kdbench::LossNeeds needs() const override { return {.terms = false, .teacher = false, .repeatable = true}; }
};

}  // namespace

KDBENCH_PLUGIN("none", "0.1.0", r) {
  r.loss<None>("none", {.summary = "Labels only: cross-entropy without a teacher.",
                        .formula = "0 (the host's cross-entropy stands alone, whatever alpha says)",
                        .source = "the student trained alone"});
}
