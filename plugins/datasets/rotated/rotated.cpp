// Another data set with its images turned by right angles; a class is one of its classes and an angle.
#include "turn.h"

#include <kdbench/sdk/plugin.h>

#include <ATen/ops/empty_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

namespace {

namespace fs = std::filesystem;

class Rotated final : public kdbench::Dataset {
 public:
  struct Options {
    std::int64_t angles = 4;
    std::string copies = "one";
    std::int64_t seed = 0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("angles", &Options::angles, "Rotations by 0, 90, ... degrees; the classes become so many times as many.",
          {.min = 2, .max = 4})
        .add("copies", &Options::copies,
             "one: every image once, at an angle drawn by the seed; all: at every angle, so many times the rows.",
             {.choices = {"one", "all"}})
        .add("seed", &Options::seed, "Seed of the angles; independent of the suite's seeds.", {.min = 0});
  }
  Rotated(Options options, const kdbench::DatasetContext& context) : options_(std::move(options)), of_(context.of) {
    if (!of_) throw kdbench::Error("rotated: it is made of another data set; name one by 'of'");
    inner_ = of_->info();
    const auto& image = inner_.image;
    if (image.height == image.width && image.height > 1) return;
    throw kdbench::Error("rotated: it needs square images of at least 2 x 2 pixels, the data set it is made of has " +
                         std::to_string(image.height) + " x " + std::to_string(image.width));
  }

  kdbench::DatasetInfo info() const override {
    auto info = inner_;
    info.num_classes *= options_.angles;
    if (all()) info.num_train *= options_.angles;
    if (all()) info.num_test *= options_.angles;
    info.has_posterior = false;
    return info;
  }

  void prepare(const fs::path& data_dir) const override { of_->prepare(data_dir); }

  kdbench::Split load(kdbench::SplitKind kind, const fs::path& data_dir) const override {
    const auto inner = of_->load(kind, data_dir);
    return all() ? at_every_angle(inner) : at_one_angle(inner, kind == kdbench::SplitKind::kTrain);
  }

 private:
  bool all() const { return options_.copies == "all"; }

  /// Rows n * angles + k: image n at angle k.
  kdbench::Split at_every_angle(const kdbench::Split& inner) const {
    std::vector<torch::Tensor> images, labels;
    for (std::int64_t k = 0; k < options_.angles; ++k) {
      images.push_back(rotated::turn(inner.images, k));
      labels.push_back(inner.labels * options_.angles + k);
    }
    return {at::stack(images, 1).flatten(0, 1), at::stack(labels, 1).flatten(), {}};
  }

  kdbench::Split at_one_angle(const kdbench::Split& inner, bool train) const {
    const auto labels = inner.labels.contiguous();
    const auto seed = choose::mix(static_cast<std::uint64_t>(options_.seed) * 2 + (train ? 0 : 1));
    const auto angles = at::tensor(rotated::draw(labels.data_ptr<std::int64_t>(), static_cast<std::size_t>(labels.size(0)),
                                                 static_cast<std::size_t>(inner_.num_classes), options_.angles, seed),
                                   torch::kInt64);
    auto images = at::empty_like(inner.images);
    for (std::int64_t k = 0; k < options_.angles; ++k) {
      const auto rows = (angles == k).nonzero().flatten();
      images.index_copy_(0, rows, rotated::turn(inner.images.index_select(0, rows), k));
    }
    return {images, labels * options_.angles + angles, {}};
  }

  Options options_;
  std::shared_ptr<const kdbench::Dataset> of_;
  kdbench::DatasetInfo inner_;
};

}  // namespace

KDBENCH_PLUGIN("rotated", "0.1.0", r) {
  r.dataset<Rotated>(
      "rotated", {.summary = "Another data set with its images turned by right angles; a class is a class of it and an angle.",
                  .formula = "class = label * angles + k for an image turned anticlockwise by k * 90 degrees",
                  .takes_of = true});
}
