// Be Your Own Teacher: a network's earlier exits learn from the labels and from its own last layer.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

namespace {

namespace logits = kdbench::logits;

class Byot final : public kdbench::Loss {
 public:
  struct Options {
    double imitation = 0.3;
    double exit_tau = 3.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("imitation", &Options::imitation,
          "Share of the divergence from the last layer in what an exit learns (the paper's alpha); the labels have the rest.",
          {.min = 0.0, .max = 1.0})
        .add("exit_tau", &Options::exit_tau,
             "Temperature of both sides of the divergence, whose square it is multiplied by; the host's tau is not read.",
             {.min = 0.01});
  }
  Byot(Options options, const kdbench::LossContext&) : options_(options) {}

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
    const auto log_last = (in.student.logits.detach() / tau).log_softmax(1);
    torch::Tensor labels, last;
    for (const auto& [name, exit] : in.student.exits) {
      const auto ce = -logits::at_label(exit.log_softmax(1), in.labels).mean();
      const auto kl = logits::kl_divergence(log_last, (exit / tau).log_softmax(1)).mean();
      labels = labels.defined() ? labels + ce : ce;
      last = last.defined() ? last + kl : kl;
    }
    return {{"exits_ce", labels * (1 - options_.imitation)}, {"exits_kd", last * (options_.imitation * tau * tau)}};
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("byot", "0.1.0", r) {
  r.loss<Byot>(
      "byot",
      {.summary = "Self-distillation: every exit learns from the labels and from the network's last layer.",
       .formula = "sum over exits of (1 - imitation) CE(exit) + imitation tau^2 KL(softmax(s / tau) || softmax(exit / tau))",
       .source = "Zhang, Song, Gao, Chen, Bao, Ma 2019, Be Your Own Teacher, eq. 4 and 5"});
}
