/// What the fuzz targets share. A target hands bytes to one reader. A kdbench::Error, or diagnostics, that say what is wrong are
/// right answers; a crash, another exception, an answer without a word, and one that takes seconds are findings.
#pragma once
#include <kdbench/base/result.h>
#include <kdbench/sdk/error.h>

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace kdbench::fuzz {

using Target = void (*)(const std::uint8_t* data, std::size_t size);

/// The targets of this program by name; replay_main.cpp looks them up.
inline std::map<std::string, Target>& targets() {
  static std::map<std::string, Target> known;
  return known;
}

/// Ends the program, as a crash does, with the words.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: expected that %s\n", what);
  std::abort();
}

inline std::string text_of(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

inline void require_named(const Diagnostics& diagnostics) {
  require(!diagnostics.empty(), "a refusal has a diagnostic");
  for (const auto& d : diagnostics) require(!d.message.empty(), "a diagnostic says what is wrong");
}

/// Returns whether there is a value; where there is none, its diagnostics must say why.
template <class T>
bool accepted(const Result<T>& result) {
  if (!result) require_named(result.error());
  return result.has_value();
}

/// Calls `reader`, which may refuse by kdbench::Error. Any other exception leaves this function and ends the program.
template <class Reader>
void may_refuse(const Reader& reader) {
  try {
    reader();
  } catch (const Error& error) {
    require(*error.what() != '\0', "an error says what is wrong");
  }
}

/// A folder of this process, in memory where the system has such a place; removed when the program ends.
class Folder {
 public:
  Folder() {
    const std::filesystem::path shared = "/dev/shm";
    const bool in_memory = ::access(shared.c_str(), W_OK) == 0;
    path_ = (in_memory ? shared : std::filesystem::temp_directory_path()) / ("kdbench_fuzz." + std::to_string(::getpid()));
    std::filesystem::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Writes the bytes to a file of that name in this process's folder, and returns its path.
inline std::filesystem::path file_of(const std::uint8_t* data, std::size_t size, const std::string& name) {
  static const Folder folder;
  auto path = folder.path() / name;
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  return path;
}

}  // namespace kdbench::fuzz

/// FUZZ_TARGET(name) { ... }: what is done with `data` and `size`. libFuzzer's in a build with KDBENCH_FUZZ, else
/// replay_main.cpp's.
#ifdef KDBENCH_FUZZ
#define FUZZ_TARGET(name)                                                             \
  static void fuzz_##name(const std::uint8_t* data, std::size_t size);                \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    fuzz_##name(data, size);                                                          \
    return 0;                                                                         \
  }                                                                                   \
  static void fuzz_##name(const std::uint8_t* data, std::size_t size)
#else
#define FUZZ_TARGET(name)                                                                          \
  static void fuzz_##name(const std::uint8_t* data, std::size_t size);                             \
  static const bool is_known_##name = kdbench::fuzz::targets().emplace(#name, fuzz_##name).second; \
  static void fuzz_##name(const std::uint8_t* data, std::size_t size)
#endif
