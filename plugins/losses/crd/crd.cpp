// CRD: of many images of the training split, which one is it? Student and teacher each answer from what the other said of all.
#include "nce.h"

#include <kdbench/sdk/connectors.h>
#include <kdbench/sdk/embeddings.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/bincount.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <cmath>

namespace {

namespace em = kdbench::embeddings;
using kdbench::connectors::CommonWidth;
using torch::Tensor;

/// Draws images of other classes for every image, with replacement. What an image gets is a function of seed, step and its row.
class Negatives {
 public:
  explicit Negatives(const kdbench::LossContext& context) : seed_(context.seed), num_rows_(context.num_train) {
    if (!context.train_labels.defined()) return;
    const auto labels = context.train_labels.cpu();
    by_class_ = labels.argsort();
    counts_ = at::bincount(labels, {}, context.num_classes);
    starts_ = counts_.cumsum(0) - counts_;
  }

  /// Rows of the split, [N, count].
  Tensor draw(const kdbench::LossInputs& in, std::int64_t count) const {
    const auto rows = in.indices.cpu(), labels = in.labels.cpu();
    auto out = at::empty({rows.size(0), count}, torch::kInt64);
    for (std::int64_t n = 0; n < rows.size(0); ++n) {
      const auto row = rows[n].item<std::int64_t>();
      const auto same = stretch_of(row, labels[n].item<std::int64_t>());
      if (same.size == num_rows_) throw kdbench::Error("crd: expected training rows of at least two classes, found one");
      auto generator = at::make_generator<at::CPUGeneratorImpl>(seed_of(row, in.step));
      const auto share = at::rand({count}, generator, torch::dtype(torch::kFloat64));
      auto place = (share * static_cast<double>(num_rows_ - same.size)).to(torch::kInt64);
      place += same.size * place.ge(same.start);  // past the image's own class
      out[n].copy_(by_class_.defined() ? by_class_.index_select(0, place) : place);
    }
    return out.to(in.indices.device());
  }

 private:
  /// Rows of a class, which lie together in by_class_; without labels the row itself.
  struct Stretch {
    std::int64_t start, size;
  };
  Stretch stretch_of(std::int64_t row, std::int64_t label) const {
    if (!by_class_.defined()) return {row, 1};
    return {starts_[label].item<std::int64_t>(), counts_[label].item<std::int64_t>()};
  }
  /// Neighbouring rows and steps must not have neighbouring seeds: the finaliser of splitmix64.
  std::uint64_t seed_of(std::int64_t row, std::int64_t step) const {
    auto x = seed_ ^ (static_cast<std::uint64_t>(step) * 0x9e3779b97f4a7c15u + static_cast<std::uint64_t>(row));
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
  }

  std::uint64_t seed_;
  std::int64_t num_rows_;
  Tensor by_class_, counts_, starts_;
};

class ContrastiveRepresentation final : public kdbench::Loss {
 public:
  struct Options {
    std::int64_t embed_width = 128;
    std::int64_t negatives = 16384;
    double contrast_temperature = 0.07;
    double momentum = 0.5;
    double weight = 0.8;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("embed_width", &Options::embed_width, "Numbers to which a linear layer leads each embedding.", {.min = 1})
        .add("negatives", &Options::negatives, "Images of other classes that each image is told from, K.", {.min = 1})
        .add("contrast_temperature", &Options::contrast_temperature, "Cosines are divided by it before the exponential, T.",
             {.min = 0.02})
        .add("momentum", &Options::momentum, "Share of what a memory held before that it keeps.", {.min = 0.0, .max = 1.0})
        .add("weight", &Options::weight, "Factor of both terms, beta.", {.min = 0.0});
  }

  ContrastiveRepresentation(Options options, const kdbench::LossContext& context)
      : options_(options), num_rows_(context.num_train), negatives_(context) {
    embed_ = register_module("embed", std::make_shared<CommonWidth>(context, options_.embed_width));
    const auto width = static_cast<double>(options_.embed_width);
    const auto memory = [&] { return (2 * at::rand({num_rows_, options_.embed_width}) - 1) / std::sqrt(width / 3); };
    student_memory_ = register_buffer("student_memory", memory());
    teacher_memory_ = register_buffer("teacher_memory", memory());
    student_z_ = register_buffer("student_z", at::zeros({}));  // 0: no batch yet
    teacher_z_ = register_buffer("teacher_z", at::zeros({}));
  }

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    // The normaliser z is a constant of the first batch.
    return {.teacher_embedding = true, .reads_tau = kdbench::ReadsTau::kNone, .stops_gradient = true};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    return em::why_none(context);
  }

  /// "negatives": the rows that every image of the batch is compared with, its own first, [N, 1 + K]; "student_scores": what the
  /// student then says of them, x, [N, 1 + K] or [N, 1 + K, 1].
  void use_draws(const std::string& name, const Tensor& values) override {
    if (name != "negatives" && name != "student_scores") return Loss::use_draws(name, values);
    (name == "negatives" ? given_ : given_scores_) = values;
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto pair = embed_->forward(em::embeddings_of(in, "crd"));
    const auto student = kdbench::feature_maps::unit(pair.student, 1), teacher = kdbench::feature_maps::unit(pair.teacher, 1);
    const auto rows = given_.defined() ? given_ : at::cat({in.indices.unsqueeze(1), negatives_.draw(in, options_.negatives)}, 1);
    given_ = Tensor();
    const auto n = static_cast<double>(num_rows_);
    const auto of_student = crd::contrast(
        given_scores_.defined() ? given_scores_.flatten(1).log() : log_scores(student, teacher_memory_, rows, student_z_), n);
    given_scores_ = Tensor();
    const auto of_teacher = crd::contrast(log_scores(teacher, student_memory_, rows, teacher_z_), n);
    remember(student_memory_, in.indices, student);
    remember(teacher_memory_, in.indices, teacher);
    return {{"student", options_.weight * of_student}, {"teacher", options_.weight * of_teacher}};
  }

 private:
  /// Logarithms of exp(<memory, v> / T) / z for the rows of each image, [N, 1 + K]. The first batch sets z.
  Tensor log_scores(const Tensor& v, const Tensor& memory, const Tensor& rows, Tensor& z) const {
    // All products at once and then the drawn ones: gathering a vector for every drawn row would take K * width numbers an image.
    // A copy, because the memory changes before the gradient is asked for.
    const auto scores = v.mm(memory.clone().t()).gather(1, rows) / options_.contrast_temperature;
    z.copy_(at::where(z.gt(0), z, scores.detach().exp().mean() * static_cast<double>(num_rows_)));
    return scores - z.log();
  }

  void remember(Tensor& memory, const Tensor& rows, const Tensor& v) const {
    const torch::NoGradGuard no_grad;
    const auto mixed = options_.momentum * memory.index_select(0, rows) + (1 - options_.momentum) * v;
    memory.index_copy_(0, rows, kdbench::feature_maps::unit(mixed, 1));
  }

  Options options_;
  std::int64_t num_rows_;
  Negatives negatives_;
  std::shared_ptr<CommonWidth> embed_;
  Tensor student_memory_, teacher_memory_, student_z_, teacher_z_, given_, given_scores_;
};

}  // namespace

KDBENCH_PLUGIN("crd", "0.1.0", r) {
  r.loss<ContrastiveRepresentation>(
      "crd",
      {.summary = "Contrastive representation distillation: each image is told from many of other classes.",
       .formula = "-weight/N sum_n [ln x_0/(x_0 + c) + sum_{k <= K} ln c/(x_k + c)] for both networks, c = K/num_train, x = "
                  "exp(<v, memory of the other network> / contrast_temperature) / z, v = unit(W e)",
       .source = "Tian, Krishnan, Isola 2020, Contrastive Representation Distillation, sec. 3, and its code"});
}
