/// The worker's "embed" verb: what a trained network makes of images, for maps of it.
#pragma once
#include <kdbench/base/json.h>

#include <atomic>

namespace kdbench::inline worker {

/// Runs the network of a job over rows of its data and writes `file`, JSON: {"of": "embedding" or, for a model without one,
/// "logits"; "dims"; "labels": [n]; "values": [n * dims], row by row}. A network that other logits are added to is asked for its
/// own embedding.
/// Request: job (done in the store), store, data_dir, split ("test", "validation", "train"), rows (at most so many, drawn without
/// regard to the job, so that jobs on the same data are asked about the same rows; 0: all), device, file.
/// Result: {"rows", "dims", "of"}. Returns the exit code.
int answer_embed(const Json& request, const std::atomic<bool>& stop);

}  // namespace kdbench::inline worker
