// Types that no option may have, and what the compiler is to say of each.
#include <kdbench/sdk/params.h>

struct Options {
  float beta = 1;
  int depth = 20;
  unsigned long width = 64;
  enum class Norm { kL1, kL2 } norm = Norm::kL1;
  const char* name = "f2";
  std::vector<double> weights = {1, 2};
};

void declare(kdbench::Params<Options>& p) {
  // options are bool, std::int64_t, double or std::string; found float or long double: write double
  p.add("beta", &Options::beta, "Weight.");
  // options are bool, std::int64_t, double or std::string; found another integer, such as int: write std::int64_t
  p.add("depth", &Options::depth, "Layers.");
  // options are bool, std::int64_t, double or std::string; found another integer, such as int: write std::int64_t
  p.add("width", &Options::width, "Channels.");
  // options are bool, std::int64_t, double or std::string; found an enumeration: write std::string, with .choices
  p.add("norm", &Options::norm, "Norm.");
  // options are bool, std::int64_t, double or std::string; found text of somebody else's, such as const char*: write std::string
  p.add("name", &Options::name, "Map.");
  // options are bool, std::int64_t, double or std::string; found another type, such as a list: write std::string and split it, or
  // a parameter for each value
  p.add("weights", &Options::weights, "Weights.");
}
