/// Shared<T>: a part of a job's spec that nobody changes, so that the jobs of a sweep, which differ in one part or two, hold the
/// others once.
#pragma once
#include <kdbench/base/document.h>

#include <memory>
#include <string>
#include <utility>

namespace kdbench::inline plan {

/// Nothing, or a value with the canonical text of what of it decides a result. Copies share it.
template <class T>
class Shared {
 public:
  using value_type = T;

  Shared() = default;
  /// @param value is identified by all of itself
  Shared(T value) {  // implicit: a part is written as its value
    auto identity = canonical(to_document(value));
    part_ = std::make_shared<const Part>(Part{std::move(value), std::move(identity)});
  }
  /// @param deciding what of the value decides a result
  Shared(T value, const Json& deciding) : part_(std::make_shared<const Part>(Part{std::move(value), canonical(deciding)})) {}

  explicit operator bool() const { return part_ != nullptr; }
  bool has_value() const { return part_ != nullptr; }
  const T* operator->() const { return &part_->value; }
  const T& operator*() const { return part_->value; }

  /// Canonical text of what of the value decides a result; "null" for none.
  const std::string& identity() const {
    static const std::string kNone = "null";
    return part_ ? part_->identity : kNone;
  }
  /// The same for copies of one part; nullptr for none.
  const void* address() const { return part_.get(); }

 private:
  struct Part {
    T value;
    std::string identity;
  };
  std::shared_ptr<const Part> part_;
};

template <class T>
Json document_json(const Shared<T>& part) {
  return part ? to_document(*part) : Json();
}

template <class T>
void read_document_json(const Json& json, Shared<T>& part, const DocumentPath& path) {
  part = {};
  if (json.is_null()) return;
  T value{};
  read_document(json, value, path);
  part = std::move(value);
}

}  // namespace kdbench::inline plan
