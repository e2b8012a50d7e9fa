/// What boards say of results that do not come from one build of each plugin.
#include "unit/leaderboard/fixtures.h"

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using test::World;
using Lines = std::vector<std::string>;

UsedPlugin build(const std::string& content) { return {{PluginKind::kLoss, "kl"}, "kl.so", content}; }

/// Three students of one teacher, at three seeds.
struct BuildsOnBoards : testing::Test {
  BuildsOnBoards() {
    for (std::int64_t seed = 0; seed < 3; ++seed) {
      world.done({.seed = seed, .role = Role::kTeacher}, 0.9).extra.weights_sha256 = "w";
      students.push_back(&world.done({.seed = seed}, 0.7));
    }
  }
  void came_from(std::size_t student, const std::string& content) {
    auto& record = *students[student];
    record.origin = Origin{{build(content)}, {{World::teacher_job({.seed = static_cast<std::int64_t>(student)}), "w"}}};
  }
  /// The notes below the boards, without the first, which counts jobs.
  Lines notes(const std::vector<UsedPlugin>& loaded = {}) const {
    BoardOptions options;
    options.loaded = loaded;
    auto out = make_leaderboard(world.plan, world.record_of(), options).notes;
    out.erase(out.begin());
    return out;
  }

  World world;
  std::vector<RunRecord*> students;
  const std::string remedy = " kdbench run --rerun-changed trains again what is not of the build that is loaded.";
};

TEST_F(BuildsOnBoards, AreNotSpokenOfWhereRecordsDoNotKnowThemOrAgree) {
  EXPECT_EQ(notes(), Lines{});
  EXPECT_EQ(notes({build("new")}), Lines{});
  for (std::size_t i = 0; i < 3; ++i) came_from(i, "one");
  EXPECT_EQ(notes(), Lines{});
  EXPECT_EQ(notes({build("one")}), Lines{});
}

TEST_F(BuildsOnBoards, AreCountedWhereTheyStandSideBySide) {
  came_from(0, "one");
  came_from(1, "two");
  came_from(2, "two");
  const Lines expected{"Results of 2 builds of kl.so stand side by side: 2 jobs by one, 1 by another." + remedy};
  EXPECT_EQ(notes(), expected);
  EXPECT_EQ(notes({build("two")}), expected);
}

TEST_F(BuildsOnBoards, AreToldFromTheOneThatIsLoadedWhereThatIsKnown) {
  for (std::size_t i = 0; i < 3; ++i) came_from(i, "one");
  EXPECT_EQ(notes({build("two")}), Lines{"3 jobs are done by another build of kl.so than the one that is loaded." + remedy});
}

TEST_F(BuildsOnBoards, LeaveStudentsBehindWhoseTeacherWasTrainedAgain) {
  came_from(1, "one");
  world.records.at(World::teacher_job({.seed = 1})).extra.weights_sha256 = "other";
  EXPECT_EQ(notes(), Lines{"1 job came from networks that were trained again since." + remedy});
}

}  // namespace
}  // namespace kdbench
