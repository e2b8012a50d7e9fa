#include <kdbench/registry/catalog.h>

#include <kdbench/registry/check_params.h>
#include <kdbench/registry/elf_stamp.h>

#include <fmt/core.h>
#include <boost/dll/shared_library.hpp>

#include <algorithm>
#include <set>

namespace kdbench::inline registry {
namespace {

namespace fs = std::filesystem;

/// Collects what one library registers before any of it enters the catalog.
class Staging final : public Registrar {
 public:
  std::vector<ModelEntry> models;
  std::vector<DatasetEntry> datasets;
  std::vector<LossEntry> losses;
  std::vector<StrategyEntry> strategies;
  std::vector<GradientPolicyEntry> gradient_policies;
  std::vector<CalibratorEntry> calibrators;

 protected:
  void add(ModelEntry entry) override { models.push_back(std::move(entry)); }
  void add(DatasetEntry entry) override { datasets.push_back(std::move(entry)); }
  void add(LossEntry entry) override { losses.push_back(std::move(entry)); }
  void add(StrategyEntry entry) override { strategies.push_back(std::move(entry)); }
  void add(GradientPolicyEntry entry) override { gradient_policies.push_back(std::move(entry)); }
  void add(CalibratorEntry entry) override { calibrators.push_back(std::move(entry)); }
};

template <class EntryType>
void refuse_duplicates(const std::vector<EntryType>& staged, const std::map<std::string, Listed<EntryType>>& known,
                       const char* kind) {
  std::set<std::string> names;
  for (const auto& entry : staged) {
    if (const auto it = known.find(entry.name); it != known.end()) {
      throw Error(fmt::format("{} '{}' is already registered by {}", kind, entry.name, it->second.library));
    }
    if (!names.insert(entry.name).second) throw Error(fmt::format("{} '{}' is registered twice", kind, entry.name));
  }
}

/// A declaration that no suite could satisfy is the author's mistake: it is told when the library is loaded, not in every suite.
template <class EntryType>
void check_declarations(const std::vector<EntryType>& staged, const std::vector<std::string>& host_keys, const char* kind) {
  for (const auto& entry : staged) {
    std::set<std::string> names;
    for (const auto& spec : entry.params) {
      const auto wrong = check_param(spec, spec.default_value).complaint;
      std::string why = wrong.empty() ? "" : "the default of " + wrong;
      if (spec.doc.empty()) why = fmt::format("'{}' has no description", spec.name);
      if (!names.insert(spec.name).second) why = fmt::format("'{}' is declared twice", spec.name);
      if (std::find(host_keys.begin(), host_keys.end(), spec.name) != host_keys.end()) {
        why = fmt::format(
            "its parameter '{}' has the name of the host's key '{}' in the table of a {}, so no suite could set it; "
            "give it another name",
            spec.name, spec.name, kind);
      }
      if (!why.empty()) throw Error(fmt::format("{} '{}': {}", kind, entry.name, why));
    }
  }
}

/// Which of two baselines a study gets must not depend on names or on the order of loading.
template <class EntryType>
void refuse_second_baseline(const std::vector<EntryType>& staged, const std::map<std::string, Listed<EntryType>>& known,
                            const char* kind) {
  const auto* there = baseline_of(known);
  std::string first = there ? fmt::format("'{}' of {}", there->name, there->library) : "";
  for (const auto& entry : staged) {
    if (!entry.about.is_baseline) continue;
    if (!first.empty())
      throw Error(fmt::format("{} '{}' calls itself the baseline, but {} is it already", kind, entry.name, first));
    first = fmt::format("'{}'", entry.name);
  }
}

template <class EntryType>
void accept(std::vector<EntryType>& staged, std::map<std::string, Listed<EntryType>>& known, const Library& library) {
  for (auto& entry : staged) {
    auto name = entry.name;
    known.emplace(std::move(name), Listed<EntryType>{std::move(entry), library.file, library.version});
  }
}

/// The text dlopen gave, without the library's own wrapping.
std::string loader_message(const std::string& what) {
  constexpr std::string_view kMark = "dlerror system message: ";
  const auto begin = what.find(kMark);
  if (begin == std::string::npos) return what;
  const auto end = what.rfind("): ");
  return what.substr(begin + kMark.size(), end == std::string::npos ? end : end - begin - kMark.size());
}

boost::dll::shared_library& open_for_ever(const fs::path& file) {
  // Never destroyed: unloading would unmap the code behind every object the library made.
  static auto& libraries = *new std::vector<std::unique_ptr<boost::dll::shared_library>>;
  auto library = std::make_unique<boost::dll::shared_library>();
  try {
    library->load(fs::absolute(file), boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
  } catch (const std::exception& error) {
    throw Error("cannot be loaded: " + loader_message(error.what()));
  }
  libraries.push_back(std::move(library));
  return *libraries.back();
}

Staging register_plugins(Library& library) {
  auto& shared = open_for_ever(library.file);
  for (const char* symbol : {"kdbench_plugin_register_v1", "kdbench_plugin_tag_v1"}) {
    if (!shared.has(symbol)) throw Error(fmt::format("no entry point {} (KDBENCH_PLUGIN missing?)", symbol));
  }
  const auto* tag = shared.get<const PluginTag*()>("kdbench_plugin_tag_v1")();
  library.name = tag->name;
  library.version = tag->version;
  Staging staging;
  shared.get<void(Registrar&)>("kdbench_plugin_register_v1")(staging);
  return staging;
}

}  // namespace

void Catalog::load(const fs::path& file) {
  Library library{file.string(), {}, {}, {}, {}, {}};
  try {
    auto facts = read_library(file);
    if (!facts) throw Error(facts.error().front().message);
    library.stamp = facts->stamp;
    library.content = facts->content;
    if (const auto why = stamp_mismatch(library.stamp, KDBENCH_STAMP); !why.empty()) {
      throw Error(fmt::format("incompatible with this kdbench: {}; rebuild it against the installed SDK", why));
    }
    auto staged = register_plugins(library);
    check_declarations(staged.models, host_keys_.models, "model");
    check_declarations(staged.datasets, host_keys_.datasets, "dataset");
    check_declarations(staged.losses, host_keys_.losses, "loss");
    check_declarations(staged.strategies, host_keys_.strategies, "strategy");
    check_declarations(staged.gradient_policies, host_keys_.gradient_policies, "gradient policy");
    check_declarations(staged.calibrators, host_keys_.calibrators, "calibrator");
    refuse_duplicates(staged.models, models, "model");
    refuse_duplicates(staged.datasets, datasets, "dataset");
    refuse_duplicates(staged.losses, losses, "loss");
    refuse_duplicates(staged.strategies, strategies, "strategy");
    refuse_duplicates(staged.gradient_policies, gradient_policies, "gradient policy");
    refuse_duplicates(staged.calibrators, calibrators, "calibrator");
    refuse_second_baseline(staged.losses, losses, "loss");
    refuse_second_baseline(staged.strategies, strategies, "strategy");
    accept(staged.models, models, library);
    accept(staged.datasets, datasets, library);
    accept(staged.losses, losses, library);
    accept(staged.strategies, strategies, library);
    accept(staged.gradient_policies, gradient_policies, library);
    accept(staged.calibrators, calibrators, library);
  } catch (const std::exception& error) {
    library.reason = error.what();
  } catch (...) {
    library.reason = "throws something that is no std::exception while it registers its plugins";
  }
  libraries.push_back(std::move(library));
}

void Catalog::exclude(const std::string& file, const std::string& reason) { libraries.push_back({file, {}, {}, {}, {}, reason}); }

std::vector<fs::path> find_libraries(const std::vector<std::string>& files, const std::vector<std::string>& folders) {
  std::vector<fs::path> found(files.begin(), files.end());
  for (const auto& folder : folders) {
    std::vector<fs::path> inside;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(folder, ec)) {
      if (entry.path().extension() == ".so") inside.push_back(entry.path());
    }
    std::sort(inside.begin(), inside.end());
    found.insert(found.end(), inside.begin(), inside.end());
  }
  std::set<fs::path> seen;
  std::erase_if(found, [&](const fs::path& path) {
    std::error_code ec;
    const auto real = fs::canonical(path, ec);
    return !seen.insert(ec ? path : real).second;
  });
  return found;
}

}  // namespace kdbench::inline registry
