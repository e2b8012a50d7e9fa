// Deep mutual learning: networks that learn together, each from the labels and from what the others say.
#include <kdbench/sdk/plugin.h>

namespace {

using kdbench::Stage;
using kdbench::StrategyContext;

class Dml final : public kdbench::Strategy {
 public:
  struct Options {
    std::int64_t networks = 2;
    std::string peers = "teacher";
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("networks", &Options::networks, "How many learn together, the student among them.", {.min = 2, .max = 8})
        .add("peers", &Options::peers, "What the others are: networks of the pair's teacher model, or of the student's.",
             {.choices = {"teacher", "student"}});
  }
  Dml(Options options, const kdbench::NoContext&) : options_(std::move(options)) {}

  std::vector<Stage> plan(const StrategyContext& context) const override {
    Stage student{.id = "student",
                  .model = context.student,
                  .teacher = std::nullopt,
                  .loss = kdbench::StageLoss::kMethod,
                  .epochs = context.student_epochs};
    if (context.teacher.empty()) return {std::move(student)};
    const auto& model = options_.peers == "teacher" ? context.teacher : context.student;
    for (std::int64_t i = 1; i < options_.networks; ++i) student.peers.push_back({"peer" + std::to_string(i), model});
    return {std::move(student)};
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("dml", "0.1.0", r) {
  r.strategy<Dml>(
      "dml", {.summary = "Networks that learn together, each from the labels and from the others, none of them trained before.",
              .formula = "student <-> peer1 <-> ... in lockstep; each: CE + the method's loss to the others",
              .source = "Zhang, Xiang, Hospedales, Lu 2018, Deep Mutual Learning, eq. 1 to 8"});
}
