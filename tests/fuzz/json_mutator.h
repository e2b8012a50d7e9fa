/// Changes a JSON document as a document, so that most of what a target is given gets past the parser. Included once, by a
/// target.
#pragma once
#ifdef KDBENCH_FUZZ
#include <kdbench/base/json.h>

#include <array>
#include <cstring>
#include <random>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace kdbench::fuzz {

using Random = std::minstd_rand;

inline std::size_t below(std::size_t limit, Random& random) { return random() % limit; }

inline void collect(Json& node, std::vector<Json*>& out) {
  out.push_back(&node);
  if (!node.is_structured()) return;
  for (auto& child : node) collect(child, out);
}

/// A value that readers are likely not to expect.
inline Json odd_value(Random& random) {
  static const std::array<Json, 24> kValues = {nullptr,
                                               true,
                                               false,
                                               0,
                                               1,
                                               -1,
                                               2,
                                               INT32_MAX,
                                               INT64_MAX,
                                               INT64_MIN,
                                               UINT64_MAX,
                                               0.5,
                                               1e308,
                                               -0.0,
                                               "nan",
                                               "inf",
                                               "",
                                               "last",
                                               "epoch 9223372036854775808",
                                               "../x",
                                               std::string(300, 'x'),
                                               "\n\t\x1b[31m",
                                               Json::array(),
                                               Json::object()};
  return kValues[below(kValues.size(), random)];
}

inline void change_text(Json& node, Random& random) {
  std::string text = node.get<std::string>();
  const auto size = text.size();
  text.resize(size + 8);
  text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), size, text.size()));
  for (auto& c : text) c = static_cast<char>(c & 0x7f);  // JSON holds no bytes that are not UTF-8
  node = random() % 4 == 0 ? text + "\u00e9" : text;
}

inline void change_number(Json& node, Random& random) {
  const auto by = static_cast<std::int64_t>(random() % 5) - 2;
  if (node.is_number_integer())  // beyond the largest, the least comes next
    node = static_cast<std::int64_t>(static_cast<std::uint64_t>(node.get<std::int64_t>()) + static_cast<std::uint64_t>(by));
  else
    node = node.get<double>() * static_cast<double>(by);
}

/// Takes a member away, or adds one: a copy of another, or of something that stands elsewhere.
inline void change_members(Json& node, const Json& other, Random& random) {
  const auto at = static_cast<std::ptrdiff_t>(below(node.size() + 1, random));
  const bool has = at < static_cast<std::ptrdiff_t>(node.size());
  auto place = node.begin();
  for (std::ptrdiff_t i = 0; i < at; ++i) ++place;  // those of objects take no other step
  if (has && random() % 2 == 0)
    node.erase(place);
  else if (node.is_array())
    node.insert(place, has && random() % 2 == 0 ? Json(*place) : other);
  else
    node[has ? place.key() : "more"] = other;
}

inline void change_once(Json& document, Random& random) {
  std::vector<Json*> nodes;
  collect(document, nodes);
  auto& node = *nodes[below(nodes.size(), random)];
  const Json other = *nodes[below(nodes.size(), random)];  // a copy: it may hold the node
  if (random() % 3 == 0)
    node = odd_value(random);
  else if (node.is_string())
    change_text(node, random);
  else if (node.is_number())
    change_number(node, random);
  else if (node.is_structured())
    change_members(node, other, random);
  else
    node = other;
}

}  // namespace kdbench::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  kdbench::fuzz::Random random(seed + 1);
  auto parsed = kdbench::parse_json({reinterpret_cast<const char*>(data), size}, "");  // deep ones are none
  if (!parsed || random() % 10 == 0) return LLVMFuzzerMutate(data, size, max_size);
  auto document = std::move(*parsed);
  for (auto changes = random() % 3 + 1; changes > 0; --changes) kdbench::fuzz::change_once(document, random);
  const auto text = document.dump(-1, ' ', false, kdbench::Json::error_handler_t::replace);
  if (text.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::memcpy(data, text.data(), text.size());
  return text.size();
}
#endif
