// kdbench doctor: what this machine and installation offer, and what to do about what is missing.
#include <kdbench/base/machine.h>
#include <kdbench/cli/text/columns.h>
#include <kdbench/cli/verbs/verb.h>
#include <kdbench/run/process/memory.h>

#include <fmt/core.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>

namespace kdbench::inline cli {
namespace {

namespace fs = std::filesystem;

/// One line: what was looked at, what was found, and what to do where something is wrong.
struct Finding {
  std::string what, found;
  std::string remedy = {};  ///< empty: nothing to do
};

constexpr double kLittleMemory = 2e9, kLittleDisk = 1e9;

std::string processor() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (line.starts_with("model name")) return line.substr(std::min(line.size(), line.find(':') + 2));
  }
  return "unknown processor";
}

Finding cores() {
  const auto count = std::max(1u, std::thread::hardware_concurrency());
  return {"machine", fmt::format("{}, {}, {}", host_name(), processor(), counted(count, "core")),
          count == 1 ? "students of a group train one after the other here; -j has no use" : ""};
}

Finding memory() {
  const auto bytes = available_memory_bytes();
  if (bytes <= 0) return {"memory", "unknown", "give 'kdbench run' a bound by --memory"};
  return {"memory", bytes_text(bytes) + " available",
          bytes < kLittleMemory ? "groups are trained in parts; close other programs, or train where there is more" : ""};
}

std::string blas_remedy(const std::string& blas) {
  // Debian's reference BLAS lies in .../blas/libblas.so.3, and is 16 to 30 times slower at multiplying matrices.
  const auto file = fs::path(blas);
  if (file.filename().string().find("libblas") == std::string::npos || file.string().find("openblas") != std::string::npos)
    return "";
  std::error_code ec;
  const auto real = fs::canonical(file, ec).string();
  const bool is_reference = !ec && real.find("openblas") == std::string::npos && real.find("mkl") == std::string::npos &&
                            real.find("blis") == std::string::npos && real.find("atlas") == std::string::npos;
  return is_reference ? "this looks like the reference BLAS, which is many times slower: install libopenblas0-pthread" : "";
}

std::vector<Finding> of_worker(const Context& context) {
  auto setup = find_worker(context);
  if (!setup)
    return {
        {"worker", "none", "plans and training need kdbench-worker: build or install it beside kdbench, or set KDBENCH_WORKER"}};
  const auto answer = ask_or_exit(context, *setup, VersionRequest{});
  return {{"libtorch", fmt::format("{} ({}, ABI {})", answer.libtorch, answer.compiler, answer.abi)},
          {"BLAS", answer.blas, blas_remedy(answer.blas)},
          {"CUDA", answer.cuda}};
}

std::vector<Finding> of_plugins(const Context& context) {
  if (!find_worker(context)) return {};
  auto setup = worker_setup(context);
  const auto catalog = catalog_of(context, setup);
  std::vector<Finding> out;
  std::size_t loaded = 0;
  for (const auto& library : catalog.libraries) {
    if (library.ok)
      ++loaded;
    else
      out.push_back({"plugin", fmt::format("{}: {}", library.file, library.reason),
                     "docs/write_a_loss.md, \"When it is refused\"; or remove the file"});
  }
  out.insert(out.begin(), {"plugins", counted(loaded, "plugin file") + " loaded",
                           loaded == 0 ? "name one by --plugin, or a folder by KDBENCH_PLUGIN_PATH" : ""});
  return out;
}

/// The nearest folder on the way to `path` that is there.
fs::path existing_part(fs::path path) {
  std::error_code ec;
  path = fs::absolute(path, ec);
  while (!path.empty() && path.has_relative_path() && !fs::exists(path, ec)) path = path.parent_path();
  return path;
}

Finding disk_of(const fs::path& folder) {
  struct statvfs facts {};
  if (::statvfs(existing_part(folder).c_str(), &facts) != 0)
    return {"disk", fmt::format("unknown: {}", std::generic_category().message(errno)), "choose another place by --store"};
  const double free = static_cast<double>(facts.f_bavail) * static_cast<double>(facts.f_frsize);
  return {"disk", fmt::format("{} free for the store", bytes_text(free)),
          free < kLittleDisk ? "weights and logits may not fit: make room, or choose another place by --store" : ""};
}

Finding store_of(const Context& context) {
  const fs::path root = context.store;
  std::error_code ec;
  if (!fs::exists(root, ec)) {
    const auto parent = existing_part(root);
    const bool may = ::access(parent.c_str(), W_OK) == 0;
    return {"store", fmt::format("none at {} yet", root.string()),
            may ? "" : fmt::format("{} cannot be written: choose another by --store", parent.string())};
  }
  if (!fs::is_directory(root, ec)) return {"store", root.string() + " is no folder", "choose another by --store"};
  const Store store(root, Store::For::kReading);
  const bool may = ::access(root.c_str(), W_OK) == 0;
  return {"store", fmt::format("{}, {} in it", root.string(), counted(store.jobs().size(), "record")),
          may ? "" : "it cannot be written: boards can be printed, nothing can be trained into it"};
}

Finding data_of() {
  constexpr const char* kFolder = "data";
  std::error_code ec;
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(kFolder, ec)) count += entry.is_directory(ec) ? 1 : 0;
  if (count > 0) return {"data", fmt::format("{} in {}", counted(count, "folder"), kFolder)};
  return {"data", fmt::format("nothing in {} here", kFolder),
          "Fashion-MNIST comes as a package (dataset-fashion-mnist); kdbench data fetch gets others"};
}

int doctor(const Context& context) {
  std::vector<Finding> findings{cores(), memory()};
  const auto add = [&](std::vector<Finding> more) { findings.insert(findings.end(), more.begin(), more.end()); };
  add(of_worker(context));
  add(of_plugins(context));
  add({data_of(), store_of(context), disk_of(context.store)});
  std::vector<std::vector<std::string>> rows;
  std::size_t remedies = 0;
  for (const auto& finding : findings) {
    rows.push_back({finding.what, finding.found});
    if (finding.remedy.empty()) continue;
    rows.push_back({"", "-> " + finding.remedy});
    ++remedies;
  }
  context.out << aligned(rows) << (remedies == 0 ? "nothing to do\n" : counted(remedies, "thing") + " to look at, marked by ->\n")
              << std::flush;
  return kOk;
}

void add_doctor(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "doctor", "Look at machine, libtorch, BLAS, plugins, data, store and disk, and say what to do",
                        "kdbench doctor --store store");
  verb.callback([&context] { context.action = [&context] { return doctor(context); }; });
}

}  // namespace

Verb verb_doctor() { return {.place = 125, .add = add_doctor}; }

}  // namespace kdbench::inline cli
