// kdbench version: what this is built with, for who builds a plugin or reports a fault.
#include <kdbench/cli/text/columns.h>
#include <kdbench/cli/verbs/verb.h>

#include <fmt/core.h>

namespace kdbench::inline cli {
namespace {

std::string version_text(const VersionAnswer& worker) {
  const auto built_from = worker.git.empty() ? "" : fmt::format(" ({})", worker.git);
  const auto compiler =
      fmt::format("{}, C++{}, {}, cxx11abi={}", worker.compiler, worker.cxx / 100 % 100, worker.stdlib, worker.cxx11abi);
  return fmt::format("kdbench {}{}\n", KDBENCH_VERSION, built_from) + aligned({{"libtorch", worker.libtorch},
                                                                               {"compiler", compiler},
                                                                               {"SDK ABI", std::to_string(worker.abi)},
                                                                               {"BLAS", worker.blas},
                                                                               {"CUDA", worker.cuda}});
}

int show_version(const Context& context) {
  auto setup = find_worker(context);
  if (!setup) {
    context.out << "kdbench " << KDBENCH_VERSION << "\n" << std::flush;
    context.err << "no worker here, which knows libtorch, compiler, ABI, BLAS and CUDA\n";
    return kOk;
  }
  context.out << version_text(ask_or_exit(context, *setup, VersionRequest{})) << std::flush;
  return kOk;
}

void add_version(CLI::App& app, Context& context) {
  auto& verb =
      add_verb(app, "version", "Print the version, and what plugins must be built for: libtorch, compiler, ABI, BLAS, CUDA",
               "kdbench version");
  verb.callback([&context] { context.action = [&context] { return show_version(context); }; });
}

}  // namespace

Verb verb_version() { return {.place = 130, .add = add_version}; }

}  // namespace kdbench::inline cli
