// kdbench: what people type. Never links libtorch; see app.h.
#include <kdbench/cli/app.h>
#include <kdbench/cli/printable_stream.h>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <tuple>

namespace {

/// A program may be started without its three standard files. What is opened then would take their numbers, and what is printed
/// would go into a record. /dev/full stands in for output: writing to it fails, as it should.
void open_standard_files() {
  for (const auto& [fd, file, flags] :
       {std::tuple{0, "/dev/null", O_RDONLY}, {1, "/dev/full", O_WRONLY}, {2, "/dev/null", O_WRONLY}}) {
    if (::fcntl(fd, F_GETFD) < 0 && ::open(file, flags) < 0) ::_exit(1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_files();
  std::signal(SIGXFSZ, SIG_IGN);  // a file beyond the limit is then a write that fails, and says which file
  kdbench::PrintableStream out(std::cout), err(std::cerr);
  return kdbench::run_cli({argv + 1, argv + argc}, out, err, &std::cerr);
}
