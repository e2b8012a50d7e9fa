// An archive of a data set: nothing is written outside its folder, whatever it holds.
#include "fuzz.h"

#include <kdbench/cli/data/unpack.h>

FUZZ_TARGET(archive) {
  using namespace kdbench;
  namespace fs = std::filesystem;
  const auto file = fuzz::file_of(data, size, "x.archive");
  const auto folder = file.parent_path() / "unpacked";
  fuzz::accepted(unpack(file, folder));
  std::size_t beside = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(file.parent_path())) ++beside;
  fuzz::require(beside <= 2, "nothing stands beside the folder that was unpacked to");
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto type = entry.symlink_status().type();
    fuzz::require(type == fs::file_type::regular || type == fs::file_type::directory, "there are files and folders alone");
  }
  fs::remove_all(folder);
}
