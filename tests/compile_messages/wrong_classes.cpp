// Classes of which one part is missing, and what the compiler is to say of each.
#include <kdbench/sdk/plugin.h>

namespace {

struct NoForward final : kdbench::Loss {
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  NoForward(Options, const kdbench::LossContext&) {}
};

/// Everything that a loss needs beside what its heirs leave out.
struct Almost : kdbench::Loss {
  kdbench::LossTerms forward(const kdbench::LossInputs&) override { return {}; }
};
struct NoOptions final : Almost {
  explicit NoOptions(const kdbench::LossContext&) {}
};
class PrivateOptions final : public Almost {
  struct Options {};
};
struct NoDeclare final : Almost {
  struct Options {};
  NoDeclare(Options, const kdbench::LossContext&) {}
};
struct OtherConstructor final : Almost {
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  explicit OtherConstructor(Options) {}
};
struct NoLoss final {
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  NoLoss(Options, const kdbench::LossContext&) {}
};
struct NoLoad final : kdbench::Dataset {
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  NoLoad(Options, const kdbench::DatasetContext&) {}
  kdbench::DatasetInfo info() const override { return {}; }
};
struct OfAnotherContext final : kdbench::Model {
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  OfAnotherContext(Options, const kdbench::LossContext&) {}
  kdbench::ModelOutput forward(const torch::Tensor&) override { return {}; }
};
struct NoPlan final : kdbench::Strategy {
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  NoPlan(Options, const kdbench::NoContext&) {}
};
struct NoApply final : kdbench::Calibrator {
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  NoApply(Options, const kdbench::CalibratorContext&) {}
  void fit(const kdbench::CalibrationRows&) override {}
};

}  // namespace

KDBENCH_PLUGIN("wrong_classes", "0.1.0", r) {
  // a loss needs `kdbench::LossTerms forward(const kdbench::LossInputs& in) override`
  r.loss<NoForward>("no_forward", {});
  // a plugin needs a public `struct Options` with a default for every field; `struct Options {};` where it has none
  r.loss<NoOptions>("no_options", {});
  // a plugin needs a public `struct Options` with a default for every field; `struct Options {};` where it has none
  r.loss<PrivateOptions>("private_options", {});
  // a plugin needs a public `static void declare(kdbench::Params<Options>& p)`, empty where it has no parameters
  r.loss<NoDeclare>("no_declare", {});
  // a loss needs a public constructor `MyLoss(Options, const kdbench::LossContext&)`
  r.loss<OtherConstructor>("other_constructor", {});
  // a loss derives from kdbench::Loss: `class MyLoss final : public kdbench::Loss`
  r.loss<NoLoss>("no_loss", {});
  // a data set needs `kdbench::DatasetInfo info() const override` and `kdbench::Split load(kdbench::SplitKind, const
  // std::filesystem::path& data_dir) const override`
  r.dataset<NoLoad>("no_load", {});
  // a model needs a public constructor `MyModel(Options, const kdbench::ModelContext&)`
  r.model<OfAnotherContext>("of_another_context", {});
  // a strategy needs `std::vector<kdbench::Stage> plan(const kdbench::StrategyContext& context) const override`
  r.strategy<NoPlan>("no_plan", {});
  // a calibrator needs `void fit(const kdbench::CalibrationRows& validation) override` and `torch::Tensor apply(const
  // torch::Tensor& logits, const torch::Tensor& rows) const override`
  r.calibrator<NoApply>("no_apply", {});
}
