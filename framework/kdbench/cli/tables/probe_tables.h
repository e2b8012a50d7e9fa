/// The board of `kdbench probe`.
#pragma once
#include <kdbench/leaderboard/model/table.h>
#include <kdbench/protocol/requests.h>

#include <string>
#include <vector>

namespace kdbench::inline cli {

/// Returns two tables, cosine and ratio of norms, with a row a method and a column a temperature.
/// @param title of the suite
Leaderboard probe_board(const std::string& title, const ProbeAnswer& answer, const std::vector<double>& temperatures,
                        std::int64_t batches);

}  // namespace kdbench::inline cli
