#include <kdbench/worker/conformance/checker.h>

#include <kdbench/registry/check_params.h>

#include <utility>

namespace kdbench::inline worker {
namespace {

/// The first line: libtorch appends a stack trace to what it throws.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Checker::Checker(std::string plugin, Report report) : plugin_(std::move(plugin)), report_(std::move(report)) {}

void Checker::run(const std::string& name, const std::function<std::string()>& body) const {
  Check check{.plugin = plugin_, .name = name, .detail = {}};
  try {
    check.detail = body();
  } catch (const NotApplicable& reason) {
    check.skipped = true;
    check.detail = reason.what();
  } catch (const std::exception& error) {
    check.ok = false;
    check.detail = first_line(error.what());
  } catch (...) {
    check.ok = false;
    check.detail = "threw something that is no std::exception";
  }
  report_(check);
}

void Checker::declarations(const About& about, const std::vector<ParamSpec>& params) const {
  run("has a one-line summary", [&] {
    require(!about.summary.empty(), "the summary is empty");
    require(about.summary.find('\n') == std::string::npos, "the summary has several lines");
    return std::string();
  });
  run("documents every parameter", [&] {
    for (const auto& spec : params) require(!spec.doc.empty(), "parameter '" + spec.name + "' has no doc sentence");
    return std::string();
  });
  run("has defaults inside their own limits", [&] {
    for (const auto& spec : params) {
      const auto checked = check_param(spec, spec.default_value);
      require(checked.complaint.empty(), "the default: " + checked.complaint);
    }
    return std::string();
  });
}

void require(bool condition, const std::string& found) {
  if (!condition) throw std::runtime_error(found);
}

}  // namespace kdbench::inline worker
