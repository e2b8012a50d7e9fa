// Several teachers: each weight by hand, and teachers that are all sure or alone.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::ensemble_kl_loss {
namespace {

const double kLn3 = std::log(3.0);

/// The value for a student of equal logits, label 0, and these teachers, an image each.
double value(const std::string& kind, const std::vector<std::vector<double>>& teachers) {
  const auto loss = build_loss("ensemble_kl", {{"kind", kind}}, 2);
  const auto student = output(rows({0, 0}, 2));
  ModelOutput first;
  first.logits = rows(teachers.front(), 2);
  std::vector<ModelOutput> more(teachers.size() - 1);
  for (std::size_t i = 1; i < teachers.size(); ++i) more[i - 1].logits = rows(teachers[i], 2);
  const auto labels = at::zeros({1}, torch::kInt64);
  const torch::Tensor none;
  const auto found = loss->forward({.student = student,
                                    .teacher = first,
                                    .labels = labels,
                                    .indices = none,
                                    .posterior = none,
                                    .images = none,
                                    .more_teachers = more});
  return found.terms().front().second.item<double>();
}

// Of a teacher (3/4, 1/4) to a student (1/2, 1/2), and of one that knows nothing.
const double kSure = 0.75 * std::log(1.5) + 0.25 * std::log(0.5), kUnsure = 0;
const double kEntropy = std::log(2.0) - kSure;

TEST(EnsembleKlLoss, AveragesTeachers) { EXPECT_NEAR(value("average", {{kLn3, 0}, {0, 0}}), (kSure + kUnsure) / 2, 1e-15); }

TEST(EnsembleKlLoss, TrustsTheOneThatIsSure) {
  const double share = kEntropy / (kEntropy + std::log(2.0));
  EXPECT_NEAR(value("ebkd", {{kLn3, 0}, {0, 0}}), (1 - share) * kSure / 2, 1e-15);
}

TEST(EnsembleKlLoss, TrustsTheOneThatIsRight) {
  // Cross-entropies ln 4/3 and ln 2: a softmax of them is (4/3, 2) / (10/3), so the first weighs 1 - 4/10.
  EXPECT_NEAR(value("camkd", {{kLn3, 0}, {0, 0}}), 0.6 * kSure / 2, 1e-15);
}

TEST(EnsembleKlLoss, IsThatOfTheOneWhereThereIsOne) {
  for (const char* kind : {"average", "ebkd", "camkd"}) EXPECT_NEAR(value(kind, {{kLn3, 0}}), kSure, 1e-15) << kind;
}

TEST(EnsembleKlLoss, StaysFiniteWhereAllTeachersAreSure) {
  EXPECT_NEAR(value("ebkd", {{2000, 0}, {2000, 0}}), std::log(2.0), 1e-12);
}

}  // namespace
}  // namespace kdbench::test::ensemble_kl_loss
