#!/usr/bin/env bash
# KB_21.sh KDBENCH: SIGTERM at any moment, also twice, ends a run with 143, and the same command ends it as if nothing had been.
source "$(dirname "$0")/common.sh"

small_suite stopped kl >"$folder/suite.toml"
sed -i 's/^epochs = 2/epochs = 60/; s/^test = 128/test = 128\nvalidation = 32/' "$folder/suite.toml"
cat >>"$folder/suite.toml" <<'SUITE'
strategies = ["takd"]
[strategies.takd]
assistants = "middle"
[models.middle]
plugin = "mlp"
hidden = 12
SUITE
run() { "$kdbench" --store "$1" run "$folder/suite.toml" --no-boards 2>>"$folder/err"; }

run "$folder/whole"
weights "$folder/whole" >"$folder/expected"
# While it loads, and in the training of the teacher, of the assistant, which becomes a teacher, or of the student.
for moment in 'find logs' 'find artifacts -name checkpoint.safetensors' 'find artifacts -name checkpoint.safetensors -newer mark'; do
  mkdir -p "$folder/store" && touch "$folder/store/mark"
  "$kdbench" --store "$folder/store" run "$folder/suite.toml" --no-boards 2>>"$folder/err" &
  program=$!
  until (cd "$folder/store" && [[ -n $($moment 2>/dev/null) ]]) || ! kill -0 "$program" 2>/dev/null; do sleep 0.02; done
  kill -TERM "$program" 2>/dev/null || true
  kill -TERM "$program" 2>/dev/null || true  # a second one changes nothing
  code=0
  wait "$program" || code=$?
  check "ended by SIGTERM once $moment finds something" test "$code" -eq 143 -o "$code" -eq 0
done
check "the same command ends it" run "$folder/store"
weights "$folder/store" >"$folder/found"
check "with the weights of an unbroken run" same "$folder/expected" "$folder/found"
verdict
