#!/usr/bin/env bash
# docs_test.sh ROOT: code in the documentation is the code of the files it names, every relative link leads somewhere, no
# figure is still to come (@NAME@), and no merge was left half done.
# Between `<!-- begin FILE -->` and `<!-- end FILE -->` stands one code block with the whole of FILE.
set -euo pipefail
cd "$1"
failures=0
complain() {
  printf '%s\n' "$*"
  failures=$((failures + 1))
}

# snippet PAGE FILE: the text of the code block between the markers.
snippet() {
  awk -v begin="<!-- begin $2 -->" -v end="<!-- end $2 -->" '
    $0 == end { inside = 0 }
    inside && !/^```/ { print }
    $0 == begin { inside = 1 }' "$1"
}

mapfile -t pages < <(find . -name '*.md' -not -path './build/*' -not -path './.git/*' -not -path './store/*' | sort)
num_snippets=0
for page in "${pages[@]}"; do
  while read -r file; do
    num_snippets=$((num_snippets + 1))
    if [[ ! -f $file ]]; then
      complain "$page: no file $file"
    elif ! diff -u --label "$file" --label "$page" "$file" <(snippet "$page" "$file"); then
      complain "$page: the code differs from $file; copy the file over the text between the markers"
    fi
  done < <(sed -n 's/^<!-- begin \(.*\) -->$/\1/p' "$page")
  while read -r target; do
    [[ -z $target || -e $(dirname "$page")/$target ]] || complain "$page: the link to $target leads nowhere"
  done < <(grep -oE '\]\([^)#: ]+' "$page" | sed 's/^](//' || true)
  while read -r line; do
    complain "$page:$line: a figure that was to be filled in"
  done < <(grep -nE '@[A-Z0-9]+@|@@ ' "$page" || true)
  while read -r line; do
    complain "$page:$line: two versions of a text, of which one must go"
  done < <(grep -nE '^(<<<<<<<|>>>>>>>) ' "$page" || true)
done
((num_snippets > 0)) || complain "no page shows a file between markers"
printf '%d pages, %d snippets, %d complaints\n' "${#pages[@]}" "$num_snippets" "$failures"
((failures == 0))
