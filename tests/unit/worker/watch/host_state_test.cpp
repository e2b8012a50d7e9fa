// What belongs to the process is compared by name and put back.
#include <kdbench/worker/watch/host_state.h>

#include <ATen/Context.h>
#include <ATen/ops/rand.h>
#include <c10/core/GradMode.h>

#include <gtest/gtest.h>

#include <functional>

namespace kdbench {
namespace {

/// What differs after `change`, which is undone.
std::string change_of(const std::function<void()>& change, Draws draws = Draws::kCount) {
  const auto before = HostState::now();
  change();
  const auto found = before.changed_in(HostState::now(), draws);
  before.restore();
  EXPECT_EQ(before.changed_in(HostState::now()), "");
  return found;
}

TEST(HostState, NamesWhatDiffersAndPutsItBack) {
  EXPECT_EQ(change_of([] {}), "");
  EXPECT_EQ(change_of([] { c10::GradMode::set_enabled(false); }),
            "changes whether gradients are recorded (GradMode; NoGradGuard puts it back by itself)");
  EXPECT_EQ(change_of([] { at::rand({1}); }), "draws from libtorch's default generator, or seeds it");
  EXPECT_EQ(change_of([] { at::rand({1}); }, Draws::kAllowed), "");
  EXPECT_EQ(change_of([] { at::globalContext().setDeterministicAlgorithms(true, false); }),
            "changes whether algorithms are deterministic (setDeterministicAlgorithms)");
}

TEST(HostGuard, PutsTheHostBackAtTheEndOfItsScope) {
  {
    const HostGuard guard;
    c10::GradMode::set_enabled(false);
  }
  EXPECT_TRUE(c10::GradMode::is_enabled());
}

}  // namespace
}  // namespace kdbench
