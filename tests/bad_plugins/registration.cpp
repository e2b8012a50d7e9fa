// A library that is opened and then registers its plugins wrongly. What it does wrong is the name of its own file: one slow
// compile serves every variant, as copies.
#include <kdbench/sdk/plugin.h>

#include <dlfcn.h>

#include <filesystem>
#include <string>

namespace {

/// A loss without fault. Its declaration is replaced by the variants.
class Harmless : public kdbench::Loss {
 public:
  struct Options {
    double weight = 0.5;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("weight", &Options::weight, "Factor of the term.", {.min = 0.0, .max = 1.0});
  }
  Harmless(Options options, const kdbench::LossContext&) : options_(options) {}
  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    return in.student.logits.square().mean() * options_.weight;
  }

 private:
  Options options_;
};

struct ParamWithoutDoc : Harmless {
  using Harmless::Harmless;
  static void declare(kdbench::Params<Options>& p) { p.add("weight", &Options::weight, ""); }
};

struct DefaultOutOfRange : Harmless {
  using Harmless::Harmless;
  static void declare(kdbench::Params<Options>& p) { p.add("weight", &Options::weight, "Factor of the term.", {.min = 1.0}); }
};

struct DefaultNotAChoice : kdbench::Loss {
  struct Options {
    std::string norm = "l3";
  };
  static void declare(kdbench::Params<Options>& p) { p.add("norm", &Options::norm, "Which norm.", {.choices = {"l1", "l2"}}); }
  DefaultNotAChoice(Options, const kdbench::LossContext&) {}
  kdbench::LossTerms forward(const kdbench::LossInputs&) override { return {}; }
};

struct ShadowsAHostKey : Harmless {
  using Harmless::Harmless;
  static void declare(kdbench::Params<Options>& p) { p.add("tau", &Options::weight, "A temperature of its own."); }
};

const int address_inside_this_library = 0;

std::string own_name() {
  Dl_info info;
  return dladdr(&address_inside_this_library, &info) != 0 ? std::filesystem::path(info.dli_fname).stem().string() : "";
}

}  // namespace

KDBENCH_PLUGIN("registration", "0.1.0", r) {
  const auto variant = own_name();
  r.loss<Harmless>("harmless_" + variant, {.summary = "Must not be listed: a library is taken whole or not at all."});
  if (variant == "throws") throw kdbench::Error("cannot find its table of constants");
  if (variant == "throws_an_int") throw 42;
  if (variant == "registers_twice") r.loss<Harmless>("harmless_" + variant, {.summary = "The same name again."});
  if (variant == "takes_a_name") r.loss<Harmless>("kl", {.summary = "The name of a loss that comes with kdbench."});
  if (variant == "param_without_doc") r.loss<ParamWithoutDoc>("param_without_doc", {.summary = "One parameter has no text."});
  if (variant == "default_out_of_range")
    r.loss<DefaultOutOfRange>("default_out_of_range", {.summary = "Its default is too small."});
  if (variant == "default_not_a_choice")
    r.loss<DefaultNotAChoice>("default_not_a_choice", {.summary = "Its default is no choice."});
  if (variant == "shadows_a_host_key") r.loss<ShadowsAHostKey>("shadows_a_host_key", {.summary = "A suite could not set it."});
}
