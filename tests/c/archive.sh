#!/bin/sh
# The sealed archive defines the functions of the header, as ffi-c/symbols.txt lists them, and no other global symbol.
#
# usage: archive.sh ARCHIVE ROOT
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
nm --defined-only "$1" 2>/dev/null | awk '$2 ~ /[A-Zuvw]/ { print $3 }' | sort >"$scratch/archive"
sort "$2/ffi-c/symbols.txt" >"$scratch/list"
diff "$scratch/archive" "$scratch/list"
if readelf --wide --section-groups --section-headers "$1" | grep -E 'COMDAT|\.llvmbc|\.llvmcmd'; then
  echo "the archive has sections that it should not have"
  exit 1
fi
