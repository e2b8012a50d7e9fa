// A line of a worker, whose plugins may write anything.
#include "fuzz.h"
#include "json_mutator.h"

#include <kdbench/protocol/events.h>
#include <kdbench/protocol/requests.h>

namespace {

using namespace kdbench;

/// The parent reads the answer to what it asked; the worker may send any other.
template <class Answer>
void read_as(const ResultEvent& event) {
  try {
    event.answer<Answer>();
  } catch (const DocumentError& error) {
    fuzz::require(*error.what() != '\0', "an error says what is wrong");
  }
}

}  // namespace

FUZZ_TARGET(event) {
  const auto event = parse_event(fuzz::text_of(data, size));
  if (!event) return;
  event_document(*event);
  const auto* result = std::get_if<ResultEvent>(&*event);
  if (result == nullptr) return;
  read_as<PlanAnswer>(*result);
  read_as<CatalogAnswer>(*result);
  read_as<ChecksAnswer>(*result);
  read_as<CalibrateAnswer>(*result);
}
