# Prints every type, inline function and inline variable that two files define under one qualified name: to the linker the two are
# one, and it keeps either. Sources stand in the form of .clang-format, so that what a namespace holds begins in the first column.
# Nested and inline namespaces are part of the name, unnamed ones are no matter of the linker's. X_stub.cpp is built
# in place of X.cpp and left out. Exits with 1 where there is one.
FNR == 1 {
  depth = 0
  in_place_of_another = FILENAME ~ /_stub\.cpp$/
}
in_place_of_another { next }

/^(inline )?namespace/ {
  if (/}/) next
  name = $0
  sub(/^inline /, "", name)
  sub(/^namespace */, "", name)
  sub(/ *{.*/, "", name)
  gsub(/inline /, "", name)
  scope[++depth] = name
  next
}
/^}  \/\/ (inline )?namespace/ { if (depth > 0) depth--; next }

/^template </ { pattern = $0; if (!/> (struct|class|inline|constexpr) /) next; sub(/^template <.*> /, "") }

/^(struct|class|union|enum|enum class|enum struct) [A-Za-z_:][A-Za-z_0-9:]*( final)?( :.*)?( {.*)?$/ && !/;$/ {
  name = $0
  sub(/^(struct|union|enum class|enum struct|enum|class) /, "", name)
  sub(/[^A-Za-z_0-9:].*/, "", name)
  sub(/:$/, "", name)
  define(name)
  next
}
# One line of definition or one line of type, closed on it.
/^(struct|class|union|enum|enum class) [A-Za-z_0-9:]+.*{.*};/ {
  name = $0
  sub(/^(struct|union|enum class|enum|class) /, "", name)
  sub(/[^A-Za-z_0-9:].*/, "", name)
  define(name)
  next
}
# Functions count with their parameters: overloads are others.
/^(inline|constexpr) / {
  name = $0
  equals = index(name, " = ")
  opens = index(name, "(")
  if (opens == 0 || (equals > 0 && equals < opens)) {
    sub(/ *(=|{|;).*/, "", name)
    sub(/^.* [*&]*/, "", name)
  } else {
    match(name, /[A-Za-z_0-9:]+\(.*/)
    name = substr(name, RSTART)
    sub(/ {.*/, "", name)
  }
  define(name)
}

function define(name, full, i) {
  full = ""
  for (i = 1; i <= depth; i++) {
    if (scope[i] == "") return
    full = full scope[i] "::"
  }
  full = full name
  if (full in first) {
    if (first_file[full] == FILENAME) return
    printf "%s:%d: %s is defined at %s, too\n", FILENAME, FNR, full, first[full]
    clashes++
  } else {
    first[full] = FILENAME ":" FNR
    first_file[full] = FILENAME
    names++
  }
}

END {
  printf "%d names looked at\n", names
  if (clashes) exit 1
}
