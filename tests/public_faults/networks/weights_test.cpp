// Weights that are another program's, or do not fit: a teacher that was never loaded must not teach.
#include <kdbench/train/network/safetensors.h>
#include <kdbench/train/network/weights.h>

#include <gtest/gtest.h>

#include <unit/train/toy.h>

#include <string>

namespace kdbench::public_faults {
namespace {

/// What an action throws, or "accepted".
template <class Action>
std::string refusal(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

void expect_says(const std::string& said, const std::string& part) { EXPECT_NE(said.find(part), std::string::npos) << said; }

TEST(KB_24, ACheckpointOfPythonIsRefusedByItsKindWhateverItsName) {
  // No checkpoint of Python is read; one that somebody puts in the place of a network's weights is told from a damaged file.
  for (const auto& [file, kind] : {std::pair{"py_state_dict.pth", "it is a zip archive, as torch.save and TorchScript write"},
                                   std::pair{"ts_cpu_evalmode.pt", "it is a zip archive, as torch.save and TorchScript write"},
                                   std::pair{"py_state_dict_legacy.pth", "it is a pickle, as torch.save wrote before"}}) {
    const auto said = refusal([&] { load_tensors(std::filesystem::path(KDBENCH_TEST_DATA "/data/checkpoints") / file); });
    expect_says(said, std::string(file) + ": is no valid safetensors file");
    expect_says(said, kind);
  }
}

toy::ToyNet small_net() { return {ModelContext{3, {1, 6, 6}}, 4, 0}; }

TEST(KB_25, WeightsUnderOtherNamesAreRefusedAndNoneOfThemIsTaken) {
  auto net = small_net();
  const auto before = weights_sha256(net);
  TensorDict prefixed;
  for (const auto& [name, tensor] : state_of(net)) prefixed["module." + name] = tensor + 1;
  const auto said = refusal([&] { load_state(net, prefixed, "teacher"); });
  expect_says(said, "the weights of teacher do not fit the model: missing 'conv.bias'");
  expect_says(said, "unexpected 'module.conv.bias'");
  EXPECT_EQ(weights_sha256(net), before);
}

TEST(KB_25, BuffersOfBatchNormArePartOfTheWeights) {
  auto net = small_net();
  auto state = copy_of_state(net);
  state.erase("norm.running_mean");
  expect_says(refusal([&] { load_state(net, state, "teacher"); }), "missing 'norm.running_mean'");
  state = copy_of_state(net);
  state["norm.extra"] = at::zeros({1});
  expect_says(refusal([&] { load_state(net, state, "teacher"); }), "unexpected 'norm.extra'");
}

TEST(KB_25, ATeacherTeachesWithTheAccuracyThatItsRecordHas) {
  toy::TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, false)});
  toy::train(s.store, {toy::taught("student", "mse", 1, false)});
  const auto own = toy::record(s.store, "teacher").checkpoints.at("last").test.metrics;
  const auto seen = toy::record(s.store, "student").teacher->as_taught.metrics;
  EXPECT_EQ(seen.accuracy, own.accuracy);
  EXPECT_EQ(seen.nll, own.nll);
}

TEST(KB_07, WeightsOfAnotherNumberOfClassesAreRefusedByNameAndNoneOfThemIsTaken) {
  auto three = small_net();
  toy::ToyNet ten(ModelContext{10, {1, 6, 6}}, 4, 0);
  const auto before = weights_sha256(three);
  const auto said = refusal([&] { load_state(three, state_of(ten), "teacher"); });
  expect_says(said, "'fc.weight' is [10, 4] instead of [3, 4]");
  EXPECT_EQ(weights_sha256(three), before);
}

}  // namespace
}  // namespace kdbench::public_faults
