/// What a test asks of code that refuses something.
#pragma once
#include <kdbench/sdk/error.h>

#include <functional>
#include <string>

namespace kdbench::test {

/// The message with which `action` refuses, or "accepted".
inline std::string complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

inline bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace kdbench::test
