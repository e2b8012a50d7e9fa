/// The weights of a module by name: taken, put in, hashed.
#pragma once
#include <kdbench/train/network/safetensors.h>

#include <torch/nn/module.h>

#include <cstdint>
#include <string>

namespace kdbench::inline train {

/// SHA-256 of every parameter and buffer of a module, in order of name.
std::string weights_sha256(const torch::nn::Module& module);

/// Named parameters and buffers, shared with the module (not copied).
TensorDict state_of(const torch::nn::Module& module);

/// The same as copies on the CPU.
TensorDict copy_of_state(const torch::nn::Module& module);

/// How many numbers are learnt, or would be if the module were not frozen.
std::int64_t num_parameters(const torch::nn::Module& module);

/// Copies named tensors into a module. @throws kdbench::Error listing missing, unexpected and differently shaped names
void load_state(torch::nn::Module& module, const TensorDict& state, const std::string& what);

/// Puts convolution weights into channels_last.
void to_channels_last(torch::nn::Module& module);

}  // namespace kdbench::inline train
