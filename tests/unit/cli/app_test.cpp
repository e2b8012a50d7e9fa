// The command line as people meet it, in this process, against a worker that follows the protocol
// and has no libtorch.
#include "unit/run/fixture.h"

#include <kdbench/base/files.h>
#include <kdbench/cli/app.h>
#include <kdbench/protocol/requests.h>

#include <cstdlib>
#include <sstream>

namespace kdbench {
namespace {

struct Cli : ::testing::Test {
  Cli() {
    ::setenv("KDBENCH_WORKER", KDBENCH_STUB_WORKER, 1);
    ::setenv("XDG_CACHE_HOME", (folder.path / "cache").c_str(), 1);
    ::unsetenv("KDBENCH_PLUGIN_PATH");
    ::unsetenv("KDBENCH_STORE");
  }

  int run(std::vector<std::string> arguments) {
    out.str("");
    err.str("");
    return run_cli(std::move(arguments), out, err);
  }
  std::string file(const std::string& name, const std::string& text) {
    write_file_atomically(folder.path / name, text);
    return (folder.path / name).string();
  }
  std::string suite(const Plan& plan) { return file("suite.toml", to_document(PlanAnswer{.plan = {plan}}).dump() + "\n"); }
  std::string store() { return (folder.path / "store").string(); }

  TemporaryFolder folder;
  std::ostringstream out, err;
};

TEST_F(Cli, ShowsHelpAndFailsWithoutAVerb) {
  EXPECT_EQ(run({}), 2);
  EXPECT_NE(err.str().find("leaderboard"), std::string::npos);
}

TEST_F(Cli, HelpsWithEveryVerbAndShowsAnExample) {
  for (const std::string verb : {"list", "describe", "check", "plan", "run", "leaderboard", "figures", "compare", "probe", "new",
                                 "test", "calibrate", "store", "stats", "data", "version"}) {
    EXPECT_EQ(run({verb, "--help"}), 0) << verb;
    EXPECT_NE(out.str().find("Example:\n  kdbench " + verb), std::string::npos) << out.str();
  }
}

TEST_F(Cli, NamesTheNearestVerbAndOption) {
  EXPECT_EQ(run({"rnu", "x.toml"}), 2);
  EXPECT_EQ(err.str(), "kdbench: no verb 'rnu'; did you mean 'run'?\n");
  EXPECT_EQ(run({"run", "x.toml", "--rerun-faild"}), 2);
  EXPECT_EQ(err.str(), "kdbench: run: no option '--rerun-faild'; did you mean '--rerun-failed'?\n");
  EXPECT_EQ(run({"stats", "corelate", "x.csv"}), 2);
  EXPECT_EQ(err.str(), "kdbench: no verb 'corelate'; did you mean 'correlate'?\n");
  EXPECT_EQ(run({"list", "losses", "models"}), 2);
  EXPECT_EQ(err.str(), "kdbench: list: one word too many: 'models'\n");
  EXPECT_EQ(run({"run"}), 2);
  EXPECT_EQ(err.str(), "kdbench: run: SUITE is required\n");
}

TEST_F(Cli, SaysWhichKeyOfTheSuiteAnOptionOfOtherProgramsIs) {
  EXPECT_EQ(run({"run", "x.toml", "--seed", "3"}), 2);
  EXPECT_EQ(err.str(), "kdbench: run: no option '--seed'; it is a key of the suite: --set 'suite.seeds=[0]'\n");
  EXPECT_EQ(run({"run", "x.toml", "--epochs=2"}), 2);
  EXPECT_EQ(err.str(), "kdbench: run: no option '--epochs=2'; it is a key of the suite: --set 'train.epochs=10'\n");
  EXPECT_EQ(run({"leaderboard", "x", "--sort", "accuracy"}), 2);
  EXPECT_EQ(err.str(), "kdbench: leaderboard: no option '--sort'; a board has one order, and --format csv gives rows to sort\n");
}

TEST_F(Cli, SaysWhatAnOptionTakesAndWhatItFound) {
  EXPECT_EQ(run({"run", "x.toml", "-j", "two"}), 2);
  EXPECT_EQ(err.str(), "kdbench: run: --jobs: expected a number from 1 to 4096, found 'two'\n");
  EXPECT_EQ(run({"run", "x.toml", "--memory-limit", "3"}), 2);
  EXPECT_EQ(err.str(), "kdbench: run: --memory-limit: expected a size with its unit, 2GB for example, found 3 bytes\n");
  EXPECT_EQ(run({"plan", "x.toml", "--format", "md"}), 2);
  EXPECT_EQ(err.str(), "kdbench: plan: --format: expected one of text,json, found 'md'\n");
}

TEST_F(Cli, TakesHelpForAVerb) {
  EXPECT_EQ(run({"help"}), 0);
  EXPECT_NE(out.str().find("leaderboard"), std::string::npos);
  EXPECT_EQ(run({"help", "run"}), 0);
  EXPECT_NE(out.str().find("Example:\n  kdbench run"), std::string::npos);
}

TEST_F(Cli, PrintsItsVersion) {
  EXPECT_EQ(run({"version"}), 0);
  EXPECT_TRUE(out.str().starts_with("kdbench 0."));
  EXPECT_EQ(out.str().substr(out.str().find(' ', 8)),
            " (abc)\n"
            "libtorch  2.9.0\n"
            "compiler  gcc-12.2, C++20, libstdc++, cxx11abi=1\n"
            "SDK ABI   7\n"
            "BLAS      /usr/lib/libblas.so.3\n"
            "CUDA      none: no CUDA device was found\n");
  EXPECT_EQ(run({"--version"}), 0);
}

TEST_F(Cli, VerifiesAStore) {
  const auto folder = file("of_results/records/ab/abc.json", "{}");
  const auto store = std::filesystem::path(folder).parent_path().parent_path().parent_path().string();
  EXPECT_EQ(run({"store", "verify", "--store", store}), 1);
  EXPECT_EQ(out.str(),
            folder +
                ": not a record: expected \"schema\": 2, found no schema number; move it away to have its job trained again\n"
                "1 record and 0 files of weights and logits read: 1 damaged\n");
  EXPECT_EQ(run({"store", "verify", "--store", "/nowhere"}), 2);
  EXPECT_EQ(err.str(), "kdbench: no store at /nowhere; --store names another\n");
}

TEST_F(Cli, NamesAWorkerThatIsNotThere) {
  ::setenv("KDBENCH_WORKER", "/nowhere/w", 1);
  EXPECT_EQ(run({"list"}), 2);
  EXPECT_EQ(err.str(),
            "kdbench: no worker at /nowhere/w; KDBENCH_WORKER says so; change it, or unset it to "
            "take the one beside kdbench\n");
}

TEST_F(Cli, EndsWithThreeWhenANamedPluginIsRefused) {
  const auto bad = file("bad.so", "refuse"), crash = file("crash.so", "crash");
  EXPECT_EQ(run({"list", "--plugin", bad}), 3);
  EXPECT_EQ(err.str(), "kdbench: plugin " + bad + ": not a shared library\n");
  EXPECT_EQ(run({"plan", suite(stub_plan({})), "--plugin", crash}), 3);
  EXPECT_NE(err.str().find("crashes while it is loaded (Segmentation fault)"), std::string::npos) << err.str();
  EXPECT_EQ(run({"test", bad}), 3);
}

TEST_F(Cli, KeepsTheCatalogUntilALibraryChanges) {
  const auto library = file("a.so", "ok");
  EXPECT_EQ(run({"list", "--plugin", library}), 0);
  std::size_t kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path / "cache" / "kdbench"))
    kept += entry.is_regular_file();
  EXPECT_EQ(kept, 1u);
  file("a.so", "refuse");
  EXPECT_EQ(run({"list", "--plugin", library}), 3);
}

TEST_F(Cli, PrintsTheMistakesOfASuiteAndEndsWithTwo) {
  const auto bad =
      file("bad.toml", R"({"event":"diagnostics","diagnostics":[{"file":"bad.toml","line":3,"col":1,"message":"no model 'x'"}]})"
                       "\n");
  for (const std::string verb : {"check", "plan", "run"}) {
    EXPECT_EQ(run({verb, bad, "--store", store()}), 2);
    EXPECT_EQ(err.str(), "bad.toml:3:1: no model 'x'\n");
    EXPECT_EQ(out.str(), "");
  }
  EXPECT_FALSE(std::filesystem::exists(store()));
}

TEST_F(Cli, RefusesAnOverrideWithoutAValue) {
  EXPECT_EQ(run({"check", "x.toml", "--set", "epochs"}), 2);
  EXPECT_EQ(err.str(), "--set expects KEY=VALUE, found 'epochs'; for example --set train.epochs=2\n");
}

TEST_F(Cli, ChecksAndPlansWithoutMakingAStore) {
  const auto file = suite(stub_plan({stub_job("t"), stub_job("k", "ok", {"t"})}));
  EXPECT_EQ(run({"check", file, "--store", store()}), 0);
  EXPECT_EQ(out.str(), "ok: 2 jobs\n");
  EXPECT_EQ(run({"plan", file, "--store", store()}), 0);
  EXPECT_NE(out.str().find("2 jobs: 2 to do"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(store()));
}

TEST_F(Cli, RunsASuiteAndTheSecondTimePrintsTheSameBoards) {
  const auto file = suite(stub_plan({stub_job("t"), stub_job("k", "ok", {"t"})}));
  EXPECT_EQ(run({"run", file, "--store", store(), "-j", "2"}), 0) << err.str();
  const auto boards = out.str();
  EXPECT_NE(err.str().find("2 jobs done, 0 of them before; 0 not done\n"), std::string::npos) << err.str();
  EXPECT_EQ(run({"run", file, "--store", store()}), 0);
  EXPECT_EQ(err.str(), "nothing to do: 2 jobs are done\n");
  EXPECT_EQ(out.str(), boards);
  EXPECT_EQ(run({"leaderboard", "stub", "--store", store()}), 0);
  EXPECT_EQ(out.str(), boards);
  EXPECT_EQ(run({"plan", file, "--store", store()}), 0);
  EXPECT_NE(out.str().find("2 jobs: 2 done"), std::string::npos);
}

TEST_F(Cli, MarksWhatAnotherBuildHasDoneAndTrainsItAgainOnlyWhereThatIsSaid) {
  auto plan = stub_plan({stub_job("t"), stub_job("k", "student", {"t"})});
  const auto written = [&](bool named) {
    auto loaded = loaded_for(plan.jobs, named ? std::set<std::string>{"ok"} : std::set<std::string>{}).all;
    return file("suite.toml", to_document(PlanAnswer{.plan = {plan}, .loaded = loaded}).dump() + "\n");
  };
  EXPECT_EQ(run({"run", written(false), "--store", store()}), 0);
  const auto boards = out.str();
  rebuild(plan.jobs[0], "2");
  EXPECT_EQ(run({"plan", written(false), "--store", store()}), 0);
  EXPECT_NE(out.str().find("2 jobs: 2 outdated\n"
                           "1 job is done by another build of ok.so; kdbench run --rerun-changed trains it again\n"
                           "1 job came from a network of another build; kdbench run --rerun-changed trains it again\n"),
            std::string::npos)
      << out.str();
  EXPECT_EQ(run({"plan", written(true), "--store", store(), "--format", "json"}), 0);
  const auto json = Json::parse(out.str());
  EXPECT_EQ(json["jobs"][0]["state"], "again");
  EXPECT_EQ(json["notes"].size(), 2u);
  EXPECT_EQ(run({"run", written(false), "--store", store(), "--no-boards"}), 0);
  EXPECT_NE(err.str().find("nothing to do: 2 jobs are done\n"), std::string::npos);
  EXPECT_EQ(run({"run", written(false), "--store", store(), "--no-boards", "--rerun-changed"}), 0);
  EXPECT_NE(err.str().find("2 jobs done, 0 of them before; 0 not done\n"), std::string::npos) << err.str();
  EXPECT_EQ(run({"run", written(true), "--store", store()}), 0);
  EXPECT_EQ(err.str(), "nothing to do: 2 jobs are done\n");
  EXPECT_EQ(out.str(), boards);
}

TEST_F(Cli, EndsWithOneAndTheReasonWhenAJobFails) {
  const auto file = suite(stub_plan({stub_job("bad", "crash"), stub_job("good")}));
  EXPECT_EQ(run({"run", file, "--store", store(), "--no-boards"}), 1);
  EXPECT_NE(err.str().find("failed: job bad: worker crashed: Segmentation fault; log: "), std::string::npos) << err.str();
  EXPECT_EQ(out.str(), "");
  EXPECT_EQ(run({"run", file, "--store", store(), "--no-boards"}), 1);
  EXPECT_NE(err.str().find("failed in an earlier run: job bad"), std::string::npos) << err.str();
  EXPECT_NE(err.str().find("add --rerun-failed to try again what failed in an earlier run\n"), std::string::npos);
}

TEST_F(Cli, PlansAJobAsBlockedWhileItsTeacherHasFailed) {
  const auto file = suite(stub_plan({stub_job("bad", "fail"), stub_job("k", "ok", {"bad"})}));
  EXPECT_EQ(run({"run", file, "--store", store(), "--no-boards"}), 1);
  EXPECT_EQ(run({"plan", file, "--store", store()}), 0);
  EXPECT_NE(out.str().find("2 jobs: 1 failed, 1 blocked\n"), std::string::npos) << out.str();
}

TEST_F(Cli, RefusesLimitsThatAreNotAboveZero) {
  EXPECT_EQ(run({"run", "x.toml", "--timeout", "-3"}), 2);
  EXPECT_EQ(err.str(), "kdbench: run: --timeout: expected a number above 0, found '-3'\n");
}

TEST_F(Cli, ReadsTheStoreFromTheEnvironment) {
  ::setenv("KDBENCH_STORE", store().c_str(), 1);
  EXPECT_EQ(run({"run", suite(stub_plan({stub_job("t")})), "--no-boards"}), 0);
  EXPECT_TRUE(std::filesystem::exists(folder.path / "store" / "records"));
}

TEST_F(Cli, ListsStoredSuitesAndNamesTheNearest) {
  EXPECT_EQ(run({"leaderboard", "--store", store()}), 2);
  EXPECT_EQ(err.str(), "kdbench: no store at " + store() + "; kdbench run makes it, --store says where it is\n");
  run({"run", suite(stub_plan({stub_job("t")})), "--store", store()});
  EXPECT_EQ(run({"leaderboard", "--store", store()}), 0);
  EXPECT_EQ(out.str(), "suite  jobs  title\nstub      1\n");
  EXPECT_EQ(run({"leaderboard", "sutb", "--store", store()}), 2);
  EXPECT_EQ(err.str(), "kdbench: no suite 'sutb' was run into " + store() + "; did you mean 'stub'?\n");
}

/// A board with one point of KL at three temperatures, as leaderboard --format json writes it.
std::string board_json(const std::string& paper) {
  Json points = Json::array();
  for (const double tau : {1.0, 4.0, 8.0}) {
    points.push_back({{"study", "s"},
                      {"dataset", "d"},
                      {"teacher", "t"},
                      {"student", "k"},
                      {"strategy", "direct"},
                      {"method", "kl"},
                      {"convention", "tau on both"},
                      {"axis", "tau"},
                      {"value", tau},
                      {"chain", {"t"}},
                      {"checkpoint", "last"},
                      {"loss", "kl"},
                      {"data", "gmm"},
                      {"all_rows", true},
                      {"student_model", "mlp"},
                      {"chain_models", {"mlp"}},
                      {"epochs", 2},
                      {"teacher_epochs", 2},
                      {"tau", tau},
                      {"teacher_params", 10},
                      {"expected", 1},
                      {"runs", {{{"seed", 0}, {"accuracy", 0.9 - 0.01 * tau}, {"teacher_ece", 0.02 * tau}}}}});
  }
  return Json{{"title", "Mine"}, {"paper", paper}, {"points", points}}.dump();
}

TEST_F(Cli, ComparesABoardWithThePaper) {
  EXPECT_EQ(run({"compare", file("board.json", board_json("table6"))}), 0) << err.str();
  EXPECT_NE(out.str().find("Mine beside table6 of the paper"), std::string::npos);
  EXPECT_NE(out.str().find("-91.82"), std::string::npos);
  EXPECT_EQ(run({"compare", file("board.json", board_json("")), "--table", "table9", "--format", "json"}), 0) << err.str();
  EXPECT_EQ(Json::parse(out.str()).at("paper"), "table9");
}

TEST_F(Cli, SaysWhichTableAComparisonNeeds) {
  EXPECT_EQ(run({"compare", file("board.json", board_json(""))}), 2);
  EXPECT_EQ(err.str(),
            "kdbench: the suite does not say which table it repeats; write paper = \"table6\" into its [suite], or give "
            "--table; expected one of table1, table2, table3, table4, table5, table6, table7, table8, table9\n");
  EXPECT_EQ(run({"compare", file("board.json", board_json("figure2"))}), 2);
  EXPECT_NE(err.str().find("no table 'figure2' in paper"), std::string::npos);
  EXPECT_NE(err.str().find("the paper's figures print no numbers"), std::string::npos);
  EXPECT_EQ(run({"compare", file("board.json", "{}")}), 2);
  EXPECT_NE(err.str().find("expected a board as kdbench leaderboard --format json writes it"), std::string::npos);
  EXPECT_EQ(run({"compare", file("board.json", board_json("table6")), "--with", "no.csv"}), 2);
  EXPECT_EQ(err.str(), "kdbench: --with no.csv: no such file; expected 'paper' or a CSV file of numbers\n");
}

TEST_F(Cli, ComparesWithAFileOfNumbers) {
  const auto numbers = file("other.csv",
                            "table,row,along,dataset,teacher,assistant,student,method,strategy,checkpoint,teacher_epochs,tau,"
                            "seed,of,metric,value\nmine,1,tau,D,T,,S,KD,,,,1,,student,accuracy,0.5\n");
  EXPECT_EQ(run({"compare", file("board.json", board_json("mine")), "--with", numbers}), 0) << err.str();
  EXPECT_NE(out.str().find("Mine beside mine of other.csv"), std::string::npos) << out.str();
}

TEST_F(Cli, PrintsChecksByPluginAndFailsWithThem) {
  const auto folder_of_checks = file(
      "checks",
      R"({"event":"check","plugin":"loss kl","name":"gradient","ok":true,"skipped":false,"detail":""})"
      "\n"
      R"({"event":"check","plugin":"loss kl","name":"batch of one","ok":false,"skipped":false,"detail":"nan","remedy":"divide"})"
      "\n"
      R"({"event":"check","plugin":"loss kl","name":"mean","ok":true,"skipped":false,"note":true,"detail":"moves"})"
      "\n"
      R"({"event":"check","plugin":"loss dist","name":"gradient","ok":false,"skipped":true,"detail":"needs 3 classes"})"
      "\n"
      R"({"event":"result","passed":1,"failed":1,"skipped":1})"
      "\n");
  EXPECT_EQ(run({"test", "--golden", folder_of_checks}), 1);
  EXPECT_EQ(out.str(),
            "loss kl\n  ok    gradient\n  FAIL  batch of one: nan\n        remedy: divide\n  note  mean: moves\nloss dist\n"
            "  skip  gradient: needs 3 classes\n2 passed, 1 failed, 1 skipped; 1 of those that passed with a note\n");
  EXPECT_EQ(run({"test", "--golden", folder_of_checks, "--quiet"}), 1);
  EXPECT_EQ(out.str(),
            "loss kl\n  FAIL  batch of one: nan\n        remedy: divide\n2 passed, 1 failed, 1 skipped; 1 of those that "
            "passed with a note\n");
  EXPECT_EQ(run({"test", "--golden", "/nowhere"}), 2);
  EXPECT_EQ(run({"test", "--convert", "/nowhere"}), 2);
  EXPECT_NE(err.str().find("--convert requires --golden"), std::string::npos) << err.str();
}

TEST_F(Cli, WritesTheFolderOfANewPluginOnce) {
  const auto place = folder.path / "deep" / "huber";
  EXPECT_EQ(run({"new", "loss", "huber", "--folder", place.string()}), 0) << err.str();
  EXPECT_EQ(out.str(), place.string() +
                           "\n  CMakeLists.txt\n  README.md\n  golden/by_hand.json\n  huber.cpp\n  huber_test.cpp\n  suite.toml\n"
                           "next, in that folder:\n"
                           "  cmake -B build -G Ninja -DCMAKE_PREFIX_PATH=PREFIX\n"
                           "  cmake --build build\n"
                           "  ctest --test-dir build\n"
                           "  kdbench test build/lib/kdbench/plugins/huber.so\n"
                           "  kdbench test --golden golden --plugin build/lib/kdbench/plugins/huber.so\n"
                           "  kdbench run suite.toml --plugin build/lib/kdbench/plugins/huber.so\n"
                           "PREFIX is where kdbench is installed: cmake --install BUILD_FOLDER --prefix PREFIX\n");
  EXPECT_TRUE(read_file(place / "huber.cpp").value().starts_with("// huber: "));
  EXPECT_EQ(run({"new", "loss", "Huber", "--folder", place.string()}), 2);
  EXPECT_EQ(err.str(),
            "a loss cannot be called 'Huber': expected small letters, digits and single '_' between them, a letter first; "
            "did you mean 'huber'?\n" +
                place.string() + " is there already; move it away, or name another folder by --folder\n");
}

TEST_F(Cli, SaysWhatANewPluginNeeds) {
  EXPECT_EQ(run({"new", "los", "huber"}), 2);
  EXPECT_EQ(err.str(), "no kind of plugin is called 'los'; did you mean 'loss'?\n");
  EXPECT_EQ(run({"new", "loss"}), 2);
  EXPECT_EQ(err.str(), "kdbench: new: NAME is required\n");
}

TEST_F(Cli, CalibrateAsksWithoutPluginsAndPassesMistakesOn) {
  const auto bad =
      file("logits.csv",
           R"({"event":"diagnostics","diagnostics":[{"file":"logits.csv","line":2,"col":1,"message":"4 numbers, expected 3"}]})"
           "\n");
  EXPECT_EQ(run({"calibrate", bad, "--tau", "1,2,4"}), 2);
  EXPECT_EQ(err.str(), "logits.csv:2:1: 4 numbers, expected 3\n");
  const CalibrateAnswer answer;
  const auto good = file("good.csv", to_document(answer).dump() + "\n");
  EXPECT_EQ(run({"calibrate", good, "--format", "json"}), 0) << err.str();
  EXPECT_EQ(out.str(), to_document(answer.report).dump(2) + "\n");
  const auto odd = file("odd.csv", R"({"event":"result","report":{}})"
                                   "\n");
  EXPECT_EQ(run({"calibrate", odd}), 1);
  EXPECT_EQ(err.str(), "kdbench: the worker's answer cannot be read: report: it has no member 'metrics'\n");
}

TEST_F(Cli, CorrelatesTwoColumnsOfATable) {
  const auto table = file("t.csv", "x,y\n1,2\n2,4\n3,6\n4,9\n");
  EXPECT_EQ(run({"stats", "correlate", table}), 0) << err.str();
  EXPECT_NE(out.str().find("100.00"), std::string::npos) << out.str();
  EXPECT_EQ(run({"stats", "correlate", "/nowhere.csv"}), 2);
  EXPECT_EQ(err.str(), "/nowhere.csv: no such file\n");
}

}  // namespace
}  // namespace kdbench
