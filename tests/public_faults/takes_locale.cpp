// A plugin whose library does what some do when they are loaded: it takes the locale of the environment for the whole process.
#include <kdbench/sdk/plugin.h>

#include <clocale>

namespace {

[[maybe_unused]] const char* const kTaken = std::setlocale(LC_ALL, "");

/// The squared error of the logits.
class SquaredError final : public kdbench::Loss {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  SquaredError(Options, const kdbench::LossContext&) {}

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    return (in.student.logits - in.teacher.logits).square().mean();
  }
};

}  // namespace

KDBENCH_PLUGIN("takes_locale", "0.1.0", r) { r.loss<SquaredError>("squared_error", {.summary = "Squared error of the logits."}); }
