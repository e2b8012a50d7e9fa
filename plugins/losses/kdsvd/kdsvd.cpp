// KDSVD: how the leading singular vectors of one stage's map relate to those of the next, for the student as for the teacher.
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <tuple>

namespace {

namespace fm = kdbench::feature_maps;
using torch::Tensor;

/// 1 / x, and 0 where x is nothing but rounding beside `scale`.
Tensor safe_inverse(const Tensor& x, const Tensor& scale) {
  const double rounding = x.scalar_type() == torch::kFloat64 ? 1e-14 : 1e-6;
  const auto counts = x.abs().gt(rounding * scale);
  return at::where(counts, x, 1).reciprocal() * counts;
}

/// The leading `count` right singular vectors of every image's matrix, [N, D, count], with singular values [N, count].
struct Leading {
  Tensor vectors, values;
};

/// The singular value decomposition itself has no finite gradient where singular values coincide, as those of a map with dead
/// channels do. So it is computed as a constant, and to its vectors is added a zero whose derivative is that of the vectors by
/// perturbation theory: for G = X^T X with eigenvalues l, dv_j = sum_{i != j} v_i <v_i, dG v_j> / (l_j - l_i), and what dG v_j
/// has outside the span of all v divided by l_j. What turns within equal eigenvalues has no direction and gets no gradient.
Leading leading(const Tensor& matrices, std::int64_t count) {
  const auto [u, s, vh] = at::linalg_svd(matrices.detach(), /*full_matrices=*/false);
  const auto all = vh.transpose(1, 2), values = s.square();
  const auto v = all.narrow(2, 0, count), l = values.narrow(1, 0, count);
  if (!matrices.requires_grad()) return {v, s.narrow(1, 0, count)};
  const auto product = matrices.transpose(1, 2).bmm(matrices.bmm(v));
  const auto change = product - product.detach();
  const auto inside = all.transpose(1, 2).bmm(change);
  const auto largest = values.narrow(1, 0, 1).unsqueeze(2);
  const auto turned = all.bmm(inside * safe_inverse(l.unsqueeze(1) - values.unsqueeze(2), largest));
  const auto left = (change - all.bmm(inside)) * safe_inverse(l.unsqueeze(1), largest);
  return {v + turned + left, s.narrow(1, 0, count)};
}

/// The vectors with their entry of largest magnitude positive: which of v and -v a library returns is up to it.
Tensor with_fixed_signs(const Tensor& vectors) {
  const auto largest = vectors.gather(1, vectors.abs().argmax(1, /*keepdim=*/true));
  return at::where(largest.lt(0), -vectors, vectors);
}

/// For every vector of the teacher the one of the student with the largest |cosine|, turned to its side, [N, D, k].
Tensor aligned(const Tensor& student, const Tensor& teacher) {
  const auto cosines = student.detach().transpose(1, 2).bmm(teacher);
  const auto best = cosines.abs().argmax(1, /*keepdim=*/true);
  const auto sides = cosines.gather(1, best).sign();
  return student.gather(2, best.expand({-1, student.size(1), -1})) * sides;
}

/// How the entries of one stage's vectors lie to those of the stage before, [N, D, D', k].
Tensor relation(const Tensor& now, const Tensor& before) {
  return (-(now.unsqueeze(2) - before.unsqueeze(1)).square() / 8).exp();
}

class SingularVectors final : public kdbench::Loss {
 public:
  struct Options {
    std::int64_t k = 1;
    std::string vectors = "channels";
    double weight = 1.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("k", &Options::k, "Singular vectors of the teacher; k + 3 of the student's are searched for each.", {.min = 1})
        .add("vectors", &Options::vectors,
             "What the vectors are over; channels: matrices of H * W by C, the paper's; width: of C * H by W, mdistiller's.",
             {.choices = {"channels", "width"}})
        .add("weight", &Options::weight, "Factor of the term.", {.min = 0.0});
  }
  SingularVectors(Options options, const kdbench::LossContext& context)
      : options_(std::move(options)), pairs_(stages(options_, context).pairs), k_(options_.k) {
    for (const auto& pair : pairs_) k_ = std::min(k_, rank(pair.teacher));
  }

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_features = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options& options, const kdbench::LossContext& context) {
    return stages(options, context).refusal();
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    Tensor sum, student_before, teacher_before;
    double images = 0;
    for (const auto& pair : pairs_) {
      const auto maps = fm::maps_of(in, pair, "kdsvd");
      images = static_cast<double>(maps.student.size(0));
      const auto of_teacher = leading(unfolded(maps.teacher), k_);
      const auto vectors = with_fixed_signs(of_teacher.vectors);
      const auto sizes = fm::unit(of_teacher.values, 1).unsqueeze(1);
      const auto of_student = leading(unfolded(maps.student), std::min(options_.k + 3, rank(pair.student)));
      const auto student = aligned(of_student.vectors, vectors) * sizes, teacher = vectors * sizes;
      if (student_before.defined()) {
        const auto term = (relation(student, student_before) - relation(teacher, teacher_before)).square().sum();
        sum = sum.defined() ? sum + term : term;
      }
      student_before = student;
      teacher_before = teacher;
    }
    return kdbench::LossTerms{{"relation", options_.weight * sum / images}};
  }

 private:
  bool over_channels() const { return options_.vectors == "channels"; }
  Tensor unfolded(const Tensor& map) const { return over_channels() ? map.flatten(2).transpose(1, 2) : map.flatten(1, 2); }
  std::int64_t rank(const kdbench::FeatureShape& map) const {
    return over_channels() ? std::min(map.height * map.width, map.channels) : std::min(map.channels * map.height, map.width);
  }

  static fm::StagePairs stages(const Options& options, const kdbench::LossContext& context) {
    auto found = fm::pair_stages(context, fm::Stages::kAfterStem);
    if (!found.reason.empty()) return found;
    if (found.pairs.size() < 2) return {{}, "expected two stages behind the stem, found one; use deeper models"};
    const bool channels = options.vectors == "channels";
    for (const auto& [s, t] : found.pairs) {
      if (channels ? s.channels == t.channels : s.width == t.width) continue;
      return {{},
              "expected maps of as many " + std::string(channels ? "channels" : "columns") + ", found the student's " +
                  fm::to_text(s) + " and the teacher's " + fm::to_text(t) +
                  ": their singular vectors have no common axes; choose networks of one width" +
                  (channels ? ", or vectors = \"width\"" : "")};
    }
    return found;
  }

  Options options_;
  std::vector<fm::StagePair> pairs_;
  std::int64_t k_;
};

}  // namespace

KDBENCH_PLUGIN("kdsvd", "0.1.0", r) {
  r.loss<SingularVectors>(
      "kdsvd",
      {.summary = "Relations between the leading singular vectors of stages that follow each other.",
       .formula = "weight / N sum_stages sum (R_student - R_teacher)^2, R = exp(-(v_i - v'_j)^2 / 8), v the k leading "
                  "right singular vectors of a map times the teacher's singular values, v' of the stage before",
       .source = "Lee, Kim, Song 2018, Self-supervised Knowledge Distillation Using Singular Value Decomposition, sec. 3, "
                 "as in the CRD code"});
}
