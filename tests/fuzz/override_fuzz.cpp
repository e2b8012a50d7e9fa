// What stands behind --set, one KEY=VALUE a line, over a suite that is right.
#include "fuzz.h"

#include <kdbench/suite/suite.h>

#include <sstream>

namespace {

constexpr const char* kSuite = R"([suite]
name = "small"
seeds = [0, 1]
[train]
epochs = 3
[datasets.points]
plugin = "gmm"
[models.teacher]
plugin = "mlp"
[models.student]
plugin = "mlp"
[losses.kl]
tau = [1, 4]
[[studies]]
name = "methods"
losses = ["kl"]
pairs = [["teacher", "student"]]
[profile.quick.train]
epochs = 1
)";

}  // namespace

FUZZ_TARGET(override) {
  using namespace kdbench;
  ParseOptions options{.overrides = {}, .profile = "quick"};
  std::istringstream lines(fuzz::text_of(data, size));
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find('=');
    if (at != 0 && at != std::string::npos) options.overrides.push_back({line.substr(0, at), line.substr(at + 1)});
  }
  const auto parsed = parse_suite(kSuite, "suite.toml", options);
  for (const auto& d : parsed.diagnostics) fuzz::require(!d.message.empty(), "a diagnostic says what is wrong");
}
