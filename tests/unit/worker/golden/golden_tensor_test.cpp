#include <kdbench/worker/golden/golden_keys.h>
#include <kdbench/worker/golden/golden_tensor.h>

#include <kdbench/plan/resolve/host_keys.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace kdbench {
namespace {

GoldenTensor read(const char* json) { return from_document<GoldenTensor>(Json::parse(json)); }

/// Returns what is wrong with a tensor.
std::string wrong(const char* json) {
  try {
    read(json);
  } catch (const DocumentError& error) {
    return error.what();
  }
  return "nothing";
}

TEST(GoldenTensor, IsReadInBothForms) {
  const auto shaped = read(R"({"shape": [2, 3], "dtype": "float64", "data": [1, 2, 3, 4, 5, 6]})").value;
  EXPECT_TRUE(shaped.equal(read("[[1, 2, 3], [4, 5, 6]]").value));
  EXPECT_EQ(shaped.scalar_type(), torch::kFloat64);
  EXPECT_EQ(golden_shape(shaped), "[2, 3]");
  EXPECT_EQ(golden_shape(read("7").value), "[]");
  EXPECT_EQ(golden_shape(read("[[[1], [2]]]").value), "[1, 2, 1]");
  EXPECT_EQ(read(R"({"shape": [2], "dtype": "int64", "data": [3, 4.0]})").value.scalar_type(), torch::kInt64);
  EXPECT_TRUE(std::isinf(read(R"(["-inf", 1])").value[0].item<double>()));
  EXPECT_TRUE(std::isnan(read(R"("nan")").value.item<double>()));
}

TEST(GoldenTensor, IsWrittenAsItWas) {
  for (const auto* json :
       {R"({"data":[1.5,"nan","inf",-2.0],"dtype":"float64","shape":[2,2]})", R"({"data":[3,4],"dtype":"int64","shape":[2]})"}) {
    EXPECT_EQ(to_document(read(json)).dump(), json);
  }
}

TEST(GoldenTensor, SaysWhatIsWrong) {
  EXPECT_EQ(wrong(R"({"shape": [2, 2], "dtype": "float64", "data": [1, 2, 3]})"),
            "a tensor of shape [2, 2] has 4 numbers, found 3");
  EXPECT_EQ(wrong(R"({"shape": [1], "dtype": "int64", "data": [0.5]})"), "data: expected whole numbers, found a fraction");
  EXPECT_EQ(wrong(R"({"shape": [1], "dtype": "float16", "data": [0.5]})"),
            "dtype: nothing is called 'float16' here; did you mean 'float64'?");
  EXPECT_EQ(wrong("[[1, 2], [3]]"), "[1]: a list of 1 where the first of its depth has 2");
  EXPECT_EQ(wrong("[1, [2]]"), "[1]: a list among numbers; every list must have the same depth");
  EXPECT_EQ(wrong("[[1], 2]"), "[1]: a number among lists; every list must have the same depth");
  EXPECT_EQ(wrong(R"(["one"])"), "[0]: expected a number, found string");
}

TEST(GoldenTensor, IsOrderedAsPeopleCount) {
  const NaturalOrder before;
  EXPECT_TRUE(before("f2", "f10"));
  EXPECT_FALSE(before("f10", "f2"));
  EXPECT_FALSE(before("f2", "f2"));
  EXPECT_TRUE(before("f2", "f2a"));
  EXPECT_TRUE(before("a9", "b1"));
  EXPECT_TRUE(before("layer2.10", "layer10.2"));
}

TEST(GoldenKeys, AreAllThatASuiteGivesALossOfItsOwn) {
  auto known = golden_host_keys();
  for (const auto& key : host_keys().losses) {
    if (key == "plugin" || key == "zip" || key == "of" || key == "weights") continue;  // a case has one plugin and no lists
    if (key == "gradient_policy") continue;                                            // and compares gradients as they are
    if (key == "preset") continue;                                                     // and writes what it is computed with
    EXPECT_EQ(std::count(known.begin(), known.end(), key), 1) << key;
  }
}

}  // namespace
}  // namespace kdbench
