/// Events of the verb "data": what a worker found in a data set. `kdbench data check --format json` prints them as they are.
#pragma once
#include <kdbench/protocol/tag.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kdbench::inline protocol {

/// The size of an image; in a document the list [channels, height, width].
struct SentImageSize {
  std::int64_t channels = 0, height = 0, width = 0;
};
Json document_json(const SentImageSize& size);
void read_document_json(const Json& json, SentImageSize& size, const DocumentPath& path);

/// What a data set promises, before any file is opened.
struct DatasetEvent {
  Tag<"dataset"> event = {};
  std::string name, plugin;
  std::int64_t classes = 0;
  SentImageSize image;
  std::vector<double> mean, deviation;

  static constexpr auto fields() {
    using E = DatasetEvent;
    return std::tuple(field("event", &E::event, "dataset"), field("name", &E::name, "of [datasets.NAME]"),
                      field("plugin", &E::plugin, "that reads it"), field("classes", &E::classes, "number of classes"),
                      field("image", &E::image, "channels, height, width"),
                      field("mean", &E::mean, "by which images are normalised, for each channel; empty: they are not"),
                      field("std", &E::deviation, "the same for the deviation"));
  }
};

/// What one split holds.
struct SplitEvent {
  Tag<"split"> event = {};
  std::string name, split;
  std::int64_t rows = 0;
  double seconds = 0;
  std::vector<std::int64_t> per_class;
  std::vector<double> mean, deviation;
  bool bytes = true;
  bool posterior = false;

  static constexpr auto fields() {
    using E = SplitEvent;
    return std::tuple(field("event", &E::event, "split"), field("name", &E::name, "of [datasets.NAME]"),
                      field("split", &E::split, "train or test"), field("rows", &E::rows, "images"),
                      field("seconds", &E::seconds, "that loading took"), field("per_class", &E::per_class, "rows of each class"),
                      field("mean", &E::mean, "of each channel; of pixel / 255 for bytes"),
                      field("std", &E::deviation, "of each channel"), field("bytes", &E::bytes, "whether images are bytes"),
                      field("posterior", &E::posterior, "whether P(class | image) is known for every row"));
  }
};

/// A data set that cannot be loaded.
struct UnreadableEvent {
  Tag<"unreadable"> event = {};
  std::string name, what;

  static constexpr auto fields() {
    using E = UnreadableEvent;
    return std::tuple(field("event", &E::event, "unreadable"), field("name", &E::name, "of [datasets.NAME]"),
                      field("what", &E::what, "one line"));
  }
};

}  // namespace kdbench::inline protocol
