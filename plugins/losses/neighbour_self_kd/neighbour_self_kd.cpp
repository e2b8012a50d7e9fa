// Neighbour self-distillation: every exit learns from the labels and from the exit next to it, towards the network's end.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

namespace {

namespace logits = kdbench::logits;

class NeighbourSelfKd final : public kdbench::Loss {
 public:
  struct Options {
    double imitation = 0.3;
    double exit_tau = 3.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("imitation", &Options::imitation,
          "Share of the divergence from the next exit in what an exit learns; the labels have the rest.",
          {.min = 0.0, .max = 1.0})
        .add("exit_tau", &Options::exit_tau,
             "Temperature of both sides of the divergence, whose square it is multiplied by; the host's tau is not read.",
             {.min = 0.01});
  }
  NeighbourSelfKd(Options options, const kdbench::LossContext& context) : options_(options), exits_(context.student_exits) {}

  kdbench::LossNeeds needs() const override {
    return {.teacher = false,
            .student_exits = true,
            .repeatable = true,
            .reads_tau = kdbench::ReadsTau::kNone,
            .owns_tau = true,
            .stops_gradient = true};
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    // Not the host's: its tau^2 would multiply the cross-entropy of the exits, too.
    const double tau = options_.exit_tau;
    torch::Tensor labels, neighbours;
    for (std::size_t i = 0; i < exits_.size(); ++i) {
      const auto& exit = in.student.exits.at(exits_[i]);
      const auto& next = i + 1 < exits_.size() ? in.student.exits.at(exits_[i + 1]) : in.student.logits;
      const auto ce = -logits::at_label(exit.log_softmax(1), in.labels).mean();
      const auto kl = logits::kl_divergence((next.detach() / tau).log_softmax(1), (exit / tau).log_softmax(1)).mean();
      labels = labels.defined() ? labels + ce : ce;
      neighbours = neighbours.defined() ? neighbours + kl : kl;
    }
    return {{"exits_ce", labels * (1 - options_.imitation)}, {"neighbours_kd", neighbours * (options_.imitation * tau * tau)}};
  }

 private:
  Options options_;
  std::vector<std::string> exits_;  // shallow to deep
};

}  // namespace

KDBENCH_PLUGIN("neighbour_self_kd", "0.1.0", r) {
  r.loss<NeighbourSelfKd>(
      "neighbour_self_kd",
      {.summary = "Self-distillation: every exit learns from the labels and from the next exit.",
       .formula =
           "sum over exits of (1 - imitation) CE(exit) + imitation tau^2 KL(softmax(next / tau) || softmax(exit / tau)); the "
           "last exit's next is the network",
       .source = "Liang, Zhang, Wang, Guo 2024, Neighbor self-knowledge distillation, Information Sciences 654"});
}
