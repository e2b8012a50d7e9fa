/// Which names a suite may give: they end up in file names, labels and command lines.
#pragma once
#include <kdbench/suite/text/reader.h>

#include <string>
#include <string_view>

namespace kdbench::inline suite {

/// Returns whether `name` consists of ASCII letters and digits, `_`, `.`, `-` and visible characters beyond
/// ASCII, does not begin with `.` or `-`, and is not empty. `name` is valid UTF-8. Single spaces are allowed
/// between words if `spaces`.
bool is_name(std::string_view name, bool spaces = false);

/// Complains unless `name` is one; `what` says whose it is ("'name'", "the name of [models.a b]").
void check_name(const std::string& name, const std::string& what, bool spaces, Position at, Reader& reader);

/// A name with its place, among those it must differ from.
using NamedPlace = Located<std::string>;

/// Complains about names that are equal, or equal but for the case of ASCII letters (one file on some disks).
/// `what` is "study" or
/// "[models]".
void check_distinct(const std::vector<NamedPlace>& names, const std::string& what, Reader& reader);

}  // namespace kdbench::inline suite
