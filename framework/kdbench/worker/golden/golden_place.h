/// Where the inputs of a reference case go, by a text.
#pragma once
#include <kdbench/worker/golden/golden_case.h>

#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline worker {

/// A place as aliases name it: "student.logits", "student.features from f1", "teachers.logits", "state memory". Empty: nowhere,
/// the input describes the case and is given to nobody.
class GoldenPlace {
 public:
  enum class Kind { kNowhere, kTensor, kMaps, kTeachers, kTrainLabels, kState, kDraws, kJudged };

  /// @throws kdbench::Error for a text that names no place, with all that there are
  explicit GoldenPlace(const std::string& text);

  /// All places, for a message.
  static std::string list();

  Kind kind() const { return kind_; }
  /// Of a state or draws: its name.
  const std::string& name() const { return name_; }
  /// Whether there are gradients of what is there: it is the student's, or what the loss takes in place of its own.
  bool has_gradient() const { return text_.starts_with("student") || kind_ == Kind::kDraws; }
  /// Whether it is what a loss is built with, so that it stands in the first batch alone.
  bool is_built_with() const { return text_.starts_with("teacher.classifier"); }

  /// Puts a tensor, or the tensors of a list, into a batch. @param fill puts maps before the first that is named, copies of it
  /// @throws kdbench::Error unless there is one tensor where one is wanted
  void put(const std::vector<GoldenTensor>& tensors, GoldenStep& step, bool fill) const;

  /// The one tensor, as this place takes it.
  GoldenTensor one(const std::vector<GoldenTensor>& tensors) const;

 private:
  bool is_tensor_place(const std::string& text);
  bool is_maps_place(const std::string& text);
  bool is_teachers_place(const std::string& text);

  Kind kind_ = Kind::kNowhere;
  std::string text_, name_;
  std::size_t index_ = 0, from_ = 0;  ///< in the table of places; the number of the first map
  bool by_pixel_ = false, of_first_ = false, each_ = false;
};

}  // namespace kdbench::inline worker
