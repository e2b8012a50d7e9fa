/// Events: what a worker says, one JSON line each. The worker writes them by to_document(); the parent, which does not trust
/// them, reads them by parse_event().
#pragma once
#include <kdbench/base/result.h>
#include <kdbench/protocol/data_report.h>
#include <kdbench/protocol/tag.h>
#include <kdbench/results/record.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kdbench::inline protocol {

/// Exit code of a worker that can send no events: the parent is gone, or something in the worker closed their descriptor.
inline constexpr int kChannelLost = 74;

/// Before a library is opened: if the worker dies now, this file is why.
struct LoadingEvent {
  Tag<"loading"> event = {};
  std::string file;

  static constexpr auto fields() {
    using E = LoadingEvent;
    return std::tuple(field("event", &E::event, "loading"), field("file", &E::file, "the library that is opened next"));
  }
};

/// Every library was opened or refused.
struct LoadedEvent {
  Tag<"loaded"> event = {};

  static constexpr auto fields() { return std::tuple(field("event", &LoadedEvent::event, "loaded")); }
};

/// An epoch of a job is over.
struct EpochEvent {
  Tag<"epoch"> event = {};
  std::string job;
  std::int64_t epoch = 0, epochs = 0;
  double samples_per_s = 0;
  std::optional<double> val_accuracy = std::nullopt;

  static constexpr auto fields() {
    using E = EpochEvent;
    return std::tuple(field("event", &E::event, "epoch"), field("job", &E::job, "id of the job"),
                      field("epoch", &E::epoch, "epochs that are over"), field("epochs", &E::epochs, "epochs of the job"),
                      field("samples_per_s", &E::samples_per_s, "images a second in this epoch"),
                      field("val_accuracy", &E::val_accuracy, "in [0, 1]; null where validation was not measured"));
  }
};

/// A job ended, and its record is in the store; or it was interrupted, and its state is.
struct JobEvent {
  Tag<"job"> event = {};
  std::string job;
  Status status = Status::kFailed;
  std::string reason;

  static constexpr auto fields() {
    using E = JobEvent;
    return std::tuple(field("event", &E::event, "job"), field("job", &E::job, "id of the job"),
                      field("status", &E::status, "how it ended"), field("reason", &E::reason, "why, unless it is done"));
  }
};

/// A line for people, such as how fast images were decoded.
struct NoteEvent {
  Tag<"note"> event = {};
  std::string text;

  static constexpr auto fields() {
    using E = NoteEvent;
    return std::tuple(field("event", &E::event, "note"), field("text", &E::text, "one line"));
  }
};

/// What a training session has to say.
using TrainingEvent = std::variant<EpochEvent, JobEvent, NoteEvent>;

/// A conformance check begins: if the worker dies now, this check of this plugin is why.
struct CheckingEvent {
  Tag<"checking"> event = {};
  std::string plugin, name;

  static constexpr auto fields() {
    using E = CheckingEvent;
    return std::tuple(field("event", &E::event, "checking"), field("plugin", &E::plugin, "\"loss kl\""),
                      field("name", &E::name, "what is checked next, as a statement"));
  }
};

/// The outcome of one conformance check or golden case. A skipped check is neither passed nor failed; `detail` says why.
struct CheckEvent {
  Tag<"check"> event = {};
  std::string plugin;
  std::string name;
  bool ok = true;
  bool skipped = false;
  bool note = false;
  std::string detail;
  std::string remedy = {};

  static constexpr auto fields() {
    using E = CheckEvent;
    using enum Presence;
    return std::tuple(
        field("event", &E::event, "check"), field("plugin", &E::plugin, "\"loss kl\""),
        field("name", &E::name, "what was checked, as a statement"), field("ok", &E::ok, "false: it failed"),
        field("skipped", &E::skipped, "it does not apply"),
        field("note", &E::note, "it passed, and a person should look whether what was found is meant", kSinceLater),
        field("detail", &E::detail, "of a failure, a note or a skip: what was found; may carry a measured value otherwise"),
        field("remedy", &E::remedy, "of a failure: what to change", kIfAny));
  }
};

/// The last event of a request that was answered. Its other members are the answer, read by answer().
struct ResultEvent {
  Json document;

  /// Returns the answer as the request's Answer. @throws DocumentError where it is none
  template <class Answer>
  Answer answer() const {
    return from_document<Answer>(document);
  }
};
Json document_json(const ResultEvent& event);
void read_document_json(const Json& json, ResultEvent& event, const DocumentPath& path);

/// A Diagnostic as it travels.
struct SentDiagnostic {
  std::string file;
  int line = 0, col = 0;
  std::string message;

  static constexpr auto fields() {
    using D = SentDiagnostic;
    return std::tuple(field("file", &D::file, "as the user gave it"), field("line", &D::line, "from 1; 0: the whole file"),
                      field("col", &D::col, "from 1"), field("message", &D::message, "what is wrong"));
  }
};

/// The last event of a request in which the user made mistakes.
struct DiagnosticsEvent {
  Tag<"diagnostics"> event = {};
  std::vector<SentDiagnostic> diagnostics;

  static constexpr auto fields() {
    using E = DiagnosticsEvent;
    return std::tuple(field("event", &E::event, "diagnostics"), field("diagnostics", &E::diagnostics, "every mistake"));
  }
};

/// Returns the event of some mistakes, and the mistakes of an event.
DiagnosticsEvent diagnostics_event(const Diagnostics& diagnostics);
Diagnostics diagnostics_of(const DiagnosticsEvent& event);

/// The class of an error that is the machine's: is_machine_fault() of base/machine_fault.h.
inline constexpr const char* kMachineFault = "machine";

/// The last event of a worker that cannot answer.
struct ErrorEvent {
  Tag<"error"> event = {};
  std::string kind;
  std::string what;

  static constexpr auto fields() {
    using E = ErrorEvent;
    return std::tuple(field("event", &E::event, "error"), field("class", &E::kind, "out_of_memory, machine, torch or exception"),
                      field("what", &E::what, "one line"));
  }
};

using Event = std::variant<LoadingEvent, LoadedEvent, EpochEvent, JobEvent, NoteEvent, DatasetEvent, SplitEvent, UnreadableEvent,
                           CheckingEvent, CheckEvent, ResultEvent, DiagnosticsEvent, ErrorEvent>;

/// Returns the event of a document; nothing for any other document, or one whose members are not what they should be.
std::optional<Event> event_of(Json document);

/// The same for a line of text.
std::optional<Event> parse_event(const std::string& line);

/// Returns the document of an event.
Json event_document(const Event& event);

}  // namespace kdbench::inline protocol
