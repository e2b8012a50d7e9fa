#include <kdbench/suite/tables/studies.h>

#include <kdbench/base/text.h>
#include <kdbench/suite/tables/names.h>
#include <kdbench/suite/tables/search.h>
#include <kdbench/suite/tables/study_checks.h>

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace kdbench::inline suite {
namespace {

/// A list of more is read by nobody.
constexpr std::ptrdiff_t kMostNamed = 40;

/// Returns whether the file spells the missing `table` in another way.
bool is_misspelt(const Node& root, const std::string& table) {
  const auto& tables = top_tables();
  return std::any_of(root.entries.begin(), root.entries.end(), [&](const Node::Entry& entry) {
    return std::find(tables.begin(), tables.end(), entry.key) == tables.end() && nearest(entry.key, tables) == table;
  });
}

class StudyReader {
 public:
  StudyReader(const Node& root, const Suite& suite, Reader& reader) : root_(root), suite_(suite), reader_(reader) {
    for (const auto* table : {"datasets", "losses", "models"}) {
      const auto* entry = root.find(table);
      for (const auto& name : entry ? entry->value.keys() : std::vector<std::string>{}) defined_[table].insert(name);
    }
  }

  Study read(const Node& table) {
    Study study;
    study.at = table.at;
    study.dataset.at = table.at;
    for (const auto& entry : table.entries) read_key(entry, study);
    fill_in(table, study);
    check_references(study);
    check_study(table, study, suite_, reader_);
    return study;
  }

 private:
  void read_key(const Node::Entry& entry, Study& study) {
    const auto& fields = study_fields();
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.spec.key == entry.key; });
    if (field == fields.end()) return reader_.unknown_key(entry, "[[studies]]", keys_of(fields));
    const auto& spec = field->spec;
    if (spec.key == "kind") {
      const auto kind = reader_.text(spec, entry.value);
      if (kind == "sensitivity") study.kind = StudyKind::kSensitivity;
      if (kind == "tune") study.kind = StudyKind::kTune;
      if (kind == "miscalibration") study.kind = StudyKind::kMiscalibration;
    } else if (spec.key == "search") {
      study.search = read_search(entry, suite_, reader_);
    } else if (spec.key == "losses") {
      study.losses = reader_.texts(spec, entry.value);
    } else if (spec.key == "calibrators") {
      study.calibrators = reader_.texts(spec, entry.value);
    } else if (spec.key == "strategies") {
      study.strategies = reader_.texts(spec, entry.value);
    } else if (spec.key == "pairs") {
      study.pairs = read_pairs(entry.value);
    } else if (spec.key == "values") {
      for (const auto& value : reader_.reals(spec, entry.value)) {
        study.values.push_back(value.value);
        study.values_at.push_back(value.at);
      }
    } else {
      reader_.read_field(*field, entry.value, study);
    }
  }

  std::vector<PairUse> read_pairs(const Node& node) {
    std::vector<PairUse> out;
    constexpr const char* kShape = R"(a list of ["teacher", "student"] or ["student"])";
    if (!node.is_list() || node.items.empty()) {
      reader_.complain(node.at, fmt::format("'pairs' must be {}, found {}", kShape, described(node)));
      return out;
    }
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& item : node.items) {
      if (!item.is_list() || item.items.empty() || item.items.size() > 2) {
        const auto found = item.is_list() ? fmt::format("a list of {}", item.items.size()) : described(item);
        reader_.complain(item.at, fmt::format("'pairs' must be {}; this is {}", kShape, found));
      } else if (auto pair = read_pair(item)) {
        if (seen.emplace(pair->teacher.value, pair->student.value).second)
          out.push_back(std::move(*pair));
        else
          reader_.complain(item.at, "'pairs' has this pair twice");
      }
    }
    return out;
  }

  std::optional<PairUse> read_pair(const Node& item) {
    PairUse pair;
    bool known = true;
    for (const auto& name : item.items) {
      auto& end = &name == &item.items.back() ? pair.student : pair.teacher;
      if (const auto* text = std::get_if<std::string>(&name.scalar); text && !name.is_table() && !name.is_list()) {
        end = {*text, name.at};
        known &= defines("models", end);
      } else {
        reader_.complain(name.at, fmt::format("'pairs' must hold names of models, found {}", described(name)));
        known = false;
      }
    }
    return known ? std::optional(std::move(pair)) : std::nullopt;
  }

  /// Complains unless [table.NAME] is in the file. Where the table itself is wrong, that was complained
  /// about.
  bool defines(const std::string& table, const Located<std::string>& name) {
    const auto* entry = root_.find(table);
    if (entry ? !entry->value.is_table() || defined_[table].contains(name.value) : is_misspelt(root_, table)) return true;
    const auto known = entry && !reader_.is_full() ? entry->value.keys() : std::vector<std::string>{};
    reader_.complain(name.at, fmt::format("no {} in the file{}", header_text(table, name.value), suggestion(name.value, known)));
    return false;
  }

  void fill_in(const Node& table, Study& study) {
    if (!table.find("name"))
      reader_.complain(table.at, "the study needs a 'name'");
    else if (std::get_if<std::string>(&table.find("name")->value.scalar)) {
      check_name(study.name, "'name'", true, table.find("name")->value.at, reader_);
    }
    for (const auto* key : {"losses", "pairs"}) {
      if (!table.find(key)) reader_.complain(table.at, fmt::format("the study needs '{}'", key));
    }
    if (!table.find("dataset")) default_dataset(study);
  }

  void default_dataset(Study& study) {
    const auto* entry = root_.find("datasets");
    const auto known = entry && !reader_.is_full() ? entry->value.keys() : std::vector<std::string>{};
    if (known.size() == 1)
      study.dataset.value = known.front();
    else if (!known.empty())
      reader_.complain(study.at,
                       fmt::format("the study needs 'dataset': one of {}",
                                   join({known.begin(), known.begin() + std::min(std::ssize(known), kMostNamed)}, ", ")));
  }

  void check_references(Study& study) {
    if (!study.dataset.value.empty()) defines("datasets", study.dataset);
    std::erase_if(study.losses, [&](const auto& loss) { return !defines("losses", loss); });
  }

  const Node& root_;
  std::map<std::string, std::set<std::string>> defined_;  ///< names by table
  const Suite& suite_;
  Reader& reader_;
};

}  // namespace

void read_studies(const Node& root, Suite& suite, Reader& reader) {
  const auto* entry = root.find("studies");
  if (!entry) return reader.complain({}, "the file has no [[studies]]; there is nothing to run");
  if (!entry->value.is_list()) {
    return reader.complain(
        entry->at, fmt::format("'studies' must be tables [[studies]] with two brackets, found {}", described(entry->value)));
  }
  if (entry->value.items.empty()) reader.complain(entry->value.at, "'studies' is empty; there is nothing to run");
  const auto* datasets = root.find("datasets");
  if (datasets ? datasets->value.is_table() && datasets->value.entries.empty() : !is_misspelt(root, "datasets"))
    reader.complain({}, "the file has no [datasets.NAME]");
  StudyReader study_reader(root, suite, reader);
  std::vector<NamedPlace> names;
  for (const auto& table : entry->value.items) {
    if (!table.is_table()) {
      reader.complain(table.at, fmt::format("'studies' must be tables [[studies]], found {}", described(table)));
      continue;
    }
    suite.studies.push_back(study_reader.read(table));
    const auto* name = table.find("name");
    names.push_back({suite.studies.back().name, name ? name->value.at : table.at});
  }
  check_distinct(names, "study", reader);
}

}  // namespace kdbench::inline suite
