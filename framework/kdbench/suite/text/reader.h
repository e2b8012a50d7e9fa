/// Reader: takes typed values out of a document and keeps every complaint with its place.
#pragma once
#include <kdbench/suite/keys/fields.h>
#include <kdbench/suite/text/document.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline suite {

class Reader {
 public:
  /// Complaints go to `out`, which must outlive the reader.
  Reader(std::string file, Diagnostics& out) : file_(std::move(file)), out_(out) {}

  /// Of more than kMost complaints the first are kept, and one that says so.
  void complain(Position at, std::string message);
  /// How many there were.
  std::size_t complaints() const { return count_; }
  /// True once further complaints are not kept, so that no words need be found for them.
  bool is_full() const { return count_ >= kMost; }

  /// Each reads one value; where it is not what `spec` allows, complains at the value and returns nothing.
  std::optional<bool> boolean(const KeySpec& spec, const Node& node);
  std::optional<std::int64_t> integer(const KeySpec& spec, const Node& node);
  std::optional<double> real(const KeySpec& spec, const Node& node);
  std::optional<std::string> text(const KeySpec& spec, const Node& node);

  /// Reads a list whose items differ from each other. What is wrong in it is left out.
  std::vector<Located<std::int64_t>> integers(const KeySpec& spec, const Node& node);
  std::vector<Located<double>> reals(const KeySpec& spec, const Node& node);
  std::vector<Located<std::string>> texts(const KeySpec& spec, const Node& node);

  /// Reads `node` into the member of `field`; a value that is not allowed leaves the default.
  template <class Owner>
  void read_field(const Field<Owner>& field, const Node& node, Owner& owner);

  /// Complains about a key that `table` ("[train]") does not know: names the table it belongs in, or the
  /// nearest key.
  void unknown_key(const Node::Entry& entry, const std::string& table, const std::vector<std::string>& known);

  /// Returns whether the value is a table, and complains if it is not.
  bool is_table(const Node::Entry& entry, const std::string& table);

 private:
  std::string label(const KeySpec& spec) const;
  void wrong_type(const KeySpec& spec, const char* wanted, const Node& node);
  bool is_list(const KeySpec& spec, const char* of_what, const Node& node);
  bool in_limits(const KeySpec& spec, double value, const Node& node);
  template <class T>
  std::vector<Located<T>> items(const KeySpec& spec, const Node& node,
                                std::optional<T> (Reader::*read)(const KeySpec&, const Node&));

  static constexpr std::size_t kMost = 200;

  std::string file_;
  Diagnostics& out_;
  std::size_t count_ = 0;
  bool in_list_ = false;  ///< reading the items of a list
};

template <class T>
std::vector<T> values_of(const std::vector<Located<T>>& located) {
  std::vector<T> out;
  for (const auto& item : located) out.push_back(item.value);
  return out;
}

template <class Owner>
void Reader::read_field(const Field<Owner>& field, const Node& node, Owner& owner) {
  const auto& spec = field.spec;
  const auto put = [](auto& to, auto&& value) {
    if (value) to = std::move(*value);
  };
  std::visit(
      [&](auto member) {
        using M = decltype(member);
        if constexpr (std::is_same_v<M, bool Owner::*>)
          put(owner.*member, boolean(spec, node));
        else if constexpr (std::is_same_v<M, std::int64_t Owner::*>)
          put(owner.*member, integer(spec, node));
        else if constexpr (std::is_same_v<M, double Owner::*>)
          put(owner.*member, real(spec, node));
        else if constexpr (std::is_same_v<M, std::string Owner::*>)
          put(owner.*member, text(spec, node));
        else if constexpr (std::is_same_v<M, std::vector<std::int64_t> Owner::*>)
          owner.*member = values_of(integers(spec, node));
        else if constexpr (std::is_same_v<M, std::vector<double> Owner::*>)
          owner.*member = values_of(reals(spec, node));
        else if constexpr (std::is_same_v<M, Located<std::int64_t> Owner::*>) {
          (owner.*member).at = node.at;
          put((owner.*member).value, integer(spec, node));
        } else if constexpr (std::is_same_v<M, Located<std::string> Owner::*>) {
          (owner.*member).at = node.at;
          put((owner.*member).value, text(spec, node));
        }
      },
      field.member);
}

}  // namespace kdbench::inline suite
