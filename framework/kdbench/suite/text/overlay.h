/// What lies over a suite file: the chosen [profile.NAME], then every `--set KEY=VALUE`.
#pragma once
#include <kdbench/suite/text/reader.h>

#include <map>
#include <string>
#include <vector>

namespace kdbench::inline suite {

/// Takes [profile] out of `root` and returns its tables by name. What is no table is complained about.
std::map<std::string, Node> take_profiles(Node& root, Reader& reader);

/// Lays `over` on `base`: tables merge, studies of one name merge, anything else replaces.
void lay_over(Node& base, const Node& over, Reader& reader);

/// Sets one key of `root`; what is new stands at `at`. A key that leads nowhere is complained about.
void apply_override(Node& root, const Override& override, Position at, Reader& reader);

}  // namespace kdbench::inline suite
