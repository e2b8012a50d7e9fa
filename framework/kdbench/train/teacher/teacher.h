/// The network that teaches: frozen, in eval mode, outside every optimiser.
#pragma once
#include <kdbench/sdk/loss.h>
#include <kdbench/train/data/train_data.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kdbench::inline train {

/// Which outputs of the teacher the students of a group read.
struct TeacherWants {
  bool features = false, embedding = false;
};

/// How a frozen network is made: its architecture, and the weights that fill it.
struct FrozenNetwork {
  std::function<std::shared_ptr<Model>()> build;
  std::map<std::string, torch::Tensor> weights;
};

/// Makes it on `device`, in eval mode and without gradients. @throws kdbench::Error if the weights do not fit; `what` names it
std::shared_ptr<Model> make_frozen(const FrozenNetwork& network, torch::Device device, const std::string& what);

/// Frozen copies of one network, one for each thread that asks, so that nothing a model keeps between calls is shared.
class Teacher {
 public:
  /// @param parts the network, and after it those whose logits are added to its own
  Teacher(const std::vector<FrozenNetwork>& parts, std::size_t threads, torch::Device device);
  /// A network of one part.
  Teacher(const std::function<std::shared_ptr<Model>()>& build, const std::map<std::string, torch::Tensor>& weights,
          std::size_t threads, torch::Device device);

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

/// SHA-256 of every parameter and buffer of a module, in order of name.
std::string weights_sha256(const torch::nn::Module& module);

/// Named parameters and buffers, shared with the module (not copied).
std::map<std::string, torch::Tensor> state_of(const torch::nn::Module& module);

/// Copies named tensors into a module. @throws kdbench::Error listing missing, unexpected and differently shaped names
void load_state(torch::nn::Module& module, const std::map<std::string, torch::Tensor>& state, const std::string& what);

/// Puts convolution weights into channels_last.
void to_channels_last(torch::nn::Module& module);

}  // namespace kdbench::inline train
