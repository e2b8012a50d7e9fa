// Reads the binary files of CIFAR-10 and CIFAR-100: records of label bytes and 3072 pixels, plane by plane. No torch.
#pragma once
#include <kdbench/sdk/error.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace cifar {

namespace fs = std::filesystem;

inline constexpr std::size_t kSide = 32, kPixels = 3 * kSide * kSide;

/// One of the bytes a record begins with.
struct LabelByte {
  const char* name;
  std::uint8_t count;  ///< values lie below it
};

/// How records begin; the last byte before the pixels is the class.
struct Layout {
  const char* name;
  std::vector<LabelByte> labels;
  std::size_t record_bytes() const { return labels.size() + kPixels; }
};

inline const Layout kCifar10{"CIFAR-10", {{"label", 10}}};
inline const Layout kCifar100{"CIFAR-100", {{"coarse label", 20}, {"fine label", 100}}};

/// Rows read from files, in order.
struct Rows {
  std::vector<std::uint8_t> pixels;  ///< [N, 3, 32, 32]
  std::vector<std::uint8_t> labels;  ///< [N], classes
};

/// Refuses a size that is no number of whole records, and says if it is one of the other layout.
inline void check_size(const fs::path& file, std::size_t bytes, const Layout& layout) {
  const auto record = layout.record_bytes();
  if (bytes > 0 && bytes % record == 0) return;
  std::string text = file.string() + ": expected a multiple of " + std::to_string(record) + " bytes (" + layout.name +
                     " records), found " + std::to_string(bytes);
  for (const auto* other : {&kCifar10, &kCifar100}) {
    if (bytes > 0 && bytes % other->record_bytes() == 0)
      throw kdbench::Error(text + ", which are " + other->name + " records; choose that plugin, or the right folder");
  }
  throw kdbench::Error(text + "; the file is cut short or has extra bytes, fetch it again");
}

/// Appends the records of `bytes`, the content of `file`, to `rows`. @throws kdbench::Error about a label out of range
inline void append(const std::vector<char>& bytes, const fs::path& file, const Layout& layout, Rows& rows) {
  const auto record = layout.record_bytes();
  for (std::size_t at = 0; at < bytes.size(); at += record) {
    for (std::size_t i = 0; i < layout.labels.size(); ++i) {
      const auto value = static_cast<std::uint8_t>(bytes[at + i]);
      if (value < layout.labels[i].count) continue;
      throw kdbench::Error(file.string() + ": expected a " + layout.labels[i].name + " from 0 to " +
                           std::to_string(layout.labels[i].count - 1) + ", found " + std::to_string(value) + " at byte " +
                           std::to_string(at + i) + " (record " + std::to_string(at / record) +
                           "); the file is damaged, fetch it again");
    }
    const auto* pixels = bytes.data() + at + layout.labels.size();
    rows.labels.push_back(static_cast<std::uint8_t>(pixels[-1]));
    rows.pixels.insert(rows.pixels.end(), pixels, pixels + kPixels);
  }
}

/// Appends one file to `rows`. @throws kdbench::Error naming it, with what was expected and what was found
inline void read(const fs::path& file, const Layout& layout, Rows& rows) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  const auto size = in ? static_cast<std::streamoff>(in.tellg()) : -1;
  if (size < 0) throw kdbench::Error("cannot open " + file.string());
  check_size(file, static_cast<std::size_t>(size), layout);
  std::vector<char> bytes(static_cast<std::size_t>(size));
  in.seekg(0);
  if (!in.read(bytes.data(), size)) throw kdbench::Error("cannot read " + file.string());
  append(bytes, file, layout, rows);
}

/// Reads the files of one split. Every missing file is named, with `plugin` as what to fetch.
/// @throws kdbench::Error also unless they hold `expected` rows in all
inline Rows read_split(const fs::path& folder, const std::vector<std::string>& names, const Layout& layout, std::size_t expected,
                       const std::string& plugin) {
  std::string missing;
  for (const auto& name : names) {
    if (!fs::is_regular_file(folder / name)) missing += (missing.empty() ? "" : ", ") + name;
  }
  if (!missing.empty()) {
    throw kdbench::Error("cannot find " + missing + " in " + folder.string() + "; run `kdbench data fetch " + plugin +
                         "`, or set 'folder' or the suite's data folder");
  }
  Rows rows;
  rows.labels.reserve(expected);
  rows.pixels.reserve(expected * kPixels);
  for (const auto& name : names) read(folder / name, layout, rows);
  if (rows.labels.size() != expected) {
    throw kdbench::Error(folder.string() + ": expected " + std::to_string(expected) + " rows in " + names.front() +
                         (names.size() > 1 ? " to " + names.back() : "") + ", found " + std::to_string(rows.labels.size()) +
                         "; a file is cut short, fetch it again");
  }
  return rows;
}

}  // namespace cifar
