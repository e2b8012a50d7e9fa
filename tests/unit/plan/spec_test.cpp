// A job's spec: parts that jobs share, and the text that its id is the hash of.
#include <kdbench/plan/make/spec_parts.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

Spec small_spec() {
  Spec spec;
  spec.seed = 3;
  spec.device = "cpu";
  spec.dataset = DatasetSpec{.source = {.use = {"d", "1", Json::object()}}};
  spec.model = PluginSpec{"m", "1", {{"width", 4.0}}};
  spec.train = Recipe{.epochs = 2};
  return spec;
}

TEST(Spec, ComesBackFromItsDocument) {
  auto spec = small_spec();
  spec.init = "other";
  spec.teacher = TeacherSpec{"t", {"epoch", 30}, "fitted"};
  const auto document = to_document(spec);
  EXPECT_EQ(to_document(from_document<Spec>(document)), document);
  EXPECT_EQ(document.at("loss"), nullptr);  // labels alone
  EXPECT_FALSE(document.contains("added_to"));
  EXPECT_EQ(document.at("teacher").at("checkpoint"), (Json{{"rule", "epoch"}, {"epoch", 30}}));
}

TEST(Spec, IsRefusedWithThePathOfWhatIsWrong) {
  auto document = to_document(small_spec());
  document["train"]["epochs"] = "many";
  EXPECT_EQ(from_document<Spec>(document, "r.json").error()[0].text(), "r.json: train.epochs: expected an integer, found string");
  document = to_document(small_spec());
  document["train"]["epoch"] = 1;
  EXPECT_EQ(from_document<Spec>(document, "r.json").error()[0].text(),
            "r.json: train: nothing is called 'epoch' here; did you mean 'epochs'?");
  document = to_document(small_spec());
  document.erase("model");
  EXPECT_EQ(from_document<Spec>(document, "r.json").error()[0].text(), "r.json: it has no member 'model'");
}

LossPart small_part() { return {.use = {"kl", "1", Json::object()}, .tau_student = 2, .tau_squared = true, .kd_end = 9}; }

TEST(LossSpec, OfAlphaIsTheDocumentItAlwaysWas) {
  const LossSpec loss{.alpha = 0.9, .parts = {small_part()}};
  EXPECT_EQ(
      canonical(to_document(loss)),
      R"({"alpha":0.9,"kd_begin":0,"kd_end":9,"params":{},"plugin":"kl","tau_squared":true,"tau_student":2,"tau_teacher":1,)"
      R"("teacher_temperature":1,"version":"1"})");
}

TEST(LossSpec, OfWeightsComesBackFromItsDocument) {
  auto part = small_part();
  part.kd_weight = 0.8;
  part.warmup_epochs = 4;
  const LossSpec loss{.ce_weight = 1.5, .parts = {part}};
  const auto document = to_document(loss);
  EXPECT_FALSE(document.contains("alpha"));
  EXPECT_EQ(document.at("warmup_epochs"), 4);
  EXPECT_EQ(to_document(from_document<LossSpec>(document)), document);
}

TEST(LossSpec, IsRefusedWithoutItsWeightsOrWithTwoWaysToWriteThem) {
  const auto refusal = [](const Json& document) { return from_document<LossSpec>(document, "r.json").error()[0].text(); };
  auto document = to_document(LossSpec{.alpha = 0.9, .parts = {small_part()}});
  document["kd_weight"] = 0.8;
  EXPECT_EQ(refusal(document), "r.json: 'alpha' stands for the weights beside it");
  document.erase("alpha");
  EXPECT_EQ(refusal(document), "r.json: it has no member 'alpha'");
}

TEST(LossSpec, WeighsTermsByTheEpochOfTheWarmUp) {
  auto part = small_part();
  part.kd_weight = 0.8;
  part.kd_begin = 3;
  const LossSpec at_once{.ce_weight = 1, .parts = {part}};
  part.warmup_epochs = 4;
  const LossSpec rising{.ce_weight = 1, .parts = {part}};
  // 0.8 * min(k / 4, 1) * 2^2 in the k-th of the epochs from 3 on
  const std::vector<double> expected{0.8, 1.6, 2.4, 3.2, 3.2};
  for (std::int64_t k = 1; k <= 5; ++k) {
    EXPECT_DOUBLE_EQ(rising.terms_weight(part, 2 + k), expected.at(static_cast<std::size_t>(k) - 1)) << k;
    EXPECT_DOUBLE_EQ(at_once.terms_weight(at_once.parts.front(), 2 + k), 3.2);
  }
  EXPECT_FALSE(part.is_on(2));
  EXPECT_TRUE(part.is_on(3));
  EXPECT_TRUE(part.is_on(8));
  EXPECT_FALSE(part.is_on(9));
}

TEST(LossSpec, OfSeveralPartsListsThem) {
  auto first = small_part(), second = small_part();
  first.name = "kl";
  first.kd_weight = 0.9;
  second.name = "at";
  second.kd_weight = 1000;
  const LossSpec loss{.ce_weight = 0.1, .parts = {first, second}};
  const auto document = to_document(loss);
  EXPECT_EQ(document.size(), 2u);
  EXPECT_EQ(document.at("parts").at(1).at("name"), "at");
  EXPECT_EQ(document.at("parts").at(1).at("kd_weight"), 1000.0);
  EXPECT_EQ(to_document(from_document<LossSpec>(document)), document);
  auto one = document;
  one["parts"].erase(1);
  EXPECT_EQ(from_document<LossSpec>(one, "r.json").error()[0].text(), "r.json: 'parts' has fewer than two");
  auto without = document;
  without["parts"][1].erase("kd_weight");
  EXPECT_EQ(from_document<LossSpec>(without, "r.json").error()[0].text(), "r.json: part 'at' has no member 'kd_weight'");
}

TEST(Spec, SharesItsPartsWithCopies) {
  const auto first = small_spec();
  auto second = first;
  EXPECT_EQ(first.train.address(), second.train.address());
  second.train = Recipe{.epochs = 5};
  EXPECT_EQ(first.train->epochs, 2);
  EXPECT_EQ(first.dataset.address(), second.dataset.address());
}

TEST(Spec, IsIdentifiedByItsCanonicalText) {
  auto spec = small_spec();
  EXPECT_EQ(spec.identity(), canonical(to_document(spec)));
  spec.init = "other";  // what is absent has no part in it, what is there has
  EXPECT_EQ(spec.identity(), canonical(to_document(spec)));
}

TEST(Spec, IsIdentifiedByWhatDecidesWhereAPartHoldsMore) {
  auto spec = small_spec();
  const auto before = spec.identity();
  auto moved = *spec.dataset;
  moved.source.use.params["file"] = "/somewhere/a.bin";
  spec.dataset = Shared<DatasetSpec>(moved, to_document(*spec.dataset));
  EXPECT_EQ(spec.identity(), before);
  EXPECT_EQ(spec.dataset->source.use.params.at("file"), "/somewhere/a.bin");
}

TEST(Spec, NamesThePluginsThatComputeItsResultAndTheJobsThatItNeeds) {
  auto spec = small_spec();
  auto data = *spec.dataset;
  data.source.of = std::make_shared<const DataSource>(DataSource{.use = {"inner", "1", Json::object()}});
  spec.dataset = data;
  using enum PluginKind;
  EXPECT_EQ(plugins_of(spec), (std::vector<PluginRef>{{kDataset, "d"}, {kDataset, "inner"}, {kModel, "m"}}));
  EXPECT_TRUE(needs_of(spec).empty());
  spec.loss = LossSpec{.parts = {LossPart{.use = {"l", "1", Json::object()}}}};
  spec.teacher = TeacherSpec{"t", {}, std::nullopt};
  spec.init = "s";
  spec.added_to = "t";
  EXPECT_EQ(plugins_of(spec).back(), (PluginRef{kLoss, "l"}));
  EXPECT_EQ(needs_of(spec), (std::vector<std::string>{"t", "s"}));
}

TEST(Spec, GroupsJobsAlikeHoweverTheirPartsWereMade) {
  const auto taught_by = [](const std::string& teacher) {
    auto spec = small_spec();
    spec.teacher = TeacherSpec{teacher, {}, std::nullopt};
    return spec;
  };
  EXPECT_EQ(group_of(taught_by("a")), group_of(taught_by("a")));
  EXPECT_NE(group_of(taught_by("a")), group_of(taught_by("b")));
}

}  // namespace
}  // namespace kdbench
