/// For tests of plugins, with any test framework: the plugins of a built library by their names, a batch that is written out by
/// hand, and the words of a refusal. kdbench_add_plugin_test() builds such a test and says which library is meant.
#pragma once
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/tensor.h>

#include <dlfcn.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace kdbench::test {

/// The plugins of some libraries, built by name as the host builds them. A library stays open until the program ends.
class Plugins final : private Registrar {
 public:
  /// @param places libraries, and folders whose libraries are meant, with ':' between them. @throws kdbench::Error for a library
  /// that cannot be opened or registers nothing
  explicit Plugins(const std::string& places) {
    std::istringstream list(places);
    for (std::string place; std::getline(list, place, ':');) {
      if (!std::filesystem::is_directory(place)) {
        open(place);
        continue;
      }
      for (const auto& entry : std::filesystem::directory_iterator(place)) {
        if (entry.path().extension() == ".so") open(entry.path());
      }
    }
  }

  /// The plugin `name` with its defaults but for `values`. @throws kdbench::Error where there is no such plugin or parameter, and
  /// what the plugin throws
  std::shared_ptr<Loss> loss(const std::string& name, const ParamValues& values = {}, const LossContext& context = {}) const {
    return build(losses_, name, values, context);
  }
  std::shared_ptr<Model> model(const std::string& name, const ParamValues& values, const ModelContext& context) const {
    return build(models_, name, values, context);
  }
  std::shared_ptr<Dataset> dataset(const std::string& name, const ParamValues& values = {},
                                   const DatasetContext& context = {}) const {
    return build(datasets_, name, values, context);
  }
  std::shared_ptr<Strategy> strategy(const std::string& name, const ParamValues& values = {}) const {
    return build(strategies_, name, values, NoContext{});
  }
  std::shared_ptr<GradientPolicy> gradient_policy(const std::string& name, const ParamValues& values = {},
                                                  const GradientContext& context = {}) const {
    return build(gradient_policies_, name, values, context);
  }
  std::shared_ptr<Calibrator> calibrator(const std::string& name, const ParamValues& values = {},
                                         const CalibratorContext& context = {}) const {
    return build(calibrators_, name, values, context);
  }

 private:
  void open(const std::filesystem::path& file) {
    void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw Error("cannot open " + file.string() + ": " + ::dlerror());
    void* entry_point = ::dlsym(library, "kdbench_plugin_register_v1");
    if (entry_point == nullptr) throw Error(file.string() + ": expected a KDBENCH_PLUGIN block, found none");
    reinterpret_cast<void (*)(Registrar&)>(entry_point)(*this);
  }

  void add(ModelEntry entry) override { models_.insert_or_assign(entry.name, std::move(entry)); }
  void add(DatasetEntry entry) override { datasets_.insert_or_assign(entry.name, std::move(entry)); }
  void add(LossEntry entry) override { losses_.insert_or_assign(entry.name, std::move(entry)); }
  void add(StrategyEntry entry) override { strategies_.insert_or_assign(entry.name, std::move(entry)); }
  void add(GradientPolicyEntry entry) override { gradient_policies_.insert_or_assign(entry.name, std::move(entry)); }
  void add(CalibratorEntry entry) override { calibrators_.insert_or_assign(entry.name, std::move(entry)); }

  template <class EntryType, class Context>
  static auto build(const std::map<std::string, EntryType>& known, const std::string& name, const ParamValues& values,
                    const Context& context) -> decltype(known.begin()->second.create(values, context)) {
    const auto entry = known.find(name);
    if (entry == known.end()) throw Error("no plugin '" + name + "' of this kind in the libraries of the test");
    for (const auto& [key, value] : values) check(entry->second, key, value);
    return entry->second.create(values, context);
  }

  template <class EntryType>
  static void check(const EntryType& entry, const std::string& key, const ParamValue& value) {
    const auto spec = std::find_if(entry.params.begin(), entry.params.end(), [&](const auto& p) { return p.name == key; });
    if (spec == entry.params.end()) throw Error("'" + entry.name + "' declares no parameter '" + key + "'");
    if (spec->default_value.index() == value.index()) return;
    static const char* const kTypes[] = {"bool", "std::int64_t", "double", "std::string"};
    throw Error("'" + key + "' of '" + entry.name + "': expected a value of " + kTypes[spec->default_value.index()] + ", found " +
                kTypes[value.index()]);
  }

  std::map<std::string, ModelEntry> models_;
  std::map<std::string, DatasetEntry> datasets_;
  std::map<std::string, LossEntry> losses_;
  std::map<std::string, StrategyEntry> strategies_;
  std::map<std::string, GradientPolicyEntry> gradient_policies_;
  std::map<std::string, CalibratorEntry> calibrators_;
};

#ifdef KDBENCH_TEST_PLUGINS
/// The plugins of the libraries that the build names, opened once.
inline const Plugins& plugins() {
  static const Plugins opened(KDBENCH_TEST_PLUGINS);
  return opened;
}
#endif

/// Returns numbers of float64 by rows, [N, columns].
inline torch::Tensor rows(const std::vector<double>& values, std::int64_t columns) {
  return at::tensor(values, torch::kFloat64).view({-1, columns});
}

/// Returns a network's output with these logits, as a leaf that takes a gradient.
inline ModelOutput output(const torch::Tensor& logits) {
  ModelOutput out;
  out.logits = logits.clone().requires_grad_(true);
  return out;
}

/// The numbers of a tensor, row by row; none of one that is undefined.
inline std::vector<double> numbers_of(const torch::Tensor& tensor) {
  if (!tensor.defined()) return {};
  const auto flat = tensor.detach().to(torch::kCPU, torch::kFloat64).contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

/// What a loss reads of one batch, held together; what a test does not give is undefined.
struct LossBatch {
  ModelOutput student, teacher = {};
  torch::Tensor labels = {}, indices = {}, posterior = {}, images = {};
  double tau_student = 1, tau_teacher = 1;

  /// Refers to this batch, which must outlive it.
  LossInputs inputs() const {
    return {.student = student,
            .teacher = teacher,
            .labels = labels,
            .indices = indices,
            .posterior = posterior,
            .images = images,
            .tau_student = tau_student,
            .tau_teacher = tau_teacher,
            .num_epochs = 1,
            .num_steps = 1};
  }
};

/// The words with which `action` refuses by kdbench::Error, or "accepted".
template <class Action>
std::string complaint(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace kdbench::test
