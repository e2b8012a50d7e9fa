/// A stream that lets no control character through: what plugins, suites and stores say is shown, and steers no terminal.
#pragma once
#include <ostream>
#include <streambuf>
#include <string>

namespace kdbench::inline cli {

/// Writes printable() of what it is given to another stream, whole lines as they come and the rest when it is flushed. CR before
/// LF passes, as CSV has it.
class PrintableStream final : public std::ostream {
 public:
  explicit PrintableStream(std::ostream& to) : std::ostream(&buffer_), buffer_(to) {}

 private:
  class Buffer final : public std::streambuf {
   public:
    explicit Buffer(std::ostream& to) : to_(to) {}
    ~Buffer() override { sync(); }

   protected:
    int_type overflow(int_type c) override;
    std::streamsize xsputn(const char* text, std::streamsize size) override;
    int sync() override;

   private:
    bool pass(std::size_t size);

    std::ostream& to_;
    std::string kept_;
  };
  Buffer buffer_;
};

}  // namespace kdbench::inline cli
