/// Fetching a data set: download with resume, checksum, unpack.
#pragma once
#include <kdbench/base/result.h>
#include <kdbench/cli/data/download.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace kdbench::inline cli {

/// A data set as its authors offer it.
struct FetchSource {
  std::string name;  ///< of the plugin that reads it
  std::string what;  ///< one line for people
  std::string url;   ///< of one archive, tar or zip
  std::uint64_t bytes = 0;
  std::string sha256;  ///< of the archive, 64 hex digits
  std::string folder;  ///< that the archive holds and the plugin reads by default
};

/// The data sets that `kdbench data fetch` knows.
const std::vector<FetchSource>& data_sources();

/// Returns the file name an archive gets: the end of its source's address.
std::string archive_name(const FetchSource& source);

struct FetchOptions {
  std::filesystem::path to;  ///< the data folder
  std::string url = {};      ///< another address of the same archive; empty: the source's
  bool keep_archive = false;
  int attempts = 3;  ///< downloads that end early are taken up again so many times in all
  OnBytes on_bytes = {};
  std::function<void(const std::string&)> note = {};  ///< told what is being done
};

/// Fetches a data set into `to`/`folder` and returns that path; does nothing where it is there already. An archive that lies in
/// `to`, whole or (as NAME.part) in part, is used. Nothing is unpacked before size and SHA-256 are right, and the folder appears
/// whole or not at all. A failure says what is left and what the same command will do next.
Result<std::filesystem::path> fetch(const FetchSource& source, const FetchOptions& options);

}  // namespace kdbench::inline cli
