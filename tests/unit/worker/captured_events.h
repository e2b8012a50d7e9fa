/// Stands in for the parent of a worker: keeps what is sent to descriptor 3.
#pragma once
#include <kdbench/base/json.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace kdbench::test {

/// While it lives, descriptor 3 is a file of its own; what was there before comes back after it.
class CapturedEvents {
 public:
  CapturedEvents() : before_(::fcntl(kEvents, F_DUPFD_CLOEXEC, kFirstFree)), file_(std::tmpfile()) {
    if (file_ == nullptr || ::dup2(::fileno(file_), kEvents) < 0) throw std::runtime_error("cannot capture descriptor 3");
  }
  ~CapturedEvents() {
    if (::fileno(file_) != kEvents) ::close(kEvents);
    std::fclose(file_);
    if (before_ >= 0) {
      ::dup2(before_, kEvents);
      ::close(before_);
    }
  }
  CapturedEvents(const CapturedEvents&) = delete;
  CapturedEvents& operator=(const CapturedEvents&) = delete;

  /// Returns the text so far. The place where the next event goes does not move.
  std::string text() const {
    std::string all;
    char part[4096];
    for (ssize_t n = 0; (n = ::pread(kEvents, part, sizeof part, static_cast<off_t>(all.size()))) > 0;) {
      all.append(part, static_cast<std::size_t>(n));
    }
    return all;
  }

  /// Returns the events so far, a line each. @throws std::exception where a line is no JSON
  std::vector<Json> events() const {
    std::vector<Json> all;
    std::istringstream lines(text());
    for (std::string line; std::getline(lines, line);) all.push_back(Json::parse(line));
    return all;
  }

  /// Returns the events of one kind, in order.
  std::vector<Json> events(const std::string& kind) const {
    std::vector<Json> some;
    for (auto& event : events()) {
      if (event.at("event") == kind) some.push_back(std::move(event));
    }
    return some;
  }

 private:
  static constexpr int kEvents = 3, kFirstFree = 10;
  int before_;
  std::FILE* file_;
};

}  // namespace kdbench::test
