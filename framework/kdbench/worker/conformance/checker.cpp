#include <kdbench/worker/conformance/checker.h>

#include <kdbench/registry/check_params.h>
#include <kdbench/worker/watch/host_state.h>

#include <utility>

namespace kdbench::inline worker {
namespace {

/// The first line: libtorch appends a stack trace to what it throws.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Checker::Checker(std::string plugin, Report report) : plugin_(std::move(plugin)), report_(std::move(report)) {}

bool Checker::run(const Rule& rule, const std::function<std::string()>& body) const {
  Check check{.plugin = plugin_, .name = rule.name, .detail = {}};
  report_.begins({.plugin = plugin_, .name = rule.name});
  const HostGuard guard;
  try {
    check.detail = body();
  } catch (const NotApplicable& reason) {
    check.skipped = true;
    check.detail = reason.what();
  } catch (const WorthANote& found) {
    check.note = true;
    check.detail = found.what();
  } catch (const std::exception& error) {
    check.ok = false;
    check.detail = first_line(error.what());
  } catch (...) {
    check.ok = false;
    check.detail = "threw something that is no std::exception";
  }
  if (!check.ok) check.remedy = rule.remedy;
  report_.outcome(check);
  return check.ok;
}

void Checker::leave_out_the_rest() const {
  report_.outcome({.plugin = plugin_, .name = "every other check", .skipped = true, .detail = "needs the one that failed"});
}

void Checker::declarations(const About& about, const std::vector<ParamSpec>& params) const {
  run({"has a one-line summary", "write one line into About::summary"}, [&] {
    require(!about.summary.empty(), "the summary is empty");
    require(about.summary.find('\n') == std::string::npos, "the summary has several lines");
    return std::string();
  });
  run({"documents every parameter", "give its add() in declare() one sentence"}, [&] {
    for (const auto& spec : params) require(!spec.doc.empty(), "parameter '" + spec.name + "' has no doc sentence");
    return std::string();
  });
  run({"has defaults inside their own limits", "change the default in Options or the limits in declare()"}, [&] {
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
