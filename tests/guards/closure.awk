# Prints for every source a line "SOURCE TAB HASH HASH ...": the hashes of itself and of every header of the project that it reads,
# directly or through another. Input: lines of sha256sum ("HASH  FILE"), then lines of grep -o ("FILE:#include <kdbench/...>").
# Variable `sources`: the sources, one a line.
!/#/ { hash[$2] = $1; next }
{
  split($0, part, /:[ \t]*#/)
  header = $0
  sub(/^[^<]*</, "framework/", header)
  sub(/>.*/, "", header)
  reads[part[1]] = reads[part[1]] " " header
}

function visit(file, list, count, i) {
  if (file in seen) return
  seen[file] = 1
  text = text " " hash[file]
  count = split(reads[file], list, " ")
  for (i = 1; i <= count; i++) visit(list[i])
}

END {
  total = split(sources, source, "\n")
  for (n = 1; n <= total; n++) {
    delete seen
    text = ""
    visit(source[n])
    print source[n] "\t" text
  }
}
