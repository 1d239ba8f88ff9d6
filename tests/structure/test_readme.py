"""The code of README.md is code that a test compiles or checks: each block is a part of a program, or of a doc test."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "examples" / "readme"
CODE = {"c", "cpp", "python", "js", "rust"}
LANGUAGES = {".c": "c", ".cpp": "cpp", ".py": "python", ".mjs": "js", ".rs": "rust"}
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-Iinclude"]


def blocks(text):
    """The fenced blocks: language, source of the comment before it (a file and a name, or nothing), code."""
    comment = r"(?:<!-- (?P<file>\S+): (?P<name>[\w -]+) -->\n)?"
    fence = re.compile(rf"^{comment}```(?P<language>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
    return [(it["language"], (it["file"], it["name"]) if it["file"] else None, it["code"]) for it in fence.finditer(text)]


def region(text, name):
    """The lines between the marks, or those of the doc test below a heading of a Rust module."""
    begin, end = (rf"^[ \t]*(?://|/\*|#) \[{mark}\](?: \*/)?" for mark in (f"readme: {name}", "end"))
    marked = re.findall(rf"{begin}\n(.*?){end}$", text, re.MULTILINE | re.DOTALL)
    lines = r"(?:(?!//! ```).*\n)*"  # up to a fence
    tested = re.findall(rf"^//! # {name}\n{lines}//! ```\w*\n({lines})", text, re.MULTILINE)
    found = marked or [shown(it) for it in tested]
    assert len(found) == 1, f"{len(found)} regions are called {name}"
    return textwrap.dedent(found[0])


def shown(doc_test):
    """A doc test as rustdoc shows it: without the lines that begin with `# `."""
    lines = (re.sub(r"^//! ?", "", line) for line in doc_test.splitlines())
    return "".join(f"{line}\n" for line in lines if line != "#" and not line.startswith("# "))


def programs(*endings):
    return sorted(path.relative_to(ROOT).as_posix() for path in PROGRAMS.iterdir() if path.suffix in endings)


def run(*command, **environment):
    assert shutil.which(command[0]), f"{command[0]} is not installed; `make test` needs it"
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, **environment})
    assert done.returncode == 0, done.stdout + done.stderr


README = blocks((ROOT / "README.md").read_text("utf-8"))
SHOWN = [block for block in README if block[0] in CODE]


def test_every_block_of_code_names_its_source():
    assert {language for language, _, _ in SHOWN} == CODE
    bare = [code for _, source, code in SHOWN if not source]
    assert not bare, "no comment `<!-- file: name -->` stands before:\n" + "\n".join(bare)


def test_every_block_has_a_language():
    assert {language for language, _, _ in README} <= CODE | {"sh"}
    assert (ROOT / "README.md").read_text("utf-8").count("```") == 2 * len(README)


@pytest.mark.parametrize("language, source, code", SHOWN, ids=[":".join(source or ("?",)) for _, source, _ in SHOWN])
def test_a_block_equals_its_source(language, source, code):
    file, name = source or pytest.fail("it names no source")
    assert language == LANGUAGES[Path(file).suffix]
    assert code == region((ROOT / file).read_text("utf-8"), name)


def test_every_program_is_shown():
    assert set(programs(*LANGUAGES)) == {source[0] for language, source, _ in SHOWN if source and language != "rust"}


@pytest.mark.parametrize("path", programs(".c"))
def test_a_c_program_compiles_as_c99(path):
    run("gcc", "-std=c99", *STRICT, path)


@pytest.mark.parametrize("path", programs(".cpp"))
def test_a_cpp_program_compiles_as_cpp17(path):
    run("g++", "-std=c++17", *STRICT, path)


@pytest.mark.parametrize("path", programs(".c"))
def test_a_c_program_frees_each_object_once_after_fail(path):
    text = (ROOT / path).read_text("utf-8")
    made, _, freed = text.partition("\nfail:")
    objects = re.findall(r"\bappmint_(\w+) \*(\w+) =", made)
    assert sorted(re.findall(r"\bappmint_(\w+)_free\((\w+)\);", freed)) == sorted(objects)
    assert "_free(" not in made and "return" not in made.partition("[readme:")[2]


def test_the_python_programs_are_typed():
    run(sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--scripts-are-modules", *programs(".py"),
        MYPYPATH="bindings-python/python")


@pytest.mark.parametrize("path", programs(".mjs"))
def test_a_node_program_parses(path):
    run("node", "--check", path)


def test_a_planted_difference_is_found():
    text = "int main(void) {\n  /* [readme: a] */\n  one();\n    two();\n  /* [end] */\n  three();\n}\n"
    assert region(text, "a") == "one();\n  two();\n"
    page = "<!-- x.c: a -->\n```c\none();\n```\n\n```sh\nls\n```\n"
    assert blocks(page) == [("c", ("x.c", "a"), "one();\n"), ("sh", None, "ls\n")]
    doc_test = "//! # Use\n//!\n//! ```no_run\n//! # fn main() {\n//! let a = 1;\n//! # }\n//! ```\n"
    assert region(doc_test, "Use") == "let a = 1;\n"
