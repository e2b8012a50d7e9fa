#include <kdbench/base/files.h>
#include <kdbench/results/store_clean.h>
#include <kdbench/train/device/parallel.h>
#include <kdbench/train/network/safetensors.h>
#include <kdbench/train/teacher/logit_table.h>

#include <ATen/Functions.h>

#include <algorithm>
#include <vector>

namespace kdbench::inline train {
namespace {

namespace fs = std::filesystem;

/// The cached logits, or an undefined tensor when the file is absent, of another key, or damaged.
torch::Tensor read_cached(const fs::path& file, const std::string& key) {
  if (!fs::exists(file)) return {};
  try {
    auto cached = read_tensors(file);
    if (cached.meta.at("key") != key || !cached.has_checksum) return {};
    auto logits = cached.tensors.at("logits");
    std::error_code ec;
    fs::last_write_time(file, fs::file_time_type::clock::now(), ec);  // used now: the last to be removed
    return logits;
  } catch (const std::exception&) {
    return {};  // a damaged cache costs time, never a result
  }
}

}  // namespace

torch::Tensor teacher_logits(const TrainData& data, const Teacher& teacher, std::size_t threads, const fs::path& file,
                             const std::string& key, const std::atomic<bool>& stop) {
  if (auto cached = read_cached(file, key); cached.defined()) return cached.to(data.train().labels.device());
  constexpr std::int64_t kBatch = 256;  // part of the definition, like the order: rounding may depend on it
  const auto n = data.train().size();
  std::vector<torch::Tensor> parts(static_cast<std::size_t>((n + kBatch - 1) / kBatch));
  for_each_parallel(static_cast<std::int64_t>(parts.size()), threads, [&](std::int64_t i, std::size_t thread) {
    if (stop) return;
    const auto images = data.images(data.train(), i * kBatch, std::min(n, (i + 1) * kBatch));
    parts[static_cast<std::size_t>(i)] = teacher.forward(thread, images, {}).logits;
  });
  if (stop) return {};
  auto logits = at::cat(parts);
  save_tensors(file, {{"logits", logits}}, {{"key", key}});
  return logits;
}

void bound_folder(const fs::path& folder, std::uintmax_t limit_bytes) {
  struct File {
    fs::file_time_type used;
    std::uintmax_t bytes;
    fs::path path;
  };
  std::vector<File> files;
  std::uintmax_t total = 0;
  std::error_code ec;
  if (is_link(folder)) return;
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    if (!is_cached_logits(entry.path())) continue;  // whatever else lies there is nobody's to delete
    files.push_back({entry.last_write_time(ec), entry.file_size(ec), entry.path()});
    total += files.back().bytes;
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.used < b.used; });
  for (const auto& file : files) {
    if (total <= limit_bytes) return;
    fs::remove(file.path, ec);
    total -= file.bytes;
  }
}

}  // namespace kdbench::inline train
