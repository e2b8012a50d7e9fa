#include <kdbench/worker/conformance/golden.h>

#include <kdbench/base/json.h>
#include <kdbench/registry/check_params.h>
#include <kdbench/train/objective/objective.h>
#include <kdbench/worker/conformance/checker.h>
#include <kdbench/worker/conformance/golden_aliases.h>
#include <kdbench/worker/conformance/scale_expression.h>

#include <ATen/ops/empty.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <vector>

namespace kdbench::inline worker {
namespace {

namespace fs = std::filesystem;

/// Parameters of a golden case that are the host's, not the plugin's.
constexpr std::array kHostParams{"tau", "tau_student", "alpha", "label_smoothing"};

constexpr const char* kGoldenRemedy =
    "compare the formula with the reference that the case was made by: arguments, temperatures, mean or sum, weights";

torch::Tensor read_tensor(const Json& json) {
  const auto shape = json.at("shape").get<std::vector<std::int64_t>>();
  const bool integers = json.at("dtype") == "int64";
  auto tensor = at::empty(shape, integers ? torch::kInt64 : torch::kFloat64);
  std::int64_t i = 0;
  for (const auto& value : json.at("data")) {
    if (integers)
      tensor.data_ptr<std::int64_t>()[i++] = value.get<std::int64_t>();
    else
      tensor.data_ptr<double>()[i++] = to_double(value);
  }
  require(i == tensor.numel(), fmt::format("a tensor of shape [{}] holds {} numbers", fmt::join(shape, ", "), i));
  return tensor;
}

void read_features(const Json& inputs, const std::string& key, ModelOutput& output, std::vector<FeatureShape>& shapes) {
  if (!inputs.contains(key)) return;
  for (const auto& json : inputs.at(key)) {
    const auto map = read_tensor(json);
    const auto name = fmt::format("f{}", shapes.size());
    const auto size = [&](std::int64_t d) { return d < map.dim() ? map.size(d) : 1; };
    shapes.push_back({name, size(1), size(2), size(3)});
    output.features.emplace(name, map);
  }
}

/// One case, read.
struct Case {
  ModelOutput student, teacher;
  torch::Tensor labels, indices, images, posterior;
  LossContext context;
  std::vector<std::pair<std::string, torch::Tensor>> weights;  ///< golden input -> values of a parameter of the loss
  std::vector<std::pair<std::string, torch::Tensor>> leaves;   ///< golden name of a gradient -> student tensor or parameter
};

Case read_case(const Json& json, const GoldenAlias& alias) {
  Case c;
  const auto& inputs = json.at("inputs");
  const auto optional = [&](const char* key) { return inputs.contains(key) ? read_tensor(inputs.at(key)) : torch::Tensor(); };
  c.student.logits = optional("student_logits");
  c.teacher.logits = optional("teacher_logits");
  c.labels = optional("labels");
  c.posterior = optional("target_probs");
  c.context.seed = 0;
  read_features(inputs, "student_features", c.student, c.context.student);
  read_features(inputs, "teacher_features", c.teacher, c.context.teacher);
  if (c.student.logits.defined()) {
    c.context.num_classes = c.student.logits.size(1);
    c.leaves.emplace_back("student_logits", c.student.logits.requires_grad_(true));
  }
  for (auto& [name, map] : c.student.features) c.leaves.emplace_back("student_features/" + name, map.requires_grad_(true));
  for (const auto& [input, parameter] : alias.weights) c.weights.emplace_back(input, read_tensor(inputs.at(input)));
  return c;
}

/// The parameters of a case under our names.
Json our_params(const Json& golden, const GoldenAlias& alias) {
  Json ours = alias.fixed;
  for (const auto& [key, value] : golden.items()) {
    const auto it = alias.renamed.find(key);
    const auto& name = it == alias.renamed.end() ? key : it->second;
    if (!name.empty()) ours[name] = value;
  }
  return ours;
}

ObjectiveKnobs read_knobs(const Json& params) {
  ObjectiveKnobs knobs;
  const double tau = params.value("tau", 1.0);
  knobs.tau_student = params.value("tau_student", tau);
  knobs.tau_teacher = tau;
  knobs.alpha = params.value("alpha", 1.0);
  knobs.label_smoothing = params.value("label_smoothing", 0.0);
  return knobs;
}

/// The plugin's own parameters, checked; the host's are left out.
ParamValues read_params(const LossEntry& entry, const Json& params) {
  Json own = Json::object();
  for (const auto& [key, value] : params.items()) {
    const auto is_host = std::find(kHostParams.begin(), kHostParams.end(), key) != kHostParams.end();
    if (!is_host) own[key] = value;
  }
  return resolve_params(entry.params, params_from_json(entry.params, own));
}

/// Gives the loss's own parameters the values of the case; their gradients are then compared too.
void set_weights(Loss& loss, const GoldenAlias& alias, Case& c) {
  const torch::NoGradGuard no_grad;
  auto parameters = loss.named_parameters();
  for (const auto& [input, values] : c.weights) {
    const auto& name = alias.weights.at(input);
    auto* parameter = parameters.find(name);
    require(parameter != nullptr, fmt::format("the loss has no parameter '{}', which {} gives values to", name, input));
    require(parameter->sizes() == values.sizes(),
            fmt::format("{}: expected a parameter of [{}], the loss has [{}]", input, fmt::join(values.sizes().vec(), ", "),
                        fmt::join(parameter->sizes().vec(), ", ")));
    parameter->copy_(values);
    c.leaves.emplace_back(input, *parameter);
  }
}

Objective run_case(const LossEntry& entry, const GoldenAlias& alias, const ParamValues& params, const ObjectiveKnobs& knobs,
                   Case& c) {
  at::manual_seed(0);
  if (const auto why = entry.unsupported(params, c.context)) throw NotApplicable(*why);
  auto loss = entry.create(params, c.context);
  loss->to(torch::kFloat64);
  loss->train();
  set_weights(*loss, alias, c);
  const LossInputs inputs{.student = c.student,
                          .teacher = c.teacher,
                          .labels = c.labels,
                          .indices = c.indices,
                          .posterior = c.posterior,
                          .images = c.images,
                          .tau_student = knobs.tau_student,
                          .tau_teacher = knobs.tau_teacher,
                          .num_epochs = 1,
                          .num_steps = 1};
  return objective(c.student.logits, c.labels, loss->forward(inputs), knobs);
}

void compare_number(const std::string& what, double expected, double found) {
  // The absolute part is for a loss of 0, which is reached by cancellation.
  const double tolerance = 1e-9 * std::abs(expected) + 1e-14;
  require(std::abs(found - expected) <= tolerance, fmt::format("{}: expected {:.17g}, found {:.17g}", what, expected, found));
}

void compare_gradient(const std::string& what, const torch::Tensor& expected, const torch::Tensor& found, double relative) {
  require(found.defined(), what + ": no gradient");
  require(found.sizes() == expected.sizes(), what + ": the gradient has another shape");
  const double scale = expected.abs().max().item<double>();
  const double off = (found - expected).abs().max().item<double>();
  require(off <= relative * std::max(scale, 1e-6), fmt::format("{}: off by {:.3g}, largest gradient {:.3g}", what, off, scale));
}

/// The golden gradient of one leaf: a tensor, or a list of tensors for feature maps.
const Json* find_gradient(const Json& grad, const std::string& leaf) {
  const auto slash = leaf.find('/');
  const auto it = grad.find(leaf.substr(0, slash));
  if (it == grad.end()) return nullptr;
  if (slash == std::string::npos) return &*it;
  return &it->at(static_cast<std::size_t>(std::stoul(leaf.substr(slash + 2))));
}

/// What a scale means by a name.
double value_named(const std::string& name, const ParamValues& params, const ObjectiveKnobs& knobs) {
  if (name == "alpha") return knobs.alpha;
  if (name == "tau_student") return knobs.tau_student;
  if (name == "tau_teacher") return knobs.tau_teacher;
  const auto it = params.find(name);
  const auto* value = it == params.end() ? nullptr : std::get_if<double>(&it->second);
  if (value == nullptr) throw Error(fmt::format("a scale names '{}', which is no real parameter of the loss", name));
  return *value;
}

void compare_components(const Json& expected, const GoldenAlias& alias, const ParamValues& params, const ObjectiveKnobs& knobs,
                        const Objective& found) {
  const auto value_of = [&](const std::string& name) { return value_named(name, params, knobs); };
  for (const auto& component : alias.components) {
    const double scale = scale_value(component.scale, value_of);
    if (!expected.contains(component.golden) || scale == 0 || std::isinf(scale)) continue;
    for (const auto& [name, term] : found.terms) {
      if (name != component.term) continue;
      compare_number(component.golden, to_double(expected.at(component.golden)), term.item<double>() * scale);
    }
  }
}

std::string check_case(const Catalog& catalog, const GoldenAliases& aliases, const Json& json) {
  const auto alias = aliases.of(json.at("loss"));
  const auto entry = catalog.losses.find(alias.plugin);
  if (entry == catalog.losses.end()) throw NotApplicable("no loss plugin '" + alias.plugin + "'");
  const auto given = our_params(json.at("params"), alias);
  const auto params = read_params(entry->second, given);
  auto c = read_case(json, alias);
  const auto knobs = read_knobs(given);
  const auto found = run_case(entry->second, alias, params, knobs, c);
  const auto& expected = json.at("expected");
  compare_number("loss", to_double(expected.at("loss")), found.total.item<double>());
  compare_components(expected.value("components", Json::object()), alias, params, knobs, found);
  found.total.backward();
  const auto& tags = json.at("tags");
  const double relative = std::find(tags.begin(), tags.end(), "grad_huge") != tags.end() ? 1e-6 : 1e-9;
  const auto grad = expected.value("grad", Json::object());
  for (const auto& [leaf, tensor] : c.leaves) {
    if (const auto* golden = find_gradient(grad, leaf)) compare_gradient(leaf, read_tensor(*golden), tensor.grad(), relative);
  }
  return {};
}

void check_file(const Catalog& catalog, const fs::path& file, const Report& report) {
  const auto document = read_json(file);
  const Checker reader("golden " + file.filename().string(), report);
  if (!document) {
    reader.run({"is JSON", "correct the file where the message says"},
               [&]() -> std::string { throw Error(to_text(document.error())); });
    return;
  }
  if (!document->is_object() || document->value("schema", "") != "kdbench-golden-loss/1") return;
  const auto aliases = read_golden_aliases(file.parent_path());
  if (!aliases) {
    reader.run({"has aliases that can be read", "correct aliases.json where the message says"},
               [&]() -> std::string { throw Error(to_text(aliases.error())); });
    return;
  }
  for (const auto& json : document->at("cases")) {
    const Checker checker("loss " + json.value("loss", "?"), report);
    checker.run({json.value("id", "?"), kGoldenRemedy}, [&] { return check_case(catalog, *aliases, json); });
  }
}

}  // namespace

void check_golden(const Catalog& catalog, const fs::path& path, const Report& report) {
  std::vector<fs::path> files;
  if (fs::is_directory(path)) {
    for (const auto& item : fs::recursive_directory_iterator(path)) {
      if (item.is_regular_file() && item.path().extension() == ".json") files.push_back(item.path());
    }
  } else {
    files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) check_file(catalog, file, report);
}

}  // namespace kdbench::inline worker
