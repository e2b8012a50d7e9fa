/// Texts of `kdbench data`: what a worker found in a data set, and how far a download is.
#pragma once
#include <kdbench/protocol/events.h>

#include <cstdint>
#include <string>

namespace kdbench::inline cli {

/// Returns the lines of an event of the worker's "data" verb, and "" for any other event.
std::string data_event_text(const Event& event);

/// Returns "cifar100: 84.3 of 168.5 MB (50 %), 5.1 MB/s, ETA 17s". `total` 0: unknown.
/// @param rate bytes a second; 0: unknown
std::string download_text(const std::string& name, std::uint64_t there, std::uint64_t total, double rate);

}  // namespace kdbench::inline cli
