/// What is precompiled for plugins and for the layers that use libtorch: the SDK, and the headers of libtorch that losses and
/// models are written with. No source relies on it: each includes what it uses.
#pragma once
#include <kdbench/sdk/plugin.h>

#include <ATen/Functions.h>
#include <torch/nn/functional/loss.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>
