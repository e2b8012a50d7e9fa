#include <kdbench/cli/maps/embedding_maps.h>

#include <kdbench/stats/maps/neighbours.h>
#include <kdbench/stats/maps/tsne.h>

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

namespace kdbench::inline cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTellEvery = 250;  // iterations

/// What a worker hands over; gone with its owner.
struct TemporaryFolder {
  TemporaryFolder() {
    auto pattern = (fs::temp_directory_path() / "kdbench-embed-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "cannot make " + pattern);
    path = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  fs::path path;
};

/// The embedding of one network, and the class of each sample.
struct Embedding {
  stats::PointSet points;
  std::vector<std::int64_t> labels;
};

Embedding ask_embedding(const Context& context, WorkerSetup& setup, const Store& store, const std::string& job,
                        const MapOptions& options) {
  const TemporaryFolder folder;
  const auto file = folder.path / "embedding.json";
  ask_or_exit(context, setup,
              EmbedRequest{.job = job,
                           .store = store.root().string(),
                           .data_dir = options.data_dir,
                           .split = options.split,
                           .rows = options.rows,
                           .device = options.device,
                           .file = file.string()});
  auto document = from_document<EmbeddingDocument>(value_or_refuse(context, read_json(file)));
  Embedding out;
  out.points = {document.labels.size(), static_cast<std::size_t>(document.dims), std::move(document.values)};
  out.labels = std::move(document.labels);
  return out;
}

void check_perplexity(const Context& context, std::size_t samples, double perplexity) {
  if (perplexity >= 1 && perplexity + 1 < static_cast<double>(samples)) return;
  refuse(context, fmt::format("--perplexity: expected a number from 1 to below {} for {} samples, found {}",
                              samples > 1 ? samples - 1 : 0, samples, perplexity));
}

report::EmbeddingMap map_of(const Context& context, const Embedding& embedding, const std::string& title, double perplexity) {
  check_perplexity(context, embedding.points.count, perplexity);
  context.err << fmt::format("t-SNE of {}: {} samples of {} numbers, iterations", title, embedding.points.count,
                             embedding.points.dims)
              << std::flush;
  stats::TsneOptions options;
  options.perplexity = perplexity;
  options.on_iteration = [&](std::size_t done) {
    if (done % kTellEvery == 0) context.err << " " << done << std::flush;
  };
  auto result = stats::tsne(embedding.points, options);
  context.err << std::endl;
  const double trust = stats::trustworthiness(embedding.points, result.map, 5),
               near = stats::neighbour_accuracy(result.map, embedding.labels, 1);
  return {title, std::move(result.map), embedding.labels, result.kl, trust, near};
}

}  // namespace

std::vector<report::EmbeddingMap> embedding_maps(const Context& context, WorkerSetup& setup, const Store& store,
                                                 const std::vector<MappedJob>& jobs, const MapOptions& options) {
  std::vector<report::EmbeddingMap> out;
  for (const auto& [job, title] : jobs) {
    out.push_back(map_of(context, ask_embedding(context, setup, store, job, options), title, options.perplexity));
  }
  return out;
}

}  // namespace kdbench::inline cli
