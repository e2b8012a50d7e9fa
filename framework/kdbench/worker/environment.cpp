#include <kdbench/base/machine.h>
#include <kdbench/sdk/stamp.h>
#include <kdbench/train/device/cuda.h>
#include <kdbench/worker/environment.h>

#include <ATen/Version.h>

#include <filesystem>
#include <fstream>

namespace kdbench::inline worker {
namespace {

/// The file that the loader really took for BLAS: the difference between an optimised one and the reference is 16 to 30 times.
std::string blas() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const auto path = line.find('/');
    if (path == std::string::npos) continue;
    const auto name = std::filesystem::path(line.substr(path)).filename().string();
    if (name.starts_with("libopenblas") || name.starts_with("libmkl_rt") || name.starts_with("libblas")) return line.substr(path);
  }
  return "built into libtorch";
}

std::string cpu() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(std::min(line.size(), line.find(':') + 2));
  }
  return "";
}

}  // namespace

VersionAnswer version() {
  VersionAnswer out;
  out.git = KDBENCH_GIT_REVISION;
  out.libtorch = TORCH_VERSION;
  out.compiler = KDBENCH_STAMP_COMPILER;
  out.stdlib = KDBENCH_STAMP_STDLIB;
  out.cxx = __cplusplus;
  out.abi = KDBENCH_SDK_ABI;
  out.cxx11abi = _GLIBCXX_USE_CXX11_ABI;
  out.blas = blas();
  out.cuda = gpus_text();
  return out;
}

Environment environment() {
  Environment out;
  out.kdbench = KDBENCH_SDK_VERSION;
  out.sdk = KDBENCH_SDK_ABI;
  out.git = KDBENCH_GIT_REVISION;
  out.libtorch = TORCH_VERSION;
  out.blas = blas();
  out.host = host_name();
  out.cpu = cpu();
  return out;
}

}  // namespace kdbench::inline worker
