/// UTF-8, as far as names and messages need it.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace kdbench::inline suite {

/// Returns the code point at `i` (below the size) and moves `i` behind it. A byte that begins none counts as
/// U+FFFD.
char32_t next_code_point(std::string_view text, std::size_t& i);

/// Returns whether `c` beyond ASCII is a control, a space of any kind, a mark that is not seen or one that
/// turns the direction of writing.
bool is_invisible(char32_t c);

/// Returns `text` with what is_invisible() written as \u200B.
std::string visible(std::string_view text);

}  // namespace kdbench::inline suite
