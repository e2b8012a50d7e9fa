/// Golden cases: what goes into a loss and what must come out, in the form that golden files have (schema
/// "kdbench-golden-loss/2"). docs/golden_files.md explains it to authors.
#pragma once
#include <kdbench/worker/golden/golden_keys.h>
#include <kdbench/worker/golden/golden_tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline worker {

constexpr const char* kGoldenSchema = "kdbench-golden-loss/2";

/// A list that may have one item without brackets.
template <class T>
struct OneOrMany {
  std::vector<T> items;
  bool has_value() const { return !items.empty(); }
};
template <class T>
Json document_json(const OneOrMany<T>& value) {
  return value.items.size() == 1 ? to_document(value.items.front()) : to_document(value.items);
}
template <class T>
void read_document_json(const Json& json, OneOrMany<T>& value, const DocumentPath& path) {
  if (json.is_array()) return read_document(json, value.items, path);
  value.items.resize(1);
  read_document(json, value.items.front(), path);
}

/// Classifier.
struct GoldenClassifier {
  std::optional<GoldenTensor> weight, bias;

  static constexpr auto fields() {
    using C = GoldenClassifier;
    return std::tuple(field("weight", &C::weight, "[K, D]", Presence::kIfAny), field("bias", &C::bias, "[K]", Presence::kIfAny));
  }
};

/// NormAffine.
struct GoldenNorm {
  GoldenTensor scale, shift;

  static constexpr auto fields() {
    using N = GoldenNorm;
    return std::tuple(field("scale", &N::scale, "[C]"), field("shift", &N::shift, "[C]"));
  }
};

/// What a network made of a batch, and its classifier; or the gradients of all that.
struct GoldenNetwork {
  std::optional<GoldenTensor> logits;
  GoldenMaps features, preactivations;
  std::optional<GoldenTensor> embedding, embedding_map;
  GoldenMaps exits;
  std::optional<GoldenClassifier> classifier;
  std::map<std::string, GoldenNorm> norms;

  static constexpr auto fields() {
    using N = GoldenNetwork;
    using enum Presence;
    return std::tuple(
        field("logits", &N::logits, "[N, K]", kIfAny), field("features", &N::features, "by name, [N, C, H, W] each", kIfAny),
        field("preactivations", &N::preactivations, "the same before the activation", kIfAny),
        field("embedding", &N::embedding, "[N, D]; absent: the mean of embedding_map, if that is there", kIfAny),
        field("embedding_map", &N::embedding_map, "[N, D, H, W]", kIfAny),
        field("exits", &N::exits, "of the student: logits of earlier classifiers by name, [N, K] each", kIfAny),
        field("classifier", &N::classifier, "the last layer; of the teacher, in the first step", kIfAny),
        field("norms", &N::norms, "of the teacher, in the first step: the batch norm of each map's preactivation", kIfAny));
  }
};

/// One batch.
struct GoldenStep {
  GoldenNetwork student;
  std::optional<GoldenNetwork> teacher;
  std::vector<GoldenNetwork> more_teachers;
  std::optional<GoldenNetwork> student_second_view, teacher_second_view;
  std::optional<GoldenTensor> labels, mixed_labels, indices, posterior, images;
  std::optional<double> mix;
  GoldenTensors draws;
  std::optional<std::int64_t> epoch, step;

  static constexpr auto fields() {
    using S = GoldenStep;
    using enum Presence;
    return std::tuple(field("student", &S::student, "what it made of the batch", kIfAny),
                      field("teacher", &S::teacher, "the same of the teacher; absent: there is none", kIfAny),
                      field("more_teachers", &S::more_teachers, "those beside it, in order", kIfAny),
                      field("student_second_view", &S::student_second_view, "on another view of the same rows", kIfAny),
                      field("teacher_second_view", &S::teacher_second_view, "the same of the teacher", kIfAny),
                      field("labels", &S::labels, "[N]; absent: zeros", kIfAny),
                      field("mixed_labels", &S::mixed_labels, "[N]: of the images mixed in; absent: none are", kIfAny),
                      field("mix", &S::mix, "share of `labels` beside them; absent: 1", kIfAny),
                      field("indices", &S::indices, "[N]; absent: 0, 1, ...", kIfAny),
                      field("posterior", &S::posterior, "[N, K]", kIfAny), field("images", &S::images, "[N, C, H, W]", kIfAny),
                      field("draws", &S::draws, "what the loss takes in place of what it would draw, by name", kIfAny),
                      field("epoch", &S::epoch, "from 0; absent: 0", kIfAny),
                      field("step", &S::step, "from 0; absent: its place in the list", kIfAny));
  }
};

/// What the loss is told before it is built, beside what the first batch shows.
struct GoldenContext {
  std::optional<std::int64_t> num_classes, num_train, num_epochs, num_steps, seed;
  std::optional<GoldenTensor> train_labels;

  static constexpr auto fields() {
    using C = GoldenContext;
    using enum Presence;
    return std::tuple(
        field("num_classes", &C::num_classes, "absent: columns of the logits or rows of a classifier, else 2", kIfAny),
        field("num_train", &C::num_train, "absent: the number of labels, else 1 more than the largest index", kIfAny),
        field("num_epochs", &C::num_epochs, "absent: 1 more than the largest epoch", kIfAny),
        field("num_steps", &C::num_steps, "absent: 1 more than the largest step", kIfAny),
        field("seed", &C::seed, "absent: 0", kIfAny), field("train_labels", &C::train_labels, "[num_train]", kIfAny));
  }
};

/// Gradients of one batch; the teacher has none.
struct GoldenGradients {
  GoldenNetwork student;
  std::optional<GoldenNetwork> student_second_view;
  GoldenTensors draws;

  static constexpr auto fields() {
    using G = GoldenGradients;
    using enum Presence;
    return std::tuple(field("student", &G::student, "of what was given of the student", kIfAny),
                      field("student_second_view", &G::student_second_view, "and of its second view", kIfAny),
                      field("draws", &G::draws, "of what the loss took in place of its own", kIfAny));
  }
};

/// What must come out. What is not there is not compared.
struct GoldenExpectation {
  std::optional<double> loss;
  std::map<std::string, double> terms;
  OneOrMany<GoldenGradients> grad;
  GoldenTensors state_grad, after;
  std::optional<GoldenTensor> judged;
  bool finite = false;

  static constexpr auto fields() {
    using E = GoldenExpectation;
    using enum Presence;
    return std::tuple(
        field("loss", &E::loss, "what is minimised, weights and tau^2 included, summed over the batches", kIfAny),
        field("terms", &E::terms, "\"ce\" and the loss's terms by name, without weights, summed over the batches", kIfAny),
        field("grad", &E::grad, "of `loss`, a batch each", kIfAny),
        field("state_grad", &E::state_grad, "of `loss`, of parameters of the loss, summed over the batches", kIfAny),
        field("after", &E::after, "parameters and buffers of the loss after the last batch", kIfAny),
        field("judged", &E::judged, "of an adapter: the logits that the network is judged by, of the last batch, [N, K]", kIfAny),
        field("finite", &E::finite,
              "where the reference gave no finite number the plugin must; false: it must give the same, \"nan\" for \"nan\"",
              kSinceLater));
  }
};

/// How far off a number may be.
struct GoldenTolerance {
  double value = 1e-9, gradient = 1e-9;

  static constexpr auto fields() {
    using T = GoldenTolerance;
    using enum Presence;
    return std::tuple(field("value", &T::value, "relative, of loss, terms and what is kept", kSinceLater),
                      field("gradient", &T::gradient, "relative to the largest entry of a gradient", kSinceLater));
  }
};

struct GoldenCase {
  std::string id, plugin, source, notes;
  std::vector<std::string> tags;
  GoldenKeys keys;
  GoldenContext context;
  GoldenTensors state;
  OneOrMany<GoldenStep> steps;
  GoldenExpectation expected;
  GoldenTolerance tolerance;

  static constexpr auto fields() {
    using C = GoldenCase;
    using enum Presence;
    return std::tuple(field("id", &C::id, "what it is called"), field("plugin", &C::plugin, "a loss"),
                      field("source", &C::source, "where the numbers come from", kIfAny),
                      field("notes", &C::notes, "for people", kIfAny), field("tags", &C::tags, "for people", kIfAny),
                      field("keys", &C::keys, "of the loss's table, the host's among them", kSinceLater),
                      field("context", &C::context, "what the loss is told before it is built", kSinceLater),
                      field("state", &C::state, "what parameters and buffers of the loss are set to, by name", kIfAny),
                      field("steps", &C::steps, "the batches, in order; one needs no list"),
                      field("expected", &C::expected, "what must come out"),
                      field("tolerance", &C::tolerance, "how far off it may be", kSinceLater));
  }
};

/// Calls visit(place, tensor) for every tensor of a network but its norms. Places are "NETWORK.logits", "NETWORK.features.f1",
/// "NETWORK.classifier.bias".
template <class Network, class Visit>
void for_each_golden_tensor(const std::string& name, Network& network, const Visit& visit) {
  const auto one = [&](const char* place, auto& tensor) {
    if (tensor) visit(name + place, tensor->value);
  };
  one(".logits", network.logits);
  for (auto& [map, tensor] : network.features) visit(name + ".features." + map, tensor.value);
  for (auto& [map, tensor] : network.preactivations) visit(name + ".preactivations." + map, tensor.value);
  one(".embedding", network.embedding);
  one(".embedding_map", network.embedding_map);
  for (auto& [exit, tensor] : network.exits) visit(name + ".exits." + exit, tensor.value);
  if (!network.classifier) return;
  one(".classifier.weight", network.classifier->weight);
  one(".classifier.bias", network.classifier->bias);
}

/// The same for both views of the student and for draws, "draws.NAME", of a GoldenStep or of GoldenGradients.
template <class Batch, class Visit>
void for_each_leaf(Batch& batch, const Visit& visit) {
  for_each_golden_tensor("student", batch.student, visit);
  if (batch.student_second_view) for_each_golden_tensor("student_second_view", *batch.student_second_view, visit);
  for (auto& [name, tensor] : batch.draws) visit("draws." + name, tensor.value);
}

}  // namespace kdbench::inline worker
