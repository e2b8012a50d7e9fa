#include <kdbench/base/text.h>
#include <kdbench/sdk/error.h>
#include <kdbench/worker/golden/golden_place.h>

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace kdbench::inline worker {
namespace {

GoldenNetwork& view_of(std::optional<GoldenNetwork>& view) { return view ? *view : view.emplace(); }
GoldenNetwork& teacher_of(GoldenStep& step) { return view_of(step.teacher); }
GoldenClassifier& classifier_of(GoldenNetwork& network) {
  return network.classifier ? *network.classifier : network.classifier.emplace();
}

struct TensorPlace {
  const char* text;
  std::optional<GoldenTensor>& (*in)(GoldenStep& step);
};
using Step = GoldenStep;
using Slot = std::optional<GoldenTensor>&;
constexpr std::array kTensorPlaces{
    TensorPlace{"student.logits", [](Step& s) -> Slot { return s.student.logits; }},
    TensorPlace{"student.embedding", [](Step& s) -> Slot { return s.student.embedding; }},
    TensorPlace{"student.embedding_map", [](Step& s) -> Slot { return s.student.embedding_map; }},
    TensorPlace{"student.classifier.weight", [](Step& s) -> Slot { return classifier_of(s.student).weight; }},
    TensorPlace{"student.classifier.bias", [](Step& s) -> Slot { return classifier_of(s.student).bias; }},
    TensorPlace{"teacher.logits", [](Step& s) -> Slot { return teacher_of(s).logits; }},
    TensorPlace{"teacher.embedding", [](Step& s) -> Slot { return teacher_of(s).embedding; }},
    TensorPlace{"teacher.embedding_map", [](Step& s) -> Slot { return teacher_of(s).embedding_map; }},
    TensorPlace{"teacher.classifier.weight", [](Step& s) -> Slot { return classifier_of(teacher_of(s)).weight; }},
    TensorPlace{"teacher.classifier.bias", [](Step& s) -> Slot { return classifier_of(teacher_of(s)).bias; }},
    TensorPlace{"student_second_view.logits", [](Step& s) -> Slot { return view_of(s.student_second_view).logits; }},
    TensorPlace{"student_second_view.embedding", [](Step& s) -> Slot { return view_of(s.student_second_view).embedding; }},
    TensorPlace{"teacher_second_view.logits", [](Step& s) -> Slot { return view_of(s.teacher_second_view).logits; }},
    TensorPlace{"teacher_second_view.embedding", [](Step& s) -> Slot { return view_of(s.teacher_second_view).embedding; }},
    TensorPlace{"labels", [](Step& s) -> Slot { return s.labels; }},
    TensorPlace{"mixed_labels", [](Step& s) -> Slot { return s.mixed_labels; }},
    TensorPlace{"indices", [](Step& s) -> Slot { return s.indices; }},
    TensorPlace{"posterior", [](Step& s) -> Slot { return s.posterior; }},
    TensorPlace{"images", [](Step& s) -> Slot { return s.images; }}};

struct MapsPlace {
  const char *text, *stem;
  std::size_t first;  ///< its tensors are called STEM and a number from here on
  GoldenMaps& (*in)(GoldenStep& step);
};
constexpr std::array kMapsPlaces{
    MapsPlace{"student.features", "f", 0, [](Step& s) -> GoldenMaps& { return s.student.features; }},
    MapsPlace{"student.preactivations", "f", 0, [](Step& s) -> GoldenMaps& { return s.student.preactivations; }},
    MapsPlace{"teacher.features", "f", 0, [](Step& s) -> GoldenMaps& { return teacher_of(s).features; }},
    MapsPlace{"student.exits", "exit", 1, [](GoldenStep& s) -> GoldenMaps& { return s.student.exits; }},
    MapsPlace{"teacher.preactivations", "f", 0, [](Step& s) -> GoldenMaps& { return teacher_of(s).preactivations; }}};

/// A tensor for each of several teachers.
struct TeachersPlace {
  const char* text;
  std::optional<GoldenTensor> GoldenNetwork::*tensor;
};
constexpr std::array kTeachersPlaces{TeachersPlace{"teachers.logits", &GoldenNetwork::logits},
                                     TeachersPlace{"teachers.embedding", &GoldenNetwork::embedding},
                                     TeachersPlace{"teachers.embedding_map", &GoldenNetwork::embedding_map}};

/// The i-th teacher of a step.
GoldenNetwork& teacher_of(GoldenStep& step, std::size_t i) {
  if (i == 0) return teacher_of(step);
  if (step.more_teachers.size() < i) step.more_teachers.resize(i);
  return step.more_teachers[i - 1];
}

/// Takes `end` from the end of `text`, if it is there.
bool take_end(std::string& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.resize(text.size() - end.size());
  return true;
}

/// [B, C, H, W] as [B H W, C].
torch::Tensor rows_by_pixel(const torch::Tensor& tensor) {
  if (tensor.dim() != 4) throw Error("'by pixel' takes a tensor [B, C, H, W], found " + golden_shape(tensor));
  return tensor.permute({0, 2, 3, 1}).reshape({-1, tensor.size(1)}).contiguous();
}

}  // namespace

GoldenPlace::GoldenPlace(const std::string& text) : text_(text) {
  const auto named = [&](std::string_view kind) { return text.starts_with(kind) && text.size() > kind.size(); };
  if (text.empty()) return;
  if (text == "train_labels") {
    kind_ = Kind::kTrainLabels;
  } else if (text == "judged") {
    kind_ = Kind::kJudged;
  } else if (named("state ")) {
    kind_ = Kind::kState;
    name_ = text.substr(6);
  } else if (named("draws ")) {
    kind_ = Kind::kDraws;
    name_ = text.substr(6);
    each_ = take_end(name_, " each");
  } else if (!is_tensor_place(text) && !is_maps_place(text) && !is_teachers_place(text)) {
    throw Error(fmt::format("no place is called '{}'; there are {}", text, list()));
  }
}

std::string GoldenPlace::list() {
  std::vector<std::string> names;
  for (const auto& place : kTensorPlaces) names.emplace_back(place.text);
  for (const auto& place : kMapsPlaces)
    names.push_back(fmt::format("{0}, {0} from {1}{2}", place.text, place.stem, place.first + 1));
  for (const auto& place : kTeachersPlaces) names.emplace_back(place.text);
  return join(names, ", ") +
         ", train_labels, state NAME, draws NAME, draws NAME each; two dimensions of four by ' by pixel', the first of a list by "
         "' of first', "
         "and '' for nowhere";
}

bool GoldenPlace::is_tensor_place(const std::string& text) {
  auto name = text;
  by_pixel_ = take_end(name, " by pixel");
  of_first_ = take_end(name, " of first");
  for (std::size_t i = 0; i < kTensorPlaces.size(); ++i) {
    if (name != kTensorPlaces[i].text) continue;
    kind_ = Kind::kTensor;
    index_ = i;
    return true;
  }
  return false;
}

bool GoldenPlace::is_maps_place(const std::string& text) {
  for (std::size_t i = 0; i < kMapsPlaces.size(); ++i) {
    const std::string_view name = kMapsPlaces[i].text;
    if (!text.starts_with(name)) continue;
    auto rest = std::string_view(text).substr(name.size());
    const auto from = fmt::format(" from {}", kMapsPlaces[i].stem);
    from_ = kMapsPlaces[i].first;
    if (rest.starts_with(from)) {
      rest.remove_prefix(from.size());
      const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), from_);
      if (error != std::errc()) return false;
      rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    }
    if (!rest.empty()) return false;
    kind_ = Kind::kMaps;
    index_ = i;
    return true;
  }
  return false;
}

bool GoldenPlace::is_teachers_place(const std::string& text) {
  for (std::size_t i = 0; i < kTeachersPlaces.size(); ++i) {
    if (text != kTeachersPlaces[i].text) continue;
    kind_ = Kind::kTeachers;
    index_ = i;
    return true;
  }
  return false;
}

GoldenTensor GoldenPlace::one(const std::vector<GoldenTensor>& tensors) const {
  if (of_first_ && !tensors.empty()) return tensors.front();
  if (tensors.size() != 1) throw Error(fmt::format("'{}' takes one tensor, found a list of {}", text_, tensors.size()));
  return by_pixel_ ? GoldenTensor{rows_by_pixel(tensors.front().value)} : tensors.front();
}

void GoldenPlace::put(const std::vector<GoldenTensor>& tensors, GoldenStep& step, bool fill) const {
  if (kind_ == Kind::kDraws && each_) {
    for (std::size_t i = 0; i < tensors.size(); ++i) step.draws[fmt::format("{}{}", name_, i)] = tensors[i];
  } else if (kind_ == Kind::kDraws) {
    step.draws[name_] = one(tensors);
  } else if (kind_ == Kind::kTensor) {
    kTensorPlaces[index_].in(step) = one(tensors);
  } else if (kind_ == Kind::kTeachers) {
    for (std::size_t i = 0; i < tensors.size(); ++i) teacher_of(step, i).*kTeachersPlaces[index_].tensor = tensors[i];
  } else if (kind_ == Kind::kMaps) {
    const auto& place = kMapsPlaces[index_];
    auto& maps = place.in(step);
    const auto called = [&](std::size_t i) { return fmt::format("{}{}", place.stem, i); };
    for (std::size_t i = 0; i < tensors.size(); ++i) maps[called(from_ + i)] = tensors[i];
    // Copies, not zeros: a loss that reads a map too many then has another value.
    for (auto i = place.first; fill && !tensors.empty() && i < from_; ++i) maps[called(i)] = tensors.front();
  }
}

}  // namespace kdbench::inline worker
