// The stream between the program and a terminal.
#include <kdbench/cli/printable_stream.h>

#include <gtest/gtest.h>

#include <sstream>

namespace kdbench {
namespace {

TEST(PrintableStream, ShowsWhatWouldSteerATerminal) {
  std::ostringstream to;
  PrintableStream stream(to);
  stream << "a\x1b[2J" << 'b' << "\ncsv,line\r\nrest";
  EXPECT_EQ(to.str(), "a\\x1b[2Jb\ncsv,line\r\n");  // the line that is not ended waits
  stream.flush();
  EXPECT_EQ(to.str(), "a\\x1b[2Jb\ncsv,line\r\nrest");
}

TEST(PrintableStream, KeepsCharactersThatComeInPieces) {
  std::ostringstream to;
  {
    PrintableStream stream(to);
    stream << "\xe8"
           << "\x92"
           << "\xb8\n";
  }
  EXPECT_EQ(to.str(), "蒸\n");
}

TEST(PrintableStream, SaysThatNothingArrives) {
  std::ostringstream to;
  PrintableStream stream(to);
  to.setstate(std::ios::badbit);
  stream << "text\n" << std::flush;
  EXPECT_FALSE(stream.good());
}

}  // namespace
}  // namespace kdbench
