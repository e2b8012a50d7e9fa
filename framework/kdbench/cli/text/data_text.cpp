#include <kdbench/cli/text/data_text.h>

#include <kdbench/base/text.h>

#include <fmt/core.h>

#include <algorithm>
#include <vector>

namespace kdbench::inline cli {
namespace {

constexpr std::size_t kColumns = 100;
constexpr const char* kIndent = "         ";

std::string numbers_text(const std::vector<double>& values) {
  std::string out;
  for (const double value : values) out += fmt::format("{}{:.4f}", out.empty() ? "" : ", ", value);
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

std::string event_text(const DatasetEvent& event) {
  auto out = fmt::format("{}{}: {} classes, images of {} x {} x {} (channels x height x width)\n", event.name,
                         event.name == event.plugin ? "" : fmt::format(" (plugin {})", event.plugin), event.classes,
                         event.image.channels, event.image.height, event.image.width);
  if (event.mean.empty()) return out;
  return out + fmt::format("  normalised by mean {}, deviation {}\n", numbers_text(event.mean), numbers_text(event.deviation));
}

std::string event_text(const SplitEvent& event) {
  const auto rows = static_cast<double>(event.rows);
  auto out = fmt::format("  {:5}  {:.0f} rows, loaded in {:.2f} s ({:.0f} images/s)\n", event.split, rows, event.seconds,
                         event.seconds > 0 ? rows / event.seconds : 0.0);
  out += classes_text(event.per_class);
  out += fmt::format("{}{} have mean {}, deviation {}\n", kIndent, event.bytes ? "pixels / 255" : "values",
                     numbers_text(event.mean), numbers_text(event.deviation));
  if (event.posterior) out += fmt::format("{}P(class | image) is known for every row\n", kIndent);
  return out;
}

std::string event_text(const NoteEvent& event) { return fmt::format("  {}\n", event.text); }

std::string event_text(const UnreadableEvent& event) { return fmt::format("{}: cannot be loaded: {}\n", event.name, event.what); }

std::string event_text(const auto&) { return ""; }

}  // namespace

std::string data_event_text(const Event& event) {
  return std::visit([](const auto& e) { return event_text(e); }, event);
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
