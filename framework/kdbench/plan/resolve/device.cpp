#include <kdbench/base/text.h>
#include <kdbench/plan/resolve/device.h>

#include <fmt/core.h>
#include <torch/cuda.h>

#include <charconv>
#include <optional>
#include <vector>

namespace kdbench::inline plan {
namespace {

/// N of "cuda:N" or "cuda"; nothing if the text is neither.
std::optional<int> gpu_index(const std::string& name) {
  if (name == "cuda") return 0;
  if (!name.starts_with("cuda:")) return std::nullopt;
  int index = -1;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + 5, end, index);
  if (error != std::errc() || stop != end || index < 0) return std::nullopt;
  return index;
}

}  // namespace

Result<std::string> resolve_device(const std::string& name) {
  const auto gpus = static_cast<int>(torch::cuda::device_count());
  std::vector<std::string> present{"cpu"};
  for (int i = 0; i < gpus; ++i) present.push_back(fmt::format("cuda:{}", i));
  if (name == "cpu") return name;
  if (name == "auto") return present.size() > 1 ? present[1] : present[0];
  const auto index = gpu_index(name);
  if (!index) {
    return Diagnostic{
        "",
        {},
        fmt::format(
            "no device '{}'{}; a device is auto, cpu, cuda or cuda:N; this machine has {}", name,
            nearest(name, {"auto", "cpu", "cuda"}) ? "; did you mean '" + *nearest(name, {"auto", "cpu", "cuda"}) + "'?" : "",
            join(present, ", "))};
  }
  if (*index >= gpus) {
    return Diagnostic{"", {}, fmt::format("device '{}' does not exist; this machine has {}", name, join(present, ", "))};
  }
  return fmt::format("cuda:{}", *index);
}

}  // namespace kdbench::inline plan
