#!/bin/sh
# The library exports the functions of the header, as ffi-c/symbols.txt lists them, and no other.
#
# usage: symbols.sh LIBRARY ROOT
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
nm -D --defined-only "$1" | awk '{ print $3 }' | sort >"$scratch/library"
# A declaration begins at the margin, and its name stands before its parenthesis.
grep -oE '^[a-z].*\bappmint_[a-z_0-9]+\(' "$2/include/appmint.h" | grep -oE 'appmint_[a-z_0-9]+\(' |
  tr -d '(' | sort >"$scratch/header"
sort "$2/ffi-c/symbols.txt" >"$scratch/list"
diff "$scratch/library" "$scratch/list"
diff "$scratch/header" "$scratch/list"
if grep -v '^appmint_' "$scratch/library"; then
  echo "a foreign symbol is exported"
  exit 1
fi
readelf -d "$1" | grep -q 'SONAME.*\[libappmint.so.0\]'
readelf -d "$1" | grep -q NODELETE
echo "$(wc -l <"$scratch/list") symbols"
