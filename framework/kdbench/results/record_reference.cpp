#include <kdbench/results/record_reference.h>

#include <kdbench/base/document_reference.h>
#include <kdbench/results/record.h>

#include <fmt/core.h>

#include <set>
#include <tuple>
#include <type_traits>
#include <typeindex>
#include <typeinfo>

namespace kdbench::inline results {
namespace {

std::string presence_text(Presence presence) { return presence == Presence::kIfAny ? "where there is any" : "always"; }

/// A section for each struct, the first time it is met, then for the structs inside it.
class Reference {
 public:
  template <Document T>
  void add(const std::string& title, const std::string& form = "") {
    if (!seen_.insert(typeid(T)).second) return;
    out_ += fmt::format("\n## {}{}\n\n| member | kind | stands | meaning |\n| --- | --- | --- | --- |\n", title, form);
    for (const auto& line : describe_fields<T>()) {
      out_ += fmt::format("| `{}` | {} | {} | {} |\n", line.key, line.kind, presence_text(line.presence), line.meaning);
    }
    const T value{};
    document::each_field(value, [&]<class Field, class Value>(const Field& f, const Value&) {
      using Inside = document::inner_t<Value>;
      if constexpr (requires { typename Inside::Forms; })
        add_forms(std::type_identity<typename Inside::Forms>(), title + "." + f.key);
      if constexpr (Document<Inside> && !TextCoded<Inside>) add<Inside>(title == "A record" ? f.key : title + "." + f.key);
    });
  }

  /// The forms that a value which writes itself may have.
  template <class... Form>
  void add_forms(std::type_identity<std::tuple<Form...>>, const std::string& title) {
    std::size_t form = 0;
    (add<Form>(title, form++ == 0 ? "" : " (of several parts)"), ...);
  }

  std::string take() { return std::move(out_); }

 private:
  std::set<std::type_index> seen_;
  std::string out_;
};

}  // namespace

std::string record_reference_markdown() {
  Reference reference;
  reference.add<RunRecord>("A record");
  return fmt::format(
             "# Records\n\nEvery job ends as one record, `STORE/records/ab/<job id>.json`, schema {}. This page is made from the "
             "lists of "
             "fields in\n`framework/kdbench/results/record.h` and `framework/kdbench/plan/spec.h`, from which records are "
             "written, read and "
             "checked, too. Fractions\nare in [0, 1]; numbers that JSON lacks are \"nan\", \"inf\", \"-inf\".\n",
             kRecordSchema) +
         reference.take() +
         "\nThe members of `spec.train` are those of `[train]` in a suite file ([suite reference](suite_reference.md)), all but\n"
         "`checkpoint_every`, which decides no result; `optimizer`, `beta1`, `beta2`, `eps` and `decay_norms_and_biases` where "
         "they are not\n"
         "their defaults.\n";
}

}  // namespace kdbench::inline results
