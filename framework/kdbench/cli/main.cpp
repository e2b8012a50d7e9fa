// kdbench: what people type. Never links libtorch; see app.h.
#include <kdbench/cli/app.h>

#include <iostream>

int main(int argc, char** argv) { return kdbench::run_cli({argv + 1, argv + argc}, std::cout, std::cerr); }
