// A store from a stranger: what is wrong in one file is said with its path, touches no other, and ends no program.
#include <kdbench/base/files.h>
#include <kdbench/results/store.h>
#include <kdbench/results/store_clean.h>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

namespace kdbench {
namespace {

namespace fs = std::filesystem;

const std::string kStranger = "ab" + std::string(62, '1'), kSound = "ab" + std::string(62, '2');

RunRecord done_record(const std::string& job) {
  RunRecord out;
  out.job = job;
  out.label.name = "kl";
  out.status = Status::kDone;
  CheckpointRecord last;
  last.test.metrics.n = 10;
  last.test.metrics.accuracy = 0.5;
  out.checkpoints["last"] = last;
  return out;
}

Job a_job(const std::string& id) {
  Job job;
  job.id = id;
  job.spec.dataset = DatasetSpec{};
  job.spec.model = PluginSpec{"resnet", "1", Json::object()};
  job.spec.train = Recipe{};
  return job;
}

class HostileStore : public testing::Test {
 protected:
  HostileStore() {
    std::string name = (fs::temp_directory_path() / "kdbench hostile XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~HostileStore() override { fs::remove_all(folder_); }

  static void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }

  /// What is said of a record in which `change` changed something, without the path of the file.
  template <class Change>
  std::string said_of_record(const Change& change) {
    const Store store(folder_);
    auto json = to_document(done_record(kStranger));
    change(json);
    const auto path = store.record_path(kStranger);
    write(path, json.dump());
    const auto read = store.get(kStranger);
    if (read) return "read";
    auto text = read.error().front().text();
    return text.starts_with(path.string() + ": ") ? text.substr(path.string().size() + 2) : text;
  }

  std::string said_of_plan(const std::string& text) {
    const Store store(folder_);
    write(store.plan_path("p"), text);
    const auto read = store.get_plan("p");
    if (read) return "read";
    auto said = read.error().front().text();
    return said.substr(store.plan_path("p").string().size() + 2);
  }

  fs::path folder_;
};

TEST_F(HostileStore, RefusesNumbersThatCannotBe) {
  const auto metrics = [](Json& json) -> Json& { return json["checkpoints"]["last"]["test"]; };
  EXPECT_EQ(said_of_record([](Json&) {}), "read");
  EXPECT_EQ(said_of_record([&](Json& json) { metrics(json)["accuracy"] = 2.5; }),
            "checkpoints.last.test.accuracy: expected a number from 0 to 1, found 2.5");
  EXPECT_EQ(said_of_record([&](Json& json) { metrics(json)["n"] = -1; }),
            "checkpoints.last.test.n: expected a count of at least 0, found -1");
  EXPECT_EQ(said_of_record([&](Json& json) { metrics(json)["nll"] = -3; }),
            "checkpoints.last.test.nll: expected a number of at least 0, found -3");
  EXPECT_EQ(said_of_record([](Json& json) { json["checkpoints"]["last"]["epoch"] = "ten"; }),
            "checkpoints.last.epoch: expected an integer, found string");
  EXPECT_EQ(said_of_record([](Json& json) { json["checkpoints"]["last"]["epoch"] = 18446744073709551615u; }),
            "checkpoints.last.epoch: expected an integer of fewer digits, found 18446744073709551615");
  EXPECT_EQ(said_of_record([](Json& json) { json["timings"]["train_s"] = -5.0; }),
            "timings.train_s: expected a number of at least 0, found -5.0");
}

TEST_F(HostileStore, TakesNoNameFromAFileThatLeadsElsewhere) {
  const auto word =
      "expected letters, digits, '-' and '_', at most 200 (the id of a job, or the name of a checkpoint's rule), found ";
  EXPECT_EQ(said_of_record([](Json& json) { json["job"] = "../../x"; }), fmt::format("job: {}\"../../x\"", word));
  EXPECT_EQ(said_of_record([](Json& json) { json["checkpoints"]["../last"] = json["checkpoints"]["last"]; }).substr(0, 13),
            "checkpoints: ");
  Plan plan;
  plan.suite = "p";
  plan.jobs = {a_job(kSound)};
  auto json = to_document(plan);
  json["jobs"][0]["id"] = "../x";
  EXPECT_EQ(said_of_plan(json.dump()), fmt::format("jobs[0].id: {}\"../x\"", word));
}

TEST_F(HostileStore, RefusesAPlanThatContradictsItself) {
  EXPECT_EQ(said_of_plan("null"), "expected an object, found null");
  Plan plan;
  plan.suite = "p";
  plan.studies = {"main"};
  plan.study_options["main"] = {};
  plan.jobs = {a_job(kSound)};
  plan.jobs.front().needs = {kStranger};
  EXPECT_EQ(
      said_of_plan(to_document(plan).dump()),
      "the plan contradicts itself: job ab2222222222 needs ab1111111111, which does not stand before it; run the suite again to "
      "write it anew");
  plan.jobs.front().needs.clear();
  Placement placement;
  placement.study = "main";
  placement.job = kStranger;
  plan.placements = {placement};
  EXPECT_EQ(said_of_plan(to_document(plan).dump()),
            "the plan contradicts itself: study 'main' has a place for job ab1111111111, which is not among the jobs; run the "
            "suite again "
            "to write it anew");
  plan.placements.front().job = kSound;
  EXPECT_EQ(said_of_plan(to_document(plan).dump()), "read");
}

TEST_F(HostileStore, NamesTheFileWhoseJsonNoReaderCanTake) {
  const Store store(folder_);
  const auto path = store.record_path(kStranger);
  write(path, "{\"schema\":2,\"extra\":1e999}");
  const auto huge = store.get(kStranger);
  ASSERT_FALSE(huge);
  EXPECT_TRUE(huge.error().front().text().starts_with(path.string() + ": JSON that cannot be read: "))
      << huge.error().front().text();
  write(path, std::string(1'000'000, '['));
  const auto deep = store.get(kStranger);
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().front().message, "JSON nested deeper than 100 levels at byte 101; nothing here is");
  std::string wide = "{";
  for (int i = 0; i < 100'000; ++i) wide += fmt::format("{}\"key{}\":1", i > 0 ? "," : "", i);
  write(path, wide + "}");
  EXPECT_FALSE(store.get(kStranger));
  EXPECT_FALSE(store.is_done(kStranger));
}

TEST_F(HostileStore, SaysWhatStandsInTheWayOfARecord) {
  const Store store(folder_);
  const auto path = store.record_path(kStranger);
  fs::create_directories(path);
  EXPECT_EQ(store.why_not_replaceable(kStranger),
            path.string() + " is no regular file, and the record of the job would stand there: move it away");
  EXPECT_FALSE(store.get(kStranger));
  EXPECT_THROW(store.put(done_record(kStranger)), std::runtime_error);
  fs::remove(path);
  write(folder_ / "elsewhere.json", to_document(done_record(kStranger)).dump());
  fs::create_symlink(folder_ / "elsewhere.json", path);
  const auto linked = store.get(kStranger);
  ASSERT_FALSE(linked);
  EXPECT_EQ(linked.error().front().message, "a symbolic link, which is not followed here");
  EXPECT_EQ(store.why_not_replaceable(kStranger),
            path.string() + " is no regular file, and the record of the job would stand there: move it away");
  store.put(done_record(kSound));
  EXPECT_TRUE(store.is_done(kSound));
}

TEST_F(HostileStore, HasNoFoldersThatLeadElsewhere) {
  Store{folder_};
  fs::create_directories(folder_ / "mine");
  fs::create_directories(folder_ / "cache");
  for (const char* name : {"artifacts", "logs", "cache/teacher_logits"}) {
    fs::create_directory_symlink(folder_ / "mine", folder_ / name);
    try {
      Store{folder_};
      FAIL() << name;
    } catch (const std::runtime_error& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with((folder_ / name).string() + " is a symbolic link; ")) << error.what();
    }
    fs::remove(folder_ / name);
  }
}

TEST_F(HostileStore, ReadsWhereItMayNotWrite) {
  Store(folder_).put(done_record(kSound));
  const auto before = fs::last_write_time(folder_);
  EXPECT_TRUE(Store(folder_, Store::For::kReading).is_done(kSound));
  EXPECT_EQ(fs::last_write_time(folder_), before);
  EXPECT_TRUE(Store(folder_ / "not there", Store::For::kReading).jobs().empty());
  EXPECT_FALSE(fs::exists(folder_ / "not there"));
}

TEST_F(HostileStore, IsCleanedOfItsOwnFilesAlone) {
  const Store store(folder_);
  store.put(done_record(kSound));
  write(folder_ / "artifacts" / kSound / "last.safetensors", "weights");
  write(folder_ / "artifacts" / kStranger / "last.safetensors", "1234");
  write(folder_ / "artifacts" / "note.txt", "mine");
  const auto cache = folder_ / "cache" / "teacher_logits";
  write(cache / (std::string(64, 'a') + ".safetensors"), "123456");
  write(cache / "thesis.safetensors", "mine");
  fs::create_symlink(cache / "thesis.safetensors", cache / (std::string(64, 'b') + ".safetensors"));
  const auto gone = unneeded(store);
  EXPECT_EQ(gone.paths,
            (std::vector<fs::path>{folder_ / "artifacts" / kStranger, cache / (std::string(64, 'a') + ".safetensors")}));
  EXPECT_EQ(gone.bytes, 4u + 6u);
  remove_all(gone);
  EXPECT_TRUE(fs::exists(cache / "thesis.safetensors"));
  EXPECT_TRUE(fs::exists(folder_ / "artifacts" / "note.txt"));
  EXPECT_TRUE(unneeded(store).paths.empty());
}

TEST_F(HostileStore, LosesWithASuiteWhatNoOtherHas) {
  const Store store(folder_);
  for (const auto& job : {kSound, kStranger}) store.put(done_record(job));
  Plan one, other;
  one.suite = "one";
  one.jobs = {a_job(kSound), a_job(kStranger)};
  other.suite = "other";
  other.jobs = {a_job(kSound)};
  store.put_plan(one);
  store.put_plan(other);
  const auto gone = of_suite(store, "one");
  ASSERT_TRUE(gone) << to_text(gone.error());
  EXPECT_EQ(gone->paths, (std::vector<fs::path>{store.record_path(kStranger), store.plan_path("one")}));
  remove_all(*gone);
  EXPECT_EQ(store.plans(), std::vector<std::string>{"other"});
  EXPECT_EQ(store.jobs(), std::vector<std::string>{kSound});
}

}  // namespace
}  // namespace kdbench
