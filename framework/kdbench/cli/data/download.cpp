#include <kdbench/cli/data/download.h>

#include <curl/curl.h>
#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace kdbench::inline cli {
namespace {

namespace fs = std::filesystem;

constexpr long kConnect_s = 30, kStalled_s = 60, kStalledBytesPerS = 100;
constexpr long kRangeNotSatisfiable = 416;

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
using Curl = std::unique_ptr<CURL, void (*)(CURL*)>;

/// What the callbacks of one transfer see.
struct Transfer {
  std::FILE* out;
  std::uint64_t before;  ///< bytes of the file when the transfer began
  const OnBytes& on_bytes;
  std::uint64_t left;  ///< bytes that may still come
  int write_error = 0;
  bool is_too_long = false;
};

std::size_t on_data(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (size * count > transfer.left) {
    transfer.is_too_long = true;
    return 0;  // ends the transfer
  }
  transfer.left -= size * count;
  const auto written = std::fwrite(data, size, count, transfer.out);
  if (written != count) transfer.write_error = errno;
  return written * size;
}

int on_progress(void* self, curl_off_t total, curl_off_t there, curl_off_t, curl_off_t) {
  const auto& transfer = *static_cast<Transfer*>(self);
  const auto bytes = [&](curl_off_t n) { return transfer.before + static_cast<std::uint64_t>(n); };
  if (transfer.on_bytes) transfer.on_bytes(bytes(there), total > 0 ? bytes(total) : 0);
  return 0;
}

void configure(CURL* curl, const std::string& url, Transfer& transfer, char* error) {
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(transfer.before));
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https,file");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "kdbench");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnect_s);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, kStalledBytesPerS);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kStalled_s);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
}

enum class Outcome { kDone, kStartOver, kFailed };

Outcome attempt(const std::string& url, const fs::path& file, std::uint64_t before, std::uint64_t most, const OnBytes& on_bytes,
                std::string& why) {
  const File out(std::fopen(file.c_str(), before > 0 ? "ab" : "wb"), std::fclose);
  const Curl curl(curl_easy_init(), curl_easy_cleanup);
  if (!out) why = fmt::format("cannot write {}: {}", file.string(), std::strerror(errno));
  if (!curl) why = "libcurl cannot be started";
  if (!out || !curl) return Outcome::kFailed;
  Transfer transfer{out.get(), before, on_bytes, most > before ? most - before : 0};
  char error[CURL_ERROR_SIZE] = "";
  configure(curl.get(), url, transfer, error);
  const auto code = curl_easy_perform(curl.get());
  if (std::fflush(out.get()) != 0 && transfer.write_error == 0) transfer.write_error = errno;
  if (transfer.write_error != 0) {
    why = fmt::format("cannot write {}: {}", file.string(), std::strerror(transfer.write_error));
    return Outcome::kFailed;
  }
  if (transfer.is_too_long) {
    why = fmt::format("{}: sends more than the {} bytes that the archive has; it is not the archive that is known", url, most);
    return Outcome::kFailed;
  }
  if (code == CURLE_OK) return Outcome::kDone;
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  const bool refused = code == CURLE_RANGE_ERROR || (code == CURLE_HTTP_RETURNED_ERROR && status == kRangeNotSatisfiable);
  if (before > 0 && refused) return Outcome::kStartOver;
  if (code == CURLE_HTTP_RETURNED_ERROR)
    why = fmt::format("{}: the server answers {}", url, status);
  else
    why = fmt::format("{}: {}", url, *error != '\0' ? error : curl_easy_strerror(code));
  return Outcome::kFailed;
}

}  // namespace

std::uint64_t size_of(const fs::path& file) {
  std::error_code ec;
  const auto bytes = fs::file_size(file, ec);
  return ec ? 0 : bytes;
}

Result<std::uint64_t> download(const std::string& url, const fs::path& file, std::uint64_t most, const OnBytes& on_bytes) {
  static const auto started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) return Diagnostic{"", {}, "libcurl cannot be started"};
  std::string why;
  auto outcome = attempt(url, file, size_of(file), most, on_bytes, why);
  if (outcome == Outcome::kStartOver) outcome = attempt(url, file, 0, most, on_bytes, why);
  if (outcome == Outcome::kDone) return size_of(file);
  return Diagnostic{"", {}, why};
}

}  // namespace kdbench::inline cli
