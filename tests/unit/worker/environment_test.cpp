// What a record says about the machine: which keys there are, and that each is of this process.
#include <kdbench/sdk/stamp.h>
#include <kdbench/worker/environment.h>

#include <ATen/Version.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace kdbench {
namespace {

std::string content(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Environment, HasTheKeysOfARecord) {
  std::vector<std::string> keys;
  const auto found = to_document(environment());
  for (const auto& item : found.items()) keys.push_back(item.key());
  EXPECT_EQ(keys, (std::vector<std::string>{"blas", "cpu", "git", "host", "kdbench", "libtorch", "sdk"}));
}

TEST(Environment, SaysWhatThisWasBuiltWith) {
  const auto found = environment();
  EXPECT_EQ(found.kdbench, KDBENCH_SDK_VERSION);
  EXPECT_EQ(found.sdk, KDBENCH_SDK_ABI);
  EXPECT_EQ(found.libtorch, TORCH_VERSION);
}

TEST(Environment, NamesTheBlasThatThisProcessMaps) {
  const auto blas = environment().blas;
  if (blas == "built into libtorch") {
    EXPECT_EQ(content("/proc/self/maps").find("/libopenblas"), std::string::npos);
  } else {
    EXPECT_TRUE(std::filesystem::exists(blas)) << blas;
    EXPECT_NE(content("/proc/self/maps").find(blas), std::string::npos) << blas;
  }
}

TEST(Environment, NamesThisMachine) {
  char host[256] = "";
  ASSERT_EQ(::gethostname(host, sizeof host - 1), 0);
  EXPECT_EQ(environment().host, host);
  // Not every processor has a name in /proc/cpuinfo; where there is one, it is taken without the key and the colon.
  const auto cpu = environment().cpu;
  const auto info = content("/proc/cpuinfo");
  EXPECT_EQ(cpu.empty(), info.find("model name") == std::string::npos);
  EXPECT_NE(info.find(": " + cpu), std::string::npos) << cpu;
}

}  // namespace
}  // namespace kdbench
