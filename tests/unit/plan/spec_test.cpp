// A job's spec: parts that jobs share, and the text that its id is the hash of.
#include <kdbench/plan/make/spec_parts.h>

#include <gtest/gtest.h>

#include <stdexcept>

namespace kdbench {
namespace {

TEST(Spec, IsTheObjectItWasMadeOf) {
  const Json object = {{"train", {{"epochs", 2}, {"lr", 0.5}}}, {"seed", 3}, {"loss", nullptr}};
  const Spec spec = object;
  EXPECT_EQ(spec.json().dump(), object.dump());
  EXPECT_EQ(spec.at("train").at("lr"), 0.5);
  EXPECT_TRUE(spec.contains("loss"));
  EXPECT_FALSE(spec.contains("teacher"));
  EXPECT_EQ(spec.members().front().first, "loss");  // by name
}

TEST(Spec, SaysWhichPartIsMissing) {
  try {
    Spec(Json{{"seed", 3}}).at("train");
    FAIL();
  } catch (const std::out_of_range& error) {
    EXPECT_STREQ(error.what(), "a job's spec has no part 'train'");
  }
  EXPECT_THROW(Spec(Json::array({1})), std::invalid_argument);
}

TEST(Spec, SharesItsPartsWithCopiesUntilOneIsChanged) {
  const Spec first = Json{{"train", {{"epochs", 2}}}, {"seed", 3}};
  auto second = first;
  EXPECT_EQ(first.part("train"), second.part("train"));
  second.set_value("train", "epochs", 5);
  second.set_value("init", "other");
  EXPECT_EQ(first.json(), (Json{{"train", {{"epochs", 2}}}, {"seed", 3}}));
  EXPECT_EQ(second.json(), (Json{{"train", {{"epochs", 5}}}, {"seed", 3}, {"init", "other"}}));
  EXPECT_EQ(first.part("seed"), second.part("seed"));
}

TEST(Spec, IsIdentifiedByItsCanonicalText) {
  const Json object = {{"b", {{"y", 4.0}, {"x", 1}}}, {"a", "t"}};
  Spec spec = object;
  EXPECT_EQ(spec.identity(), R"({"a":"t","b":{"x":1,"y":4}})");
  EXPECT_EQ(spec.identity(), canonical(object));
  spec.set("b", make_part(object.at("b")));
  EXPECT_EQ(spec.identity(), canonical(object));
  spec.set_value("b", "x", 2);  // a changed part has another identity
  EXPECT_EQ(spec.identity(), R"({"a":"t","b":{"x":2,"y":4}})");
}

TEST(Spec, GroupsJobsAlikeHoweverTheirPartsWereMade) {
  const auto of = [](const std::string& teacher) {
    return Json{{"teacher", teacher},
                {"dataset", {{"plugin", "d"}}},
                {"seed", 3},
                {"device", "cpu"},
                {"train",
                 {{"batch_size", 8},
                  {"epochs", 2},
                  {"crop_padding", 0},
                  {"flip", false},
                  {"threads", 1},
                  {"precision", "fp32"},
                  {"evaluate_every", 1}}}};
  };
  Spec made = of("a");
  for (const char* name : {"teacher", "dataset", "seed", "device"}) made.set(name, make_part(made.at(name)));
  EXPECT_EQ(group_of(made), group_of(of("a")));
  EXPECT_NE(group_of(of("a")), group_of(of("b")));
}

TEST(Spec, IsIdentifiedByWhatDecidesWhereAPartHoldsMore) {
  Spec spec = Json{{"seed", 0}};
  spec.set("dataset", make_part({{"file", "/somewhere/a.bin"}, {"hash", "12"}}, {{"hash", "12"}}));
  EXPECT_EQ(spec.identity(), R"({"dataset":{"hash":"12"},"seed":0})");
  EXPECT_EQ(spec.at("dataset").at("file"), "/somewhere/a.bin");
}

}  // namespace
}  // namespace kdbench
