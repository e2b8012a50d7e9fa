// FitNet: a middle feature map of the student, led through a regressor to the teacher's shape, is pulled to the teacher's map.
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/mse_loss.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

namespace {

namespace nn = torch::nn;
using kdbench::FeatureShape;
using kdbench::LossContext;
using torch::Tensor;

std::string to_text(const FeatureShape& s) {
  return "'" + s.name + "' [" + std::to_string(s.channels) + ", " + std::to_string(s.height) + ", " + std::to_string(s.width) +
         "]";
}

/// How a map of the student's height and width becomes one of the teacher's.
enum class Resize { kHalve, kDouble, kCrop, kImpossible };

Resize resize_between(const FeatureShape& student, const FeatureShape& teacher) {
  if (student.height == 2 * teacher.height && student.width == 2 * teacher.width) return Resize::kHalve;
  if (2 * student.height == teacher.height && 2 * student.width == teacher.width) return Resize::kDouble;
  if (student.height >= teacher.height && student.width >= teacher.width) return Resize::kCrop;
  return Resize::kImpossible;
}

/// Convolution, batch norm and ReLU that give a student's map the teacher's shape.
class Regressor : public nn::Module {
 public:
  Regressor(const FeatureShape& student, const FeatureShape& teacher, bool relu) : relu_(relu) {
    const auto in = student.channels, out = teacher.channels;
    switch (resize_between(student, teacher)) {
      case Resize::kHalve:
        conv_ = register_module("conv", nn::Conv2d(nn::Conv2dOptions(in, out, 3).stride(2).padding(1)));
        break;
      case Resize::kDouble:
        transposed_ = register_module("conv", nn::ConvTranspose2d(nn::ConvTranspose2dOptions(in, out, 4).stride(2).padding(1)));
        break;
      case Resize::kCrop:
        conv_ = register_module("conv", nn::Conv2d(nn::Conv2dOptions(
                                            in, out, {1 + student.height - teacher.height, 1 + student.width - teacher.width})));
        break;
      case Resize::kImpossible:
        throw kdbench::Error("fitnet: no regressor leads from " + to_text(student) + " to " + to_text(teacher));
    }
    norm_ = register_module("bn", nn::BatchNorm2d(out));
  }

  Tensor forward(const Tensor& map) {
    const auto resized = conv_ ? conv_->forward(map) : transposed_->forward(map);
    if (resized.numel() == resized.size(1)) {
      throw kdbench::Error(
          "fitnet: the regressor's batch norm needs more than one value a channel, found one image whose map is 1 x 1; "
          "use larger batches or regressor = \"none\"");
    }
    const auto normalised = norm_(resized);
    return relu_ ? normalised.relu() : normalised;
  }

 private:
  bool relu_;
  nn::Conv2d conv_{nullptr};
  nn::ConvTranspose2d transposed_{nullptr};
  nn::BatchNorm2d norm_{nullptr};
};

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
        .add("weight", &Options::weight,
             "Factor of the term. No temperature is read: set tau_squared = false, or tau_student^2 multiplies it too.",
             {.min = 0.0});
  }

  FitNet(Options options, const LossContext& context) : options_(std::move(options)), pair_(pair_of(context)) {
    if (pair_.reason.empty() && options_.regressor == "conv") {
      regressor_ = register_module("regressor", std::make_shared<Regressor>(pair_.student, pair_.teacher, options_.relu));
    }
  }

  kdbench::LossNeeds needs() const override {
    return {.teacher_features = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }

  std::optional<std::string> unsupported(const LossContext& context) const override {
    const auto pair = pair_of(context);
    return pair.reason.empty() ? std::nullopt : std::optional(pair.reason);
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    if (!pair_.reason.empty()) throw kdbench::Error("fitnet: " + pair_.reason);
    auto guided = map_of(in.student, pair_.student.name, "student");
    const auto hint = map_of(in.teacher, pair_.teacher.name, "teacher");
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

  MapPair pair_of(const LossContext& context) const {
    if (context.student.empty()) return {{}, {}, "expected feature maps, found none of the student; use a model that has them"};
    if (context.teacher.empty()) return {{}, {}, "expected feature maps, found none of the teacher; use a model that has them"};
    const auto name = options_.hint.empty() ? context.student[context.student.size() / 2].name : options_.hint;
    const auto teacher_name = options_.teacher_hint.empty() ? name : options_.teacher_hint;
    const auto* student = find(context.student, name);
    const auto* teacher = find(context.teacher, teacher_name);
    if (!student) return {{}, {}, no_such_map("student", name, context.student, "hint")};
    if (!teacher) return {{}, {}, no_such_map("teacher", teacher_name, context.teacher, "teacher_hint")};
    return {*student, *teacher, mismatch(*student, *teacher)};
  }

  std::string mismatch(const FeatureShape& student, const FeatureShape& teacher) const {
    const bool equal = student.channels == teacher.channels && student.height == teacher.height && student.width == teacher.width;
    const auto both = "the student's " + to_text(student) + " and the teacher's " + to_text(teacher);
    if (options_.regressor == "none" && !equal) {
      return "regressor = \"none\" compares maps of one shape, found " + both + "; set regressor = \"conv\" or choose other maps";
    }
    if (options_.regressor == "conv" && resize_between(student, teacher) == Resize::kImpossible) {
      return "no regressor fits " + both +
             ": the student's must be twice or half as high and wide, or at least as high and wide; choose other maps by 'hint' "
             "and "
             "'teacher_hint'";
    }
    return {};
  }

  /// The map in the type that the regressor computes in: under bf16 the networks hand out narrow maps.
  static Tensor map_of(const kdbench::ModelOutput& output, const std::string& name, const std::string& side) {
    const auto it = output.features.find(name);
    if (it == output.features.end()) throw kdbench::Error("fitnet: the " + side + " returned no feature map '" + name + "'");
    return it->second.scalar_type() == torch::kBFloat16 ? it->second.to(torch::kFloat32) : it->second;
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
