/// Time spent, for records; nothing that is computed depends on it.
#pragma once
#include <chrono>

namespace kdbench::inline train {

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace kdbench::inline train
