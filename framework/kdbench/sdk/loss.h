/// Interface of a distillation loss: the term that is added to the student's cross-entropy.
#pragma once
#include <kdbench/sdk/error.h>
#include <kdbench/sdk/model.h>
#include <kdbench/sdk/params.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kdbench {

struct FeatureShape {
  std::string name;
  std::int64_t channels = 0, height = 0, width = 0;
  std::optional<NormAffine> norm = std::nullopt;  ///< Model::feature_norms() of the map; LossContext::teacher only
};

/// What is known of a teacher beside the first.
struct TeacherFacts {
  std::vector<FeatureShape> maps;                            ///< in feature_names() order
  std::int64_t embedding = 0;                                ///< D; 0: none
  std::optional<FeatureShape> embedding_map = std::nullopt;  ///< ModelOutput::embedding_map
  Classifier classifier = {};                                ///< a copy without gradient
};

/// What the host knows before it builds a loss. Shapes are measured by one dry forward of both networks in eval mode. While a
/// suite is planned the teacher is not trained yet: its tensors then have their shapes, and numbers of a fresh network.
struct LossContext {
  std::int64_t num_classes = 0;  ///< K
  std::int64_t num_train = 0;    ///< rows of the training split after the validation cut, > 0; 1 where planning cannot know it
  std::vector<FeatureShape> student, teacher;  ///< in feature_names() order; empty for a model without feature maps
  std::int64_t student_embedding = 0, teacher_embedding = 0;  ///< D of each; 0: none
  std::uint64_t seed = 0;                                     ///< for whatever the loss draws itself
  /// ModelOutput::embedding_map of each; nothing for a model that pools otherwise
  std::optional<FeatureShape> student_embedding_map = {}, teacher_embedding_map = {};
  std::vector<std::string> student_exits = {};   ///< Model::exit_names() of the student
  Classifier teacher_classifier = {};            ///< Model::classifier() of the teacher, a copy without gradient
  std::vector<TeacherFacts> more_teachers = {};  ///< LossInputs::more_teachers, in their order
  torch::Tensor train_labels = {};  ///< [num_train] int64, by LossInputs::indices; undefined while a suite is planned
};

/// Which temperatures of LossInputs a loss reads; a bit each.
enum class ReadsTau { kNone = 0, kStudent = 1, kTeacher = 2, kBoth = kStudent | kTeacher };

/// What a loss reads beside the student's output. The host provides what is asked for and nothing else: a loss that asks for
/// logits only can be trained from stored teacher logits.
struct LossNeeds {
  bool terms = true;                ///< false: forward() returns no terms, the student learns from the labels alone
  bool teacher = true;              ///< a teacher's logits; false: no teacher is trained for this method
  bool teacher_features = false;    ///< LossInputs::teacher.features, preactivations, embedding_map
  bool teacher_embedding = false;   ///< LossInputs::teacher.embedding
  bool posterior = false;           ///< LossInputs::posterior; refused at plan time for a data set without one
  bool student_classifier = false;  ///< LossInputs::student_classifier; refused at plan time for a model without one
  bool student_exits = false;       ///< LossInputs::student.exits; refused at plan time for a model without any
  bool teacher_classifier = false;  ///< LossContext::teacher_classifier; refused at plan time for a model without one
  bool several_teachers = false;  ///< LossInputs::more_teachers; refused at plan time where the strategy names one teacher alone
  bool second_view =
      false;  ///< LossInputs::student_second_view, teacher_second_view; refused at plan time without train.views = 2
  /// The loss is an adapter: the network is judged, saved and asked as a teacher by judged_logits(), not by its own. At most one
  /// of several losses may be.
  bool adapts = false;
  /// A promise: every forward() makes the same tensor operations. It reads neither epoch nor step, draws no random numbers, keeps
  /// nothing between calls but tensors changed in place, and reads no value on the host. A GPU then replays the whole training
  /// step as one graph.
  bool repeatable = false;
  /// Which of tau_student and tau_teacher forward() reads. A suite that sets or moves one which is not read is refused, and tau^2
  /// multiplies the terms of a loss only if it reads the student's.
  ReadsTau reads_tau = ReadsTau::kBoth;
  /// The loss learns or computes the temperature it divides by: it reads neither of the suite's, and boards say so.
  bool owns_tau = false;
  /// forward() holds something that depends on the student constant (a detached weight), so that its gradient is not that of its
  /// value. `kdbench test` holds a loss to it; no result depends on it.
  bool stops_gradient = false;

  bool reads_student_tau() const { return !owns_tau && (reads_tau == ReadsTau::kBoth || reads_tau == ReadsTau::kStudent); }
  bool reads_teacher_tau() const { return !owns_tau && (reads_tau == ReadsTau::kBoth || reads_tau == ReadsTau::kTeacher); }

  /// What this and another loss need together: whatever one of them asks for, and the promises that both make.
  LossNeeds with(const LossNeeds& other) const {
    return {.terms = terms || other.terms,
            .teacher = teacher || other.teacher,
            .teacher_features = teacher_features || other.teacher_features,
            .teacher_embedding = teacher_embedding || other.teacher_embedding,
            .posterior = posterior || other.posterior,
            .student_classifier = student_classifier || other.student_classifier,
            .student_exits = student_exits || other.student_exits,
            .teacher_classifier = teacher_classifier || other.teacher_classifier,
            .several_teachers = several_teachers || other.several_teachers,
            .second_view = second_view || other.second_view,
            .adapts = adapts || other.adapts,
            .repeatable = repeatable && other.repeatable,
            .reads_tau = static_cast<ReadsTau>(static_cast<int>(reads_tau) | static_cast<int>(other.reads_tau)),
            .owns_tau = owns_tau && other.owns_tau,
            .stops_gradient = stops_gradient || other.stops_gradient};
  }
};

/// One training batch of N images, K classes.
struct LossInputs {
  const ModelOutput& student;  ///< train mode; gradients flow
  const ModelOutput&
      teacher;  ///< eval mode, no gradient, logits already divided by `teacher_temperature`; empty if !needs().teacher
  const torch::Tensor& labels;             ///< [N] int64 in [0, K)
  const torch::Tensor& indices;            ///< [N] int64 in [0, num_train): which of the rows trained on, the same in every epoch
  const torch::Tensor& posterior;          ///< [N, K] in the student's type; undefined unless needs().posterior
  const torch::Tensor& images;             ///< [N, C, H, W] float, as the student saw them
  double tau_student = 1.0;                ///< softmax temperature of the student, > 0
  double tau_teacher = 1.0;                ///< softmax temperature of the teacher, > 0
  std::int64_t epoch = 0, num_epochs = 0;  ///< 0-based, and how many the stage has
  std::int64_t step = 0, num_steps = 0;    ///< 0-based within the stage, and how many the stage has
  /// Outputs of the teachers beside the first, whole, in the order of the stage; eval mode, no gradient. Empty unless
  /// needs().several_teachers.
  std::vector<ModelOutput> more_teachers = {};
  /// Both networks on another view of the same rows, augmented by draws of its own; gradients flow through the student's. Empty
  /// unless needs().second_view.
  ModelOutput student_second_view = {}, teacher_second_view = {};
  Classifier student_classifier = {};  ///< Model::classifier() of the student; empty unless needs().student_classifier
  /// [N] int64: with the recipe's `mixup` an image is mix * (that of `labels`) + (1 - mix) * (that of `mixed_labels`). Undefined
  /// without it, and `mix` is then 1.
  torch::Tensor mixed_labels = {};
  double mix = 1.0;  ///< in [0, 1], one number a batch
};

/// One or several named terms, each 0-dim float, finite, averaged over the batch. Their sum is the loss.
class LossTerms {
 public:
  LossTerms() = default;
  LossTerms(torch::Tensor loss) { terms_.emplace_back("kd", std::move(loss)); }
  LossTerms(std::vector<std::pair<std::string, torch::Tensor>> terms) : terms_(std::move(terms)) {}
  LossTerms(std::initializer_list<std::pair<std::string, torch::Tensor>> terms) : terms_(terms) {}
  const std::vector<std::pair<std::string, torch::Tensor>>& terms() const { return terms_; }

 private:
  std::vector<std::pair<std::string, torch::Tensor>> terms_;
};

/// A loss may own modules and buffers (regressors, memory banks): register them in the constructor. The host moves them to
/// the device, adds their parameters to the optimiser, saves them in the checkpoint, and leaves them out of the student's
/// parameter count.
class Loss : public torch::nn::Module {
 public:
  /// Returns the distillation terms of one batch, differentiable in `in.student`. The host trains on
  /// `ce_weight * cross_entropy + kd_weight * ramp(epoch) * tau_student^2 * sum of terms`: the tau^2 only if the suite says
  /// `tau_squared`; `alpha` is short for the weights alpha and 1 - alpha; of several losses the weighted terms are summed.
  /// Cross-entropy, weights, warm-up and tau^2 are the suite's, not yours. Outside the suite's `from_epoch` and `to_epoch` it is
  /// not called. No terms at all (`return {}`) means cross-entropy alone.
  /// @throws kdbench::Error if the tensors cannot be matched.
  virtual LossTerms forward(const LossInputs& in) = 0;

  /// (optional) What forward() reads. Default: the teacher's logits. Where it depends on options or on the pair of networks,
  /// write the static form, which the host prefers: `static LossNeeds needs(const Options& options, const LossContext& context);`
  virtual LossNeeds needs() const { return {}; }

  /// (optional) Why this loss cannot be used on this pair, or nothing if it can. Asked while planning. Default: it can. The
  /// static form is asked before anything is built, so that a constructor may rely on its answer: `static
  /// std::optional<std::string> unsupported(const Options& options, const LossContext& context);`
  virtual std::optional<std::string> unsupported(const LossContext& /*context*/) const { return std::nullopt; }

  /// (with needs().adapts) What the network is judged by in place of its own logits, [N, K] float. The loss's parameters and
  /// buffers are saved with the network, and its trainable parameters count as the network's. In training it is called after
  /// forward(), with the same output, so that what forward() computed may be used again; elsewhere in eval mode, without
  /// gradient, and without a forward().
  virtual torch::Tensor judged_logits(const ModelOutput& student) { return student.logits; }

  /// (optional) For golden cases: the next forward() takes `values` in place of what it would draw under `name`.
  /// @throws kdbench::Error if it draws nothing of that name (default)
  virtual void use_draws(const std::string& name, const torch::Tensor& /*values*/) {
    throw Error("the loss draws nothing by the name '" + name + "'");
  }
};

}  // namespace kdbench
