#include <kdbench/cli/tables/probe_tables.h>

#include <kdbench/base/text.h>
#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/natural_order.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline cli {
namespace {

using Values = std::vector<double> ProbedMethod::*;

std::string pair_of(const ProbedMethod& method) { return boards::pair_text(method.teacher, method.student); }

/// Columns that tell the methods of this answer apart.
struct Keys {
  bool study = false, dataset = false, pair = false, strategy = false;

  explicit Keys(const std::vector<ProbedMethod>& methods) {
    const auto differ = [&](const auto& of) {
      return std::any_of(methods.begin(), methods.end(), [&](const auto& m) { return of(m) != of(methods.front()); });
    };
    study = differ([](const auto& m) { return m.study; });
    dataset = differ([](const auto& m) { return m.dataset; });
    pair = differ(pair_of);
    strategy = differ([](const auto& m) { return m.strategy; });
  }
};

Table table_of(const std::string& title, const Metric& metric, Values values, const ProbeAnswer& answer,
               const std::vector<double>& temperatures) {
  const Keys keys(answer.methods);
  Table table;
  table.title = title;
  table.columns = {boards::text_column("method", true)};
  const auto add_key = [&](bool is_shown, const char* name) {
    if (is_shown) table.columns.push_back(boards::text_column(name, true));
  };
  add_key(keys.study, "study");
  add_key(keys.dataset, "dataset");
  add_key(keys.pair, "pair");
  add_key(keys.strategy, "strategy");
  table.columns.push_back(boards::text_column("convention"));
  for (const double t : temperatures) table.columns.push_back(boards::number_column(metric, fmt::format("T={}", t)));
  table.columns.push_back(boards::text_column("without"));
  for (const auto& method : answer.methods) {
    Row row{{boards::text_cell(method.method)}};
    if (keys.study) row.cells.push_back(boards::text_cell(method.study));
    if (keys.dataset) row.cells.push_back(boards::text_cell(method.dataset));
    if (keys.pair) row.cells.push_back(boards::text_cell(pair_of(method)));
    if (keys.strategy) row.cells.push_back(boards::text_cell(method.strategy));
    row.cells.push_back(boards::text_cell(method.convention));
    for (std::size_t i = 0; i < temperatures.size(); ++i) {
      const auto& list = method.*values;
      row.cells.push_back(boards::number_cell(metric, i < list.size() ? std::optional(list[i]) : std::nullopt));
    }
    row.cells.push_back(boards::text_cell(method.reason));
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

Leaderboard probe_board(const std::string& title, const ProbeAnswer& answer, const std::vector<double>& temperatures,
                        std::int64_t batches) {
  const Metric cosine{.key = "gradient_cosine", .title = "cosine", .unit = "", .decimals = 3};
  const Metric ratio{.key = "gradient_ratio", .title = "ratio", .unit = "", .decimals = 3};
  Leaderboard board;
  board.title = title;
  if (answer.methods.empty()) {
    board.notes = {"The suite has no method."};
    return board;
  }
  board.tables = {table_of("Cosine of the gradient with that at T=1", cosine, &ProbedMethod::cosine, answer, temperatures),
                  table_of("Norm of the gradient, that at T=1 being 1", ratio, &ProbedMethod::norm_ratio, answer, temperatures)};
  board.tables.front().notes = {
      fmt::format(
          "The gradient of a method's weighed terms, without cross-entropy, by the parameters of a student with its initial "
          "weights, summed over the first {} of its training.",
          batches == 1 ? "batch" : fmt::format("{} batches", batches)),
      "T divides the teacher's logits beside whatever the convention divides them by: its calibration moves, its ranking of "
      "classes "
      "stays. A method that depends on the ranking alone has cosine 1 everywhere.",
      "Each method at the lowest of its seeds; nothing is trained."};
  return board;
}

}  // namespace kdbench::inline cli
