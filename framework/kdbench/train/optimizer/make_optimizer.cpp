#include <kdbench/train/optimizer/adamw.h>
#include <kdbench/train/optimizer/make_optimizer.h>
#include <kdbench/train/optimizer/sgd.h>

namespace kdbench::inline train {

std::unique_ptr<Optimizer> make_optimizer(std::vector<at::Tensor> parameters, const Recipe& recipe) {
  const bool all = recipe.decay_norms_and_biases;
  if (recipe.optimizer == "adamw") {
    return std::make_unique<FlatAdamW>(std::move(parameters),
                                       FlatAdamW::Options{recipe.beta1, recipe.beta2, recipe.eps, recipe.weight_decay, all});
  }
  return std::make_unique<FlatSgd>(std::move(parameters),
                                   FlatSgd::Options{recipe.momentum, recipe.weight_decay, recipe.nesterov, all});
}

}  // namespace kdbench::inline train
