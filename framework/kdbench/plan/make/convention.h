/// What stands beside a method on every board: in which convention it was trained.
#pragma once
#include <kdbench/plan/make/setting.h>

#include <string>

namespace kdbench::inline plan {

/// "tau=4 on both, tau^2 on, alpha=1"; "labels only"; "posterior, alpha=1", without a teacher; of a combination "0.1 ce + 0.9 kl
/// (tau=4 on both, tau^2 on) + 1000 at (...)"; and the loss of the last stage where the strategy names it.
/// @param method the usable one, at its place on `axis`, which is not said again
std::string convention_of(const Usable& usable, const Method& method, const std::string& axis);

}  // namespace kdbench::inline plan
