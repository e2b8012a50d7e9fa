/// The choice of the renderer.
#include <kdbench/leaderboard/render/render.h>

#include <kdbench/leaderboard/render/formats.h>

#include <fmt/core.h>

#include <algorithm>
#include <vector>

namespace kdbench::inline leaderboard {

Result<Format> format_from_string(const std::string& text) {
  const std::vector<std::string> names = {"text", "md", "csv", "json"};
  const auto it = std::find(names.begin(), names.end(), text);
  if (it == names.end()) return Diagnostic{"", {}, fmt::format("unknown format '{}'; expected one of text, md, csv, json", text)};
  return static_cast<Format>(it - names.begin());
}

std::string render(const Leaderboard& board, Format format) {
  switch (format) {
    case Format::kMarkdown:
      return boards::render_markdown(board);
    case Format::kCsv:
      return boards::render_csv(board);
    case Format::kJson:
      return boards::render_json(board);
    case Format::kText:
      break;
  }
  return boards::render_text(board);
}

}  // namespace kdbench::inline leaderboard
