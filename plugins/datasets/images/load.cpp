#include "load.h"

#include "cache.h"

#include <kdbench/sdk/error.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <sstream>
#include <system_error>
#include <thread>

namespace images {
namespace {

/// Raised whenever the same files give other pixels.
constexpr int kDecoding = 1;

/// Where files really lie, told where a symbolic link leads there: links that are turned elsewhere show other files, which may be
/// of the same size and time.
class LinkTargets {
 public:
  explicit LinkTargets(const fs::path& folder) : folder_(folder), real_(real(folder)) {}

  std::string text(const fs::path& file) {
    const auto parent = file.parent_path();
    if (parent != parent_) {
      parent_ = parent;
      real_parent_ = real(parent);
      moved_ = real_parent_ != (real_ / parent.lexically_relative(folder_)).lexically_normal();
    }
    std::error_code ec;
    const bool is_link = fs::is_symlink(file, ec);
    if (!moved_ && !is_link) return "";
    return " -> " + (is_link ? real(file) : real_parent_ / file.filename()).string();
  }

 private:
  static fs::path real(const fs::path& path) {
    std::error_code ec;
    return fs::canonical(path, ec);
  }

  fs::path folder_, real_, parent_, real_parent_;
  bool moved_ = false;
};

std::string key_of(const Request& request) {
  const auto& form = request.form;
  LinkTargets targets(request.folder);
  std::ostringstream text;
  text << kDecoding << ' ' << form.channels << ' ' << form.height << ' ' << form.width << ' ' << form.resize << '\n';
  for (const auto& file : request.files) {
    text << file.path.lexically_relative(request.folder).string() << ' ' << file.bytes << ' ' << file.modified_ns
         << targets.text(file.path) << '\n';
  }
  const auto all = text.str();
  return sha256(all.data(), all.size()).substr(0, 24);
}

/// "tiny_imagenet-train-<key>.images": the key alone tells files apart, the rest is for people.
std::string cache_name(const Request& request) {
  auto name = request.title + "-" + key_of(request) + ".images";
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::size_t image_bytes(const Form& form) { return form.channels * form.height * form.width; }

void decode_one(const Request& request, std::size_t i, std::uint8_t* out) {
  const auto& path = request.files[i].path;
  const auto image = fit(decode(read_file(path), request.form.channels, path.string()), request.form, path.string());
  to_planes(image, out + i * image_bytes(request.form));
}

/// The first of the failures, by the order of the files, that several threads may find.
class FirstFailure {
 public:
  void add(std::size_t index, const std::string& message) {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (message_.empty() || index < index_) {
      index_ = index;
      message_ = message;
    }
  }
  const std::string& message() const { return message_; }

 private:
  std::mutex mutex_;
  std::size_t index_ = 0;
  std::string message_;
};

void decode_all(const Request& request, std::uint8_t* out, unsigned cores) {
  constexpr std::size_t kBatch = 16;
  std::atomic<std::size_t> next{0};
  FirstFailure failure;
  const auto work = [&] {
    for (std::size_t begin = next.fetch_add(kBatch); begin < request.files.size(); begin = next.fetch_add(kBatch)) {
      for (std::size_t i = begin; i < std::min(begin + kBatch, request.files.size()); ++i) {
        try {
          decode_one(request, i, out);
        } catch (const std::exception& error) {
          failure.add(i, error.what());
          next = request.files.size();
          return;
        }
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned t = 1; t < cores; ++t) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  if (!failure.message().empty()) throw kdbench::Error(failure.message());
}

std::string rate_text(const Origin& origin) {
  return std::to_string(static_cast<long>(origin.images_per_s)) + " images/s on " + std::to_string(origin.cores) +
         (origin.cores == 1 ? " core" : " cores");
}

std::string kept_text(const fs::path& file, const std::uint8_t* out, std::size_t bytes, const Origin& origin) {
  if (file.empty()) return "not kept: no folder for it can be written";
  try {
    write_cache(file, out, bytes, origin);
    return "kept in " + file.string();
  } catch (const std::system_error& error) {
    return std::string("not kept: ") + error.what();
  }
}

}  // namespace

std::size_t size_of(const Request& request) { return request.files.size() * image_bytes(request.form); }

std::string load(const Request& request, std::uint8_t* out) {
  const auto count = std::to_string(request.files.size()) + " images";
  const auto folder = cache_folder(request.folder);
  const auto file = folder.empty() ? fs::path() : folder / cache_name(request);
  const auto bytes = size_of(request);
  Origin origin;
  auto state = read_cache(file, out, bytes, origin);
  const CacheLock lock(state == CacheState::kRead ? fs::path() : folder);
  if (state != CacheState::kRead) state = read_cache(file, out, bytes, origin);
  if (state == CacheState::kRead) {
    return request.title + ": " + count + " from " + file.string() + ", decoded before at " + rate_text(origin);
  }
  origin.cores = request.cores > 0 ? request.cores : std::max(1u, std::thread::hardware_concurrency());
  const auto start = std::chrono::steady_clock::now();
  decode_all(request, out, origin.cores);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  origin.images_per_s = std::round(static_cast<double>(request.files.size()) / std::max(seconds, 1e-6));
  const char* again = state == CacheState::kDamaged ? "decoded again, because the kept file was damaged, at " : "decoded at ";
  return request.title + ": " + count + " " + again + rate_text(origin) + "; " + kept_text(file, out, bytes, origin);
}

}  // namespace images
