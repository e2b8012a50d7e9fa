#include <kdbench/base/files.h>
#include <kdbench/base/seeds.h>
#include <kdbench/train/network/evaluate.h>
#include <kdbench/train/network/stored_networks.h>
#include <kdbench/worker/channel.h>
#include <kdbench/worker/requests/embedding.h>
#include <kdbench/worker/requests/load_catalog.h>
#include <kdbench/worker/requests/training.h>

#include <ATen/Functions.h>
#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline worker {
namespace {

RunRecord done_record(const Store& store, const std::string& job) {
  auto record = store.get(job);
  if (!record) throw Error(record.error().front().text());
  if (!*record || (*record)->status != Status::kDone)
    throw Error(fmt::format("job {} is not done in this store", job.substr(0, 12)));
  return std::move(**record);
}

const Rows& split_of(const TrainData& data, const std::string& split) {
  if (split == "train") return data.train();
  if (split == "validation") return data.validation();
  if (split == "test") return data.test();
  throw Error(fmt::format("expected the split test, validation or train, found '{}'", split));
}

/// Files may be sorted by class, so the first rows would not do.
Rows some_rows(const Rows& rows, std::int64_t limit) {
  if (limit <= 0 || limit >= rows.size()) return rows;
  auto chosen = shuffled(rows.size(), seed_for(0, "embed"));
  chosen.resize(static_cast<std::size_t>(limit));
  std::sort(chosen.begin(), chosen.end());
  const auto index = torch::tensor(chosen, torch::kInt64).to(rows.labels.device());
  Rows out;
  out.images = rows.images.index_select(0, index);
  out.labels = rows.labels.index_select(0, index);
  out.indices = rows.indices.index_select(0, index);
  return out;
}

EmbeddingDocument embeddings(const RowOutputs& outputs, const torch::Tensor& labels) {
  const bool has_embedding = outputs.embedding.defined();
  const auto& values = has_embedding ? outputs.embedding : outputs.logits;
  return {has_embedding ? "embedding" : "logits", values.size(1), logits_and_labels(outputs.logits, labels).labels,
          values_of(values)};
}

}  // namespace

int answer_embed(const EmbedRequest& request, const std::atomic<bool>&) {
  const auto catalog = load_catalog(request.libraries);
  const auto factories = factories_of(catalog);
  const Store store(request.store);
  const auto spec = spec_of(done_record(store, request.job));
  const torch::Device device(request.device);
  const TrainData data(*factories.dataset(spec.dataset->source), request.data_dir, cut_of(spec),
                       static_cast<std::uint64_t>(spec.seed), device);
  const StoredNetworks networks(store, factories, data);
  const auto parts = networks.network(request.job, kLastState, "the network's");
  const auto rows = some_rows(split_of(data, request.split), request.rows);
  if (rows.size() == 0) throw Error(fmt::format("the job has no {} rows", request.split));
  const auto model = make_frozen(parts.front(), device, "the network");
  const auto document = embeddings(outputs_of(*model, data, rows), rows.labels);
  write_file_atomically(request.file, to_document(document).dump());
  send_event(EmbedAnswer{.rows = rows.size(), .dims = document.dims, .of = document.of});
  return 0;
}

}  // namespace kdbench::inline worker
