#include <kdbench/suite/tables/named_tables.h>

#include <kdbench/base/text.h>
#include <kdbench/suite/keys/key_homes.h>
#include <kdbench/suite/tables/loss_tables.h>
#include <kdbench/suite/tables/names.h>
#include <kdbench/suite/tables/plugin_params.h>
#include <kdbench/suite/tables/read_recipe.h>

#include <fmt/core.h>

#include <charconv>

namespace kdbench::inline suite {
namespace {

bool is_device(const std::string& name) {
  if (name == "auto" || name == "cpu" || name == "cuda") return true;
  if (!name.starts_with("cuda:")) return false;
  int index = 0;
  const auto* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + 5, end, index);
  return error == std::errc() && stop == end && index >= 0;
}

void check_device(Suite& suite, Reader& reader) {
  if (is_device(suite.device.value)) return;
  reader.complain(suite.device.at,
                  fmt::format("'device' must be auto, cpu, cuda or cuda:N, found {}", toml_text(suite.device.value)));
  suite.device.value = "auto";
}

/// Reads `plugin` and, beside the keys that `host` takes, the plugin's own into `use`.
template <class Use, class Host>
void read_use(const Node::Entry& entry, const std::string& header, Use& use, Reader& reader, Host&& host) {
  use.name = entry.key;
  use.plugin = {entry.key, entry.at};
  use.at = entry.at;
  for (const auto& item : entry.value.entries) {
    if (item.key == plugin_spec().key)
      read_plugin_name(item, use, reader);
    else if (!host(item))
      read_plugin_param(item, header, std::is_same_v<Use, LossUse> || std::is_same_v<Use, CalibratorUse>, use, reader);
  }
}

void read_dataset(const Node::Entry& entry, const std::string& header, DatasetUse& use, Reader& reader) {
  read_use(entry, header, use, reader, [&](const Node::Entry& item) {
    for (const auto& field : dataset_fields()) {
      if (field.spec.key != item.key) continue;
      reader.read_field(field, item.value, use);
      return true;
    }
    return false;
  });
}

/// Returns the circles that following `of` leads into, "a -> b -> a", by the name in each that comes first in the alphabet.
std::map<std::string, std::string> circles_in(const std::map<std::string, DatasetUse>& datasets) {
  const auto next = [&](const std::string& name) {
    const auto use = datasets.find(name);
    return use == datasets.end() ? std::string() : use->second.of.value;
  };
  std::map<std::string, std::string> out;
  std::map<std::string, std::string> seen_from;  // where the walk began that came by first
  for (const auto& [start, ignored] : datasets) {
    auto at = start;
    while (!next(at).empty() && seen_from.emplace(at, start).second) at = next(at);
    const auto seen = seen_from.find(at);
    if (seen == seen_from.end() || seen->second != start) continue;
    auto first = at;
    for (auto other = next(at); other != at; other = next(other)) first = std::min(first, other);
    auto& circle = out[first] = first;
    for (auto other = next(first);; other = next(other)) {
      circle += " -> " + other;
      if (other == first) break;
    }
  }
  return out;
}

/// Complains about data sets that are made of one the file does not define, or of themselves.
void check_made_of(const std::map<std::string, DatasetUse>& datasets, Reader& reader) {
  const auto circles = circles_in(datasets);
  for (const auto& [name, use] : datasets) {
    const auto& of = use.of;
    if (of.value.empty()) continue;
    if (const auto circle = circles.find(name); circle != circles.end()) {
      reader.complain(of.at, fmt::format("{} is made of itself: {}", header_text("datasets", name), circle->second));
    } else if (!datasets.contains(of.value)) {
      std::vector<std::string> others;
      for (const auto& [other, ignored] : datasets) {
        if (other != name && !reader.is_full()) others.push_back(other);
      }
      reader.complain(of.at, fmt::format("no {} in the file{}", header_text("datasets", of.value), suggestion(of.value, others)));
    }
  }
}

std::map<std::string, Position> places_of_keys(const Node& table) {
  std::map<std::string, Position> out;
  for (const auto& entry : table.entries) out[entry.key] = entry.at;
  return out;
}

void read_model(const Node::Entry& entry, const std::string& header, const RecipeTable& train, ModelUse& use, Reader& reader) {
  auto recipe = train;
  const auto train_header = header_text("models", entry.key, "train");
  const auto before = reader.complaints();
  read_use(entry, header, use, reader, [&](const Node::Entry& item) {
    if (item.key != model_train_spec().key) return false;
    if (reader.is_table(item, train_header)) {
      use.recipe_keys = places_of_keys(item.value);
      read_recipe(item.value, train_header, recipe, reader);
    }
    return true;
  });
  check_recipe(recipe, reader);
  if (reader.complaints() == before) check_effects(recipe.recipe, use.recipe_keys, reader);
  check_schedule(recipe, header, reader);
  use.recipe = recipe.recipe;
}

/// Reads every table in [kind], and checks their names.
template <class Use, class Read>
void read_named(const Node& root, const std::string& kind, std::map<std::string, Use>& out, Reader& reader, Read&& read) {
  const auto* table = root.find(kind);
  if (!table || !reader.is_table(*table, fmt::format("[{}.NAME]", kind))) return;
  std::vector<NamedPlace> names;
  for (const auto& entry : table->value.entries) {
    const auto header = header_text(kind, entry.key);
    check_name(entry.key, "the name of " + header, false, entry.at, reader);
    if (!reader.is_table(entry, header)) continue;
    names.push_back({entry.key, entry.at});
    read(entry, header, out[entry.key]);
  }
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return a.at.line < b.at.line; });
  check_distinct(names, fmt::format("in [{}],", kind), reader);
}

}  // namespace

void read_suite_table(const Node::Entry* table, Suite& suite, Reader& reader) {
  if (!table) return reader.complain({}, "the file has no [suite]; it needs one with a 'name'");
  if (!reader.is_table(*table, "[suite]")) return;
  for (const auto& entry : table->value.entries) {
    const auto& fields = suite_fields();
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.spec.key == entry.key; });
    if (field == fields.end())
      reader.unknown_key(entry, "[suite]", keys_of(fields));
    else
      reader.read_field(*field, entry.value, suite);
  }
  const auto* name = table->value.find("name");
  if (!name)
    reader.complain(table->at, "[suite] needs a 'name'");
  else if (std::get_if<std::string>(&name->value.scalar))
    check_name(suite.name, "'name'", true, name->value.at, reader);
  check_device(suite, reader);
}

void read_tables(const Node& root, Suite& suite, Reader& reader) {
  RecipeTable train;
  if (const auto* table = root.find("train"); table && reader.is_table(*table, "[train]")) {
    const auto before = reader.complaints();
    read_recipe(table->value, "[train]", train, reader);
    if (reader.complaints() == before) check_effects(train.recipe, places_of_keys(table->value), reader);
  }
  check_recipe(train, reader);
  read_named(root, "datasets", suite.datasets, reader,
             [&](const auto& entry, const auto& header, auto& use) { read_dataset(entry, header, use, reader); });
  check_made_of(suite.datasets, reader);
  read_named(root, "models", suite.models, reader,
             [&](const auto& entry, const auto& header, auto& use) { read_model(entry, header, train, use, reader); });
  read_named(root, "losses", suite.losses, reader, [&](const auto& entry, const auto& header, auto& use) {
    read_use(entry, header, use, reader, [&](const Node::Entry& item) { return read_loss_key(item, header, use, reader); });
    check_loss(entry, header, use, reader);
  });
  check_parts(suite.losses, reader);
  const auto read_plain = [&](const auto& entry, const auto& header, auto& use) {
    read_use(entry, header, use, reader, [](const Node::Entry&) { return false; });
  };
  read_named(root, "strategies", suite.strategies, reader, read_plain);
  read_named(root, "gradient_policies", suite.gradient_policies, reader, read_plain);
  read_named(root, "calibrators", suite.calibrators, reader, read_plain);
}

void check_top(const Node& root, Reader& reader) {
  const auto& tables = top_tables();
  for (const auto& entry : root.entries) {
    if (std::find(tables.begin(), tables.end(), entry.key) != tables.end()) continue;
    if (entry.value.is_table() || (entry.value.is_list() && !entry.value.items.empty() && entry.value.items.front().is_table())) {
      reader.complain(entry.at, fmt::format("no table [{}]{}", entry.key, suggestion(entry.key, tables)));
    } else {
      const auto known = hint(entry.key, "", tables);
      reader.complain(entry.at, fmt::format("no key '{}' at the top of the file{}", entry.key, known));
    }
  }
}

}  // namespace kdbench::inline suite
