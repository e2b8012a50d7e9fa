// kdbench version.
#include <kdbench/cli/verbs/verb.h>

namespace kdbench::inline cli {
namespace {

void add_version(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "version", "Print the version", "kdbench version");
  verb.callback([&context] {
    context.action = [&context] {
      context.out << "kdbench " << KDBENCH_VERSION << "\n";
      return static_cast<int>(kOk);
    };
  });
}

}  // namespace

Verb verb_version() { return {.place = 130, .add = add_version}; }

}  // namespace kdbench::inline cli
