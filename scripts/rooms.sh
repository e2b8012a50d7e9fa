#!/usr/bin/env bash
# How the code is cut, in numbers: scripts/rooms.sh [ROOT]. For every layer its sources (.h and .cpp), its rooms (folders, the ground
# floor among them), the most sources on one floor, and the includes that go from one room to another of the layer; then how many
# lines of the whole use a string as the key of a document outside what reads and writes documents.
set -euo pipefail
root=${1:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
cd "$root/framework/kdbench"

sources() { find "$1" -name '*.h' -o -name '*.cpp' | sort; }

# rooms_between LAYER: "from to" for every include between rooms of a layer, each once.
rooms_between() {
  local layer=$1
  sources "$layer" | xargs grep -HoE "#include <kdbench/$layer/[^>]+>" 2>/dev/null |
    sed -E "s|^$layer/||; s|:#include <kdbench/$layer/| |; s|>$||" |
    awk 'function room(f) { return index(f, "/") ? substr(f, 1, index(f, "/") - 1) : "-" }
         { a = room($1); b = room($2); if (a != b) print a, b }' | sort -u
}

printf '| layer | sources | rooms | most on a floor | arrows between rooms |\n| --- | ---: | ---: | ---: | ---: |\n'
for folder in */; do
  layer=${folder%/}
  sources "$layer" | awk -v layer="$layer" -v arrows="$(rooms_between "$layer" | wc -l)" '
    { n = split($0, part, "/"); room = n > 2 ? part[2] : "-"; if (!(room in count)) ++rooms; most = ++count[room] > most ? count[room] : most; ++all }
    END { printf "| %s | %d | %d | %d | %d |\n", layer, all, rooms, most, arrows }'
done

# Arrows between layers, and floors: a layer stands one floor above the highest that it includes.
for folder in */; do
  layer=${folder%/}
  sources "$layer" | xargs grep -hoE '#include <kdbench/[a-z]+/' | sed -E 's|.*kdbench/||; s|/$||' | sort -u | sed "s|^|$layer |"
done | awk '$1 != $2 { from[++n] = $1; to[n] = $2; floor[$1] += 0; floor[$2] += 0 }
  END {
    for (round = 1; round <= 30; ++round)
      for (i = 1; i <= n; ++i)
        if (floor[from[i]] <= floor[to[i]]) floor[from[i]] = floor[to[i]] + 1
    for (layer in floor) top = floor[layer] > top ? floor[layer] : top
    printf "\nLayers: %d arrows between them, ", n
    if (top > 25) print "in a circle"; else print top + 1 " floors"
  }'

# Readers and writers of documents: where a key has to stand as a text.
readers='^(base/document|suite/(text|tables|keys)/|suite/parse_suite|calibration/logits/logits_json|train/network/safetensors|leaderboard/render/|protocol/|plan/packed_plan|results/record\.|worker/golden/|cli/tables/printed_csv)'
keys=$(grep -rnE '(\.at\(|\[|contains\(|\.value\(|\.find\()"[a-zA-Z_0-9]+"' --include='*.h' --include='*.cpp' . | sed 's|^\./||')
printf '\nLines with a string key: %d; outside readers and writers: %d\n' "$(printf '%s\n' "$keys" | grep -c .)" \
  "$(printf '%s\n' "$keys" | grep -vcE "$readers" || true)"
printf '%s\n' "$keys" | grep -vE "$readers" | cut -d: -f1 | sort | uniq -c | sort -rn | sed 's/^/  /' || true
