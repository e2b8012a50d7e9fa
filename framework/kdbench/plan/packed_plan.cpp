// Plans on their way from one program to another: what jobs share is written once.
#include <kdbench/plan/plan.h>

#include <type_traits>
#include <unordered_map>

namespace kdbench::inline plan {
namespace {

template <class T>
constexpr bool is_part = false;
template <class T>
constexpr bool is_part<Shared<T>> = true;

/// Texts and parts of specs, each distinct one once.
class Pool {
 public:
  std::size_t text(const std::string& value) { return index(texts_, texts_list_, value, value); }

  template <class T>
  std::size_t part(const Shared<T>& part) {
    const auto known = by_address_.find(part.address());
    if (known != by_address_.end()) return known->second;
    const auto value = to_document(part);
    const auto at = index(parts_, parts_list_, value.dump(), value);
    by_address_.emplace(part.address(), at);
    return at;
  }

  Json take_texts() { return std::move(texts_list_); }
  Json take_parts() { return std::move(parts_list_); }

 private:
  template <class Value>
  static std::size_t index(std::unordered_map<std::string, std::size_t>& known, Json& list, const std::string& key,
                           const Value& value) {
    const auto [it, added] = known.try_emplace(key, list.size());
    if (added) list.push_back(value);
    return it->second;
  }

  std::unordered_map<std::string, std::size_t> texts_, parts_;
  std::unordered_map<const void*, std::size_t> by_address_;
  Json texts_list_ = Json::array(), parts_list_ = Json::array();
};

/// A struct as a row: numbers as they are, texts and parts by index, lists and structs as rows in the row.
template <class T>
Json packed(const T& value, Pool& pool) {
  if constexpr (is_part<T>) {
    return pool.part(value);
  } else if constexpr (TextCoded<T>) {
    return pool.text(document_text(value));
  } else if constexpr (std::is_same_v<T, std::string>) {
    return pool.text(value);
  } else if constexpr (Document<T>) {
    Json row = Json::array();
    document::each_field(value, [&](const auto&, const auto& member) { row.push_back(packed(member, pool)); });
    return row;
  } else if constexpr (document::is_vector<T>) {
    Json row = Json::array();
    for (const auto& item : value) row.push_back(packed(item, pool));
    return row;
  } else if constexpr (document::is_optional<T>) {
    return value ? packed(*value, pool) : Json();
  } else {
    return to_document(value);
  }
}

/// Reads such rows. Jobs that shared a part share it again.
class Unpacker {
 public:
  explicit Unpacker(const Json& json) : texts_(json.at("texts").get<std::vector<std::string>>()), parts_(json.at("parts")) {}

  template <class T>
  void read(const Json& from, T& value) {
    if constexpr (is_part<T>) {
      read_part(from.get<std::size_t>(), value);
    } else if constexpr (TextCoded<T>) {
      value = from_document_text(std::type_identity<T>{}, text(from));
    } else if constexpr (std::is_same_v<T, std::string>) {
      value = text(from);
    } else if constexpr (Document<T>) {
      std::size_t next = 0;
      document::each_field(value, [&](const auto&, auto& member) { read(from.at(next++), member); });
    } else if constexpr (document::is_vector<T>) {
      value.resize(from.size());
      for (std::size_t i = 0; i < value.size(); ++i) read(from[i], value[i]);
    } else if constexpr (document::is_optional<T>) {
      if (!from.is_null()) read(from, value.emplace());
    } else {
      read_document(from, value);
    }
  }

 private:
  const std::string& text(const Json& from) const { return texts_.at(from.get<std::size_t>()); }

  template <class T>
  void read_part(std::size_t index, Shared<T>& part) {
    auto& known = std::get<std::unordered_map<std::size_t, Shared<T>>>(known_);
    const auto it = known.find(index);
    if (it != known.end()) {
      part = it->second;
      return;
    }
    read_document(parts_.at(index), part);
    known.emplace(index, part);
  }

  template <class... T>
  using PartsOf = std::tuple<std::unordered_map<std::size_t, Shared<T>>...>;

  std::vector<std::string> texts_;
  const Json& parts_;
  PartsOf<DatasetSpec, PluginSpec, Recipe, LossSpec, TeacherSpec> known_;
};

/// What a plan says beside its jobs and placements, as a plan without them.
Plan head_of(const Plan& plan) {
  return {plan.suite,    plan.title,   plan.file,          plan.paper, plan.select, plan.device,
          plan.data_dir, plan.studies, plan.study_options, {},         {},          plan.source};
}

}  // namespace

Json to_packed_json(const Plan& plan) {
  Pool pool;
  auto out = to_document(head_of(plan));
  out["jobs"] = packed(plan.jobs, pool);
  out["placements"] = packed(plan.placements, pool);
  out["texts"] = pool.take_texts();
  out["parts"] = pool.take_parts();
  return out;
}

Plan plan_from_packed_json(const Json& json) {
  Json head = {{"jobs", Json::array()}, {"placements", Json::array()}};
  for (const auto& [key, member] : json.items()) {
    if (key != "texts" && key != "parts") head.emplace(key, member);
  }
  auto plan = from_document<Plan>(head);
  Unpacker unpacker(json);
  unpacker.read(json.at("jobs"), plan.jobs);
  unpacker.read(json.at("placements"), plan.placements);
  return plan;
}

}  // namespace kdbench::inline plan
