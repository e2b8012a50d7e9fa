#include <kdbench/worker/golden/golden.h>

#include <kdbench/base/files.h>
#include <kdbench/base/text.h>
#include <kdbench/worker/conformance/checker.h>
#include <kdbench/worker/golden/golden_reference.h>
#include <kdbench/worker/golden/golden_run.h>

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <vector>

namespace kdbench::inline worker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormulaRemedy =
    "compare the formula with the reference that the case was made by: arguments, temperatures, mean or sum, weights";
constexpr const char* kPlaceRemedy = "correct the case or its aliases; docs/golden_files.md has their form";
constexpr const char* kFileRemedy = "correct the file where the message says; docs/golden_files.md has its form";

/// A file of losses, whatever its form.
struct GoldenFile {
  std::string schema, loss;
  std::vector<Json> cases;
  GoldenAliases aliases;

  static constexpr auto fields() {
    using F = GoldenFile;
    using enum Presence;
    return std::tuple(field("schema", &F::schema, "kdbench-golden-loss/2, or /1"),
                      field("loss", &F::loss, "of reference cases, for people", kIfAny), field("cases", &F::cases, "in order"),
                      field("aliases", &F::aliases, "of reference cases: as in aliases.json", kIfAny));
  }
};

/// A case that can be run.
struct Prepared {
  const LossEntry* entry = nullptr;
  GoldenCase golden;
  std::vector<std::string> left_out;
};

std::string with_left_out(std::string remark, const std::vector<std::string>& left_out) {
  if (left_out.empty()) return remark;
  return (remark.empty() ? "" : remark + "; ") + "not compared: " + join(left_out, ", ");
}

/// What becomes of the cases of one file.
class GoldenReader {
 public:
  /// Takes a case; returns a remark or throws as a check does.
  using Use = std::function<std::string(Prepared& prepared)>;

  GoldenReader(const Catalog& catalog, const InstalledAliases& installed, const Report& report)
      : catalog_(catalog), installed_(installed), report_(report) {}

  /// Hands every case of a file to `use`, in order. Returns the file's schema; empty where there are no cases.
  std::string read(const fs::path& path, const Use& use) {
    const Checker reader("golden " + path.filename().string(), report_);
    const auto json = read_json(path);
    if (!json) {
      complain(reader, "is JSON", to_text(json.error()));
      return {};
    }
    if (!is_of_losses(*json)) return {};
    const auto file = from_document<GoldenFile>(*json, path.string());
    if (!file) {
      complain(reader, "has the form of a golden file", to_text(file.error()));
      return {};
    }
    if (file->schema == kGoldenSchema) {
      read_native(reader, *file, use);
    } else if (file->schema == kReferenceSchema) {
      read_references(reader, *file, path, use);
    } else {
      complain(reader, "has a schema that is known",
               fmt::format("schema: expected \"{}\" or \"{}\", found \"{}\"", kGoldenSchema, kReferenceSchema, file->schema));
      return {};
    }
    return file->schema;
  }

 private:
  static bool is_of_losses(const Json& json) {
    if (!json.is_object() || !json.contains("schema") || !json.at("schema").is_string()) return false;
    return json.at("schema").get_ref<const std::string&>().starts_with("kdbench-golden-loss/");
  }

  static void complain(const Checker& reader, const std::string& name, const std::string& wrong) {
    reader.run({name, kFileRemedy}, [&]() -> std::string { throw Error(wrong); });
  }

  /// What a case that cannot be read is called.
  static std::string name_of(const Json& json, std::size_t index) {
    const bool has_id = json.is_object() && json.contains("id") && json.at("id").is_string();
    return has_id ? json.at("id").get<std::string>() : fmt::format("cases[{}]", index);
  }

  /// Reads cases of one form and calls each(case).
  template <class Read, class Each>
  static void each_case(const Checker& reader, const GoldenFile& file, const Read& read, const Each& each) {
    static constexpr DocumentPath kRoot{};
    const DocumentPath list{&kRoot, "cases"};
    for (std::size_t i = 0; i < file.cases.size(); ++i) {
      try {
        each(read(file.cases[i], DocumentPath{&list, {}, i, true}));
      } catch (const DocumentError& error) {
        complain(reader, name_of(file.cases[i], i), error.what());
      }
    }
  }

  void read_native(const Checker& reader, const GoldenFile& file, const Use& use) const {
    const auto read = [](const Json& json, const DocumentPath& path) {
      GoldenCase golden;
      read_document(json, golden, path);
      return golden;
    };
    each_case(reader, file, read, [&](const GoldenCase& golden) {
      run(
          "loss " + golden.plugin, golden.id,
          [&] {
            return Prepared{&plugin(golden.plugin), golden, {}};
          },
          use);
    });
  }

  void read_references(const Checker& reader, const GoldenFile& file, const fs::path& path, const Use& use) const {
    const auto beside = read_golden_aliases(path.parent_path() / "aliases.json");
    if (!beside) return complain(reader, "has aliases that can be read", to_text(beside.error()));
    each_case(reader, file, read_reference_case, [&](const ReferenceCase& reference) {
      run(
          "loss " + reference.loss, reference.id,
          [&] {
            const auto alias = alias_of(reference, file.aliases, *beside);
            const auto& entry = plugin(alias.plugin);
            auto converted = convert_reference(reference, alias, entry);
            return Prepared{&entry, std::move(converted.golden), std::move(converted.left_out)};
          },
          use);
    });
  }

  GoldenAlias alias_of(const ReferenceCase& reference, const GoldenAliases& own, const GoldenAliases& beside) const {
    const auto names = alias_names(reference);
    for (const auto* table : {&own, &beside}) {
      for (const auto& name : names) {
        if (const auto it = table->find(name); it != table->end()) return it->second;
      }
    }
    for (const auto& name : names) {
      if (const auto* alias = installed_.find(name)) return *alias;
    }
    GoldenAlias plain;
    plain.plugin = reference.loss;
    return plain;
  }

  const LossEntry& plugin(const std::string& name) const {
    const auto it = catalog_.losses.find(name);
    if (it == catalog_.losses.end()) throw NotApplicable("no loss plugin '" + name + "'");
    return it->second;
  }

  /// One check: what prepare() returns goes to `use`. What it throws has another remedy.
  template <class Prepare>
  void run(const std::string& plugin, const std::string& id, const Prepare& prepare, const Use& use) const {
    std::exception_ptr wrong;
    Prepared prepared;
    try {
      prepared = prepare();
    } catch (const std::exception&) {
      wrong = std::current_exception();
    }
    Checker(plugin, report_).run({id, wrong ? kPlaceRemedy : kFormulaRemedy}, [&] {
      if (wrong) std::rethrow_exception(wrong);
      return with_left_out(use(prepared), prepared.left_out);
    });
  }

  const Catalog& catalog_;
  const InstalledAliases& installed_;
  const Report& report_;
};

/// Files that may be golden, in order.
std::vector<fs::path> golden_files(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& item : fs::recursive_directory_iterator(path)) {
    if (item.is_regular_file() && item.path().extension() == ".json") files.push_back(item.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

InstalledAliases installed_aliases(const Catalog& catalog, const Report& report) {
  InstalledAliases installed(catalog);
  for (const auto& wrong : installed.complaints()) {
    const Checker reader("golden " + fs::path(wrong.file).filename().string(), report);
    reader.run({"has aliases that can be read", kFileRemedy}, [&]() -> std::string { throw Error(wrong.text()); });
  }
  return installed;
}

/// A case a line.
std::string native_text(const std::vector<Json>& cases) {
  std::string out = fmt::format("{{\"schema\": \"{}\", \"cases\": [", kGoldenSchema);
  for (std::size_t i = 0; i < cases.size(); ++i) out += fmt::format("{}\n  {}", i > 0 ? "," : "", cases[i].dump());
  return out + "\n]}\n";
}

}  // namespace

void check_golden(const Catalog& catalog, const fs::path& path, const Report& report) {
  const auto installed = installed_aliases(catalog, report);
  GoldenReader reader(catalog, installed, report);
  for (const auto& file : golden_files(path)) {
    reader.read(file, [](Prepared& prepared) { return run_golden_case(*prepared.entry, prepared.golden); });
  }
}

void convert_golden(const Catalog& catalog, const fs::path& path, const fs::path& into, const Report& report) {
  const auto installed = installed_aliases(catalog, report);
  const auto root = fs::is_directory(path) ? path : path.parent_path();
  for (const auto& file : golden_files(path)) {
    std::vector<Json> cases;
    const Report left_out{[&](const Check& check) {
      if (!check.ok || check.skipped) report.outcome(check);
    }};
    GoldenReader reader(catalog, installed, left_out);
    const auto schema = reader.read(file, [&](Prepared& prepared) {
      cases.push_back(to_document(prepared.golden));
      return std::string();
    });
    if (schema.empty()) continue;
    Checker("golden " + file.filename().string(), report).run({"is written in the native form", kFileRemedy}, [&] {
      if (schema == kGoldenSchema) throw NotApplicable("it has that form");
      if (cases.empty()) throw NotApplicable("none of its cases can be converted");
      const auto to = into / fs::relative(file, root);
      write_file_atomically(to, native_text(cases));
      return fmt::format("{} in {}", counted(cases.size(), "case"), to.string());
    });
  }
}

}  // namespace kdbench::inline worker
