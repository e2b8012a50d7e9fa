// Every field that a record's lists name is written: by training, or by the source that is named here for it.
#include "unit/train/toy.h"

#include <kdbench/base/document_reference.h>
#include <kdbench/base/files.h>
#include <kdbench/results/record.h>

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <typeindex>

namespace kdbench {
namespace {

using Paths = std::set<std::string>;

/// Paths of every field of a struct and of the structs inside it, "checkpoints.test.ece"; names in maps and places in lists are
/// left out. A struct inside itself (a data set made of another) is gone into once.
template <Document T>
void add_listed(const std::string& prefix, Paths& out, std::set<std::type_index> inside = {}) {
  if (!inside.insert(typeid(T)).second) return;
  const T value{};
  document::each_field(value, [&]<class Field, class Value>(const Field& f, const Value&) {
    const auto path = prefix + f.key;
    out.insert(path);
    using Inside = document::inner_t<Value>;
    if constexpr (Document<Inside> && !TextCoded<Inside>) add_listed<Inside>(path + ".", out, inside);
  });
}

/// Paths of what a record really holds, by the same rule.
template <class T>
void add_written(const std::string& prefix, const T& value, Paths& out) {
  if constexpr (TextCoded<T>) {
    return;
  } else if constexpr (Document<T>) {
    document::each_field(value, [&](const auto& f, const auto& member) {
      if (document::is_empty(member)) return;
      out.insert(prefix + f.key);
      add_written(prefix + f.key + ".", member, out);
    });
  } else if constexpr (document::is_vector<T>) {
    for (const auto& item : value) add_written(prefix, item, out);
  } else if constexpr (document::is_map<T>) {
    for (const auto& [key, item] : value) add_written(prefix, item, out);
  } else if constexpr (requires {
                         value.has_value();
                         *value;
                       }) {
    if (value.has_value()) add_written(prefix, *value, out);
  }
}

/// A teacher, a student taught by it at a fitted temperature, one added to a frozen network, one trained in the way of a GPU,
/// one taught by two on augmented rows, and one that fails; one with exits and a gradient policy that learns beside another; one
/// that is judged on validation rows alone.
Paths written_by_training() {
  toy::TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, false)});
  auto fitted = toy::taught("fitted", "mse", 2, false);
  toy::change(fitted.spec.teacher, [](TeacherSpec& teacher) { teacher.temperature = "fitted"; });
  toy::train(s.store, {fitted});
  toy::train(s.store, {toy::calibrated(toy::taught("calibrated", "mse", 2, false), "by_row")});
  auto moving = toy::taught("moving", "several", 2, true);
  moving.spec.more_teachers = {TeacherSpec{"fitted", {}, std::nullopt}};
  toy::train(s.store, {moving});
  auto added = toy::job("added", 4, false);
  added.spec.added_to = "teacher";
  added.spec.init = "fitted";
  toy::train(s.store, {added, toy::taught("failing", "throws", 2, false)});
  auto several = toy::taught("several", "several", 2, false);
  several.spec.more_teachers = {TeacherSpec{"added", {}, "fitted", PluginSpec{"by_row", "1", Json::object()}}};
  toy::train(s.store, {several});
  auto handed = toy::taught("handed", "bank", 2, false);
  handed.spec.teacher = {};
  toy::train(s.store, {handed});
  auto taken = toy::taught("taken", "bank", 2, false);
  taken.spec.teacher = {};
  taken.spec.loss_init = "handed";
  taken.spec.trains = "loss";
  toy::train(s.store, {taken});
  auto matched = toy::taught("matched", "mse", 2, false);
  matched.spec.lr_matched_to = "fitted";
  toy::train(s.store, {matched});
  auto together = toy::taught("together", "exits", 2, false);
  together.spec.teacher = {};
  together.spec.model = PluginSpec{"exit_net", "1", Json::object()};
  together.spec.lockstep =
      LockstepSpec{0, {{together.spec.model, together.spec.train}, {together.spec.model, together.spec.train}}};
  toy::change(together.spec.loss, [](LossSpec& loss) { loss.gradient_policy = PluginSpec{"halving", "1", Json::object()}; });
  toy::train(s.store, {together});
  auto judged = toy::job("judged", 4, false);
  judged.spec.judged_on = Spec::kValidation;
  toy::train(s.store, {judged});
  SessionOptions options;
  options.deferred = true;
  toy::train(s.store, {toy::job("deferred", 4, false, 3, 0.5)}, 1, 0, options);
  Paths out;
  for (const auto& job : s.store.jobs()) add_written("", s.store.get(job).value().value(), out);
  return out;
}

/// What other sources write, below framework/kdbench/.
const std::map<std::string, std::string> kWrittenElsewhere = {
    {"environment.kdbench", "worker/environment.cpp"},
    {"environment.git", "worker/environment.cpp"},
    {"environment.libtorch", "worker/environment.cpp"},
    {"environment.blas", "worker/environment.cpp"},
    {"environment.host", "worker/environment.cpp"},
    {"environment.cpu", "worker/environment.cpp"},
    {"environment.sdk", "worker/environment.cpp"},
    {"environment.allocator", "worker/requests/training.cpp"},
    {"environment.threads", "worker/requests/training.cpp"},
    {"timings.wall_s", "run/schedule/parent_record.cpp"},
    {"timings.cpu_s", "run/schedule/parent_record.cpp"},
    {"memory.gpu_peak_bytes", "train/session/job_recorder.cpp"},
    {"extra.bayes_accuracy", "train/session/job_recorder.cpp"},
    {"spec.dataset.files", "plan/resolve/resolved.cpp"},
    {"spec.dataset.of", "plan/resolve/resolved.cpp"},
    {"record_sha256", "results/store.cpp"},
};

bool is_below(const std::string& path, const std::string& ancestor) { return path.starts_with(ancestor + "."); }

TEST(RecordFields, AreEachWrittenBySomebody) {
  Paths listed;
  add_listed<RunRecord>("", listed);
  const auto written = written_by_training();
  for (const auto& path : listed) {
    if (written.contains(path) || is_below(path, "spec.dataset.of")) continue;
    const auto elsewhere = kWrittenElsewhere.find(path);
    ASSERT_NE(elsewhere, kWrittenElsewhere.end()) << "nobody writes '" << path << "' of a record";
    const auto source = read_file(KDBENCH_SOURCE_DIR "/framework/kdbench/" + elsewhere->second);
    ASSERT_TRUE(source) << to_text(source.error());
    const auto member = path.substr(path.rfind('.') + 1);
    EXPECT_NE(source->find(member), std::string::npos) << elsewhere->second << " does not write '" << path << "'";
  }
}

TEST(RecordFields, HoldNothingThatNoListNames) {
  Paths listed;
  add_listed<RunRecord>("", listed);
  for (const auto& path : written_by_training()) EXPECT_TRUE(listed.contains(path)) << path;
}

}  // namespace
}  // namespace kdbench
