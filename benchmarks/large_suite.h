// The suite whose planning is measured.
#pragma once
#include <fmt/core.h>

#include <string>

namespace kdbench::bench {

/// A sweep of one teacher: 2 losses x 50 temperatures x 100 seeds, with its teachers and its students alone.
inline std::string suite_of_10000() {
  std::string seeds, taus;
  for (int i = 0; i < 99; ++i) seeds += fmt::format("{}, ", i);
  for (int i = 0; i < 50; ++i) taus += fmt::format("{}, ", 1 + 0.25 * i);
  return "[suite]\nname = \"large\"\nseeds = [" + seeds +
         "99]\n[datasets.d]\nplugin = \"gmm\"\n[models.t]\nplugin = \"mlp\"\n"
         "[models.s]\nplugin = \"mlp\"\n[losses.kl]\n[losses.dist]\n[[studies]]\nname = \"tau\"\nkind = \"sensitivity\"\naxis = "
         "\"tau\"\n"
         "values = [" +
         taus.substr(0, taus.size() - 2) + "]\nlosses = [\"kl\", \"dist\"]\npairs = [[\"t\", \"s\"]]\n";
}

}  // namespace kdbench::bench
