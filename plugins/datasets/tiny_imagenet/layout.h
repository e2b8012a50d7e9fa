// Reads the folders of Tiny-ImageNet as they were published: train/WNID/images/*.JPEG, a flat val/images with
// val_annotations.txt, and wnids.txt. No torch.
#pragma once
#include "../images/files.h"

#include <kdbench/sdk/error.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

namespace tiny {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

/// A split: files and the class of each.
struct Listing {
  std::vector<images::File> files;
  std::vector<std::int64_t> labels;
};

/// Returns the words of a text file.
inline Names words_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istream_iterator<std::string>(in), {}};
}

inline Names without(const Names& names, Names others) {
  std::sort(others.begin(), others.end());
  Names out;
  std::copy_if(names.begin(), names.end(), std::back_inserter(out),
               [&](const auto& name) { return !std::binary_search(others.begin(), others.end(), name); });
  return out;
}

/// Returns the classes in order of their numbers, which both splits use: the lines of wnids.txt, or where there is none the
/// folders of train, sorted. @throws kdbench::Error unless wnids.txt and train agree, and there are `count` classes
inline Names classes(const fs::path& root, std::size_t count) {
  if (!fs::is_directory(root / "train")) {
    throw kdbench::Error("cannot find " + (root / "train").string() +
                         "; run `kdbench data fetch tiny_imagenet`, or set 'folder' or the suite's data folder");
  }
  const auto folders = images::subfolders(root / "train");
  const auto list = root / "wnids.txt";
  const auto names = fs::exists(list) ? words_of(list) : folders;
  const auto complain = [](const Names& which, const fs::path& in, const fs::path& from) {
    if (which.empty()) return;
    throw kdbench::Error("classes in " + in.string() + " that are not in " + from.string() + ": " + images::listed(which) +
                         "; unpack the archive again");
  };
  complain(without(names, folders), list, root / "train");
  complain(without(folders, names), root / "train", list);
  if (names.size() != count) {
    throw kdbench::Error(root.string() + ": expected 'classes' = " + std::to_string(count) + ", found " +
                         std::to_string(names.size()) + " (" + images::listed(names) +
                         "); set classes = " + std::to_string(names.size()));
  }
  return names;
}

/// Refuses a number of images other than `expected`; 0: any but none.
inline void check_count(const fs::path& where, std::size_t found, std::int64_t expected, const std::string& key) {
  if (found > 0 && (expected == 0 || static_cast<std::int64_t>(found) == expected)) return;
  throw kdbench::Error(where.string() + ": expected " + (expected == 0 ? "images" : std::to_string(expected) + " images") +
                       ", found " + std::to_string(found) + "; unpack the archive again, or set '" + key + "'");
}

/// Lists train, class by class. Boxes are passed over.
inline Listing list_train(const fs::path& root, const Names& classes, std::int64_t per_class) {
  Listing out;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const auto folder = root / "train" / classes[c] / "images";
    const auto files = images::image_files(folder);
    check_count(folder, files.size(), per_class, "per_class");
    out.files.insert(out.files.end(), files.begin(), files.end());
    out.labels.insert(out.labels.end(), files.size(), static_cast<std::int64_t>(c));
  }
  return out;
}

/// Lists val in the order of val_annotations.txt, whose lines begin with file name and class.
/// @throws kdbench::Error if that file is missing, names a class or a file that is not there, or leaves files out
inline Listing list_val(const fs::path& root, const Names& classes, std::int64_t val_per_class) {
  const auto table = root / "val" / "val_annotations.txt", folder = root / "val" / "images";
  std::ifstream in(table);
  if (!in) throw kdbench::Error("cannot find " + table.string() + ", which holds the labels of val; unpack the archive again");
  std::map<std::string, std::int64_t> number;
  for (std::size_t c = 0; c < classes.size(); ++c) number[classes[c]] = static_cast<std::int64_t>(c);
  Listing out;
  std::string line, file, wnid;
  for (int row = 1; std::getline(in, line); ++row) {
    std::istringstream fields(line);
    if (!(fields >> file)) continue;
    fields >> wnid;
    const auto found = number.find(wnid);
    if (found == number.end()) {
      throw kdbench::Error(table.string() + ":" + std::to_string(row) + ": '" + wnid + "' is none of the " +
                           std::to_string(classes.size()) + " classes of train");
    }
    if (fs::path(file).filename() != file) {
      throw kdbench::Error(table.string() + ":" + std::to_string(row) + ": expected the name of a file in " + folder.string() +
                           ", found '" + file + "'");
    }
    out.files.push_back(images::file_at(folder / file));
    out.labels.push_back(found->second);
  }
  if (const auto there = images::image_files(folder).size(); there != out.files.size()) {
    throw kdbench::Error(folder.string() + " holds " + std::to_string(there) + " images, but " + table.string() + " labels " +
                         std::to_string(out.files.size()) + "; unpack the archive again");
  }
  check_count(folder, out.files.size(), val_per_class * static_cast<std::int64_t>(classes.size()), "val_per_class");
  return out;
}

}  // namespace tiny
