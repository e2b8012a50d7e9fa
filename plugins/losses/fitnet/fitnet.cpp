// FitNet: a middle feature map of the student, led through a regressor to the teacher's shape, is pulled to the teacher's map.
#include <kdbench/sdk/connectors.h>
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/mse_loss.h>

namespace {

using kdbench::FeatureShape;
using kdbench::LossContext;
using kdbench::connectors::Regressor;
using kdbench::feature_maps::to_text;

const FeatureShape* find(const std::vector<FeatureShape>& maps, const std::string& name) {
  for (const auto& map : maps) {
    if (map.name == name) return &map;
  }
  return nullptr;
}

std::string no_such_map(const std::string& side, const std::string& name, const std::vector<FeatureShape>& maps,
                        const std::string& option) {
  std::string names;
  for (const auto& map : maps) names += (names.empty() ? "" : ", ") + map.name;
  return "the " + side + " has no feature map '" + name + "'; it has " + names + "; set '" + option + "' to one of them";
}

class FitNet final : public kdbench::Loss {
 public:
  struct Options {
    std::string hint;
    std::string teacher_hint;
    std::string regressor = "conv";
    bool relu = true;
    double weight = 100.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("hint", &Options::hint, "Student's feature map that is guided; empty: the middle one (f2 of f0 to f3).")
        .add("teacher_hint", &Options::teacher_hint,
             "Teacher's feature map it is compared with; empty: the one of the same name.")
        .add("regressor", &Options::regressor,
             "conv: a convolution by the two shapes, batch norm and ReLU; none: the maps as they are.",
             {.choices = {"conv", "none"}})
        .add("relu", &Options::relu, "End the regressor with a ReLU, as the maps it imitates end.")
        .add("weight", &Options::weight, "Factor of the term.", {.min = 0.0});
  }

  FitNet(Options options, const LossContext& context) : options_(std::move(options)), pair_(pair_of(options_, context)) {
    if (pair_.reason.empty() && options_.regressor == "conv") {
      regressor_ = register_module("regressor", std::make_shared<Regressor>(pair_.student, pair_.teacher, options_.relu));
    }
  }

  static kdbench::LossNeeds needs(const Options&, const LossContext&) {
    return {.teacher_features = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }

  static std::optional<std::string> unsupported(const Options& options, const LossContext& context) {
    const auto pair = pair_of(options, context);
    return pair.reason.empty() ? std::nullopt : std::optional(pair.reason);
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    if (!pair_.reason.empty()) throw kdbench::Error("fitnet: " + pair_.reason);
    auto [guided, hint] = kdbench::feature_maps::maps_of(in, {pair_.student, pair_.teacher}, "fitnet");
    if (regressor_) guided = regressor_->forward(guided);
    if (guided.sizes() != hint.sizes()) throw kdbench::Error("fitnet: the maps have other shapes than when the loss was built");
    return kdbench::LossTerms{{"hint", options_.weight * at::mse_loss(guided, hint)}};
  }

 private:
  /// The two maps that are compared, or why there are none.
  struct MapPair {
    FeatureShape student, teacher;
    std::string reason;
  };

  static MapPair pair_of(const Options& options, const LossContext& context) {
    if (context.student.empty()) return {{}, {}, "expected feature maps, found none of the student; use a model that has them"};
    if (context.teacher.empty()) return {{}, {}, "expected feature maps, found none of the teacher; use a model that has them"};
    const auto name = options.hint.empty() ? context.student[context.student.size() / 2].name : options.hint;
    const auto teacher_name = options.teacher_hint.empty() ? name : options.teacher_hint;
    const auto* student = find(context.student, name);
    const auto* teacher = find(context.teacher, teacher_name);
    if (!student) return {{}, {}, no_such_map("student", name, context.student, "hint")};
    if (!teacher) return {{}, {}, no_such_map("teacher", teacher_name, context.teacher, "teacher_hint")};
    return {*student, *teacher, mismatch(options, *student, *teacher)};
  }

  static std::string mismatch(const Options& options, const FeatureShape& student, const FeatureShape& teacher) {
    const bool equal = student.channels == teacher.channels && student.height == teacher.height && student.width == teacher.width;
    const auto both = "the student's " + to_text(student) + " and the teacher's " + to_text(teacher);
    if (options.regressor == "none" && !equal) {
      return "regressor = \"none\" compares maps of one shape, found " + both + "; set regressor = \"conv\" or choose other maps";
    }
    const auto why = kdbench::connectors::why_no_regressor(student, teacher);
    if (options.regressor == "conv" && !why.empty()) return why + "; choose other maps by 'hint' and 'teacher_hint'";
    return {};
  }

  Options options_;
  MapPair pair_;
  std::shared_ptr<Regressor> regressor_;
};

}  // namespace

KDBENCH_PLUGIN("fitnet", "0.1.0", r) {
  r.loss<FitNet>("fitnet",
                 {.summary = "Hints: a middle feature map of the student, through a regressor, imitates the teacher's.",
                  .formula = "weight * mean (R(F_student) - F_teacher)^2, R = ReLU(batch_norm(conv)) chosen by the two shapes",
                  .source = "Romero et al. 2015, FitNets: Hints for Thin Deep Nets, eq. 3; regressor as in the CRD code"});
}
