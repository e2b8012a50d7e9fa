/// Interface of a teacher strategy: which networks are trained, in which order, by which teacher, for how long. Strategies
/// plan; the host trains. No tensor, file or clock is needed here, so this header does not include torch.
#pragma once
#include <kdbench/sdk/error.h>
#include <kdbench/sdk/params.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kdbench {

/// Which state of a trained stage is meant: "last", "epoch" (after `epoch` epochs), or one chosen on the validation rows:
/// "best_val" (highest accuracy), "min_val_ece", "min_val_nll", "max_val_information" (the epoch whose outputs tell most about
/// input and label: Wang et al. 2022).
struct Checkpoint {
  std::string rule = "last";
  std::int64_t epoch = 0;  ///< used by rule "epoch", 1-based: after that many epochs
};

/// What a stage learns from beside the labels.
enum class StageLoss {
  kLabels,  ///< cross-entropy only
  kMethod,  ///< the method under study (the suite's loss)
  kNamed,   ///< the suite's [losses.NAME] that Stage::loss_name names; it must be a single method, without lists
};

/// An earlier stage that teaches, and which state of it.
struct StageTeacher {
  std::string stage;
  Checkpoint checkpoint = {};
};

/// A network that learns together with a stage's own.
struct StagePeer {
  std::string id;     ///< unique among stages and peers of the plan; its record has it
  std::string model;  ///< a [models.NAME] of the suite
};

/// One training run inside a plan. The learning-rate schedule is stretched to `epochs`.
struct Stage {
  std::string id;                      ///< unique in the plan; the last stage is "student"
  std::string model;                   ///< a [models.NAME] of the suite
  std::optional<std::string> teacher;  ///< id of an earlier stage; nullopt: labels only
  Checkpoint teacher_checkpoint = {};  ///< which state of the teacher teaches
  /// Who teaches beside `teacher`: for losses that read several (LossNeeds::several_teachers), and for no others.
  std::vector<StageTeacher> more_teachers = {};
  StageLoss loss = StageLoss::kLabels;
  std::string loss_name = {};            ///< with kNamed
  std::int64_t epochs = 0;               ///< passes over the training split, > 0
  std::int64_t kd_begin = 0;             ///< the KD term is on in epochs [kd_begin, kd_end)
  std::int64_t kd_end = 0;               ///< 0: until the end
  double label_smoothing = 0.0;          ///< of the cross-entropy, in [0, 1)
  bool fit_teacher_temperature = false;  ///< divide each teacher's logits by the T that minimises its NLL on the validation rows
  std::optional<std::string> init =
      {};  ///< start from the last weights of this earlier stage, of the same model, not from random ones
  /// Add the logits of this earlier stage, frozen, to this network's: both together are trained, evaluated, recorded and, as a
  /// teacher, asked (residual distillation). Only logits are added; features and embedding stay this network's.
  std::optional<std::string> added_to = {};
  /// Begin with the parameters and buffers that the loss of this earlier stage ended with (a factor's paraphraser, a projection),
  /// as far as this stage's loss has them by the same names and shapes; there must be some.
  std::optional<std::string> loss_init = {};
  /// Networks that learn together with this one, in lockstep: on every batch each of them is taught, by the stage's loss, by what
  /// the others make of it before anyone's weights are changed. LossInputs::teacher is the first other one (this stage's network,
  /// then its peers in their order) and more_teachers are the rest, in train mode and without gradient. All have the stage's
  /// epochs, batches and loss, weights drawn for each, and a record of their own; a later stage may learn from any. No teacher
  /// stands beside them.
  std::vector<StagePeer> peers = {};
  /// The network itself is left as it begins, in eval mode; only the loss's parameters are trained.
  bool trains_loss_alone = false;
};

/// A model of the suite, by size.
struct ModelSize {
  std::string name;             ///< a [models.NAME] of the suite
  std::int64_t num_params = 0;  ///< trainable parameters
};

struct StrategyContext {
  std::string teacher, student;   ///< names of the two ends; teacher is empty when the method needs none
  std::vector<ModelSize> models;  ///< every model of the suite, largest first
  std::int64_t teacher_epochs = 0, student_epochs = 0;
};

class Strategy {
 public:
  virtual ~Strategy() = default;

  /// Returns the stages in the order they run. Same context, same stages.
  /// @throws kdbench::Error if the suite lacks a model this strategy needs (TAKD without an assistant).
  virtual std::vector<Stage> plan(const StrategyContext& context) const = 0;
};

}  // namespace kdbench
