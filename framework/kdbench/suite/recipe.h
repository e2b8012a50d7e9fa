/// The training recipe, and how it stands in the spec of a job.
#pragma once
#include <kdbench/base/document.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kdbench::inline suite {

/// How a network is trained. Its fields are listed once, in keys/fields.h: parsing, `describe suite`, overrides, the suite
/// reference and the documents below read the same list.
struct Recipe {
  std::int64_t epochs = 10;                               ///< passes over the training split, >= 1
  std::int64_t batch_size = 64;                           ///< >= 2
  std::string optimizer = "sgd";                          ///< "sgd", "adamw"
  double lr = 0.05;                                       ///< peak learning rate, > 0
  double momentum = 0.9;                                  ///< sgd: in [0, 1)
  double weight_decay = 5e-4;                             ///< sgd: L2; adamw: apart from the gradient; >= 0
  bool decay_norms_and_biases = true;                     ///< weight decay also on parameters of one dimension
  bool nesterov = false;                                  ///< sgd
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;          ///< adamw: betas in [0, 1), eps > 0
  std::string schedule = "cosine";                        ///< "constant", "step", "cosine"
  std::vector<double> milestones = {0.625, 0.75, 0.875};  ///< step: fractions of the epochs in (0, 1), or epoch numbers >= 1
  double gamma = 0.1;                                     ///< step: factor at each milestone, in (0, 1]
  double warmup_epochs = 0;                               ///< linear from 0 to lr, >= 0
  double min_lr = 0;                                      ///< cosine: final rate, >= 0
  std::int64_t crop_padding = 0;                          ///< random crop after zero padding by so many pixels; 0: no crop
  bool flip = false;                                      ///< random horizontal flip
  std::int64_t strong_operations = 0;                     ///< RandAugment's operations on each image, >= 0
  std::int64_t strong_magnitude = 9;                      ///< of them, 0 to 10
  std::int64_t cutout = 0;                                ///< side of a square of black, in pixels; 0: none
  std::int64_t views = 1;                                 ///< 2: losses that read a second view of each image have one
  double mixup = 0;                                       ///< images mixed in pairs, shares drawn of Beta(mixup, mixup); 0: none
  double label_smoothing = 0;                             ///< of the cross-entropy, in [0, 1)
  std::int64_t threads = 1;           ///< intra-op threads; decides rounding, so it is part of a job's identity
  std::string precision = "fp32";     ///< "fp32", "bf16"
  std::int64_t checkpoint_every = 1;  ///< epochs between resumable checkpoints, >= 1; decides no result
  std::int64_t evaluate_every = 1;    ///< epochs between validations, >= 1; the last epoch is always validated

  bool bf16() const { return precision == "bf16"; }
  /// Strong augmentation is on; with two views the second alone has it.
  bool is_strong() const { return strong_operations > 0 || cutout > 0; }
  /// The first view of an image is another one in each epoch.
  bool moves_images() const { return crop_padding > 0 || flip || mixup > 0 || (is_strong() && views == 1); }
};

/// Returns every key of [train] that can change a result, under its name in the suite file (so all but `checkpoint_every`). Keys
/// that came after specs were fixed are left out where they have their default, so that no recipe of before is another one now.
Json document_json(const Recipe& recipe);

/// Reads it back; `checkpoint_every` and what was left out have their default. @throws DocumentError for a missing, unknown or
/// wrong member
void read_document_json(const Json& json, Recipe& recipe, const DocumentPath& path);

}  // namespace kdbench::inline suite
