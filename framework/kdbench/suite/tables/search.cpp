#include <kdbench/base/text.h>
#include <kdbench/suite/tables/loss_tables.h>
#include <kdbench/suite/tables/plugin_params.h>
#include <kdbench/suite/tables/search.h>

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace kdbench::inline suite {
namespace {

constexpr const char* kRange = "range";

/// Keys of [losses.NAME] that are no setting to try: what the table is, and epochs, which mean another part of the training in
/// each rung.
const std::set<std::string>& untried() {
  static const std::set<std::string> keys{"plugin",          "preset",     "zip",      "of",           "weights",
                                          "gradient_policy", "from_epoch", "to_epoch", "warmup_epochs"};
  return keys;
}

bool is_range(const Node& node) {
  const auto* text = node.kind == Node::Kind::kScalar ? std::get_if<std::string>(&node.scalar) : nullptr;
  return text && *text == kRange;
}

void read_key(const Node::Entry& entry, const std::string& header, LossUse& lists, LossSearch& out, Reader& reader) {
  if (untried().contains(entry.key)) {
    return reader.complain(entry.at, fmt::format("'{}' cannot be tried; set it in [losses.{}]", entry.key, lists.name));
  }
  if (is_range(entry.value)) {
    out.ranges.emplace(entry.key, entry.value.at);
  } else if (!entry.value.is_list()) {
    reader.complain(entry.value.at,
                    fmt::format("'{}' must be a list of values or \"range\", found {}", entry.key, described(entry.value)));
  } else if (!read_loss_key(entry, header, lists, reader)) {
    read_plugin_param(entry, header, true, lists, reader);
  }
}

LossSearch read_loss(const Node::Entry& entry, Reader& reader) {
  const auto header = fmt::format("[studies.search.{}]", entry.key);
  LossSearch out;
  out.at = entry.at;
  if (!reader.is_table(entry, header)) return out;
  const auto before = reader.complaints();
  LossUse lists;
  lists.name = entry.key;
  for (const auto& item : entry.value.entries) read_key(item, header, lists, out, reader);
  out.knobs = std::move(lists.knobs);
  out.params = std::move(lists.params);
  if (out.empty() && reader.complaints() == before)
    reader.complain(entry.at, fmt::format("{} is empty; name a key with its values, like tau = [1, 2, 4]", header));
  return out;
}

bool sets(const LossUse& use, const LossSearch& search, const std::string& key) {
  return use.knobs.contains(key) || search.knobs.contains(key) || search.ranges.contains(key);
}

/// A setting must move what it says, whatever the loss's own table has.
void check_knobs(const LossUse& use, const LossSearch& search, Reader& reader) {
  const auto tried = [&](const char* key) { return search.knobs.contains(key) || search.ranges.contains(key); };
  for (const auto* weight : {"ce_weight", "kd_weight"}) {
    if (!sets(use, search, "alpha") || !sets(use, search, weight) || !(tried("alpha") || tried(weight))) continue;
    reader.complain(
        search.at, fmt::format("'alpha' stands for both weights, and '{}' is set too, here or in [losses.{}]; remove one", weight,
                               use.name));
  }
  if (tried("tau") && sets(use, search, "tau_student") && sets(use, search, "tau_teacher")) {
    reader.complain(search.at, "'tau' has no effect beside 'tau_student' and 'tau_teacher'; remove it");
  }
}

bool has_lists(const LossUse& use) {
  const auto is_list = [](const auto& item) { return item.second.is_list; };
  return std::any_of(use.params.begin(), use.params.end(), is_list) || std::any_of(use.knobs.begin(), use.knobs.end(), is_list);
}

void check_losses(const Study& study, const Suite& suite, Reader& reader) {
  for (const auto& name : study.losses) {
    const auto loss = suite.losses.find(name.value);
    if (loss == suite.losses.end()) continue;
    const auto search = study.search.find(name.value);
    if (loss->second.is_combination) {
      reader.complain(name.at,
                      fmt::format("[losses.{}] is a combination, which a tune study cannot try settings of; name its parts, "
                                  "each with its own search",
                                  name.value));
    } else if (has_lists(loss->second)) {
      reader.complain(name.at, fmt::format("[losses.{0}] has lists, and stands for one default setting here; give the lists to "
                                           "[studies.search.{0}]",
                                           name.value));
    } else if (search == study.search.end()) {
      reader.complain(name.at,
                      fmt::format("the study tries no settings of '{0}', and every method must have the same trials; add "
                                  "[studies.search.{0}]",
                                  name.value));
    } else {
      check_knobs(loss->second, search->second, reader);
    }
  }
  for (const auto& [name, search] : study.search) {
    const auto is_it = [&, &key = name](const auto& loss) { return loss.value == key; };
    if (suite.losses.contains(name) && std::none_of(study.losses.begin(), study.losses.end(), is_it))
      reader.complain(search.at,
                      fmt::format("'{}' is none of the study's losses{}", name, suggestion(name, values_of(study.losses))));
  }
}

Position place_of(const Node& table, const char* key) {
  const auto* entry = table.find(key);
  return entry ? entry->value.at : table.at;
}

/// How many trials the last rung has left to choose from.
std::int64_t last_rung(std::int64_t trials, std::size_t rungs) {
  for (std::size_t i = 1; i < rungs; ++i) trials = (trials + 1) / 2;
  return trials;
}

void check_budget(const Node& table, const Study& study, const Suite& suite, Reader& reader) {
  if (!std::is_sorted(study.rungs.begin(), study.rungs.end()))
    reader.complain(place_of(table, "rungs"), "'rungs' must rise: a trial that is kept is trained for longer");
  if (study.trials >= 2 && last_rung(study.trials, study.rungs.size()) < 2) {
    reader.complain(
        place_of(table, "rungs"),
        fmt::format("'rungs' has {} of them, and {} trials are halved to one before the last; give fewer rungs or more "
                    "trials",
                    study.rungs.size(), study.trials));
  }
  for (const auto seed : study.tuning_seeds) {
    if (std::find(suite.seeds.begin(), suite.seeds.end(), seed) == suite.seeds.end()) continue;
    reader.complain(
        place_of(table, "tuning_seeds"),
        fmt::format("seed {} of the tuning is one of suite.seeds, where what it chose is judged; set 'tuning_seeds' to "
                    "others",
                    seed));
  }
}

}  // namespace

std::map<std::string, LossSearch> read_search(const Node::Entry& entry, const Suite& suite, Reader& reader) {
  std::map<std::string, LossSearch> out;
  if (!reader.is_table(entry, "[studies.search]")) return out;
  std::vector<std::string> known;
  for (const auto& [name, use] : suite.losses) known.push_back(name);
  for (const auto& item : entry.value.entries) {
    if (!suite.losses.contains(item.key))
      reader.complain(item.at, fmt::format("no {} in the file{}", header_text("losses", item.key), suggestion(item.key, known)));
    else
      out.emplace(item.key, read_loss(item, reader));
  }
  return out;
}

void check_search(const Node& table, const Study& study, const Suite& suite, Reader& reader) {
  if (!table.find("trials") || !table.find("search")) return;
  check_losses(study, suite, reader);
  check_budget(table, study, suite, reader);
  const auto dataset = suite.datasets.find(study.dataset.value);
  if (dataset == suite.datasets.end() || dataset->second.validation.value > 0) return;
  reader.complain(dataset->second.at,
                  fmt::format("study '{}' chooses settings on validation rows, and dataset '{}' has none; set 'validation' here",
                              study.name, study.dataset.value));
}

}  // namespace kdbench::inline suite
