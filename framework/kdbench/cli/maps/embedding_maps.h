/// Maps of what trained networks make of images: a worker runs the networks, t-SNE runs here.
#pragma once
#include <kdbench/cli/context.h>
#include <kdbench/cli/maps/map_choice.h>
#include <kdbench/report/figures/figures.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kdbench::inline cli {

struct MapOptions {
  std::string data_dir, device, split = "test";
  std::int64_t rows = 1000;  ///< at most so many samples
  double perplexity = 30;
};

/// Returns one map a network, in their order, telling its progress on err. What goes wrong is printed and ends the verb.
std::vector<report::EmbeddingMap> embedding_maps(const Context& context, WorkerSetup& setup, const Store& store,
                                                 const std::vector<MappedJob>& jobs, const MapOptions& options);

}  // namespace kdbench::inline cli
