#include <kdbench/suite/tables/loss_tables.h>

#include <kdbench/base/text.h>
#include <kdbench/suite/tables/plugin_params.h>

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace kdbench::inline suite {
namespace {

const KeySpec* find_knob(const std::string& key) {
  const auto& specs = loss_specs();
  const auto it = std::find_if(specs.begin(), specs.end(), [&](const auto& spec) { return spec.key == key; });
  return it == specs.end() ? nullptr : &*it;
}

void check_knob_value(const KeySpec& spec, const Node& value, Reader& reader) {
  if (spec.type.starts_with("boolean"))
    reader.boolean(spec, value);
  else if (spec.type.starts_with("integer"))
    reader.integer(spec, value);
  else if (spec.type.starts_with("string"))
    reader.text(spec, value);
  else
    reader.real(spec, value);
}

void read_knob(const KeySpec& spec, const Node::Entry& entry, const std::string& header, LossUse& use, Reader& reader) {
  const auto& node = entry.value;
  const auto before = reader.complaints();
  if (node.is_list()) {
    for (const auto& item : node.items) check_knob_value(spec, item, reader);
  } else {
    check_knob_value(spec, node, reader);
  }
  if (reader.complaints() != before) return;
  if (auto param = read_param(entry, header, true, reader)) use.knobs.emplace(entry.key, std::move(*param));
}

constexpr const char* kZipShape = R"(groups of keys, like [["tau_student", "tau_teacher"]])";

void read_zip(const Node& node, LossUse& use, Reader& reader) {
  use.zip_at = node.at;
  const auto wrong = [&](const Node& at) {
    reader.complain(at.at, fmt::format("'zip' must be a list of {}, found {}", kZipShape, described(at)));
  };
  if (!node.is_list()) return wrong(node);
  for (const auto& group : node.items) {
    std::vector<std::string> keys;
    if (!group.is_list()) {
      wrong(group);
      continue;
    }
    for (const auto& key : group.items) {
      if (auto name = reader.text(zip_spec(), key)) keys.push_back(std::move(*name));
    }
    if (group.items.size() < 2)
      reader.complain(group.at, "a group of 'zip' must have at least two keys");
    else if (keys.size() == group.items.size())
      use.zip.push_back(std::move(keys));
  }
}

void read_weights(const Node& node, LossUse& use, Reader& reader) {
  const auto& spec = weights_spec();
  if (!node.is_list() || node.items.empty()) {
    return reader.complain(
        node.at, fmt::format("'weights' must be a list of numbers, one for each name in 'of', found {}", described(node)));
  }
  for (const auto& item : node.items) {
    if (const auto weight = reader.real(spec, item)) use.weights.push_back(*weight);
  }
}

const SuiteParam* written(const LossUse& use, const std::string& key) {
  if (const auto knob = use.knobs.find(key); knob != use.knobs.end()) return &knob->second;
  const auto param = use.params.find(key);
  return param == use.params.end() ? nullptr : &param->second;
}

std::vector<std::string> written_keys(const LossUse& use) {
  std::vector<std::string> out;
  for (const auto& [key, knob] : use.knobs) out.push_back(key);
  for (const auto& [key, param] : use.params) out.push_back(key);
  return out;
}

/// Checks one group; `taken` holds the keys of the groups before it.
bool check_group(const Node& table, const std::string& header, const std::vector<std::string>& group,
                 std::map<std::string, int>& taken, const LossUse& use, Reader& reader) {
  const auto before = reader.complaints();
  const auto complain = [&](std::string message) { reader.complain(use.zip_at, "'zip': " + std::move(message)); };
  std::vector<std::string> lengths;
  std::size_t shortest = SIZE_MAX, longest = 0;
  for (const auto& key : group) {
    const auto* param = written(use, key);
    if (taken[key]++ > 0) {
      complain(fmt::format("'{}' stands in it twice; a list can advance with one group alone", key));
    } else if (!param && !table.find(key)) {
      complain(fmt::format("{} does not set '{}'{}", header, key, suggestion(key, written_keys(use))));
    } else if (param && !param->is_list) {
      complain(fmt::format("'{}' is a single value; only lists can advance together", key));
    }
    if (!param || !param->is_list) continue;
    lengths.push_back(fmt::format("'{}' has {}", key, param->values.size()));
    shortest = std::min(shortest, param->values.size());
    longest = std::max(longest, param->values.size());
  }
  if (!lengths.empty() && shortest != longest) complain("the lists must be equally long; " + join(lengths, ", "));
  return reader.complaints() == before;
}

/// Alpha is a way to write both weights.
void check_weights(const LossUse& use, Reader& reader) {
  const auto alpha = use.knobs.find("alpha");
  if (alpha == use.knobs.end()) return;
  std::vector<std::string> weights;
  for (const auto* key : {"ce_weight", "kd_weight"}) {
    if (use.knobs.contains(key)) weights.push_back(fmt::format("'{}'", key));
  }
  if (weights.empty()) return;
  reader.complain(
      alpha->second.at,
      fmt::format("'alpha' stands for kd_weight = alpha and ce_weight = 1 - alpha, and {} {} set too; remove 'alpha', "
                  "or {}",
                  join(weights, " and "), weights.size() == 1 ? "is" : "are", join(weights, " and ")));
}

/// A combination has no plugin and nothing to hand to one.
void check_combination(const Node::Entry& table, const std::string& header, LossUse& use, Reader& reader) {
  const std::vector<std::string> known{of_spec().key, weights_spec().key, "ce_weight", "gradient_policy"};
  for (const auto& entry : table.value.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    use.knobs.erase(entry.key);
    reader.complain(entry.at,
                    fmt::format("'{}' has no place in {}, which is a combination and has 'of', 'weights', 'ce_weight' and "
                                "'gradient_policy' alone; write it in the table of a part",
                                entry.key, header));
  }
  use.params.clear();
  use.zip.clear();
  const auto& of = table.value.find(of_spec().key)->value;
  if (of.items.size() == 1) reader.complain(of.at, "'of' must name at least two losses, found one");
  const auto* weights = table.value.find(weights_spec().key);
  if (!weights || of.items.size() < 2 || !weights->value.is_list() || weights->value.items.size() == of.items.size()) return;
  reader.complain(weights->value.at, fmt::format("'weights' must have a number for each of the {} losses of 'of', found {}",
                                                 of.items.size(), weights->value.items.size()));
}

void check_part(const Located<std::string>& part, const std::string& header, const std::map<std::string, LossUse>& losses,
                Reader& reader) {
  const auto it = losses.find(part.value);
  if (it == losses.end()) {
    std::vector<std::string> names;
    for (const auto& [name, use] : losses) {
      if (!use.is_combination && !reader.is_full()) names.push_back(name);
    }
    reader.complain(part.at,
                    fmt::format("no {} in the file{}", header_text("losses", part.value), suggestion(part.value, names)));
  } else if (it->second.is_combination) {
    reader.complain(part.at, fmt::format("'{}' is a combination itself; name its parts in {}", part.value, header));
  }
}

}  // namespace

bool read_loss_key(const Node::Entry& entry, const std::string& header, LossUse& use, Reader& reader) {
  if (entry.key == zip_spec().key) {
    read_zip(entry.value, use, reader);
    return true;
  }
  if (entry.key == of_spec().key) {
    use.is_combination = true;
    use.of = reader.texts(of_spec(), entry.value);
    return true;
  }
  if (entry.key == weights_spec().key) {
    read_weights(entry.value, use, reader);
    return true;
  }
  const auto* spec = find_knob(entry.key);
  if (spec) read_knob(*spec, entry, header, use, reader);
  return spec != nullptr;
}

void check_loss(const Node::Entry& table, const std::string& header, LossUse& use, Reader& reader) {
  if (use.is_combination) return check_combination(table, header, use, reader);
  if (const auto* weights = table.value.find(weights_spec().key)) {
    reader.complain(weights->at, "'weights' is for a combination, which 'of' makes; a loss of its own has 'kd_weight'");
  }
  std::map<std::string, int> taken;
  std::erase_if(use.zip, [&](const auto& group) { return !check_group(table.value, header, group, taken, use, reader); });
  const auto tau = use.knobs.find("tau");
  if (tau != use.knobs.end() && use.knobs.contains("tau_student") && use.knobs.contains("tau_teacher")) {
    reader.complain(tau->second.at, "'tau' has no effect beside 'tau_student' and 'tau_teacher'; remove it");
  }
  check_weights(use, reader);
}

void check_parts(const std::map<std::string, LossUse>& losses, Reader& reader) {
  for (const auto& [name, use] : losses) {
    for (const auto& part : use.of) check_part(part, header_text("losses", name), losses, reader);
  }
}

}  // namespace kdbench::inline suite
