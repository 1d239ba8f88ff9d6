"""The binary interface of libappmint beside the one that was promised.

usage: abi.py compare           says in which way the header breaks programs that were built before, if it does
       abi.py write             takes additions into the promise; refuses a header that breaks programs
       abi.py write --again     replaces the promise: only before 1.0, or with a new ABI number

The promise is in ffi-c/abi: NUMBER.abi (types and functions, as libabigail writes them) and numbers.txt (each number of a
status, reason or kind that any version had). The library's own debug information describes Rust's types, so a library of
empty functions is compiled from the header instead; that the header is the library's is what other tests compare.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADER = ROOT / "include" / "appmint.h"
PROMISE = ROOT / "ffi-c" / "abi"
NUMBERS = PROMISE / "numbers.txt"
DEBIAN = ROOT / "packaging" / "debian" / "libappmint0.symbols"
# A newer library accepts the shorter struct of an older program: see ffi-c/src/sized.rs.
GROWS = PROMISE / "sized.suppr"


def main(what: str, *options: str) -> None:
    header = HEADER.read_text("utf-8")
    baseline = PROMISE / f"{abi_number(header)}.abi"
    problems = "" if options == ("--again",) else broken(header, baseline)
    if problems:
        sys.exit(f"programs that were built before would break:\n{problems}")
    if what == "write":
        write(header, baseline, again=options == ("--again",))
    elif missing := missing_numbers(header, NUMBERS.read_text("utf-8")):
        sys.exit(f"run `make abi`, which adds to {NUMBERS}: {', '.join(missing)}")


def broken(header: str, baseline: Path, numbers: Path = NUMBERS) -> str:
    """The breaks in a header, for programs that were built with the promised one; "" if there are none."""
    with tempfile.TemporaryDirectory() as folder:
        library = compiled(header, Path(folder))
        options = ["--no-added-syms", "--no-architecture", "--suppressions", str(GROWS)]
        done = subprocess.run(["abidiff", *options, baseline, library], capture_output=True, text=True)
    reused = [f"{name} = {number} has another number or name now" for name, number in changed(header, numbers)]
    return "\n".join([done.stdout + done.stderr if done.returncode else "", *reused]).strip()


def write(header: str, baseline: Path, again: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = compiled(header, Path(folder))
        # Without what depends on the machine.
        leave_out = ["architecture", "corpus-path", "comp-dir-path", "show-locs", "elf-needed", "write-default-sizes"]
        options = [f"--no-{it}" for it in leave_out]
        subprocess.run(["abidw", *options, "--out-file", baseline, library], check=True)
    old = [] if again else NUMBERS.read_text("utf-8").splitlines()
    added = [f"{name} {number}" for name, number in numbers_of(header) if f"{name} {number}" not in old]
    NUMBERS.write_text("\n".join([*old, *added]) + "\n", "utf-8")
    write_debian(header, again)


def write_debian(header: str, again: bool) -> None:
    """Adds new functions to Debian's list, each with the first version that has it."""
    version = re.search(r'^#define APPMINT_VERSION "(.*)"$', header, flags=re.M)[1]
    title, *lines = DEBIAN.read_text("utf-8").splitlines()
    since = {} if again else dict(line.split() for line in lines)
    names = [f"{name}@Base" for name in (ROOT / "ffi-c" / "symbols.txt").read_text("utf-8").split()]
    lines = [f" {name} {since.get(name, version)}" for name in sorted(names)]
    DEBIAN.write_text("\n".join([title, *lines]) + "\n", "utf-8")


def compiled(header: str, folder: Path) -> Path:
    """A library that has every function of the header, with debug information."""
    (folder / "appmint.h").write_text(header)
    (folder / "appmint.c").write_text("\n".join(['#include "appmint.h"', *bodies(header)]))
    library = folder / "libappmint.so"
    flags = ["-g", "-O0", "-fPIC", "-shared", "-w", "-fno-eliminate-unused-debug-types", "-Wl,-soname,libappmint.so"]
    subprocess.run(["gcc", *flags, "appmint.c", "-o", library], cwd=folder, check=True)
    return library


def bodies(header: str) -> list[str]:
    """Each function, each callback as a function (libabigail does not look into pointers to functions), and each enum."""
    code = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    declared = re.findall(r"^([a-z][^;{}#]*?\bappmint_\w+\([^;{}]*\));$", code, flags=re.M)
    functions = [it for it in declared if not it.startswith("typedef")]
    enums = re.findall(r"^typedef enum \w+ \{[^}]*\} (\w+);", code, flags=re.M)
    return [f"{it} {{ __builtin_abort(); }}" for it in functions + callbacks(code)] + [f"{it} enum_of_{it};" for it in enums]


def callbacks(code: str) -> list[str]:
    """The members of structs and the types that are pointers to functions, as functions with a name of their own."""
    pointer = r"([\w ]+?\*?) ?\(\*(\w+)\)(\([^;]*?\));"
    found = [(result, name, args) for result, name, args in re.findall(rf"^typedef {pointer}", code, flags=re.M)]
    for body, struct in re.findall(r"^typedef struct \{([^{}]*)\} (\w+);", code, flags=re.M):
        found += [(result, f"{struct}_{name}", args) for result, name, args in re.findall(rf"^  {pointer}", body, flags=re.M)]
    return [f"{result} callback_{name}{args}" for result, name, args in found]


def abi_number(header: str) -> str:
    return re.search(r"^#define APPMINT_ABI_VERSION (\d+)$", header, flags=re.M)[1]


def numbers_of(header: str) -> list[tuple[str, int]]:
    """Each name in an enum, with its number."""
    code = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    return [(name, int(number)) for name, number in re.findall(r"^  (APPMINT_\w+) = (\d+),?$", code, flags=re.M)]


def promised(numbers: str) -> list[tuple[str, int, bool]]:
    """Name, number, and whether the name is gone: `NAME NUMBER` or `NAME NUMBER retired` in a line."""
    lines = [line.split() for line in numbers.splitlines()]
    return [(name, int(number), "retired" in rest) for name, number, *rest in lines]


def changed(header: str, numbers: Path) -> list[tuple[str, int]]:
    """The promises that are no longer kept. A name that is gone keeps its number for ever."""
    current = dict(numbers_of(header))
    wrong = []
    for name, number, is_retired in promised(numbers.read_text("utf-8")):
        family = name.split("_")[1]
        users = {it for it, used in current.items() if used == number and it.split("_")[1] == family}
        if (is_retired and users) or (not is_retired and current.get(name) != number):
            wrong.append((name, number))
    return wrong


def missing_numbers(header: str, numbers: str) -> list[str]:
    known = {(name, number) for name, number, _ in promised(numbers)}
    return [f"{name} {number}" for name, number in numbers_of(header) if (name, number) not in known]


if __name__ == "__main__":
    main(*sys.argv[1:])
