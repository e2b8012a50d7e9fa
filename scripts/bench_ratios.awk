# Reads Google Benchmark's JSON (one key a line) and prints the ratios of medians. Times are in milliseconds.
function value(line) {
  sub(/^[^:]*: */, "", line)
  gsub(/[",]/, "", line)
  return line
}
/"run_name":/ {
  name = value($0)
  gsub(/\/(iterations:1|repeats:[0-9]+|process_time|real_time)/, "", name)
}
/"aggregate_name":/ { is_median = value($0) == "median" }
/"repetitions":/ { is_median = 0 }
is_median && /"real_time":/ { wall[name] = value($0) }
is_median && /"cpu_time":/ { cpu[name] = value($0) }
is_median && /"time_unit": "us"/ { wall[name] /= 1000; cpu[name] /= 1000 }
is_median && /"gflop":/ { gflop[name] = value($0) }
is_median && /"faults":/ { faults[name] = value($0) }
is_median && /"jobs":/ { jobs[name] = value($0) }
is_median && /"peak_mb":/ { peak_mb[name] = value($0) }
is_median && /"items_per_second":/ { rate[name] = value($0) }

function row(what, number, goal) { printf "  %-66s %10s   %s\n", what, number, goal }
function ratio(a, b) { return a > 0 && b > 0 ? sprintf("%.2f", a / b) : "-" }
function seconds(ms) { return ms > 0 ? sprintf("%.2f s", ms / 1000) : "-" }
function percent(a, b) { return a > 0 && b > 0 ? sprintf("%.1f %%", 100 * a / b) : "-" }

END {
  ours = cpu["step/ours"]; bare = cpu["step/bare"]; defaults = cpu["step/defaults"]
  print "Training step, ResNet-14, batch 64, 32 x 32 x 3, one thread (CPU time)"
  row(sprintf("ours %.1f ms / bare loop with the same settings %.1f ms", ours, bare), ratio(ours, bare), "goal <= 1.03")
  row(sprintf("bare loop with libtorch's defaults %.1f ms / ours", defaults), ratio(defaults, ours), "goal >= 3")
  row("pages that the kernel finds a step: defaults", sprintf("%.0f", faults["step/defaults"]), "")
  row("pages that the kernel finds a step: ours", sprintf("%.0f", faults["step/ours"]), "")
  row(sprintf("its convolutions alone %.1f ms / ours", cpu["step/convolutions"]), percent(cpu["step/convolutions"], ours), "goal >= 65 %")
  blas = gflop["peak/blas"] / cpu["peak/blas"] * 1000; dnn = gflop["peak/onednn"] / cpu["peak/onednn"] * 1000
  peak = dnn > blas ? dnn : blas
  reached = gflop["step/convolutions"] / ours * 1000
  alone = gflop["step/convolutions"] / cpu["step/convolutions"] * 1000
  row(sprintf("step %.1f GFLOP/s on convolutions / peak %.1f (BLAS %.1f, oneDNN %.1f)", reached, peak, blas, dnn), percent(reached, peak), "goal >= 60 %")
  row(sprintf("convolutions alone %.1f GFLOP/s / peak", alone), percent(alone, peak), "")
  row(sprintf("floor: %.2f GFLOP over peak, in ms", gflop["step/convolutions"]), sprintf("%.1f", gflop["step/convolutions"] / peak * 1000), "")
  row(sprintf("data: gather %.3f ms (%.0f k images/s) / ours", cpu["data/gather"], 64 / cpu["data/gather"]), percent(cpu["data/gather"], ours), "goal <= 1 %")
  row(sprintf("data: whole batch %.3f ms / ours", cpu["data/batch"]), percent(cpu["data/batch"], ours), "")
  row(sprintf("SGD: torch %.3f ms / flat %.3f ms", cpu["sgd/torch"], cpu["sgd/flat"]), ratio(cpu["sgd/torch"], cpu["sgd/flat"]), "")
  students = cpu["group/students"]
  n = split("resnet56 wrn162 wrn284", names, " ")
  for (i = 1; i <= n; ++i) {
    g = "group/" names[i] "/"
    if (!(g "fused1" in cpu)) continue
    print "Fused group of 22 ResNet-8 (11 temperatures x {kl, dist}), teacher " names[i] ", 4 batches"
    parts = cpu[g "teacher"] + students
    apart = cpu[g "apart"] * 22 / jobs[g "apart"]
    row(sprintf("fused %.0f ms / teacher once %.0f + students %.0f ms", cpu[g "fused1"], cpu[g "teacher"], students), ratio(cpu[g "fused1"], parts), "goal <= 1.10")
    row(sprintf("22 jobs apart %.0f ms / fused", apart), ratio(apart, cpu[g "fused1"]), names[i] == "wrn284" ? "goal >= 8" : "goal >= 2.5")
    row(sprintf("one thread %.0f ms / two threads %.0f ms (wall)", wall[g "fused1"], wall[g "fused2"]), ratio(wall[g "fused1"], wall[g "fused2"]), "goal >= 1.8")
  }
  print "Losses, forward and backward at [64, 100] (CPU time)"
  for (name in cpu) if (name ~ /^loss\//) row(substr(name, 6), sprintf("%.3f ms", cpu[name]), "")
  print "Planning and boards"
  row(sprintf("kdbench plan of %d jobs (wall)", jobs["plan/10000"]), seconds(wall["plan/command"]), "goal < 2 s")
  row("the larger of its two processes", peak_mb["plan/command"] > 0 ? sprintf("%.0f MB", peak_mb["plan/command"]) : "-", "goal < 300 MB")
  row("of it the planner", seconds(cpu["plan/10000"]), "")
  row("boards of 10,000 records", seconds(cpu["boards/10000"]), "goal < 2 s")
}
