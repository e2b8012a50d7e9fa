/// What calibrators share: minimising a smooth convex function of many numbers.
#pragma once
#include <ATen/ops/dot.h>
#include <ATen/ops/zeros_like.h>
#include <torch/types.h>

#include <cstdint>
#include <deque>
#include <functional>

namespace calibrators {

/// A function of x [P] float64: its value, and its gradient [P].
struct ValueAndGradient {
  double value = 0;
  torch::Tensor gradient;
};
using Smooth = std::function<ValueAndGradient(const torch::Tensor&)>;

/// A step and the change of the gradient along it.
struct Pair {
  torch::Tensor step, change;
};

/// The direction of L-BFGS: minus the gradient, through the curvature that the pairs saw (Nocedal, Wright 2006, algorithm 7.4).
inline torch::Tensor descent(const torch::Tensor& gradient, const std::deque<Pair>& pairs) {
  const auto dot = [](const torch::Tensor& a, const torch::Tensor& b) { return at::dot(a, b).item<double>(); };
  auto q = gradient.clone();
  std::deque<double> shares;
  for (auto it = pairs.rbegin(); it != pairs.rend(); ++it) {
    shares.push_front(dot(it->step, q) / dot(it->step, it->change));
    q.sub_(it->change * shares.front());
  }
  if (!pairs.empty()) q.mul_(dot(pairs.back().step, pairs.back().change) / dot(pairs.back().change, pairs.back().change));
  for (std::size_t i = 0; i < pairs.size(); ++i)
    q.add_(pairs[i].step * (shares[i] - dot(pairs[i].change, q) / dot(pairs[i].step, pairs[i].change)));
  return q.neg();
}

/// Returns where L-BFGS of 10 pairs, with halved steps until the value falls enough (Armijo, 1e-4), comes from `x`: to a gradient
/// below 1e-8 in every number, to where no step falls any more, or to the end of 500 steps. Same bits for the same function.
inline torch::Tensor minimise(const Smooth& function, torch::Tensor x) {
  constexpr std::size_t kPairs = 10;
  constexpr int kSteps = 500, kHalvings = 50;
  std::deque<Pair> pairs;
  auto at = function(x);
  for (int step = 0; step < kSteps && at.gradient.abs().max().item<double>() > 1e-8; ++step) {
    const auto direction = descent(at.gradient, pairs);
    const double slope = at::dot(direction, at.gradient).item<double>();
    double length = pairs.empty() ? std::min(1.0, 1.0 / at.gradient.norm().item<double>()) : 1.0;
    auto next = at;
    torch::Tensor there;
    int halvings = 0;
    for (; halvings < kHalvings; ++halvings, length /= 2) {
      there = x + direction * length;
      next = function(there);
      if (next.value <= at.value + 1e-4 * length * slope) break;
    }
    if (halvings == kHalvings) break;
    const Pair pair{there - x, next.gradient - at.gradient};
    if (at::dot(pair.step, pair.change).item<double>() > 1e-300) pairs.push_back(pair);
    if (pairs.size() > kPairs) pairs.pop_front();
    x = there;
    at = next;
  }
  return x;
}

}  // namespace calibrators
