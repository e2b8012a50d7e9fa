/// One renderer a format; render() of board.h chooses.
#pragma once
#include <kdbench/leaderboard/leaderboard.h>

#include <string>

namespace kdbench::inline leaderboard::boards {

std::string render_text(const Leaderboard& board);
std::string render_markdown(const Leaderboard& board);
std::string render_csv(const Leaderboard& board);
std::string render_json(const Leaderboard& board);

}  // namespace kdbench::inline leaderboard::boards
