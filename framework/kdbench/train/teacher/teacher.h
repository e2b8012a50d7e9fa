/// The network that teaches: frozen, in eval mode, outside every optimiser.
#pragma once
#include <kdbench/sdk/model.h>
#include <kdbench/train/network/frozen_network.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kdbench::inline train {

/// Which outputs of the teacher the students of a group read.
struct TeacherWants {
  bool features = false, embedding = false;
};

/// Frozen copies of one network, one for each thread that asks, so that nothing a model keeps between calls is shared.
class Teacher {
 public:
  /// @param parts the network, and after it those whose logits are added to its own
  Teacher(const std::vector<FrozenNetwork>& parts, std::size_t threads, torch::Device device);
  /// A network of one part.
  Teacher(const std::function<std::shared_ptr<Model>()>& build, const TensorDict& weights, std::size_t threads,
          torch::Device device);

  /// Divides all logits from now on; > 0, 1 before the first call.
  void set_temperature(double temperature) { temperature_ = temperature; }

  /// Runs copy `thread` on a batch. Logits are divided by the temperature above; neither tau nor teacher_temperature is applied.
  /// What `wants` leaves out is dropped.
  ModelOutput forward(std::size_t thread, const torch::Tensor& images, const TeacherWants& wants) const;

  /// The first copy, without the temperature.
  Model& model() const { return *copies_.front(); }

  /// SHA-256 of every parameter and buffer; equal before and after teaching.
  std::string sha256() const;

 private:
  std::vector<std::shared_ptr<Model>> copies_;
  std::vector<std::vector<std::shared_ptr<Model>>> parts_;  ///< of each copy
  double temperature_ = 1.0;
};

}  // namespace kdbench::inline train
