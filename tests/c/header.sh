#!/bin/sh
# The headers compile without a warning in every dialect.
#
# usage: header.sh INCLUDE-DIRECTORY
set -eu
include=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
strict="-Wall -Wextra -Wpedantic -Werror -fsyntax-only -I $include"

# Twice, because a header must guard itself.
printf '#include "appmint.h"\n#include "appmint.h"\nint appmint_used(void);\n%s\n' \
  'int appmint_used(void) { return APPMINT_OK + (int)APPMINT_NTS + (APPMINT_NO_TIME < 0); }' >"$scratch/c.c"
printf '#include <appmint.hpp>\n#include <appmint.hpp>\n' >"$scratch/cpp.cpp"

count=0
check() {
  echo "+ $*"
  "$@"
  count=$((count + 1))
}

for compiler in gcc clang; do
  command -v $compiler >/dev/null || continue
  for dialect in c90 c99 c11 c17 c2x; do
    check $compiler -std=$dialect $strict -x c "$scratch/c.c"
  done
done
# Each part of the C++ header stands on its own.
for part in "$include"/appmint/*.hpp; do
  name=$(basename "$part" .hpp)
  printf '#include <appmint/%s.hpp>\n' "$name" >"$scratch/part_$name.cpp"
done
cat >"$scratch/ranges.cpp" <<'END'
#include <appmint.hpp>
#include <ranges>
static_assert(std::ranges::input_range<appmint::Listing<appmint::Repository>>);
END

for compiler in g++ clang++; do
  command -v $compiler >/dev/null || continue
  for dialect in c++98 c++03 c++11 c++14 c++17 c++20; do
    check $compiler -std=$dialect $strict -x c++ "$scratch/c.c"
  done
  for dialect in c++17 c++20; do
    check $compiler -std=$dialect $strict -Wshadow -x c++ "$scratch/cpp.cpp"
  done
  for part in "$scratch"/part_*.cpp; do
    check $compiler -std=c++17 $strict -Wshadow -x c++ "$part"
  done
  check $compiler -std=c++20 $strict -x c++ "$scratch/ranges.cpp"
done
echo "$count compilations without a warning"
