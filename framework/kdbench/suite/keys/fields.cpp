#include <kdbench/suite/keys/fields.h>

#include <kdbench/base/text.h>

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

namespace kdbench::inline suite {
namespace {

constexpr double kManyRows = 1e6, kManyPixels = 1024, kManyThreads = 1024, kManyBins = 1000;

}  // namespace

std::string Limits::text() const {
  std::vector<std::string> parts;
  if (at_least) parts.push_back(fmt::format("at least {}", *at_least));
  if (above) parts.push_back(fmt::format("above {}", *above));
  if (at_most) parts.push_back(fmt::format("at most {}", *at_most));
  if (below) parts.push_back(fmt::format("below {}", *below));
  return join(parts, " and ");
}

bool Limits::allow(double value) const {
  return (!at_least || value >= *at_least) && (!above || value > *above) && (!at_most || value <= *at_most) &&
         (!below || value < *below);
}

std::string header_text(const std::string& kind, const std::string& name, const std::string& more) {
  const auto is_bare = [](unsigned char c) { return c < 0x80 && (std::isalnum(c) || c == '_' || c == '-'); };
  const bool bare = !name.empty() && std::all_of(name.begin(), name.end(), is_bare);
  return fmt::format("[{}.{}{}{}]", kind, bare ? name : toml_text(name), more.empty() ? "" : ".", more);
}

std::string toml_text(bool value) { return value ? "true" : "false"; }
std::string toml_text(std::int64_t value) { return fmt::format("{}", value); }
std::string toml_text(double value) {
  const auto text = fmt::format("{}", value);
  return text.find_first_not_of("-0123456789") == std::string::npos ? text + ".0" : text;
}
std::string toml_text(const std::string& value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    else
      out += c;
  }
  return out + "\"";
}

std::string toml_text(const SuiteValue& value) {
  return std::visit([](const auto& held) { return toml_text(held); }, value);
}

const std::vector<Field<Suite>>& suite_fields() {
  static const auto fields = completed<Suite>({
      {{.key = "name", .doc = "Names the suite in stores and on boards.", .required = true}, &Suite::name},
      {{"title", "One line for people, printed above the boards."}, &Suite::title},
      {{"paper",
        "The printed table that the suite repeats, \"table6\" for example: what kdbench compare sets beside the "
        "boards. Decides no result."},
       &Suite::paper},
      {{"seeds", "Every method is trained once per seed; all differ.", {.at_least = 0}}, &Suite::seeds},
      {{"device", "auto, cpu, cuda or cuda:N. auto takes a GPU where there is one."}, &Suite::device},
      {{"data_dir", "Folder that relative data paths start from."}, &Suite::data_dir},
      {{"select", "Checkpoint the boards read: the last epoch, or the one best on validation rows.", {}, {"last", "best_val"}},
       &Suite::select},
      {{"bins", "Confidence bins of every reliability table and ECE.", {.at_least = 1, .at_most = kManyBins}}, &Suite::bins},
  });
  return fields;
}

const std::vector<Field<Recipe>>& recipe_fields() {
  static const auto fields = completed<Recipe>({
      {{"epochs", "Passes over the training split.", {.at_least = 1, .at_most = kManyEpochs}}, &Recipe::epochs},
      {{"batch_size", "Images a step.", {.at_least = 2, .at_most = kManyRows}}, &Recipe::batch_size},
      {{.key = "optimizer",
        .doc = "sgd with momentum, or adamw (Loshchilov and Hutter 2019).",
        .choices = {"sgd", "adamw"},
        .left_out_if_default = true},
       &Recipe::optimizer},
      {{"lr", "Peak learning rate. The default is for sgd; adamw takes about 0.001.", {.above = 0}}, &Recipe::lr},
      {{"momentum", "sgd: momentum.", {.at_least = 0, .below = 1}}, &Recipe::momentum},
      {{"weight_decay",
        "sgd: L2 penalty, added to the gradient. adamw: share of lr by which a parameter shrinks each step.",
        {.at_least = 0}},
       &Recipe::weight_decay},
      {{.key = "decay_norms_and_biases",
        .doc = "false: no weight decay on parameters of one dimension, which are biases and the scales and shifts of norms.",
        .left_out_if_default = true},
       &Recipe::decay_norms_and_biases},
      {{"nesterov", "sgd: Nesterov's form of momentum; needs momentum above 0."}, &Recipe::nesterov},
      {{.key = "beta1",
        .doc = "adamw: decay of the running mean of the gradient.",
        .limits = {.at_least = 0, .below = 1},
        .left_out_if_default = true},
       &Recipe::beta1},
      {{.key = "beta2",
        .doc = "adamw: decay of the running mean of its square.",
        .limits = {.at_least = 0, .below = 1},
        .left_out_if_default = true},
       &Recipe::beta2},
      {{.key = "eps", .doc = "adamw: added to the root of that mean.", .limits = {.above = 0}, .left_out_if_default = true},
       &Recipe::eps},
      {{"schedule", "How the rate falls after the warm-up.", {}, {"constant", "step", "cosine"}}, &Recipe::schedule},
      {{"milestones",
        "step: where the rate falls. Fractions of the epochs (each below 1) or epoch numbers (each 1 or "
        "more, and below 'epochs'), rising.",
        {.above = 0}},
       &Recipe::milestones},
      {{"gamma", "step: factor at each milestone.", {.above = 0, .at_most = 1}}, &Recipe::gamma},
      {{"warmup_epochs", "The rate rises from 0 to lr over so many epochs, at most 'epochs'.", {.at_least = 0}},
       &Recipe::warmup_epochs},
      {{"min_lr", "cosine: rate at the end; not above lr.", {.at_least = 0}}, &Recipe::min_lr},
      {{"crop_padding",
        "Random crop after padding by so many pixels of zeros; 0: no crop.",
        {.at_least = 0, .at_most = kManyPixels}},
       &Recipe::crop_padding},
      {{"flip", "Random horizontal flip."}, &Recipe::flip},
      {{.key = "strong_operations",
        .doc = "Operations of RandAugment on each image, of those that are exact on bytes: autocontrast, equalize, solarize, "
               "posterize, "
               "shifts. With views = 2 on the second view alone.",
        .limits = {.at_least = 0, .at_most = 16},
        .left_out_if_default = true},
       &Recipe::strong_operations},
      {{.key = "strong_magnitude",
        .doc = "How strong they are.",
        .limits = {.at_least = 0, .at_most = 10},
        .left_out_if_default = true},
       &Recipe::strong_magnitude},
      {{.key = "cutout",
        .doc = "Side of a square of each image that is made black, in pixels; 0: none. With views = 2 on the second view alone.",
        .limits = {.at_least = 0, .at_most = kManyPixels},
        .left_out_if_default = true},
       &Recipe::cutout},
      {{.key = "views",
        .doc = "2: losses that read a second view of each image have one, with crop, flip and strong augmentation of its own. "
               "What reads "
               "none is trained as with 1.",
        .limits = {.at_least = 1, .at_most = 2},
        .left_out_if_default = true},
       &Recipe::views},
      {{.key = "mixup",
        .doc =
            "Each image of a batch is mixed with another: lambda * one + (1 - lambda) * other, lambda drawn for the batch from "
            "Beta(mixup, mixup); cross-entropy is mixed in the same shares (Zhang et al. 2018). 0: none.",
        .limits = {.at_least = 0},
        .left_out_if_default = true},
       &Recipe::mixup},
      {{"label_smoothing", "Of the cross-entropy.", {.at_least = 0, .below = 1}}, &Recipe::label_smoothing},
      {{"threads",
        "Threads inside one training step. It decides rounding, so it is part of a job's identity.",
        {.at_least = 1, .at_most = kManyThreads}},
       &Recipe::threads},
      {{"precision", "Arithmetic of the forward and backward pass.", {}, {"fp32", "bf16"}}, &Recipe::precision},
      {{"checkpoint_every", "Epochs between resumable checkpoints; decides no result.", {.at_least = 1, .at_most = kManyEpochs}},
       &Recipe::checkpoint_every},
      {{"evaluate_every",
        "Epochs between validations; the last epoch is always validated.",
        {.at_least = 1, .at_most = kManyEpochs}},
       &Recipe::evaluate_every},
  });
  return fields;
}

const std::vector<Field<DatasetUse>>& dataset_fields() {
  static const auto fields = completed<DatasetUse>({
      {{.key = "of",
        .doc = "The [datasets.NAME] that this one is made of (a subset, a rotation); rows are then cut by this "
               "table's keys, not by that one's.",
        .default_text = "none"},
       &DatasetUse::of},
      {{"validation", "Rows cut from the training split for validation, by the split seed.", {.at_least = 0}},
       &DatasetUse::validation},
      {{"train_limit", "Use so many training rows, after the cut; 0: all.", {.at_least = 0}}, &DatasetUse::train_limit},
      {{"test_limit",
        "Use so many test rows, the first ones; 0: all. Rows sorted by class are better chosen by a subset.",
        {.at_least = 0}},
       &DatasetUse::test_limit},
  });
  return fields;
}

const std::vector<KeySpec>& loss_specs() {
  static const auto number = [](std::string type, std::string key, std::string doc, Limits limits, std::string default_text) {
    return KeySpec{std::move(key), std::move(doc), limits, {}, std::move(type) + ", or a list", std::move(default_text)};
  };
  static const std::vector<KeySpec> specs = {
      number("real", "alpha",
             "Weight of the distillation terms; cross-entropy has 1 - alpha, and 1 in epochs without terms. The short form of "
             "'kd_weight' and 'ce_weight'.",
             {.at_least = 0, .at_most = 1}, "1.0"),
      number("real", "ce_weight", "Weight of cross-entropy in every epoch; instead of 'alpha'.", {.at_least = 0}, "0.0"),
      number("real", "kd_weight", "Weight of the distillation terms; instead of 'alpha'.", {.at_least = 0}, "1.0"),
      number("integer", "warmup_epochs",
             "The weight of the terms rises over so many epochs: in the k-th epoch that distils, k from 1, it is multiplied by "
             "min(k / warmup_epochs, 1). 0 and 1: no warm-up.",
             {.at_least = 0, .at_most = kManyEpochs}, "0"),
      number("integer", "from_epoch", "First epoch in which the terms are on, counted from 0.",
             {.at_least = 0, .at_most = kManyEpochs}, "0"),
      number("integer", "to_epoch", "First epoch after it in which they are off: they are on in [from_epoch, to_epoch).",
             {.at_least = 1, .at_most = kManyEpochs}, "none"),
      number("real", "tau", "Temperature of both networks inside the loss.", {.above = 0}, "4.0"),
      number("real", "tau_student", "Temperature of the student alone.", {.above = 0}, "tau"),
      number("real", "tau_teacher", "Temperature of the teacher alone.", {.above = 0}, "tau"),
      number("real", "teacher_temperature",
             "Divides the teacher's logits before the loss sees them: moves its calibration and nothing else.", {.above = 0},
             "1.0"),
      {"tau_squared",
       "Multiply the distillation terms by tau_student^2. A loss that reads no teacher has it off unless it is written; one that "
       "does "
       "not read the student's temperature never has it.",
       {},
       {},
       "boolean, or a list",
       "true"},
      {"gradient_policy",
       "What is made of the gradients of cross-entropy and of each term before the optimiser sees them: a "
       "[gradient_policies.NAME] "
       "or a plugin. Of a combination its own table says it.",
       {},
       {},
       "string, or a list",
       "none: they are summed"},
  };
  return specs;
}

const KeySpec& plugin_spec() {
  static const KeySpec spec{"plugin", "The plugin; every other key of the table is a parameter of it.", {}, {}, "string", "NAME"};
  return spec;
}

const KeySpec& zip_spec() {
  static const KeySpec spec{
      "zip", "Groups of keys whose lists advance together; other lists make a grid.", {}, {}, "list of lists of strings", "[]"};
  return spec;
}

const KeySpec& of_spec() {
  static const KeySpec spec{
      "of",
      "Makes the table a combination of the [losses.NAME] named here: their terms are summed, each with the keys "
      "of its own table. Beside it stand 'weights', 'ce_weight' and 'gradient_policy' alone.",
      {},
      {},
      "list of strings",
      "none"};
  return spec;
}

const KeySpec& weights_spec() {
  static const KeySpec spec{
      "weights",
      "Of a combination: weights of the parts' terms in the order of 'of', in place of their own 'kd_weight' or "
      "'alpha'.",
      {.at_least = 0},
      {},
      "list of reals",
      "the parts' own"};
  return spec;
}

const KeySpec& preset_spec() {
  static const KeySpec spec{"preset",
                            "A published setting of the plugin, such as \"resnet56-resnet20\": its keys count as if they were "
                            "written here, unless they "
                            "are. `kdbench describe loss NAME` lists them.",
                            {},
                            {},
                            "string",
                            "none"};
  return spec;
}

const KeySpec& model_train_spec() {
  static const KeySpec spec{"train", "Keys of [train] that are different for this model.", {}, {}, "table", "none"};
  return spec;
}

const std::vector<std::string>& top_tables() {
  static const std::vector<std::string> names = {
      "suite", "train", "datasets", "models", "losses", "strategies", "gradient_policies", "calibrators", "studies", "profile"};
  return names;
}

}  // namespace kdbench::inline suite
