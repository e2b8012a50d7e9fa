// Some rows and classes of another data set.
#include "choose.h"
#include "class_list.h"

#include <kdbench/sdk/plugin.h>

#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

namespace {

namespace fs = std::filesystem;

class Subset final : public kdbench::Dataset {
 public:
  struct Options {
    std::int64_t train = 0, test = 0, classes = 0;
    std::string class_list;
    std::int64_t seed = 0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("train", &Options::train, "Training rows to keep, each class in proportion; 0: all.", {.min = 0})
        .add("test", &Options::test, "Test rows to keep, each class in proportion; 0: all.", {.min = 0})
        .add("classes", &Options::classes, "Keep the first so many classes; 0: all.", {.min = 0})
        .add("class_list", &Options::class_list, "Keep these classes, \"3,5,7\"; they become 0, 1, 2.")
        .add("seed", &Options::seed, "Seed of the choice of rows; independent of the suite's seeds.", {.min = 0});
  }
  Subset(Options options, const kdbench::DatasetContext& context) : options_(std::move(options)), of_(context.of) {
    if (!of_) throw kdbench::Error("subset: it is made of another data set; name one by 'of'");
    inner_ = of_->info();
    kept_ = subset::kept_classes(options_.classes, options_.class_list, inner_.num_classes);
    check_rows("train", options_.train, inner_.num_train);
    check_rows("test", options_.test, inner_.num_test);
  }

  kdbench::DatasetInfo info() const override {
    auto info = inner_;
    info.num_classes = static_cast<std::int64_t>(kept_.size());
    info.num_train = rows(options_.train, inner_.num_train);
    info.num_test = rows(options_.test, inner_.num_test);
    return info;
  }

  void prepare(const fs::path& data_dir) const override { of_->prepare(data_dir); }

  kdbench::Split load(kdbench::SplitKind kind, const fs::path& data_dir) const override {
    const bool train = kind == kdbench::SplitKind::kTrain;
    const auto all = of_->load(kind, data_dir);
    const auto labels = renumbered(all.labels);
    const auto by_class = choose::shuffled_by_class(labels.data_ptr<std::int64_t>(), static_cast<std::size_t>(labels.size(0)),
                                                    kept_.size(), seed(train));
    std::size_t there = 0;
    for (const auto& rows : by_class) there += rows.size();
    const auto wanted = static_cast<std::size_t>(train ? options_.train : options_.test);
    if (wanted > there) {
      throw kdbench::Error(std::string("subset: '") + (train ? "train" : "test") + "' = " + std::to_string(wanted) +
                           ", but its " + std::to_string(kept_.size()) + " classes have " + std::to_string(there) + " rows");
    }
    const auto chosen = at::tensor(choose::stratified(by_class, wanted > 0 ? wanted : there), torch::kInt64);
    kdbench::Split out{all.images.index_select(0, chosen), labels.index_select(0, chosen), {}};
    if (all.posterior.defined()) out.posterior = posterior(all.posterior.index_select(0, chosen));
    return out;
  }

 private:
  void check_rows(const std::string& key, std::int64_t wanted, std::int64_t there) const {
    if (there == 0 || wanted <= there) return;
    throw kdbench::Error("subset: '" + key + "' = " + std::to_string(wanted) + ", but the data set it is made of has " +
                         std::to_string(there) + " rows");
  }

  bool keeps_all() const { return static_cast<std::int64_t>(kept_.size()) == inner_.num_classes; }
  std::int64_t rows(std::int64_t wanted, std::int64_t there) const { return wanted > 0 ? wanted : keeps_all() ? there : 0; }
  std::uint64_t seed(bool train) const { return choose::mix(static_cast<std::uint64_t>(options_.seed) * 2 + (train ? 0 : 1)); }

  /// [N] labels in the new numbers; -1 for classes that are not kept.
  torch::Tensor renumbered(const torch::Tensor& labels) const {
    auto number = at::full({inner_.num_classes}, -1, torch::kInt64);
    for (std::size_t i = 0; i < kept_.size(); ++i) number.data_ptr<std::int64_t>()[kept_[i]] = static_cast<std::int64_t>(i);
    return number.index_select(0, labels);
  }

  /// P(class | image, class is one of the kept).
  torch::Tensor posterior(const torch::Tensor& all) const {
    const auto kept = all.index_select(1, at::tensor(kept_, torch::kInt64));
    return kept / kept.sum(1, true);
  }

  Options options_;
  std::shared_ptr<const kdbench::Dataset> of_;
  kdbench::DatasetInfo inner_;
  std::vector<std::int64_t> kept_;
};

}  // namespace

KDBENCH_PLUGIN("subset", "0.1.0", r) {
  r.dataset<Subset>("subset", {.summary = "Some rows and classes of another data set, every class in proportion.",
                               .formula = "rows n_k of class k: n N_k / sum_j N_j, rounded so that they sum to n",
                               .takes_of = true});
}
