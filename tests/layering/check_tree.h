// Reads a source tree and lists what breaks the layer table.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace kdbench::layering {

/// Returns a line `file:line: layer 'x' may not include <y>...` for every include in
/// ROOT/framework/kdbench and ROOT/plugins (except *_test.cpp there) that the table does not allow,
/// in order of file and line. Files are relative to ROOT.
std::vector<std::string> forbidden_includes(const std::filesystem::path& root);

/// Returns a line for every .h and .cpp file of the project that has more than kMaxLines lines and
/// whose opening comment does not say why (it holds the word "long").
std::vector<std::string> overlong_files(const std::filesystem::path& root);

/// Returns how many files forbidden_includes() reads.
std::size_t num_checked_files(const std::filesystem::path& root);

}  // namespace kdbench::layering
