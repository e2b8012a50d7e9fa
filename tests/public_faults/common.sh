# Sourced by the tests beside it with the program as $1: what tests/end_to_end/common.sh has, a small suite, and a run of it.
source "$(dirname "${BASH_SOURCE[0]}")/../end_to_end/common.sh"

small_suite() {  # small_suite NAME [LOSS...]: a suite of a teacher and a student by each loss, trained in a fraction of a second
  local name=$1 loss list=''
  shift
  printf '[suite]\nname = "%s"\nseeds = [0]\ndevice = "cpu"\n[train]\nepochs = 2\nbatch_size = 32\nlr = 0.1\n' "$name"
  printf '[datasets.points]\nplugin = "gmm"\nclasses = 4\ntrain = 256\ntest = 128\n'
  printf '[models.teacher]\nplugin = "mlp"\nhidden = 16\n[models.student]\nplugin = "mlp"\nhidden = 8\n'
  for loss in "$@"; do printf '[losses.%s]\n' "$loss" && list+="\"$loss\", "; done
  printf '[[studies]]\nname = "main"\nlosses = [%s]\npairs = [["teacher", "student"]]\n' "${list%, }"
}

ends_with() {  # ends_with CODE COMMAND...: what it printed is in out and err
  local expected=$1 code=0
  shift
  "$@" >"$folder/out" 2>"$folder/err" || code=$?
  [[ $code == "$expected" ]] || { printf '  expected exit code %s, found %s:\n' "$expected" "$code"; sed 's/^/    /' "$folder/out" "$folder/err"; false; }
}

said() { cat "$folder/out" "$folder/err" >"$folder/said" && holds "$folder/said" "$1"; }
