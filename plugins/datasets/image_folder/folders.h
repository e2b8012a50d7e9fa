// Reads a tree of image files: SPLIT/CLASS/FILE. No torch.
#pragma once
#include "../images/files.h"

#include <kdbench/sdk/error.h>

#include <algorithm>
#include <iterator>

namespace folders {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

/// Returns the folder of the test split: the one named, or else the only one of `test` and `val` that is there.
/// @throws kdbench::Error if there is none, or both are and none is named
inline fs::path test_folder(const fs::path& root, const std::string& named) {
  if (!named.empty()) return root / named;
  const bool test = fs::is_directory(root / "test"), val = fs::is_directory(root / "val");
  if (test && val) {
    throw kdbench::Error(root.string() + " holds both test and val; set 'test' to the one whose labels are to be predicted");
  }
  if (!test && !val)
    throw kdbench::Error(root.string() + ": expected a folder test or val beside train, found neither; set 'test'");
  return root / (test ? "test" : "val");
}

/// Refuses classes that one split has and the other has not: their numbers would differ between the splits.
inline void check_same(const Names& train, const Names& test, const fs::path& root, const fs::path& test_path) {
  const auto missing = [](const Names& in, const Names& from) {
    Names out;
    std::set_difference(in.begin(), in.end(), from.begin(), from.end(), std::back_inserter(out));
    return out;
  };
  const auto complain = [](const Names& names, const fs::path& in, const fs::path& from) {
    if (names.empty()) return;
    throw kdbench::Error("classes in " + in.string() + " that are not in " + from.string() + ": " + images::listed(names) +
                         "; both splits must have a folder for every class");
  };
  if (test == Names{"images"}) {
    throw kdbench::Error(
        test_path.string() +
        " holds one folder named images and no classes, as Tiny-ImageNet's val does; use the plugin 'tiny_imagenet'");
  }
  complain(missing(test, train), test_path, root / "train");
  complain(missing(train, test), root / "train", test_path);
}

/// Returns the classes, sorted by name. @throws kdbench::Error unless both splits have the same, and `count` of them
inline Names classes(const fs::path& root, const std::string& test, std::size_t count) {
  if (!fs::is_directory(root / "train")) {
    throw kdbench::Error("cannot find " + (root / "train").string() + "; expected images in " +
                         (root / "train" / "CLASS" / "NAME.jpg").string() + ", set 'folder' or the suite's data folder");
  }
  const auto names = images::subfolders(root / "train");
  const auto test_path = test_folder(root, test);
  check_same(names, images::subfolders(test_path), root, test_path);
  if (names.size() != count) {
    throw kdbench::Error((root / "train").string() + ": expected 'classes' = " + std::to_string(count) + " folders, found " +
                         std::to_string(names.size()) + " (" + images::listed(names) +
                         "); set classes = " + std::to_string(names.size()));
  }
  return names;
}

/// Files and their classes, one of each class in turn: the first rows, which test_limit keeps, are of all classes.
struct Listing {
  std::vector<images::File> files;
  std::vector<std::int64_t> labels;
};

/// Lists the images of one split. @throws kdbench::Error if a class has none
inline Listing list(const fs::path& split, const Names& classes) {
  std::vector<std::vector<images::File>> by_class;
  std::size_t most = 0;
  for (const auto& name : classes) {
    by_class.push_back(images::image_files(split / name));
    if (by_class.back().empty()) {
      throw kdbench::Error((split / name).string() + ": no .jpg, .jpeg or .png files; expected the images of class '" + name +
                           "' in it, not below it");
    }
    most = std::max(most, by_class.back().size());
  }
  Listing out;
  for (std::size_t i = 0; i < most; ++i) {
    for (std::size_t c = 0; c < by_class.size(); ++c) {
      if (i >= by_class[c].size()) continue;
      out.files.push_back(by_class[c][i]);
      out.labels.push_back(static_cast<std::int64_t>(c));
    }
  }
  return out;
}

}  // namespace folders
