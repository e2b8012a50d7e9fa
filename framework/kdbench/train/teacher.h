/// The network that teaches: frozen, in eval mode, outside every optimiser.
#pragma once
#include <kdbench/sdk/loss.h>
#include <kdbench/train/data.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kdbench {

/// Which outputs of the teacher the students of a group read.
struct TeacherWants {
  bool features = false, embedding = false;
};

/// Frozen copies of one network, one for each thread that asks, so that nothing a model keeps between calls is shared.
class Teacher {
 public:
  /// @param build makes the architecture; @param weights fills it
  Teacher(const std::function<std::shared_ptr<Model>()>& build, const std::map<std::string, torch::Tensor>& weights,
          std::size_t threads, torch::Device device);

  /// Runs copy `thread` on a batch. Logits are raw: neither tau nor teacher_temperature is applied. What `wants` leaves out is
  /// dropped.
  ModelOutput forward(std::size_t thread, const torch::Tensor& images, const TeacherWants& wants) const;

  Model& model() const { return *copies_.front(); }

  /// SHA-256 of every parameter and buffer; equal before and after teaching.
  std::string sha256() const;

 private:
  std::vector<std::shared_ptr<Model>> copies_;
};

/// SHA-256 of every parameter and buffer of a module, in order of name.
std::string weights_sha256(const torch::nn::Module& module);

/// Named parameters and buffers, shared with the module (not copied).
std::map<std::string, torch::Tensor> state_of(const torch::nn::Module& module);

/// Copies named tensors into a module. @throws kdbench::Error listing missing, unexpected and differently shaped names
void load_state(torch::nn::Module& module, const std::map<std::string, torch::Tensor>& state, const std::string& what);

/// Puts convolution weights into channels_last.
void to_channels_last(torch::nn::Module& module);

}  // namespace kdbench
