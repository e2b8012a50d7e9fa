/// What is asked of columns before anything is computed from them.
#pragma once
#include <cstddef>
#include <vector>

namespace kdbench::stats {

bool all_finite(const std::vector<double>& values);

/// True where the values differ by no more than rounding (1e-13 of the largest), and for no value.
bool is_constant(const std::vector<double>& values);

/// True for at least `at_least` pairs of finite numbers. Columns of different length are a broken assumption.
bool is_usable(const std::vector<double>& x, const std::vector<double>& y, std::size_t at_least);

}  // namespace kdbench::stats
