/// Small text helpers: nearest name, joining, fixed-width columns.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdbench::inline base {

/// Returns the number of single-character edits (insert, delete, replace, swap of neighbours) between two words.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// Returns the candidate nearest to `word` if it is near enough to be a slip (at most a third of the letters, at least 2).
/// Case, '-' and '_' do not count; the beginning of a candidate (3 letters or more) is near.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

/// Returns `; did you mean 'x'?` for the nearest candidate, or else `; expected one of a, b, c` (nothing for no candidate).
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// Returns the parts with `separator` between them.
std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// Returns the number of terminal columns of UTF-8 text (code points; combining marks are not used here).
std::size_t display_width(std::string_view text);

/// Returns `text` padded with spaces to `width` columns, on the left if `right_aligned`.
std::string pad(std::string_view text, std::size_t width, bool right_aligned = false);

/// Returns "1 job", "2 jobs".
std::string counted(std::size_t count, std::string_view noun);

/// Returns the length of the UTF-8 character that `text` begins with: 1 to 4; 0 where its bytes are none; nothing where more
/// bytes must come to tell.
std::optional<std::size_t> utf8_length(std::string_view text);

/// Returns `text` as a terminal may show it: control characters (but for '\n' and '\t') and bytes that are no UTF-8 as "\x1b".
std::string printable(std::string_view text);

/// Returns seconds for people: `0.8s`, `12s`, `3m05s`, `2h10m`, `3d04h`.
std::string duration_text(double seconds);

}  // namespace kdbench::inline base
