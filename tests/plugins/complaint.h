/// What a test asks of code that refuses something, beside complaint() of the SDK.
#pragma once
#include <kdbench/sdk/testing.h>

#include <string>

namespace kdbench::test {

inline bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace kdbench::test
