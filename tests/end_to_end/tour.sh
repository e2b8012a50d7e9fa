#!/usr/bin/env bash
# tour.sh KDBENCH: the blocks of suites/README.md that are said to make one file do.
source "$(dirname "$0")/common.sh"
awk '/^## /{on = /One suite, line by line/} on && /^```toml/{inside = 1; next} /^```/{inside = 0} inside' \
  "$here/../../suites/README.md" >"$folder/tour.toml"
check "there is a suite" grep -q '^name = "tour"' "$folder/tour.toml"
for profile in "" "--profile smoke"; do
  # shellcheck disable=SC2086
  check "it is one without mistakes $profile" "$kdbench" check "$folder/tour.toml" $profile
done
verdict
