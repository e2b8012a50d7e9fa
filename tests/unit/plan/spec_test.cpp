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
