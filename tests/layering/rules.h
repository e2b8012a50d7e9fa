// The layer table: which headers each layer may include. It stands here once; docs/architecture.md
// draws it.
#pragma once
#include <string>
#include <vector>

namespace kdbench::layering {

/// Who may include what. A layer is a folder of framework/kdbench/ or "plugins". Every layer may
/// include itself.
struct Rule {
  std::string layer;
  std::vector<std::string> uses;       ///< layers, or single headers as "plan/plan.h"
  std::vector<std::string> libraries;  ///< outside libraries; "*": any
};

/// fmt comes with base, so every layer that may use base may use it.
inline const std::vector<Rule> kLayers = {
    {"base", {}, {"fmt", "nlohmann-json", "OpenSSL"}},
    {"sdk", {}, {"libtorch"}},
    {"stats", {"base"}, {"fmt", "Boost.Math"}},
    {"suite", {"base"}, {"fmt", "toml++"}},
    {"results", {"base", "calibration", "plan/plan.h"}, {"fmt"}},
    {"leaderboard", {"base", "stats", "calibration", "results", "plan/plan.h"}, {"fmt"}},
    {"report", {"base", "stats", "calibration", "results", "plan/plan.h", "leaderboard"}, {"fmt"}},
    // What travels between kdbench and kdbench-worker; free of libtorch, so of the SDK it has the parameters alone.
    {"protocol", {"base", "calibration", "results", "plan/plan.h", "sdk/params.h"}, {"fmt"}},
    {"run", {"base", "results", "plan/plan.h", "protocol"}, {"fmt"}},
    {"registry", {"base", "sdk"}, {"fmt", "Boost.DLL"}},
    // libtorch: a plan probes each model's features with one dry forward, and asks which devices
    // there are.
    {"plan", {"base", "sdk", "suite", "registry"}, {"fmt", "libtorch"}},
    {"calibration", {"base"}, {"fmt"}},
    {"train",
     {"base", "sdk", "calibration", "results", "plan/plan.h", "plan/spec.h", "suite/recipe.h", "protocol"},
     {"fmt", "libtorch", "OpenMP", "Boost.Math"}},
    {"worker", {"base", "sdk", "suite", "registry", "plan", "train", "calibration", "results", "protocol"}, {"fmt", "libtorch"}},
    {"cli",
     {"base", "suite", "results", "stats", "leaderboard", "report", "run", "calibration", "plan/plan.h", "protocol"},
     {"fmt", "CLI11", "libcurl", "libarchive"}},
    {"plugins", {"sdk"}, {"*"}},
};

/// Files under framework/kdbench/ with a narrower rule than their layer: they are read by programs
/// without libtorch, so they may not reach it through a neighbour either.
inline const std::vector<Rule> kFiles = {
    {"sdk/error.h", {}, {}},
    {"sdk/params.h", {"sdk/error.h"}, {}},
    {"sdk/strategy.h", {"sdk/error.h", "sdk/params.h"}, {}},
    {"plan/shared.h", {"base"}, {"fmt"}},
    {"plan/spec.h", {"base", "plan/shared.h", "suite/recipe.h"}, {"fmt"}},
    {"plan/spec.cpp", {"base", "plan/spec.h"}, {"fmt"}},
    {"plan/plan.h", {"base", "plan/spec.h", "suite/study_kind.h"}, {"fmt"}},
    {"plan/plan.cpp", {"base", "plan/plan.h"}, {"fmt"}},
    {"plan/packed_plan.cpp", {"base", "plan/plan.h"}, {"fmt"}},
    {"suite/recipe.h", {"base"}, {"fmt"}},
    {"suite/study_kind.h", {}, {}},
};

/// A library by the beginning of its include lines; the first that fits counts.
struct Library {
  std::string prefix, name;
};

inline const std::vector<Library> kLibraries = {
    {"torch/", "libtorch"},
    {"ATen/", "libtorch"},
    {"c10/", "libtorch"},
    {"caffe2/", "libtorch"},
    {"fmt/", "fmt"},
    {"nlohmann/", "nlohmann-json"},
    {"openssl/", "OpenSSL"},
    {"toml++/", "toml++"},
    {"CLI/", "CLI11"},
    {"boost/dll", "Boost.DLL"},
    {"boost/math/", "Boost.Math"},
    {"boost/", "Boost"},
    {"omp.h", "OpenMP"},
    {"zlib.h", "zlib"},
    {"sqlite3.h", "SQLite"},
    {"archive", "libarchive"},
    {"curl/", "libcurl"},
    {"png.h", "libpng"},
    {"turbojpeg.h", "TurboJPEG"},
    {"jpeglib.h", "TurboJPEG"},
    {"cuda", "CUDA"},
    {"gtest/", "GoogleTest"},
    {"gmock/", "GoogleTest"},
    {"benchmark/", "Google Benchmark"},
};

/// Folders of the C library and the kernel; a header without a folder that no library claims is the
/// standard's or the system's.
inline const std::vector<std::string> kSystemFolders = {"sys/", "linux/", "netinet/", "arpa/"};

inline constexpr int kMaxLines = 400;

}  // namespace kdbench::layering
