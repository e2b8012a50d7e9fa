// The direction of the layers, file lengths, and that the program people type does not link
// libtorch.
#include "check_tree.h"
#include "rules.h"
#include "tree.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

namespace kdbench::layering {
namespace {

namespace fs = std::filesystem;

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string out;
  std::array<char, 4096> buffer;
  while (pipe && std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe.get()) != nullptr) out += buffer.data();
  return out;
}

TEST(Layering, EveryIncludeFollowsTheTable) { EXPECT_EQ(lines(forbidden_includes(root())), ""); }

/// Returns the way round of a circle that `name` stands in, "a -> b -> a"; empty if it stands in none. A single header that a
/// layer may use is a place of its own where the table has a rule for it.
std::string circle_of(const std::string& name, std::vector<std::string> way = {}) {
  const bool seen = std::find(way.begin(), way.end(), name) != way.end();
  way.push_back(name);
  if (seen) return fmt::format("{}", fmt::join(way, " -> "));
  for (const auto* rules : {&kLayers, &kFiles}) {
    for (const auto& rule : *rules) {
      if (rule.layer != name) continue;
      for (const auto& used : rule.uses) {
        if (auto circle = circle_of(used, way); !circle.empty()) return circle;
      }
    }
  }
  return "";
}

TEST(Layering, TheTableHasNoCircle) {
  for (const auto& rule : kLayers) EXPECT_EQ(circle_of(rule.layer), "");
}

TEST(Layering, ReadsTheWholeTree) { EXPECT_GT(num_checked_files(KDBENCH_SOURCE_DIR), 50u); }

TEST(Layering, ListsEveryForbiddenIncludeOfTheFixture) {
  EXPECT_EQ(lines(forbidden_includes(fs::path(KDBENCH_TEST_DATA) / "layering" / "fixture")),
            "framework/kdbench/base/upward.h:4: layer 'base' may not include <kdbench/results/record.h>; "
            "it may use [] and the libraries [fmt, nlohmann-json, OpenSSL]\n"
            "framework/kdbench/cli/calls_torch.cpp:3: layer 'cli' may not include "
            "<kdbench/plan/make/make_plan.h>; it may use [base, suite, results, stats, leaderboard, report, "
            "run, calibration, plan/plan.h, protocol] and the libraries [fmt, CLI11, libcurl, libarchive]\n"
            "framework/kdbench/cli/calls_torch.cpp:5: layer 'cli' may not include <toml++/toml.h>; it "
            "may use [base, suite, results, stats, leaderboard, report, run, calibration, plan/plan.h, "
            "protocol] and the libraries [fmt, CLI11, libcurl, libarchive]\n"
            "framework/kdbench/nowhere/unknown.cpp:1: this folder is no layer of the table in "
            "tests/layering/rules.h\n"
            "framework/kdbench/plan/plan.h:4: file 'plan/plan.h' may not include <kdbench/sdk/model.h>; "
            "it may use [base, plan/spec.h, suite/study_kind.h] and the libraries [fmt]\n"
            "framework/kdbench/sdk/params.h:4: file 'sdk/params.h' may not include <torch/types.h>; it "
            "may use [sdk/error.h] and the libraries []\n"
            "framework/kdbench/stats/forbidden.cpp:3: layer 'stats' may not include <torch/types.h>; it "
            "may use [base] and the libraries [fmt, Boost.Math]\n"
            "framework/kdbench/stats/forbidden.cpp:5: layer 'stats' may not include \"neighbour.h\"; it "
            "may use [base] and the libraries [fmt, Boost.Math]\n"
            "framework/kdbench/stats/forbidden.cpp:6: an include of a macro cannot be checked; name the "
            "header\n"
            "framework/kdbench/stats/forbidden.cpp:8: layer 'stats' may not include <eigen3/Eigen/Core>; "
            "it may use [base] and the libraries [fmt, Boost.Math]\n"
            "plugins/losses/greedy/greedy.cpp:3: layer 'plugins' may not include <kdbench/base/json.h>; "
            "it may use [sdk] and the libraries [*]\n"
            "plugins/losses/greedy/greedy.cpp:6: layer 'plugins' may not include "
            "\"../../../framework/kdbench/base/json.h\"; it may use [sdk] and the libraries [*]");
}

TEST(Layering, NoFileIsOverlongWithoutAReason) { EXPECT_EQ(lines(overlong_files(root())), ""); }

TEST(Layering, TheProgramPeopleTypeDoesNotLinkLibtorch) {
  const auto program = fs::path(KDBENCH_BUILD_DIR) / "bin" / "kdbench";
  if (!fs::exists(program)) GTEST_SKIP() << "kdbench is not built";
  const auto dynamic = output_of("readelf -d '" + program.string() + "'");
  ASSERT_NE(dynamic.find("NEEDED"), std::string::npos) << "readelf says: " << dynamic;
  for (const auto* library : {"libtorch", "libc10", "libcaffe2"}) EXPECT_EQ(dynamic.find(library), std::string::npos) << dynamic;
}

}  // namespace
}  // namespace kdbench::layering
