#include <kdbench/calibration/logits/logits_readers.h>

#include <kdbench/base/json.h>

#include <fmt/core.h>

#include <optional>

namespace kdbench::inline calibration {
namespace {

/// Reads members of one document; mistakes name the member, since JSON keeps no lines.
class JsonReader {
 public:
  explicit JsonReader(std::string file) : file_(std::move(file)) {}

  LogitsTable logits(const Json& member) {
    if (member.is_object()) return tensor(member);
    LogitsTable out;
    if (!member.is_array()) return add("logits: expected a list of rows [[...], ...]"), out;
    out.rows = static_cast<std::int64_t>(member.size());
    for (std::size_t i = 0; i < member.size() && !full(); ++i) read_row(member[i], i, out);
    return out;
  }

  LabelList labels(const Json& member) {
    const Json& values = member.is_object() && member.contains("data") ? member["data"] : member;
    LabelList out;
    if (!values.is_array()) return add("labels: expected a list of class indices [...]"), out;
    for (std::size_t i = 0; i < values.size() && !full(); ++i) {
      if (values[i].is_number_integer()) {
        out.values.push_back(values[i].get<std::int64_t>());
      } else {
        add(fmt::format("labels[{}]: expected a class index (a whole number from 0), found {}", i, values[i].dump()));
      }
    }
    return out;
  }

  void add(std::string message) { errors_.push_back({file_, {}, std::move(message)}); }
  bool full() const { return errors_.size() >= kMaxLogitsDiagnostics; }
  const Diagnostics& errors() const { return errors_; }

 private:
  void read_row(const Json& row, std::size_t i, LogitsTable& out) {
    if (!row.is_array()) return add(fmt::format("logits[{}]: expected a list of numbers, found {}", i, row.type_name()));
    const auto columns = static_cast<std::int64_t>(row.size());
    if (i == 0) out.columns = columns;
    if (columns != out.columns) {
      return add(fmt::format("logits[{}]: expected {} numbers as in logits[0], found {}", i, out.columns, columns));
    }
    for (std::size_t c = 0; c < row.size() && !full(); ++c) push(row[c], fmt::format("logits[{}][{}]", i, c), out);
  }

  LogitsTable tensor(const Json& member) {
    LogitsTable out;
    const auto shape = member.value("shape", Json());
    const auto data = member.value("data", Json());
    if (!shape.is_array() || shape.size() != 2 || !shape[0].is_number_unsigned() || !shape[1].is_number_unsigned()) {
      return add("logits.shape: expected [N, K], found " + shape.dump()), out;
    }
    out.rows = shape[0].get<std::int64_t>();
    out.columns = shape[1].get<std::int64_t>();
    const bool fits = data.is_array() && out.rows >= 0 && out.columns > 0 &&
                      data.size() % static_cast<std::size_t>(out.columns) == 0 &&
                      data.size() / static_cast<std::size_t>(out.columns) == static_cast<std::size_t>(out.rows);
    if (!fits)
      return add(fmt::format("logits.data: expected {} x {} numbers, found {}", out.rows, out.columns, data.size())), out;
    for (std::size_t i = 0; i < data.size() && !full(); ++i) push(data[i], fmt::format("logits.data[{}]", i), out);
    return out;
  }

  void push(const Json& value, const std::string& where, LogitsTable& out) {
    if (!value.is_number()) return add(fmt::format("{}: expected a finite number, found {}", where, value.dump()));
    out.values.push_back(value.get<double>());
  }

  std::string file_;
  Diagnostics errors_;
};

}  // namespace

Result<LogitsAndLabels> read_json_logits(const std::filesystem::path& file, bool with_labels) {
  const auto document = read_json(file);
  if (!document) return document.error();
  const Json& root = document->is_object() && document->contains("inputs") ? (*document)["inputs"] : *document;
  JsonReader reader(file.string());
  LogitsAndLabels out;
  for (const char* name : {"logits", "labels"}) {
    const bool is_label = name == std::string("labels");
    if (is_label && !with_labels) continue;
    if (!root.is_object() || !root.contains(name)) {
      reader.add(fmt::format(R"(expected {{"logits": [[...], ...], "labels": [...]}}, found no member "{}")", name));
    } else if (is_label) {
      out.labels = reader.labels(root[name]);
    } else {
      out.logits = reader.logits(root[name]);
    }
  }
  if (!reader.errors().empty()) return reader.errors();
  return out;
}

Result<LabelList> read_json_labels(const std::filesystem::path& file) {
  const auto document = read_json(file);
  if (!document) return document.error();
  JsonReader reader(file.string());
  auto out = reader.labels(document->is_object() && document->contains("labels") ? (*document)["labels"] : *document);
  if (!reader.errors().empty()) return reader.errors();
  return out;
}

}  // namespace kdbench::inline calibration
