#include <kdbench/cli/text/data_text.h>

#include <kdbench/base/text.h>
#include <kdbench/run/process/events.h>

#include <fmt/core.h>

#include <algorithm>
#include <vector>

namespace kdbench::inline cli {
namespace {

constexpr std::size_t kColumns = 100;
constexpr const char* kIndent = "         ";

std::string numbers_text(const Json& event, const char* key) {
  std::string out;
  for (const auto& value : event.value(key, std::vector<double>{}))
    out += fmt::format("{}{:.4f}", out.empty() ? "" : ", ", value);
  return out;
}

/// "5000 rows in each of 10 classes", or every class with its rows, wrapped.
std::string classes_text(const std::vector<std::int64_t>& rows) {
  if (rows.empty()) return "";
  const auto [low, high] = std::minmax_element(rows.begin(), rows.end());
  if (*low == *high) return fmt::format("{}{} rows in each of {} classes\n", kIndent, *low, rows.size());
  std::string out, line = fmt::format("{}rows of class", kIndent);
  for (std::size_t c = 0; c < rows.size(); ++c) {
    const auto item = fmt::format(" {}: {}{}", c, rows[c], c + 1 < rows.size() ? "," : "");
    if (line.size() + item.size() > kColumns) {
      out += line + "\n";
      line = kIndent;
    }
    line += item;
  }
  return out + line + "\n";
}

std::string dataset_text(const Json& event) {
  const auto image = event.value("image", std::vector<std::int64_t>{0, 0, 0});
  const auto name = text_field(event, "name"), plugin = text_field(event, "plugin");
  auto out = fmt::format("{}{}: {} classes, images of {} x {} x {} (channels x height x width)\n", name,
                         name == plugin ? "" : fmt::format(" (plugin {})", plugin), event.value("classes", 0), image.at(0),
                         image.at(1), image.at(2));
  if (const auto mean = numbers_text(event, "mean"); !mean.empty()) {
    out += fmt::format("  normalised by mean {}, deviation {}\n", mean, numbers_text(event, "std"));
  }
  return out;
}

std::string split_text(const Json& event) {
  const double rows = number_field(event, "rows", 0), seconds = number_field(event, "seconds", 0);
  auto out = fmt::format("  {:5}  {:.0f} rows, loaded in {:.2f} s ({:.0f} images/s)\n", text_field(event, "split"), rows, seconds,
                         seconds > 0 ? rows / seconds : 0.0);
  out += classes_text(event.value("per_class", std::vector<std::int64_t>{}));
  out += fmt::format("{}{} have mean {}, deviation {}\n", kIndent, event.value("bytes", true) ? "pixels / 255" : "values",
                     numbers_text(event, "mean"), numbers_text(event, "std"));
  if (event.value("posterior", false)) out += fmt::format("{}P(class | image) is known for every row\n", kIndent);
  return out;
}

}  // namespace

std::string data_event_text(const Json& event) {
  const auto kind = text_field(event, "event");
  if (kind == "dataset") return dataset_text(event);
  if (kind == "split") return split_text(event);
  if (kind == "note") return fmt::format("  {}\n", text_field(event, "text"));
  if (kind == "unreadable")
    return fmt::format("{}: cannot be loaded: {}\n", text_field(event, "name"), text_field(event, "what"));
  return "";
}

std::string download_text(const std::string& name, std::uint64_t there, std::uint64_t total, double rate) {
  const auto mega = [](double bytes) { return bytes / 1e6; };
  const auto done = static_cast<double>(there), all = static_cast<double>(total);
  auto out = fmt::format("{}: {:.1f}", name, mega(done));
  out += total > 0 ? fmt::format(" of {:.1f} MB ({:.0f} %)", mega(all), 100 * done / all) : std::string(" MB");
  if (rate > 0) out += fmt::format(", {:.1f} MB/s", mega(rate));
  if (rate > 0 && total > there) out += ", ETA " + duration_text((all - done) / rate);
  return out;
}

}  // namespace kdbench::inline cli
