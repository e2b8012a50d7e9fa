/// Numbers that data files give as text: "1 - alpha", "alpha * tau_student^2", "min(epoch / warmup, 1)".
#pragma once
#include <functional>
#include <string>

namespace kdbench::inline worker {

/// Returns the value of numbers and names joined by + - * / and ^ (to the power of a number), with the usual precedence,
/// brackets, and min(a, b) and max(a, b). A name may have a whole number in square brackets behind it, and is then "name[2]".
/// @param value_of returns what a name stands for, or throws
/// @throws kdbench::Error naming the text and where it stops making sense
double scale_value(const std::string& text, const std::function<double(const std::string& name)>& value_of);

}  // namespace kdbench::inline worker
