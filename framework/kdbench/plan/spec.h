/// The spec of a job: everything that determines its result, resolved. Nothing is left to a default that could change.
#pragma once
#include <kdbench/base/value_rules.h>
#include <kdbench/plan/shared.h>
#include <kdbench/suite/recipe.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace kdbench::inline plan {

enum class PluginKind { kModel, kDataset, kLoss, kStrategy, kGradientPolicy, kCalibrator };
constexpr auto names_of(PluginKind) {
  return std::array<std::pair<PluginKind, const char*>, 6>{{{PluginKind::kModel, "model"},
                                                            {PluginKind::kDataset, "dataset"},
                                                            {PluginKind::kLoss, "loss"},
                                                            {PluginKind::kStrategy, "strategy"},
                                                            {PluginKind::kGradientPolicy, "gradient_policy"},
                                                            {PluginKind::kCalibrator, "calibrator"}}};
}

/// A plugin with every parameter resolved. Parameters are the plugin's own, so here they are values by name.
struct PluginSpec {
  std::string plugin, version;
  Json params = Json::object();

  static constexpr auto fields() {
    using P = PluginSpec;
    return std::tuple(field("plugin", &P::plugin, "name of the plugin"),
                      field("version", &P::version, "raised whenever it computes something else"),
                      field("params", &P::params, "every parameter, resolved, by name"));
  }
};

/// Where rows come from: the plugin, what its files hold, and what it is made of.
struct DataSource {
  PluginSpec use = {};
  std::map<std::string, std::string> files = {};
  std::shared_ptr<const DataSource> of = {};

  static constexpr auto fields() {
    using D = DataSource;
    return std::tuple(inlined(&D::use),
                      field("files", &D::files, "hash of what each parameter names that names files here", Presence::kIfAny),
                      field("of", &D::of, "the data set that this one is made of", Presence::kIfAny));
  }
};

struct DatasetSpec {
  DataSource source = {};
  std::int64_t validation = 0, train_limit = 0, test_limit = 0;

  static constexpr auto fields() {
    using D = DatasetSpec;
    return std::tuple(inlined(&D::source),
                      field("validation", &D::validation, "rows cut from the training split, by the split seed", a_count),
                      field("train_limit", &D::train_limit, "training rows used, after the cut; 0: all", a_count),
                      field("test_limit", &D::test_limit, "test rows used, the first ones; 0: all", a_count));
  }
};

/// One loss plugin in what a method minimises. Its terms are on in epochs [kd_begin, kd_end) of the stage, counted from 0.
struct LossPart {
  std::string name = {};  ///< of a part of several: what the suite calls it; no part of a job's identity
  PluginSpec use = {};
  std::optional<double> kd_weight = {};  ///< nothing: the whole loss is written with alpha
  double tau_student = 1, tau_teacher = 1, teacher_temperature = 1;
  bool tau_squared = false;
  std::int64_t kd_begin = 0, kd_end = 0;
  std::optional<std::int64_t> warmup_epochs = {};  ///< nothing: no warm-up; else >= 2

  bool is_on(std::int64_t epoch) const { return kd_begin <= epoch && epoch < kd_end; }
  /// In the k-th epoch in which its terms are on, k from 1: min(k / warmup_epochs, 1). Without warm-up 1.
  double ramp(std::int64_t epoch) const;

  static constexpr auto fields() {
    using L = LossPart;
    constexpr auto kIfAny = Presence::kIfAny;
    return std::tuple(
        field("name", &L::name, "of one of several parts, what the suite calls it", kIfAny), inlined(&L::use),
        field("kd_weight", &L::kd_weight, "weight of its terms, where there is no alpha", kIfAny),
        field("tau_student", &L::tau_student, "softmax temperature of the student in the loss", above_0),
        field("tau_teacher", &L::tau_teacher, "softmax temperature of the teacher in the loss", above_0),
        field("teacher_temperature", &L::teacher_temperature, "divides the teacher's logits before the loss sees them", above_0),
        field("tau_squared", &L::tau_squared, "whether the terms are multiplied by tau_student^2"),
        field("kd_begin", &L::kd_begin, "first epoch that distils, from 0"),
        field("kd_end", &L::kd_end, "first epoch after it that does not"),
        field("warmup_epochs", &L::warmup_epochs,
              "n: in the k-th of these epochs, k from 1, its terms weigh min(k / n, 1) of their weight; none: no warm-up",
              kIfAny));
  }
};

/// How a method distils. In each epoch it minimises
///   ce_weight * cross-entropy + sum over the parts whose terms are on of kd_weight * ramp(epoch) * [tau_student^2] * terms.
/// Of one part `alpha` is the short form: kd_weight = alpha, and ce_weight = 1 - alpha beside terms, 1 where none are.
struct LossSpec {
  std::optional<double> alpha = {}, ce_weight = {};  ///< one of the two
  std::vector<LossPart> parts = {};                  ///< at least one
  std::optional<PluginSpec> gradient_policy = {};    ///< nothing: the gradient is that of the sum

  double ce_beside_terms() const { return ce_weight ? *ce_weight : 1.0 - alpha.value_or(0.0); }
  double ce_alone() const { return ce_weight.value_or(1.0); }
  /// Weight of a part's terms in an epoch in which they are on, tau_student^2 included.
  double terms_weight(const LossPart& part, std::int64_t epoch) const;

  static constexpr const char* kGradientPolicyDoc =
      "what is made of the gradients of cross-entropy and of each term; none: they are summed";
  /// How a loss of one part stands in documents: the part's members beside the weight of cross-entropy.
  struct OfOnePart {
    LossPart part = {};
    std::optional<double> alpha = {}, ce_weight = {};
    std::optional<PluginSpec> gradient_policy = {};

    static constexpr auto fields() {
      using L = OfOnePart;
      return std::tuple(inlined(&L::part),
                        field("alpha", &L::alpha, "weight of the terms; cross-entropy has 1 - alpha, and 1 where no terms are",
                              Presence::kIfAny),
                        field("ce_weight", &L::ce_weight, "weight of cross-entropy, where there is no alpha", Presence::kIfAny),
                        field("gradient_policy", &L::gradient_policy, kGradientPolicyDoc, Presence::kIfAny));
    }
  };
  /// How one of several parts does.
  struct OfParts {
    double ce_weight = 0;
    std::vector<LossPart> parts = {};
    std::optional<PluginSpec> gradient_policy = {};

    static constexpr auto fields() {
      return std::tuple(field("ce_weight", &OfParts::ce_weight, "weight of cross-entropy"),
                        field("parts", &OfParts::parts, "whose terms are summed, at least two; each has a kd_weight"),
                        field("gradient_policy", &OfParts::gradient_policy, kGradientPolicyDoc, Presence::kIfAny));
    }
  };
  using Forms = std::tuple<OfOnePart, OfParts>;
};

Json document_json(const LossSpec& loss);
/// @throws DocumentError for a missing, unknown or wrong member
void read_document_json(const Json& json, LossSpec& loss, const DocumentPath& path);

/// Which state of a trained network is meant: "last", "epoch" (after `epoch` epochs), or a rule on the validation rows.
struct CheckpointRef {
  std::string rule = "last";
  std::int64_t epoch = 0;  ///< of rule "epoch", 1-based; 0 with every other rule

  bool operator==(const CheckpointRef&) const = default;
  bool is_epoch() const { return rule == "epoch"; }
  /// True for a rule that reads the validation rows.
  bool reads_validation() const { return rule != "last" && !is_epoch(); }

  static constexpr auto fields() {
    return std::tuple(field("rule", &CheckpointRef::rule, "last, epoch, or the rule on the validation rows that chose it",
                            a_plain_word_or_nothing),
                      field("epoch", &CheckpointRef::epoch, "of rule epoch, from 1; else 0", a_count));
  }
};

/// For people and in plans: "last", "best_val", "epoch 30"; empty for an empty rule.
std::string checkpoint_text(const CheckpointRef& checkpoint);
/// Stem of the artifacts that hold it: "last", "best_val", "epoch_30".
std::string artifact_stem(const CheckpointRef& checkpoint);
/// Stem of the artifacts of a network as it was after an epoch: "epoch_30".
std::string snapshot_name(std::int64_t epoch);

struct TeacherSpec {
  std::string job;
  CheckpointRef checkpoint;
  std::optional<std::string> temperature;     ///< "fitted"; nothing where the teacher's logits are used as they are
  std::optional<PluginSpec> calibrator = {};  ///< nothing: losses see its logits as they are

  bool fits_temperature() const { return temperature == "fitted"; }

  static constexpr auto fields() {
    using T = TeacherSpec;
    return std::tuple(field("job", &T::job, "id of the job whose network teaches", a_plain_word),
                      field("checkpoint", &T::checkpoint, "its state that teaches"),
                      field("temperature", &T::temperature, "\"fitted\" where its logits are divided by a fitted temperature",
                            Presence::kIfAny),
                      field("calibrator", &T::calibrator,
                            "what is done to its logits before losses see them; none: nothing. It is handed logits that are "
                            "divided by the fitted temperature, and a loss's teacher_temperature divides what it returns",
                            Presence::kIfAny));
  }
};

/// A network that learns together with others, and how it is trained.
struct LockstepNetwork {
  Shared<PluginSpec> model;
  Shared<Recipe> train;

  static constexpr auto fields() {
    using N = LockstepNetwork;
    return std::tuple(field("model", &N::model, "the network"), field("train", &N::train, "its recipe"));
  }
};

/// The networks of a stage that learn together, of which a job is one.
struct LockstepSpec {
  std::int64_t member = 0;
  std::vector<LockstepNetwork> networks = {};

  static constexpr auto fields() {
    using L = LockstepSpec;
    return std::tuple(field("member", &L::member, "which of them this job's is, from 0", a_count),
                      field("networks", &L::networks, "all of them, in the order of the stage; at least two"));
  }
};

struct Spec {
  std::int64_t sdk = 0, seed = 0, bins = 0;
  std::string device;  ///< "cpu" or "cuda"
  Shared<DatasetSpec> dataset;
  Shared<PluginSpec> model;
  Shared<Recipe> train;  ///< of this stage
  Shared<LossSpec> loss;
  Shared<TeacherSpec> teacher;
  std::vector<TeacherSpec> more_teachers = {};  ///< beside `teacher`
  std::optional<std::string> init, added_to, loss_init, lr_matched_to;
  std::optional<LockstepSpec> lockstep;  ///< nothing: it learns by itself
  std::optional<std::string> trains;     ///< "loss": the network stays as it begins; nothing: all of it
  std::optional<std::string> judged_on;  ///< "validation": the test rows are not read at all; nothing: measured on both

  static constexpr auto fields() {
    using S = Spec;
    return std::tuple(
        field("added_to", &S::added_to, "id of the job whose network, frozen in its last state, adds its logits to this one's",
              Presence::kIfAny, if_any<a_plain_word>),
        field("bins", &S::bins, "bins of every reliability table and ECE"),
        field("dataset", &S::dataset, "the data set, and how the host cuts its rows"), field("device", &S::device, "cpu or cuda"),
        field("init", &S::init, "id of the job whose last weights this one starts from; else random weights of the seed",
              Presence::kIfAny, if_any<a_plain_word>),
        field("judged_on", &S::judged_on, "\"validation\" where the test rows are not even loaded: of the trials of a tune study",
              Presence::kIfAny),
        field("loss", &S::loss, "how it distils; null: the labels alone", Presence::kOrNull),
        field("loss_init", &S::loss_init, "id of the job whose loss's parameters and buffers this one's loss starts from",
              Presence::kIfAny, if_any<a_plain_word>),
        field("lockstep", &S::lockstep, "the networks that learn together, each taught by the others", Presence::kIfAny),
        field("lr_matched_to", &S::lr_matched_to,
              "id of the job to whose first gradient its own is matched: learning rates are those of train times the ratio of "
              "their "
              "norms, that one's above its own, so that the first steps are equally long",
              Presence::kIfAny, if_any<a_plain_word>),
        field("model", &S::model, "the network"),
        field("more_teachers", &S::more_teachers, "who teaches beside the first", Presence::kIfAny),
        field("sdk", &S::sdk, "2: the plugins' binary interface when specs were fixed, whatever it is now"),
        field("seed", &S::seed, "of everything that is drawn"),
        field("teacher", &S::teacher, "who teaches; null: nobody", Presence::kOrNull),
        field("train", &S::train, "the suite's recipe, as this stage changes it"),
        field("trains", &S::trains, "\"loss\" where only the loss's parameters are trained", Presence::kIfAny));
  }

  bool trains_loss_alone() const { return trains == "loss"; }
  bool is_judged_on_validation() const { return judged_on == kValidation; }
  static constexpr const char* kValidation = "validation";

  /// The canonical text of the whole (keys sorted), in which every part stands by its identity. Its SHA-256 is the job's id.
  std::string identity() const;
};

/// What a plugin is found by.
struct PluginRef {
  PluginKind kind = PluginKind::kModel;
  std::string name;
  bool operator==(const PluginRef&) const = default;

  static constexpr auto fields() {
    return std::tuple(field("kind", &PluginRef::kind, "model, dataset, loss, strategy, gradient_policy or calibrator"),
                      field("plugin", &PluginRef::name, "its name"));
  }
};

/// The plugins that compute the result of a job: those of the data set and of what it is made of, of the model, of the loss,
/// of what is done to the logits of teachers. What a strategy says stands in the spec itself.
std::vector<PluginRef> plugins_of(const Spec& spec);

/// Ids of the jobs that a spec names, each once: those that teach, the one it starts from, the one it is added to, the one
/// whose loss its own starts from, the one to whose first gradient its own is matched.
std::vector<std::string> needs_of(const Spec& spec);

}  // namespace kdbench::inline plan
