// Networks that learn together: what each is taught by, and that neither company nor a stop shows in any of them.
#include "unit/train/toy.h"

#include <kdbench/results/store.h>
#include <kdbench/train/session/trainee_set.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using toy::record;
using toy::TemporaryStore;
using toy::weights;

/// Job `member` of a set of networks of these widths.
Job together(const std::string& id, const std::vector<std::int64_t>& widths, std::int64_t member, bool moves,
             double dropout = 0) {
  auto job = toy::taught(id, widths.size() > 2 ? "several" : "mse", 2, moves);
  job.spec.teacher = {};
  LockstepSpec set{.member = member, .networks = {}};
  for (const auto width : widths)
    set.networks.push_back({PluginSpec{"net", "1", {{"width", width}, {"dropout", dropout}}}, job.spec.train});
  job.spec.model = set.networks[static_cast<std::size_t>(member)].model;
  job.spec.lockstep = std::move(set);
  return job;
}

std::vector<Job> pair(bool moves, double dropout = 0) {
  return {together("a", {4, 6}, 0, moves, dropout), together("b", {4, 6}, 1, moves, dropout)};
}

TEST(Lockstep, GivesEachNetworkARecordOfItsOwn) {
  TemporaryStore s;
  toy::train(s.store, pair(true));
  for (const auto* id : {"a", "b"}) {
    const auto kept = record(s.store, id);
    EXPECT_EQ(kept.status, Status::kDone) << kept.reason;
    EXPECT_EQ(kept.epochs.size(), 3u);
    EXPECT_TRUE(kept.epochs.back().terms.contains("kd"));
  }
  // conv 9 w + w, norm 2 w, fc 3 w + 3: 15 w + 3.
  EXPECT_EQ(record(s.store, "a").extra.num_params, 63);
  EXPECT_EQ(record(s.store, "b").extra.num_params, 93);
}

TEST(Lockstep, HasTheSameBitsWhoeverIsRecorded) {
  for (const bool moves : {false, true}) {
    for (const double dropout : {0.0, 0.5}) {
      TemporaryStore both, apart, threads;
      toy::train(both.store, pair(moves, dropout));
      for (const auto& job : pair(moves, dropout)) toy::train(apart.store, {job});
      auto others = pair(moves, dropout);
      others.push_back(together("c", {5, 4}, 1, moves, dropout));
      toy::train(threads.store, others, 3);
      for (const auto* id : {"a", "b"}) {
        EXPECT_EQ(weights(both.store, id), weights(apart.store, id)) << id;
        EXPECT_EQ(weights(both.store, id), weights(threads.store, id)) << id;
      }
    }
  }
}

TEST(Lockstep, GoesOnBitByBitAfterAStop) {
  for (const int epochs : {1, 2, 3, 4}) {
    TemporaryStore whole, stopped;
    toy::train(whole.store, pair(true, 0.5));
    toy::train(stopped.store, pair(true, 0.5), 1, epochs);
    EXPECT_FALSE(stopped.store.is_done("a"));
    for (const auto& event : toy::train(stopped.store, pair(true, 0.5))) {
      const auto* note = std::get_if<NoteEvent>(&event);
      EXPECT_FALSE(note && note->text.find("is not used") != std::string::npos) << note->text;
    }
    for (const auto* id : {"a", "b"}) EXPECT_EQ(weights(whole.store, id), weights(stopped.store, id)) << id << " " << epochs;
  }
}

TEST(Lockstep, GoesOnBitByBitWhereOneAloneIsRecorded) {
  TemporaryStore whole, stopped;
  const auto job = pair(true).front();
  toy::train(whole.store, {job});
  toy::train(stopped.store, {job}, 1, 2);
  EXPECT_FALSE(stopped.store.is_done("a"));
  toy::train(stopped.store, {job});
  EXPECT_EQ(weights(whole.store, "a"), weights(stopped.store, "a"));
  EXPECT_FALSE(std::filesystem::exists(stopped.store.artifacts("a") / "network_2"));
}

TEST(Lockstep, BeginsAnewWhereItsNetworksWereCutOffAtDifferentSteps) {
  TemporaryStore whole, stopped;
  toy::train(whole.store, pair(true));
  toy::train(stopped.store, pair(true), 1, 2);
  std::filesystem::remove(stopped.store.artifacts("b") / "checkpoint.safetensors");
  bool told = false;
  for (const auto& event : toy::train(stopped.store, pair(true))) {
    const auto* note = std::get_if<NoteEvent>(&event);
    told |= note && note->text.find("cut off at different steps") != std::string::npos;
  }
  EXPECT_TRUE(told);
  for (const auto* id : {"a", "b"}) EXPECT_EQ(weights(whole.store, id), weights(stopped.store, id)) << id;
}

TEST(Lockstep, TeachesThreeNetworksByBothOthers) {
  TemporaryStore s, apart;
  std::vector<Job> three;
  for (const auto* id : {"a", "b", "c"}) three.push_back(together(id, {4, 5, 4}, static_cast<std::int64_t>(three.size()), true));
  toy::train(s.store, three);
  for (const auto& job : three) toy::train(apart.store, {job});
  for (const auto& job : three) EXPECT_EQ(weights(s.store, job.id), weights(apart.store, job.id)) << job.id;
  EXPECT_NE(weights(s.store, "a"), weights(s.store, "c"));  // one model, and weights drawn for each
}

TEST(Lockstep, FailsAsAWholeAndLeavesOthersAlone) {
  TemporaryStore s;
  auto set = pair(true);
  for (auto& job : set) toy::change(job.spec.loss, [](LossSpec& loss) { loss.parts.front().use.plugin = "throws"; });
  set.push_back(together("c", {5, 4}, 0, true));
  toy::train(s.store, set);
  for (const auto* id : {"a", "b"}) EXPECT_EQ(record(s.store, id).reason, "the toy loss throws") << id;
  EXPECT_TRUE(s.store.is_done("c"));
}

TEST(Lockstep, LearnsAloneInEpochsWithoutTerms) {
  TemporaryStore s;
  auto set = pair(false);
  for (auto& job : set) toy::change(job.spec.loss, [](LossSpec& loss) { loss.parts.front().kd_begin = 2; });
  toy::train(s.store, set);
  const auto kept = record(s.store, "a");
  ASSERT_EQ(kept.status, Status::kDone) << kept.reason;
  EXPECT_FALSE(kept.epochs[1].terms.contains("kd"));
  EXPECT_TRUE(kept.epochs[2].terms.contains("kd"));
}

TEST(TraineeSets, AreOneForAllMembersAndAnotherForOtherNetworks) {
  const auto jobs = pair(true);
  EXPECT_EQ(set_identity(jobs[0].spec), set_identity(jobs[1].spec));
  EXPECT_NE(set_identity(jobs[0].spec), set_identity(together("c", {4, 5}, 0, true).spec));
  const auto specs = specs_of_set(jobs[1].spec);
  ASSERT_EQ(specs.size(), 2u);
  EXPECT_EQ(specs[0].identity(), jobs[0].spec.identity());
  EXPECT_EQ(specs[1].identity(), jobs[1].spec.identity());
}

}  // namespace
}  // namespace kdbench
