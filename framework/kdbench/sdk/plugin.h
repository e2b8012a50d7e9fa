/// How a shared library hands its plugins to the host.
#pragma once
#include <kdbench/sdk/calibrator.h>
#include <kdbench/sdk/dataset.h>
#include <kdbench/sdk/gradient_policy.h>
#include <kdbench/sdk/loss.h>
#include <kdbench/sdk/model.h>
#include <kdbench/sdk/stamp.h>
#include <kdbench/sdk/strategy.h>

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>

#define KDBENCH_EXPORT __attribute__((visibility("default")))

namespace kdbench {

/// What a plugin says about itself beside its parameters; use designated initialisers.
struct About {
  std::string summary = {};  ///< one line
  std::string formula = {};  ///< one plain line, N images, K classes; all but models and data sets
  std::string source = {};   ///< paper, section, equation
  bool takes_of = false;     ///< data sets: made of another one, which the suite's key `of` must name
  /// Losses: the one that others are compared with where a study names none. Strategies: the one without detours, which a study
  /// has where it names none. One of each kind at most.
  bool is_baseline = false;
};

/// Everything the host needs to list, check and build one plugin of interface `T`.
template <class T, class Context>
struct Entry {
  std::string name;
  About about;
  std::vector<ParamSpec> params;
  std::function<std::shared_ptr<T>(const ParamValues&, const Context&)> create;
};
struct NoContext {};

using ModelEntry = Entry<Model, ModelContext>;
using DatasetEntry = Entry<Dataset, DatasetContext>;
/// A loss is also asked what it needs, and whether it fits a pair of networks: by its static forms, or else built for that.
struct LossEntry : Entry<Loss, LossContext> {
  std::function<LossNeeds(const ParamValues&, const LossContext&)> static_needs = {};
  std::function<std::optional<std::string>(const ParamValues&, const LossContext&)> static_unsupported = {};

  /// Both throw what the plugin throws.
  LossNeeds needs(const ParamValues& values, const LossContext& context) const {
    return static_needs ? static_needs(values, context) : create(values, context)->needs();
  }
  std::optional<std::string> unsupported(const ParamValues& values, const LossContext& context) const {
    return static_unsupported ? static_unsupported(values, context) : create(values, context)->unsupported(context);
  }
};
using StrategyEntry = Entry<Strategy, NoContext>;
using GradientPolicyEntry = Entry<GradientPolicy, GradientContext>;
/// A calibrator is also asked about itself before it is built; that throws what the plugin throws.
struct CalibratorEntry : Entry<Calibrator, CalibratorContext> {
  std::function<CalibratorTraits(const ParamValues&)> traits = {};
};

/// A calibrator that tells its traits.
template <class P>
concept TellsTraits = requires(const typename P::Options& options) {
  { P::traits(options) } -> std::same_as<CalibratorTraits>;
};

/// A loss whose needs are known before it is built.
template <class P>
concept TellsNeeds = requires(const typename P::Options& options, const LossContext& context) {
  { P::needs(options, context) } -> std::same_as<LossNeeds>;
};
/// A loss that judges a pair before it is built.
template <class P>
concept JudgesPairs = requires(const typename P::Options& options, const LossContext& context) {
  { P::unsupported(options, context) } -> std::convertible_to<std::optional<std::string>>;
};

/// It has a public type Options that can be made of defaults.
template <class P>
concept NamesOptions = std::default_initializable<typename P::Options>;
template <class P>
concept DeclaresOptions = requires(Params<typename P::Options>& p) {
  P::declare(p);
};
template <class P, class Context>
concept BuiltFrom = std::constructible_from<P, typename P::Options, const Context&>;

/// Which parts a class has that is to be registered. What cannot be told before another part is there counts as there, so that
/// the compiler names one thing and not all that follows from it.
struct PluginParts {
  bool base, functions, options, declare, constructor;
  constexpr bool all() const { return base && functions && options && declare && constructor; }
};
template <class P, class Base, class Context>
constexpr PluginParts parts_of() {
  constexpr bool abstract = std::is_abstract_v<P>, options = NamesOptions<P>;
  return {.base = std::derived_from<P, Base>,
          .functions = !abstract,
          .options = options,
          .declare = !options || DeclaresOptions<P>,
          .constructor = abstract || !options || BuiltFrom<P, Context>};
}

/// Handed to the library's KDBENCH_PLUGIN block. Names are snake_case and unique per interface.
class Registrar {
 public:
  virtual ~Registrar() = default;
  template <class P>
  void model(std::string name, About about) {
    constexpr auto has = parts_of<P, Model, ModelContext>();
    static_assert(has.base, "a model derives from kdbench::Model: `class MyModel final : public kdbench::Model`");
    static_assert(has.functions, "a model needs `kdbench::ModelOutput forward(const torch::Tensor& images) override`");
    static_assert(has.constructor, "a model needs a public constructor `MyModel(Options, const kdbench::ModelContext&)`");
    say_what_is_missing<P, has.options, has.declare>();
    if constexpr (has.all()) add(make<P, Model, ModelContext>(std::move(name), std::move(about)));
  }
  template <class P>
  void dataset(std::string name, About about) {
    constexpr auto has = parts_of<P, Dataset, DatasetContext>();
    static_assert(has.base, "a data set derives from kdbench::Dataset: `class MyDataset final : public kdbench::Dataset`");
    static_assert(has.functions,
                  "a data set needs `kdbench::DatasetInfo info() const override` and `kdbench::Split load(kdbench::SplitKind, "
                  "const std::filesystem::path& data_dir) const override`");
    static_assert(has.constructor, "a data set needs a public constructor `MyDataset(Options, const kdbench::DatasetContext&)`");
    say_what_is_missing<P, has.options, has.declare>();
    if constexpr (has.all()) add(make<P, Dataset, DatasetContext>(std::move(name), std::move(about)));
  }
  template <class P>
  void loss(std::string name, About about) {
    constexpr auto has = parts_of<P, Loss, LossContext>();
    static_assert(has.base, "a loss derives from kdbench::Loss: `class MyLoss final : public kdbench::Loss`");
    static_assert(has.functions, "a loss needs `kdbench::LossTerms forward(const kdbench::LossInputs& in) override`");
    static_assert(has.constructor, "a loss needs a public constructor `MyLoss(Options, const kdbench::LossContext&)`");
    say_what_is_missing<P, has.options, has.declare>();
    if constexpr (has.all()) add(make_loss<P>(std::move(name), std::move(about)));
  }
  template <class P>
  void strategy(std::string name, About about) {
    constexpr auto has = parts_of<P, Strategy, NoContext>();
    static_assert(has.base, "a strategy derives from kdbench::Strategy: `class MyStrategy final : public kdbench::Strategy`");
    static_assert(has.functions,
                  "a strategy needs `std::vector<kdbench::Stage> plan(const kdbench::StrategyContext& context) const override`");
    static_assert(has.constructor, "a strategy needs a public constructor `MyStrategy(Options, const kdbench::NoContext&)`");
    say_what_is_missing<P, has.options, has.declare>();
    if constexpr (has.all()) add(make<P, Strategy, NoContext>(std::move(name), std::move(about)));
  }
  template <class P>
  void gradient_policy(std::string name, About about) {
    constexpr auto has = parts_of<P, GradientPolicy, GradientContext>();
    static_assert(has.base,
                  "a gradient policy derives from kdbench::GradientPolicy: `class MyPolicy final : public "
                  "kdbench::GradientPolicy`");
    static_assert(has.functions, "a gradient policy needs `torch::Tensor combine(const kdbench::GradientInputs& in) override`");
    static_assert(has.constructor,
                  "a gradient policy needs a public constructor `MyPolicy(Options, const kdbench::GradientContext&)`");
    say_what_is_missing<P, has.options, has.declare>();
    if constexpr (has.all()) add(make<P, GradientPolicy, GradientContext>(std::move(name), std::move(about)));
  }
  template <class P>
  void calibrator(std::string name, About about) {
    constexpr auto has = parts_of<P, Calibrator, CalibratorContext>();
    static_assert(has.base,
                  "a calibrator derives from kdbench::Calibrator: `class MyCalibrator final : public kdbench::Calibrator`");
    static_assert(has.functions,
                  "a calibrator needs `void fit(const kdbench::CalibrationRows& validation) override` and `torch::Tensor "
                  "apply(const torch::Tensor& logits, const torch::Tensor& rows) const override`");
    static_assert(has.constructor,
                  "a calibrator needs a public constructor `MyCalibrator(Options, const kdbench::CalibratorContext&)`");
    say_what_is_missing<P, has.options, has.declare>();
    if constexpr (has.all()) add(make_calibrator<P>(std::move(name), std::move(about)));
  }

 protected:
  virtual void add(ModelEntry entry) = 0;
  virtual void add(DatasetEntry entry) = 0;
  virtual void add(LossEntry entry) = 0;
  virtual void add(StrategyEntry entry) = 0;
  virtual void add(GradientPolicyEntry entry) = 0;
  virtual void add(CalibratorEntry entry) = 0;

 private:
  /// Of what plugins of every kind must have.
  template <class P, bool kOptions, bool kDeclare>
  static constexpr void say_what_is_missing() {
    static_assert(
        kOptions,
        "a plugin needs a public `struct Options` with a default for every field; `struct Options {};` where it has none");
    static_assert(kDeclare,
                  "a plugin needs a public `static void declare(kdbench::Params<Options>& p)`, empty where it has no parameters");
  }

  template <class P, class Base, class Context>
  static Entry<Base, Context> make(std::string name, About about) {
    Params<typename P::Options> params;
    P::declare(params);
    auto create = [params](const ParamValues& values, const Context& context) -> std::shared_ptr<Base> {
      return std::make_shared<P>(params.bind(values), context);
    };
    return {std::move(name), std::move(about), params.specs(), std::move(create)};
  }

  template <class P>
  static LossEntry make_loss(std::string name, About about) {
    LossEntry entry{make<P, Loss, LossContext>(std::move(name), std::move(about))};
    Params<typename P::Options> params;
    P::declare(params);
    if constexpr (TellsNeeds<P>) {
      entry.static_needs = [params](const ParamValues& values, const LossContext& context) {
        return P::needs(params.bind(values), context);
      };
    }
    if constexpr (JudgesPairs<P>) {
      entry.static_unsupported = [params](const ParamValues& values, const LossContext& context) {
        return std::optional<std::string>(P::unsupported(params.bind(values), context));
      };
    }
    return entry;
  }

  template <class P>
  static CalibratorEntry make_calibrator(std::string name, About about) {
    CalibratorEntry entry{make<P, Calibrator, CalibratorContext>(std::move(name), std::move(about))};
    Params<typename P::Options> params;
    P::declare(params);
    entry.traits = [params](const ParamValues& values) {
      if constexpr (TellsTraits<P>)
        return P::traits(params.bind(values));
      else
        return CalibratorTraits{};
    };
    return entry;
  }
};

/// Plain C layout, never changed.
struct PluginTag {
  const char* name;
  const char* version;  ///< semver; part of the id of every job that uses the plugin
};

}  // namespace kdbench

/// Opens the one registration block of a library; what follows is an ordinary function body:
/// `KDBENCH_PLUGIN("my_loss", "0.1.0", r) { r.loss<MyLoss>("my_loss", {.summary = "..."}); }`
/// A second block in the same library is a duplicate symbol, which the compiler refuses.
#define KDBENCH_PLUGIN(name, version, registrar)                                           \
  KDBENCH_EMIT_STAMP();                                                                    \
  extern "C" KDBENCH_EXPORT const ::kdbench::PluginTag* kdbench_plugin_tag_v1() noexcept { \
    static constexpr ::kdbench::PluginTag tag{name, version};                              \
    return &tag;                                                                           \
  }                                                                                        \
  extern "C" KDBENCH_EXPORT void kdbench_plugin_register_v1(::kdbench::Registrar& registrar)
