#include <kdbench/base/machine_fault.h>

#include <gtest/gtest.h>

#include <cerrno>
#include <ios>

namespace kdbench {
namespace {

TEST(MachineFault, IsAFullDiskAndNoMissingFile) {
  EXPECT_TRUE(is_machine_fault(std::make_error_code(std::errc::no_space_on_device)));
  EXPECT_TRUE(is_machine_fault({ENOSPC, std::system_category()}));
  EXPECT_TRUE(is_machine_fault(std::make_error_code(std::errc::too_many_files_open)));
  EXPECT_FALSE(is_machine_fault(std::make_error_code(std::errc::no_such_file_or_directory)));
  EXPECT_FALSE(is_machine_fault(std::make_error_code(std::errc::permission_denied)));
  EXPECT_FALSE(is_machine_fault({ENOSPC, std::iostream_category()}));  // another category's numbers mean other things
}

}  // namespace
}  // namespace kdbench
