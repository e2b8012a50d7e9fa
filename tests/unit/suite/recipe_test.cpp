#include <kdbench/suite/recipe.h>

#include <kdbench/suite/keys/fields.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace kdbench {
namespace {

TEST(RecipeJson, HoldsEveryKeyThatCanChangeAResult) {
  const auto json = to_document(Recipe{});
  EXPECT_EQ(canonical(json),
            R"({"batch_size":64,"crop_padding":0,"epochs":10,"evaluate_every":1,"flip":false,"gamma":0.1,"label_smoothing":0,)"
            R"("lr":0.05,"milestones":[0.625,0.75,0.875],"min_lr":0,"momentum":0.9,"nesterov":false,"precision":"fp32",)"
            R"("schedule":"cosine","threads":1,"warmup_epochs":0,"weight_decay":0.0005})");
}

/// What is stored is found by its id: the recipe of every job before there were these keys must stay what it was.
TEST(RecipeJson, HoldsYoungerKeysWhereTheyAreNotTheirDefault) {
  const Recipe recipe{.optimizer = "adamw", .decay_norms_and_biases = false, .beta1 = 0.8, .beta2 = 0.99, .eps = 1e-6};
  auto json = to_document(recipe);
  EXPECT_EQ(json.size(), 17u + 5);
  EXPECT_EQ(to_document(from_document<Recipe>(json)), json);
  json.erase("beta1");
  EXPECT_EQ(from_document<Recipe>(json).beta1, 0.9);
  json.erase("momentum");
  EXPECT_THROW(from_document<Recipe>(json), DocumentError);
}

TEST(RecipeFields, AreDeclaredOnceEach) {
  auto keys = keys_of(recipe_fields());
  EXPECT_EQ(keys.size(),
            28u);  // the 17 above, the five below, the five of strong augmentation, views and mixup, and checkpoint_every
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
}

TEST(RecipeFields, HaveDefaultsWithinTheirOwnLimits) {
  const auto json = to_document(Recipe{});
  for (const auto& field : recipe_fields()) {
    const auto it = json.find(field.spec.key);
    if (it == json.end()) continue;
    if (it->is_number()) {
      EXPECT_TRUE(field.spec.limits.allow(it->get<double>())) << field.spec.key;
    }
    if (it->is_string()) {
      EXPECT_NE(std::find(field.spec.choices.begin(), field.spec.choices.end(), it->get<std::string>()),
                field.spec.choices.end());
    }
  }
}

TEST(TomlText, WritesValuesAsAFileHoldsThem) {
  EXPECT_EQ(toml_text(4.0), "4.0");
  EXPECT_EQ(toml_text(5e-4), "0.0005");
  EXPECT_EQ(toml_text(1e300), "1e+300");
  EXPECT_EQ(toml_text(std::int64_t{-4}), "-4");
  EXPECT_EQ(toml_text(std::string("a\"b\\c\n\x01")), R"("a\"b\\c\n\u0001")");
  EXPECT_EQ(header_text("models", "a b", "train"), "[models.\"a b\".train]");
}

}  // namespace
}  // namespace kdbench
