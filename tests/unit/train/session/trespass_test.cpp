// A loss that changes what is not its own fails alone; whoever trains beside it ends with the weights that it has without it.
#include "unit/train/toy.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace kdbench {
namespace {

using toy::taught;
using toy::TemporaryStore;

/// Augmented, so that the students of a group read one tape of the teacher.
Job student(const std::string& id, const std::string& loss) { return taught(id, loss, 2, true); }

class Trespasser : public ::testing::TestWithParam<std::size_t> {
 protected:
  static std::string weights_alone(const std::string& id) {
    TemporaryStore s;
    toy::train(s.store, {toy::job("teacher", 8, true)});
    toy::train(s.store, {student(id, "mse")});
    return toy::weights(s.store, id);
  }
  /// Trains sound students "a" and "b" with one of `kind`, which stands first, in the middle or last. Returns its reason.
  static std::string expect_alone(const std::string& kind, std::size_t place) {
    TemporaryStore s;
    toy::train(s.store, {toy::job("teacher", 8, true)});
    std::vector<Job> jobs{student("a", "mse"), student("b", "mse")};
    jobs.insert(jobs.begin() + static_cast<std::ptrdiff_t>(place), student("bad", kind));
    toy::train(s.store, jobs, GetParam());
    for (const char* id : {"a", "b"}) EXPECT_EQ(toy::weights(s.store, id), weights_alone(id)) << kind << " at " << place;
    const auto record = s.store.get("bad").value();
    EXPECT_EQ(record->status, Status::kFailed) << kind;
    return record->reason;
  }
};

TEST_P(Trespasser, HarmsNobodyWhereverItStands) {
  for (const std::size_t place : {0, 1, 2}) {
    EXPECT_EQ(expect_alone("scales_teacher", place),
              "the loss wrote into the teacher's logits, which it is only lent; it must make new tensors (mul, not mul_)");
    EXPECT_EQ(expect_alone("writes_past_libtorch", place),
              "the loss wrote into the teacher's logits, which it is only lent; it must make new tensors (mul, not mul_)");
    EXPECT_EQ(expect_alone("rounds_up", place),
              "the loss changed the rounding mode (fesetround) and did not put it back; everything that is computed after it "
              "depends on that");
    EXPECT_EQ(
        expect_alone("stops_gradients", place),
        "the loss changed whether gradients are recorded (GradMode; NoGradGuard puts it back by itself) and did not put it back; "
        "everything that is computed after it depends on that");
  }
}

/// Writes into logits that may have been read, or changes what belongs to the whole process.
class FarReachingTrespasser : public Trespasser {
 protected:
  static void expect_apart(const std::string& kind);
};

void FarReachingTrespasser::expect_apart(const std::string& kind) {
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, true)});
  toy::train(s.store, {student("a", "mse"), student("bad", kind), student("b", "mse")}, GetParam());
  // Nobody is believed, and nothing is kept to go on from.
  EXPECT_FALSE(s.store.get("bad").value()) << kind;
  for (const char* id : {"a", "bad", "b"}) {
    if (s.store.get(id).value()) continue;  // was done before it wrote
    EXPECT_FALSE(std::filesystem::exists(s.store.artifacts(id) / "checkpoint.safetensors")) << id;
  }
  toy::train(s.store, {student("bad", kind)});
  EXPECT_EQ(s.store.get("bad").value()->status, Status::kFailed);
  for (const char* id : {"a", "b"}) {
    toy::train(s.store, {student(id, "mse")});
    EXPECT_EQ(toy::weights(s.store, id), weights_alone(id)) << kind;
  }
}

TEST_P(FarReachingTrespasser, LeavesAllToBeTrainedApart) {
  expect_apart("scales_teacher_later");
  expect_apart("changes_type");
}

INSTANTIATE_TEST_SUITE_P(OnOneThreadAndOnTwo, Trespasser, ::testing::Values(1, 2));
INSTANTIATE_TEST_SUITE_P(OnOneThreadAndOnTwo, FarReachingTrespasser, ::testing::Values(1, 2));

}  // namespace
}  // namespace kdbench
