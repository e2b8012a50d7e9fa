#include <kdbench/plan/resolve/host_keys.h>

#include <kdbench/suite/suite.h>

#include <string_view>

namespace kdbench::inline plan {
namespace {

std::vector<std::string> keys_of_table(std::string_view table) {
  std::vector<std::string> out;
  for (const auto& doc : suite_keys()) {
    if (doc.table == table) out.push_back(doc.key);
  }
  return out;
}

}  // namespace

HostKeys host_keys() {
  return {.models = keys_of_table("models.NAME"),
          .datasets = keys_of_table("datasets.NAME"),
          .losses = keys_of_table("losses.NAME"),
          .strategies = keys_of_table("strategies.NAME"),
          .gradient_policies = keys_of_table("gradient_policies.NAME"),
          .calibrators = keys_of_table("calibrators.NAME")};
}

}  // namespace kdbench::inline plan
