/// Requests: what kdbench asks of a worker, one JSON object on its standard input. Each request names the type of its answer,
/// which the "result" event carries.
#pragma once
#include <kdbench/calibration/calibrate_report.h>
#include <kdbench/plan/plan.h>
#include <kdbench/protocol/catalog_document.h>
#include <kdbench/protocol/tag.h>
#include <kdbench/results/record.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace kdbench::inline protocol {

/// A library that is not to be opened again, and why.
struct Exclusion {
  std::string file, reason;
  bool operator==(const Exclusion&) const = default;

  static constexpr auto fields() {
    using E = Exclusion;
    return std::tuple(field("file", &E::file, "the library"), field("reason", &E::reason, "what it did before"));
  }
};

/// What every request carries: the libraries that the worker loads.
struct Libraries {
  std::vector<std::string> plugins, plugin_folders;
  std::vector<Exclusion> exclude;

  static constexpr auto fields() {
    using L = Libraries;
    return std::tuple(field("plugins", &L::plugins, "library files"),
                      field("plugin_folders", &L::plugin_folders, "folders of library files"),
                      field("exclude", &L::exclude, "of these, what must not be opened"));
  }
};

/// KEY=VALUE of the command line.
struct SentOverride {
  std::string key, value;

  static constexpr auto fields() {
    using O = SentOverride;
    return std::tuple(field("key", &O::key, "of the suite file"), field("value", &O::value, "as written"));
  }
};

/// An answer that says no more than that all is done.
struct DoneAnswer {
  Tag<"result"> event = {};

  static constexpr auto fields() { return std::tuple(field("event", &DoneAnswer::event, "result")); }
};

struct CatalogAnswer {
  Tag<"result"> event = {};
  CatalogDocument catalog;

  static constexpr auto fields() {
    using A = CatalogAnswer;
    return std::tuple(field("event", &A::event, "result"), field("catalog", &A::catalog, "every plugin and library"));
  }
};

/// Asks what the libraries hold.
struct CatalogRequest {
  using Answer = CatalogAnswer;
  Tag<"catalog"> verb = {};
  Libraries libraries = {};

  static constexpr auto fields() {
    using R = CatalogRequest;
    return std::tuple(field("verb", &R::verb, "catalog"), inlined(&R::libraries));
  }
};

/// A plan as it travels: packed.
struct SentPlan {
  Plan plan;
};
Json document_json(const SentPlan& sent);
void read_document_json(const Json& json, SentPlan& sent, const DocumentPath& path);

/// A plugin of the catalog, and which build of it is loaded.
struct LoadedPlugin {
  UsedPlugin used;
  bool named = false;

  static constexpr auto fields() {
    using L = LoadedPlugin;
    return std::tuple(inlined(&L::used), field("named", &L::named, "its library is one of `plugins`, not of a folder"));
  }
};

struct PlanAnswer {
  Tag<"result"> event = {};
  SentPlan plan;
  std::vector<LoadedPlugin> loaded = {};

  static constexpr auto fields() {
    using A = PlanAnswer;
    return std::tuple(field("event", &A::event, "result"), field("plan", &A::plan, "packed"),
                      field("loaded", &A::loaded, "every plugin, in the build that made the plan", Presence::kIfAny));
  }
};

/// Asks for the plan of a suite file.
struct PlanRequest {
  using Answer = PlanAnswer;
  Tag<"plan"> verb = {};
  Libraries libraries = {};
  std::string suite_file, profile;
  std::vector<SentOverride> overrides = {};
  std::string device;
  std::string store = {};

  static constexpr auto fields() {
    using R = PlanRequest;
    return std::tuple(field("verb", &R::verb, "plan"), inlined(&R::libraries), field("suite_file", &R::suite_file, "TOML"),
                      field("profile", &R::profile, "[profile.NAME] to lay over it; empty: none"),
                      field("overrides", &R::overrides, "of --set"),
                      field("device", &R::device, "of --device; empty: what the suite says"),
                      field("store", &R::store, "folder whose records tell how trials of tune studies ended; absent: none has",
                            Presence::kIfAny));
  }
};

/// Asks to train jobs that may share a worker; their records go to the store.
struct TrainRequest {
  using Answer = DoneAnswer;
  Tag<"train"> verb = {};
  Libraries libraries = {};
  std::vector<Job> jobs;
  std::vector<std::string> anew = {};
  std::string store, device, data_dir;
  int workers = 1;
  bool caching_allocator = true;
  double cache_limit_bytes = 0;

  static constexpr auto fields() {
    using R = TrainRequest;
    return std::tuple(
        field("verb", &R::verb, "train"), inlined(&R::libraries), field("jobs", &R::jobs, "of one data set, seed and teacher"),
        field("anew", &R::anew, "ids of those whose results are to be replaced", Presence::kIfAny),
        field("store", &R::store, "its folder"), field("device", &R::device, "cpu, cuda:N"),
        field("data_dir", &R::data_dir, "the data folder"), field("workers", &R::workers, "threads that train students"),
        field("allocator", &R::caching_allocator, "whether freed memory is kept for the next step"),
        field("cache_limit_bytes", &R::cache_limit_bytes, "of freed memory that is kept; 0: no limit"));
  }
};

/// What a worker was built with and finds here.
struct VersionAnswer {
  Tag<"result"> event = {};
  std::string git, libtorch, compiler, stdlib, blas, cuda;
  std::int64_t cxx = 0, abi = 0, cxx11abi = 0;

  static constexpr auto fields() {
    using A = VersionAnswer;
    return std::tuple(field("event", &A::event, "result"), field("git", &A::git, "revision it was built from"),
                      field("libtorch", &A::libtorch, "version"), field("compiler", &A::compiler, "gcc-12.2, clang-16.0, ..."),
                      field("cxx", &A::cxx, "value of __cplusplus"), field("stdlib", &A::stdlib, "libstdc++ or libc++"),
                      field("abi", &A::abi, "of the SDK's binary interface"),
                      field("cxx11abi", &A::cxx11abi, "1: the newer layout of std::string"),
                      field("blas", &A::blas, "file that the loader took for BLAS"),
                      field("cuda", &A::cuda, "GPUs and CUDA's version, or why there is none"));
  }
};

/// Asks for that; no library is opened.
struct VersionRequest {
  using Answer = VersionAnswer;
  Tag<"version"> verb = {};
  Libraries libraries = {};

  static constexpr auto fields() {
    using R = VersionRequest;
    return std::tuple(field("verb", &R::verb, "version"), inlined(&R::libraries));
  }
};

struct ChecksAnswer {
  Tag<"result"> event = {};
  std::int64_t passed = 0, failed = 0, skipped = 0;

  static constexpr auto fields() {
    using A = ChecksAnswer;
    return std::tuple(field("event", &A::event, "result"), field("passed", &A::passed, "checks, those with a note among them"),
                      field("failed", &A::failed, "checks"), field("skipped", &A::skipped, "checks"));
  }
};

/// Asks for the conformance suite over one plugin; events "checking" and "check" for each check.
struct ConformanceRequest {
  using Answer = ChecksAnswer;
  Tag<"conformance"> verb = {};
  Libraries libraries = {};
  PluginKind kind = PluginKind::kLoss;
  std::string plugin;

  static constexpr auto fields() {
    using R = ConformanceRequest;
    return std::tuple(field("verb", &R::verb, "conformance"), inlined(&R::libraries),
                      field("kind", &R::kind, "model, dataset, loss, strategy, gradient_policy or calibrator"),
                      field("plugin", &R::plugin, "its name in suite files"));
  }
};

/// Asks for golden files through the plugins that they name, or for their native form; a "check" event each case or file.
struct GoldenRequest {
  using Answer = ChecksAnswer;
  Tag<"golden"> verb = {};
  Libraries libraries = {};
  std::string folder, convert_to = {};

  static constexpr auto fields() {
    using R = GoldenRequest;
    return std::tuple(
        field("verb", &R::verb, "golden"), inlined(&R::libraries), field("folder", &R::folder, "of golden files, or one file"),
        field("convert_to", &R::convert_to, "folder that the native form is written to; absent: they are run", Presence::kIfAny));
  }
};

struct CalibrateAnswer {
  Tag<"result"> event = {};
  CalibrateReport report;

  static constexpr auto fields() {
    using A = CalibrateAnswer;
    return std::tuple(field("event", &A::event, "result"), field("report", &A::report, "all that can be said about the logits"));
  }
};

/// Asks for the calibration of a file of logits.
struct CalibrateRequest {
  using Answer = CalibrateAnswer;
  Tag<"calibrate"> verb = {};
  Libraries libraries = {};
  std::string file, labels;
  int bins = kDefaultBins;
  std::vector<double> taus;
  bool probabilities = false;

  static constexpr auto fields() {
    using R = CalibrateRequest;
    return std::tuple(field("verb", &R::verb, "calibrate"), inlined(&R::libraries), field("file", &R::file, "logits"),
                      field("labels", &R::labels, "file of labels; empty: they stand beside the logits"),
                      field("bins", &R::bins, "of the reliability table"),
                      field("tau", &R::taus, "temperatures of the curve; empty: no curve"),
                      field("probabilities", &R::probabilities, "whether the file holds probabilities instead of logits"));
  }
};

/// Asks to load data sets and tell what is in them: those of a suite file, or the one that a plugin makes with the overrides as
/// its parameters. Events "dataset", "split" and "unreadable".
struct DataRequest {
  using Answer = DoneAnswer;
  Tag<"data"> verb = {};
  Libraries libraries = {};
  std::string suite_file, profile, dataset, plugin, data_dir;
  std::vector<SentOverride> overrides = {};

  static constexpr auto fields() {
    using R = DataRequest;
    using enum Presence;
    return std::tuple(field("verb", &R::verb, "data"), inlined(&R::libraries),
                      field("suite_file", &R::suite_file, "TOML; absent: `plugin` is asked", kIfAny),
                      field("profile", &R::profile, "[profile.NAME] to lay over it", kIfAny),
                      field("dataset", &R::dataset, "only this [datasets.NAME]", kIfAny),
                      field("plugin", &R::plugin, "a data set plugin", kIfAny),
                      field("data_dir", &R::data_dir, "where the plugin finds its files", kIfAny),
                      field("overrides", &R::overrides, "of the suite, or parameters of the plugin"));
  }
};

struct EmbedAnswer {
  Tag<"result"> event = {};
  std::int64_t rows = 0, dims = 0;
  std::string of;

  static constexpr auto fields() {
    using A = EmbedAnswer;
    return std::tuple(field("event", &A::event, "result"), field("rows", &A::rows, "samples"),
                      field("dims", &A::dims, "numbers a sample"), field("of", &A::of, "embedding or logits"));
  }
};

/// Asks what the network of a job makes of images; an EmbeddingDocument goes to `file`.
struct EmbedRequest {
  using Answer = EmbedAnswer;
  Tag<"embed"> verb = {};
  Libraries libraries = {};
  std::string job, store, data_dir, split = "test";
  std::int64_t rows = 0;
  std::string device = "cpu", file;

  static constexpr auto fields() {
    using R = EmbedRequest;
    return std::tuple(field("verb", &R::verb, "embed"), inlined(&R::libraries),
                      field("job", &R::job, "id of a job that is done in the store"), field("store", &R::store, "its folder"),
                      field("data_dir", &R::data_dir, "the data folder"), field("split", &R::split, "test, validation or train"),
                      field("rows", &R::rows,
                            "at most so many, drawn without regard to the job, so that jobs on the same data are asked about the "
                            "same rows; 0: all"),
                      field("device", &R::device, "where the network runs"), field("file", &R::file, "where the answer goes"));
  }
};

/// The embeddings of samples, as a file.
struct EmbeddingDocument {
  std::string of;
  std::int64_t dims = 0;
  std::vector<std::int64_t> labels;
  std::vector<double> values;

  static constexpr auto fields() {
    using D = EmbeddingDocument;
    return std::tuple(field("of", &D::of, "embedding or, for a model without one, logits"),
                      field("dims", &D::dims, "numbers a sample"), field("labels", &D::labels, "the class of each sample"),
                      field("values", &D::values, "sample by sample"));
  }
};

/// A method whose gradient was looked at.
struct ProbedMethod {
  std::string study, dataset, method, convention, teacher, student, strategy;
  std::int64_t seed = 0;
  std::vector<double> cosine = {}, norm_ratio = {};
  std::string reason = {};

  static constexpr auto fields() {
    using P = ProbedMethod;
    return std::tuple(field("study", &P::study, "name of the study"), field("dataset", &P::dataset, "its name in the suite"),
                      field("method", &P::method, "label, with its place on the study's axis"),
                      field("convention", &P::convention, "temperatures and weights"),
                      field("teacher", &P::teacher, "name of the model in the suite"),
                      field("student", &P::student, "name of the model in the suite"),
                      field("strategy", &P::strategy, "its name in the suite"), field("seed", &P::seed, "of both networks"),
                      field("cosine", &P::cosine, "of the gradient at each temperature with that at 1"),
                      field("norm_ratio", &P::norm_ratio, "of its norm to that at 1"),
                      field("reason", &P::reason, "why there are none; empty: there are"));
  }
};

struct ProbeAnswer {
  Tag<"result"> event = {};
  std::vector<ProbedMethod> methods = {};

  static constexpr auto fields() {
    using A = ProbeAnswer;
    return std::tuple(field("event", &A::event, "result"), field("methods", &A::methods, "in the order of the plan"));
  }
};

/// Asks how the gradients of a suite's losses move with the teacher's temperature, for students that are not trained.
struct ProbeRequest {
  using Answer = ProbeAnswer;
  Tag<"probe"> verb = {};
  Libraries libraries = {};
  std::string suite_file, profile;
  std::vector<SentOverride> overrides = {};
  std::string device, store;
  std::vector<double> temperatures;
  std::int64_t batches = 1;

  static constexpr auto fields() {
    using R = ProbeRequest;
    return std::tuple(field("verb", &R::verb, "probe"), inlined(&R::libraries), field("suite_file", &R::suite_file, "TOML"),
                      field("profile", &R::profile, "[profile.NAME] to lay over it; empty: none"),
                      field("overrides", &R::overrides, "of --set"),
                      field("device", &R::device, "of --device; empty: what the suite says"),
                      field("store", &R::store, "its folder, with the teachers"),
                      field("temperatures", &R::temperatures, "that divide the teacher's logits"),
                      field("batches", &R::batches, "whose gradients are summed", a_count));
  }
};

using Request = std::variant<CatalogRequest, PlanRequest, TrainRequest, ConformanceRequest, GoldenRequest, CalibrateRequest,
                             DataRequest, EmbedRequest, ProbeRequest, VersionRequest>;

/// Returns the request of a document. @throws DocumentError for a verb that is not known, and for what its fields do not fit
Request request_of(const Json& document);

}  // namespace kdbench::inline protocol
