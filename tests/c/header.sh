#!/bin/sh
# The headers compile without a warning in every dialect, and so do the examples in their comments.
# Mistakes that they should find are found.
#
# usage: header.sh INCLUDE-DIRECTORY [PYTHON]
set -eu
include=$1
python="${2:-python3} $(dirname "$0")/header.py $include"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
strict="-Wall -Wextra -Wpedantic -Werror -fsyntax-only -I $include"

# Twice, because a header must guard itself.
printf '#include "appmint.h"\n#include "appmint.h"\nint appmint_used(void);\n%s\n' \
  'int appmint_used(void) { return APPMINT_OK + (int)APPMINT_NTS + (APPMINT_NO_TIME < APPMINT_DEFAULT); }' \
  >"$scratch/c.c"
printf '#include <appmint.hpp>\n#include <appmint.hpp>\n' >"$scratch/cpp.cpp"
cat >"$scratch/lost.c" <<'END'
#include <appmint.h>
void lost(const appmint_app *app, appmint_token **token);
void lost(const appmint_app *app, appmint_token **token) { appmint_app_jwt(app, token, NULL); }
END
cat >"$scratch/structs.c" <<'END'
#include <appmint.h>
void structs(appmint_config *config, appmint_store_callbacks *callbacks);
void structs(appmint_config *config, appmint_store_callbacks *callbacks) {
  appmint_signer signer = APPMINT_SIGNER_INIT;
  appmint_store_callbacks none = APPMINT_STORE_CALLBACKS_INIT;
  appmint_config_set_signer(config, &signer);
  *callbacks = none;
}
END
$python examples >"$scratch/examples.c"
$python switches >"$scratch/switches.c"
$python circles >"$scratch/circles"

count=0
check() {
  echo "+ $*"
  "$@"
  count=$((count + 1))
}
# The first argument is a part of the message.
check_refused() {
  message=$1
  shift
  echo "! $*"
  if "$@" 2>"$scratch/refused"; then
    echo "it compiled"
    return 1
  fi
  grep -q -e "$message" "$scratch/refused"
  count=$((count + 1))
}

for compiler in gcc clang; do
  command -v $compiler >/dev/null || continue
  for dialect in c90 c99 c11 c17 c2x; do
    check $compiler -std=$dialect $strict -x c "$scratch/c.c"
  done
  for dialect in c90 c2x; do
    check $compiler -std=$dialect $strict -x c "$scratch/structs.c"
    check $compiler -std=$dialect $strict -DAPPMINT_NODISCARD= -x c "$scratch/lost.c"
    # gcc tells this of C only when it makes code.
    check_refused "unused" $compiler -std=$dialect -Werror -I "$include" -c -o /dev/null -x c "$scratch/lost.c"
    check $compiler -std=$dialect $strict -x c "$scratch/switches.c"
    check $compiler -std=$dialect $strict -x c "$scratch/examples.c"
  done
  for tag in $($python enums); do
    $python switches "$tag" >"$scratch/incomplete.c"
    check_refused "switch]" $compiler -std=c90 $strict -x c "$scratch/incomplete.c"
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
cat >"$scratch/ignored.cpp" <<'END'
#include <appmint.hpp>
void ignored(const appmint::App &app) { app.installation("14"); }
END
cat >"$scratch/text.cpp" <<'END'
#include <appmint.hpp>
appmint::Installation found(const appmint::App &app) { return app.find_installation("14"); }
END

for compiler in g++ clang++; do
  command -v $compiler >/dev/null || continue
  for dialect in c++98 c++03 c++11 c++14 c++17 c++20; do
    check $compiler -std=$dialect $strict -x c++ "$scratch/c.c"
  done
  check $compiler -std=c++98 $strict -x c++ "$scratch/switches.c"
  check $compiler -std=c++98 $strict -x c++ "$scratch/structs.c"
  check_refused "unused" $compiler -std=c++17 $strict -x c++ "$scratch/lost.c"
  for dialect in c++17 c++20 c++2b; do
    check $compiler -std=$dialect $strict -Wshadow -x c++ "$scratch/cpp.cpp"
  done
  check $compiler -std=c++17 $strict -Wshadow -fno-exceptions -x c++ "$scratch/cpp.cpp"
  for part in "$scratch"/part_*.cpp; do
    check $compiler -std=c++17 $strict -Wshadow -x c++ "$part"
  done
  check $compiler -std=c++20 $strict -x c++ "$scratch/ranges.cpp"
  check_refused unused-result $compiler -std=c++17 $strict -x c++ "$scratch/ignored.cpp"
  # A text is no lookup: it could be an id, or an account.
  check_refused Lookup $compiler -std=c++17 $strict -x c++ "$scratch/text.cpp"
done
echo "$count compilations as expected"
