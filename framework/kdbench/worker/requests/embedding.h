/// The worker's answer to an EmbedRequest: what a trained network makes of images, for maps of it.
#pragma once
#include <kdbench/protocol/requests.h>

#include <atomic>

namespace kdbench::inline worker {

/// Runs the network of a job that is done over rows of its data and writes an EmbeddingDocument. A network that other logits are
/// added to is asked for its own embedding. Returns the exit code.
int answer_embed(const EmbedRequest& request, const std::atomic<bool>& stop);

}  // namespace kdbench::inline worker
