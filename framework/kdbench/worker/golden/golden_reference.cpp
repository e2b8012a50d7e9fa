#include <kdbench/worker/golden/golden_place.h>
#include <kdbench/worker/golden/golden_reference.h>
#include <kdbench/worker/golden/scale_expression.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace kdbench::inline worker {
namespace {

constexpr double kHugeGradient = 1e-6;  // relative, where a gradient is ill conditioned

/// Inputs whose place is that of their name.
const std::map<std::string, std::string> kPlainInputs{
    {"student_logits", "student.logits"},     {"teacher_logits", "teacher.logits"},     {"labels", "labels"},
    {"student_features", "student.features"}, {"teacher_features", "teacher.features"}, {"target_probs", "posterior"}};

bool all_finite(const Json& json) {
  if (json.is_structured()) return std::all_of(json.begin(), json.end(), all_finite);
  return !(json == "nan" || json == "inf" || json == "-inf");
}

/// One tensor, or those of a list.
std::vector<GoldenTensor> read_tensors(const Json& json) {
  std::vector<GoldenTensor> tensors(1);
  if (json.is_array())
    read_document(json, tensors);
  else
    read_document(json, tensors.front());
  return tensors;
}

/// Leads one case to the native form.
class Conversion {
 public:
  Conversion(const ReferenceCase& reference, const GoldenAlias& alias, const LossEntry& entry)
      : reference_(reference), alias_(alias), entry_(entry) {}

  ConvertedCase run() {
    auto& golden = out_.golden;
    golden.id = reference_.id;
    golden.plugin = alias_.plugin;
    golden.source = reference_.source;
    golden.notes = reference_.notes;
    golden.tags = reference_.tags;
    set_keys();
    golden.steps.items.resize(static_cast<std::size_t>(num_steps_.value_or(1)));
    for (const auto& [name, json] : reference_.inputs)
      in_part("inputs", name, [&, &n = name, &j = json] {
        for (const auto& place : places_of(n)) put_input(n, j, place);
      });
    place_steps();
    set_expected();
    set_tolerance();
    return std::move(out_);
  }

 private:
  /// Names the part of the case that a mistake is in.
  template <class Body>
  static void in_part(const char* part, const std::string& name, const Body& body) {
    try {
      body();
    } catch (const Error& error) {
      throw Error(fmt::format("{}.{}: {}", part, name, error.what()));
    } catch (const DocumentError& error) {
      throw Error(fmt::format("{}.{}: {}", part, name, error.what()));
    }
  }

  bool tagged(const char* tag) const {
    return std::find(reference_.tags.begin(), reference_.tags.end(), tag) != reference_.tags.end();
  }

  void set_keys() {
    Json keys = Json::object();
    for (const auto& [key, value] : alias_.fixed) set_key(keys, key, value);
    for (const auto& [name, value] : reference_.params) {
      const auto renamed = alias_.renamed.find(name);
      const auto& key = renamed == alias_.renamed.end() ? name : renamed->second;
      if (!key.empty()) in_part("params", name, [&, &n = name, &v = value] { set_key(keys, key, our_value(n, v)); });
    }
    for (const auto& [key, expression] : alias_.computed) {
      set_key(keys, key, scale_value(expression, [&](const std::string& name) { return number_of(name); }));
    }
    try {
      out_.golden.keys = from_document<GoldenKeys>(keys);
    } catch (const DocumentError& error) {
      throw Error(error.what());
    }
  }

  Json our_value(const std::string& name, const Json& value) const {
    const auto values = alias_.values.find(name);
    if (values != alias_.values.end()) {
      const auto ours = values->second.find(value.dump());
      if (ours == values->second.end()) throw Error(fmt::format("'values' of the aliases has nothing for {}", value.dump()));
      return ours->second;
    }
    if (value.is_boolean() || value.is_number() || value.is_string()) return value;
    throw Error(
        fmt::format("a parameter is a boolean, a number or a string, found {}; the aliases can leave it out "
                    "(\"renamed\": {{\"{}\": \"\"}}) or give it another value (\"values\")",
                    value.dump(), name));
  }

  /// A parameter, or of an input "w1" with "w1[0]" the first of its sizes.
  double number_of(const std::string& name) const {
    if (name.ends_with(']')) return size_of(name.substr(0, name.find('[')), std::stoul(name.substr(name.find('[') + 1)));
    const auto it = reference_.params.find(name);
    if (it != reference_.params.end() && it->second.is_number()) return it->second.get<double>();
    throw Error(fmt::format("'computed' of the aliases names '{}', which is no number of the case's params", name));
  }

  double size_of(const std::string& input, std::size_t dimension) const {
    const auto it = reference_.inputs.find(input);
    if (it == reference_.inputs.end()) throw Error(fmt::format("'computed' of the aliases names '{}', which is no input", input));
    const auto tensors = read_tensors(it->second);
    const auto dimensions = tensors.empty() ? 0 : static_cast<std::size_t>(tensors.front().value.dim());
    if (dimension < dimensions) return static_cast<double>(tensors.front().value.size(static_cast<std::int64_t>(dimension)));
    throw Error(fmt::format("'computed' of the aliases names '{}[{}]', and it has {} dimensions", input, dimension, dimensions));
  }

  /// A key of the loss's table, or what the host tells a loss.
  void set_key(Json& keys, const std::string& key, const Json& value) {
    if (!key.starts_with('@')) {
      keys[key] = value;
      return;
    }
    if (key == "@mix") {
      if (!value.is_number()) throw Error(fmt::format("'@mix' takes a number, found {}", value.dump()));
      mix_ = value.get<double>();
      return;
    }
    auto& context = out_.golden.context;
    const std::map<std::string, std::optional<std::int64_t>*> told{{"@epoch", &epoch_},
                                                                   {"@step", &step_},
                                                                   {"@steps", &num_steps_},
                                                                   {"@num_epochs", &context.num_epochs},
                                                                   {"@num_steps", &context.num_steps},
                                                                   {"@num_train", &context.num_train},
                                                                   {"@num_classes", &context.num_classes},
                                                                   {"@seed", &context.seed}};
    const auto it = told.find(key);
    if (it == told.end()) {
      throw Error(
          fmt::format("nothing is called '{}'; the host tells a loss @epoch, @num_epochs, @step, @num_steps, @num_train, "
                      "@num_classes, @seed and @mix, and @steps is the number of batches",
                      key));
    }
    if (!value.is_number() || value.get<double>() != std::floor(value.get<double>())) {
      throw Error(fmt::format("'{}' takes a whole number, found {}", key, value.dump()));
    }
    *it->second = static_cast<std::int64_t>(value.get<double>());
    if (num_steps_ && *num_steps_ < 1) throw Error(fmt::format("'@steps' must be at least 1, found {}", *num_steps_));
  }

  void place_steps() {
    auto& steps = out_.golden.steps.items;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      steps[i].epoch = epoch_;
      steps[i].mix = mix_;
      if (step_) steps[i].step = *step_ + static_cast<std::int64_t>(i);
    }
  }

  /// At least one; the first is that of the gradient.
  std::vector<GoldenPlace> places_of(const std::string& input) const {
    const auto it = alias_.inputs.find(input);
    if (it != alias_.inputs.end() && it->second.has_value()) return {it->second.items.begin(), it->second.items.end()};
    if (const auto plain = kPlainInputs.find(input); plain != kPlainInputs.end()) return {GoldenPlace(plain->second)};
    throw Error(
        fmt::format("it has no place; say where it belongs in the aliases of '{}' (\"inputs\": {{\"{}\": PLACE}}), PLACE one "
                    "of {}",
                    reference_.loss, input, GoldenPlace::list()));
  }

  /// Calls put(step, tensors) for every batch that `json` is for.
  template <class Put>
  void each_step(const Json& json, const Put& put) {
    const auto steps = out_.golden.steps.items.size();
    if (!num_steps_ || !json.is_array()) {
      const auto tensors = read_tensors(json);
      for (std::size_t i = 0; i < steps; ++i) put(i, tensors);
      return;
    }
    if (json.size() != steps) throw Error(fmt::format("expected a list of {}, one for each step, found {}", steps, json.size()));
    for (std::size_t i = 0; i < steps; ++i) put(i, read_tensors(json[i]));
  }

  void put_input(const std::string& name, const Json& json, const GoldenPlace& place) {
    using Kind = GoldenPlace::Kind;
    if (place.kind() == Kind::kJudged) throw Error("'judged' is what comes out; it is a place of 'after'");
    if (place.kind() == Kind::kNowhere) {
      out_.left_out.push_back("inputs." + name);
    } else if (place.kind() == Kind::kState) {
      out_.golden.state[place.name()] = place.one(read_tensors(json));
    } else if (place.kind() == Kind::kTrainLabels) {
      out_.golden.context.train_labels = place.one(read_tensors(json));
    } else {
      each_step(json, [&](std::size_t i, const std::vector<GoldenTensor>& tensors) {
        if (i == 0 || !place.is_built_with()) place.put(tensors, out_.golden.steps.items[i], true);
      });
    }
  }

  void set_expected() {
    auto& expected = out_.golden.expected;
    expected.finite = tagged("loss_nonfinite") || tagged("grad_nonfinite");
    const auto stable = reference_.stable.value_or(ReferenceValues{});
    if (!reference_.expected.loss) throw Error("expected: it has no member 'loss'");
    double loss = *reference_.expected.loss;
    if (!std::isfinite(loss)) loss = stable.loss.value_or(loss);
    if (alias_.term.empty())
      expected.loss = loss;
    else
      expected.terms[alias_.term] = loss;
    set_terms(stable);
    for (const auto& [name, json] : reference_.expected.grad) {
      const auto instead = stable.grad.find(name);
      const auto& values = !all_finite(json) && instead != stable.grad.end() ? instead->second : json;
      in_part("expected.grad", name, [&, &n = name] { put_gradient(n, values); });
    }
    for (const auto& [name, json] : reference_.after) in_part("after", name, [&, &n = name, &j = json] { put_after(n, j); });
  }

  void set_terms(const ReferenceValues& stable) {
    const auto spec = golden_loss_spec(out_.golden.keys.host);
    const auto params = golden_params(entry_, out_.golden.keys.own);
    for (const auto& [name, value] : reference_.expected.components) {
      const auto is_this = [&, &n = name](const GoldenComponent& component) { return component.golden == n; };
      const auto it = std::find_if(alias_.components.begin(), alias_.components.end(), is_this);
      if (it == alias_.components.end()) {
        out_.left_out.push_back("components." + name);
        continue;
      }
      const double scale = scale_value(it->scale, [&](const std::string& key) { return golden_key_value(key, spec, params); });
      if (scale == 0 || std::isinf(scale)) continue;
      const auto instead = stable.components.find(name);
      const double component = !std::isfinite(value) && instead != stable.components.end() ? instead->second : value;
      out_.golden.expected.terms[it->term] = component / scale;
    }
  }

  void put_gradient(const std::string& name, const Json& json) {
    const auto place = places_of(name).front();
    if (place.kind() == GoldenPlace::Kind::kNowhere) return;
    auto& expected = out_.golden.expected;
    if (place.kind() == GoldenPlace::Kind::kState) {
      expected.state_grad[place.name()] = place.one(read_tensors(json));
      return;
    }
    if (!place.has_gradient()) throw Error("no gradient reaches what is no output of the student and no parameter of the loss");
    auto& steps = expected.grad.items;
    steps.resize(out_.golden.steps.items.size());
    if (steps.size() > 1 && !json.is_array()) throw Error(fmt::format("expected a list of {}, one for each step", steps.size()));
    each_step(json, [&](std::size_t i, const std::vector<GoldenTensor>& tensors) {
      auto& to = steps[i];
      GoldenStep gradients;
      gradients.student = std::move(to.student);
      gradients.student_second_view = std::move(to.student_second_view);
      gradients.draws = std::move(to.draws);
      place.put(tensors, gradients, false);
      to = {std::move(gradients.student), std::move(gradients.student_second_view), std::move(gradients.draws)};
    });
  }

  void put_after(const std::string& name, const Json& json) {
    const auto it = alias_.after.find(name);
    if (it == alias_.after.end()) {
      throw Error(fmt::format(
          "it has no place; say in the aliases of '{}' which state of the loss it is (\"after\": {{\"{}\": "
          "\"state NAME\"}}), that it is what an adapter is judged by (\"judged\"), or that it is not compared (\"\")",
          reference_.loss, name));
    }
    const GoldenPlace place(it->second);
    if (place.kind() == GoldenPlace::Kind::kNowhere) {
      out_.left_out.push_back("after." + name);
      return;
    }
    if (place.kind() == GoldenPlace::Kind::kJudged) {
      out_.golden.expected.judged = place.one(read_tensors(json));
      return;
    }
    if (place.kind() != GoldenPlace::Kind::kState) {
      throw Error(fmt::format("expected \"state NAME\" or \"judged\", found '{}'", it->second));
    }
    out_.golden.expected.after[place.name()] = place.one(read_tensors(json));
  }

  void set_tolerance() {
    auto& tolerance = out_.golden.tolerance;
    tolerance = alias_.tolerance.value_or(GoldenTolerance{});
    if (tagged("grad_huge")) tolerance.gradient = std::max(tolerance.gradient, kHugeGradient);
  }

  const ReferenceCase& reference_;
  const GoldenAlias& alias_;
  const LossEntry& entry_;
  ConvertedCase out_;
  std::optional<std::int64_t> epoch_, step_, num_steps_;
  std::optional<double> mix_;
};

}  // namespace

ReferenceCase read_reference_case(const Json& json, const DocumentPath& path) {
  ReferenceCase out;
  if (!json.is_object()) document::refuse_kind(path, "an object", json);
  const auto known_of = [](const Json& all, auto& value) {
    Json known = Json::object();
    document::each_field(value, [&](const auto& f, const auto&) {
      if (const auto it = all.find(f.key); it != all.end()) known[f.key] = *it;
    });
    return known;
  };
  auto known = known_of(json, out);
  ReferenceValues values;
  for (const auto* part : {"expected", "stable"}) {
    if (known.contains(part) && known[part].is_object()) known[part] = known_of(known[part], values);
  }
  read_document(known, out, path);
  return out;
}

std::vector<std::string> alias_names(const ReferenceCase& reference) {
  std::vector<std::string> names;
  for (const auto& [name, value] : reference.params) {
    names.push_back(fmt::format("{} where {} = {}", reference.loss, name, value.dump()));
  }
  names.push_back(reference.loss);
  return names;
}

ConvertedCase convert_reference(const ReferenceCase& reference, const GoldenAlias& alias, const LossEntry& entry) {
  return Conversion(reference, alias, entry).run();
}

}  // namespace kdbench::inline worker
