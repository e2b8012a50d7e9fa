// The suite catches data sets that are wrong, one mistake each, and skips those whose files are not here.
#include "collected.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <memory>

namespace kdbench {
namespace {

using test::Collected;

/// Four images of 1 x 2 x 2 and two classes in turn, whose parts a test may change.
struct Facts {
  Facts() {
    info.num_classes = 2;
    info.image = {1, 2, 2};
    info.num_train = info.num_test = 4;
    split.images = at::arange(16, torch::kInt64).to(torch::kUInt8).view({4, 1, 2, 2});
    split.labels = at::tensor({0, 1, 0, 1}, torch::kInt64);
  }
  DatasetInfo info;
  Split split;
  std::function<void()> on_load = [] {};
  bool changes = false;  ///< every load gives other pixels
};

class Given final : public Dataset {
 public:
  explicit Given(Facts facts) : facts_(std::move(facts)) {}
  DatasetInfo info() const override { return facts_.info; }
  Split load(SplitKind, const std::filesystem::path&) const override {
    facts_.on_load();
    auto split = facts_.split;
    if (facts_.changes) split.images = split.images + ++loads_;
    return split;
  }

 private:
  Facts facts_;
  mutable std::int64_t loads_ = 0;
};

DatasetEntry dataset_of(const Facts& facts) {
  return {.name = "x",
          .about = {.summary = "A data set."},
          .params = {},
          .create = [facts](const ParamValues&, const DatasetContext&) { return std::make_shared<Given>(facts); }};
}

Collected checks_of(const std::function<void(Facts&)>& change) {
  Facts facts;
  change(facts);
  Collected collected;
  check_dataset(dataset_of(facts), "", collected.report());
  return collected;
}

TEST(CheckDataset, PassesADataSetThatIsRight) {
  const auto checks = checks_of([](Facts&) {});
  checks.expect_all_pass();
  EXPECT_EQ(checks.skipped(), 2u);  // neither split has a posterior
  checks_of([](Facts& f) {
    f.info.has_posterior = true;
    f.split.posterior = at::full({4, 2}, 0.5, torch::kFloat64);
  }).expect_all_pass();
}

std::string fact_finding(const std::function<void(DatasetInfo&)>& change) {
  const auto checks = checks_of([&](Facts& f) { change(f.info); });
  EXPECT_EQ(checks.finding("training split loads"), "not run");
  return checks.finding("builds with its defaults and states its facts");
}

TEST(CheckDataset, CatchesFactsThatCannotBe) {
  EXPECT_EQ(fact_finding([](auto& info) { info.num_classes = 1; }), "expected at least 2 classes, found 1");
  EXPECT_EQ(fact_finding([](auto& info) { info.image.width = 0; }), "an image dimension is not positive");
  EXPECT_EQ(fact_finding([](auto& info) { info.mean = {0, 0}; }), "2 means for 1 channels");
  EXPECT_EQ(fact_finding([](auto& info) { info.stddev = {0}; }), "expected deviations above 0, found 0");
}

std::string image_finding(const std::function<void(Facts&)>& change) {
  return checks_of(change).finding("training split has the images of info()");
}

TEST(CheckDataset, CatchesImagesThatAreNotThoseItPromised) {
  EXPECT_EQ(image_finding([](Facts& f) { f.info.image.width = 3; }), "expected images of [N, 1, 2, 3], found [4, 1, 2, 2]");
  EXPECT_EQ(image_finding([](Facts& f) { f.split.images = torch::Tensor(); }), "expected images of [N, 1, 2, 2], found nothing");
  EXPECT_EQ(image_finding([](Facts& f) { f.info.num_train = 5; }), "info() says 5 rows, load() gives 4");
  EXPECT_EQ(image_finding([](Facts& f) { f.info.num_train = 0; }), "passed");  // only the files can tell
  EXPECT_EQ(image_finding([](Facts& f) { f.split.images = f.split.images.to(torch::kFloat64); }),
            "expected uint8 or float32 images, found Double");
  EXPECT_EQ(image_finding([](Facts& f) {
              f.split.images = f.split.images.to(torch::kFloat32);
              f.split.images[3][0][1][1] = std::numeric_limits<float>::infinity();
            }),
            "an image value is not finite");
}

std::string label_finding(const torch::Tensor& labels) {
  return checks_of([&](Facts& f) { f.split.labels = labels; }).finding("training split has labels in range");
}

TEST(CheckDataset, CatchesLabelsThatAreNone) {
  EXPECT_EQ(label_finding(at::tensor({0, 1, 2, 0}, torch::kInt64)), "expected labels from 0 to 1, found 0 to 2");
  EXPECT_EQ(label_finding(at::tensor({0, -1, 1, 0}, torch::kInt64)), "expected labels from 0 to 1, found -1 to 1");
  EXPECT_EQ(label_finding(at::tensor({0, 1, 0}, torch::kInt64)), "expected labels of [4], found [3]");
  EXPECT_EQ(label_finding(at::tensor({0, 1, 0, 1}, torch::kInt32)), "labels are not int64");
}

std::string posterior_finding(bool promised, const torch::Tensor& posterior) {
  return checks_of([&](Facts& f) {
           f.info.has_posterior = promised;
           f.split.posterior = posterior;
         })
      .finding("training split has a posterior whose rows sum to 1");
}

TEST(CheckDataset, CatchesAPosteriorThatIsNone) {
  EXPECT_EQ(posterior_finding(false, at::full({4, 2}, 0.5, torch::kFloat64)), "info() promises no posterior, load() gives one");
  EXPECT_EQ(posterior_finding(true, {}), "expected a posterior of [4, 2], found nothing");
  EXPECT_EQ(posterior_finding(true, at::full({4, 2}, 0.5, torch::kFloat32)), "the posterior is not float64");
  EXPECT_EQ(posterior_finding(true, at::full({4, 2}, 0.75, torch::kFloat64)), "a row sums to 1 only within 5.0e-01");
  EXPECT_EQ(posterior_finding(true, at::tensor({1.5, -0.5}, torch::kFloat64).repeat({4, 1})), "a probability is negative");
}

TEST(CheckDataset, CatchesASecondLoadThatDiffers) {
  const auto checks = checks_of([](Facts& f) { f.changes = true; });
  EXPECT_EQ(checks.finding("training split is the same when loaded twice"), "the second load differs");
  EXPECT_EQ(checks.finding("training split has the images of info()"), "passed");
}

TEST(CheckDataset, SkipsFilesThatAreNotHereAndFailsByWhatElseIsThrown) {
  const auto missing = checks_of([](Facts& f) { f.on_load = [] { throw Error("cannot find train.bin"); }; });
  missing.expect_all_pass();
  EXPECT_EQ(missing.finding("training split loads"), "skipped: cannot find train.bin");
  EXPECT_EQ(missing.finding("test split loads"), "skipped: cannot find train.bin");
  EXPECT_EQ(missing.finding("test split has labels in range"), "not run");
  const auto broken = checks_of([](Facts& f) { f.on_load = [] { throw std::out_of_range("map::at"); }; });
  EXPECT_EQ(broken.finding("training split loads"), "map::at");
}

}  // namespace
}  // namespace kdbench
