/// One renderer a format; render() chooses.
#pragma once
#include <kdbench/leaderboard/model/table.h>

#include <string>

namespace kdbench::inline leaderboard::boards {

std::string render_text(const Leaderboard& board);
std::string render_markdown(const Leaderboard& board);
std::string render_csv(const Leaderboard& board);
std::string render_json(const Leaderboard& board);

}  // namespace kdbench::inline leaderboard::boards
