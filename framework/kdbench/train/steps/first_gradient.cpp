#include <kdbench/sdk/error.h>
#include <kdbench/train/steps/first_gradient.h>

#include <cmath>

namespace kdbench::inline train {

void FirstGradient::take(double norm) {
  if (!std::isfinite(norm)) return;
  if (norm == 0 && matched_norm_)
    throw Error("its first gradient is zero, so no learning rate makes its first step as long as another's");
  norm_ = norm;
}

}  // namespace kdbench::inline train
