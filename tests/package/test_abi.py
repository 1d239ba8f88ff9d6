"""A program that was built with an older header goes on working: the guard in tools/abi.py, and proof that it notices."""

import re
import sys

import pytest
from installing import ROOT, run

sys.path.insert(0, str(ROOT / "tools"))
import abi  # noqa: E402

HEADER = abi.HEADER.read_text("utf-8")
CODE = re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S)
BASELINE = abi.PROMISE / f"{abi.abi_number(HEADER)}.abi"


def test_the_header_keeps_what_was_promised():
    run(sys.executable, ROOT / "tools/abi.py", "compare")


def replaced(old, new):
    assert HEADER.count(old) >= 1, old
    return HEADER.replace(old, new, 1)


# Each breaks programs that exist.
BREAKS = {
    "a function is gone": replaced("\nvoid appmint_app_close(const appmint_app *app);\n", "\n"),
    "a parameter is wider": replaced("appmint_app_close(const appmint_app *app)", "appmint_app_close(const appmint_app *app, int how)"),
    "a result has another type": replaced("int64_t appmint_app_clock_offset_ms", "int32_t appmint_app_clock_offset_ms"),
    "an argument has another type": replaced("uint32_t retries", "uint64_t retries"),
    "a status has another number": replaced("APPMINT_ERROR_KEY = 3", "APPMINT_ERROR_KEY = 30"),
    "a status is gone": replaced("  APPMINT_ERROR_KEY = 3,\n", ""),
    "a status was renamed": replaced("APPMINT_ERROR_KEY = 3", "APPMINT_ERROR_CREDENTIAL = 3"),
    "a struct has a new first member": replaced("  void *userdata;\n", "  void *before;\n  void *userdata;\n"),
    "a member is gone": replaced("  void (*drop)(void *userdata);\n", ""),
    "a callback has another argument": replaced("  int (*unlock)(void *userdata,", "  int (*unlock)(void *userdata, int32_t why,"),
    "a callback has another result": replaced("  int (*unlock)(", "  int64_t (*unlock)("),
}
ADDS = {
    "nothing": HEADER,
    "a function": replaced("\nvoid appmint_app_close(", "\nvoid appmint_app_rest(const appmint_app *app);\n\nvoid appmint_app_close("),
    "a reason": replaced("APPMINT_REASON_NONE = 0,", "APPMINT_REASON_NONE = 0,\n  APPMINT_REASON_LATER = 900,"),
    "a last member": replaced("  void (*drop)(void *userdata);\n}", "  void (*drop)(void *userdata);\n  void *after;\n}"),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_change_that_breaks_programs_is_found(what):
    assert abi.broken(BREAKS[what], BASELINE), what


@pytest.mark.parametrize("what", ADDS)
def test_an_addition_is_allowed(what):
    assert abi.broken(ADDS[what], BASELINE) == ""


def test_a_number_is_never_used_again(tmp_path):
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("APPMINT_ERROR_SPENT 3 retired\n")
    assert abi.changed("  APPMINT_ERROR_KEY = 3,\n", numbers) == [("APPMINT_ERROR_SPENT", 3)]
    assert abi.changed("  APPMINT_ERROR_KEY = 4,\n  APPMINT_REASON_ANY = 3,\n", numbers) == []


def test_every_number_is_in_the_list():
    numbers = abi.NUMBERS.read_text("utf-8")
    assert abi.missing_numbers(HEADER, numbers) == []
    assert abi.missing_numbers(ADDS["a reason"], numbers) == ["APPMINT_REASON_LATER 900"]
    listed = abi.promised(numbers)
    assert len(listed) == len({(name.split("_")[1], number) for name, number, _ in listed}), "a number stands twice"


def test_no_bool_crosses_the_border():
    """The width and the padding of a `bool` by value are compilers' own; 0 and 1 travel as integers of a fixed width."""
    assert not re.search(r"\b(_Bool|bool)\b|stdbool", CODE)
    # A type that Rust would export as one, whatever the header says.
    for source in (ROOT / "ffi-c" / "src").rglob("*.rs"):
        text = re.sub(r"//.*", "", source.read_text("utf-8"))
        for signature in re.findall(r'extern "C(?:-unwind)?" fn[^{;]*', text):
            assert not re.search(r"\bbool\b", signature), f"{source.name}: {signature}"


def test_no_struct_travels_by_value():
    """Which registers hold a struct differs between compilers and their versions more often than for a pointer."""
    structs = re.findall(r"^typedef struct (?:\w+ )?\{[^{}]*\} (\w+);", CODE, flags=re.M) + re.findall(r"^typedef struct (\w+) ", CODE, flags=re.M)
    assert {"appmint_signer", "appmint_app"} <= set(structs)
    arguments = re.findall(r"\(([^()]*)\)", CODE)
    by_value = re.compile(rf"\b({'|'.join(structs)}) \w+")
    assert not [it for it in arguments if by_value.search(it)]


def test_a_program_of_the_first_version_runs_with_this_library(installed, sandbox, tmp_path):
    program = tmp_path / "program"
    first = ROOT / "tests/package/first"
    warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    run("gcc", "-std=c99", *warnings, f"-I{first}", first / "program.c", *installed.pkg_config("--libs"), "-o", program)
    output = run(program, *sandbox.arguments, env={"LD_LIBRARY_PATH": str(installed.libdir)})
    assert re.fullmatch(r"header 0\.1\.0, library \S+\n", output)
