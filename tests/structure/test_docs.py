"""The site shows parts of programs that are run, and a page of its own has no other code."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GUIDES = ROOT / "examples" / "guides"
# Tests run what these show, or compare it: tests/package, and the packages' own tests.
REFERENCE = {f"reference/{language}.md" for language in ("c", "cpp", "python", "node", "rust")}  # `tools/contract.py` compares them
OTHERS = REFERENCE | {"c.md", "abi.md", "python.md", "node.md", "octokit.md", "cli.md"}
CODE = re.compile(r"^( *)```(c|cpp|python|js|ts|rust)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SNIPPET = re.compile(r'^ *--8<-- "(\S+?):(\S+)"$')
# Words that a reader writes, and a program in the repository writes otherwise.
OWN = {"import { App } from 'appmint'", ""}
PAGES = sorted(path for path in DOCS.rglob("*.md") if path.relative_to(DOCS).as_posix() not in OTHERS)


def lines_of_code(page):
    return [line for block in CODE.findall(page.read_text("utf-8")) for line in block[2].splitlines()]


def snippets():
    """Each snippet's file and section."""
    for page in PAGES:
        yield from (found.groups() for line in lines_of_code(page) if (found := SNIPPET.match(line)))


def sections(path):
    """The sections of a program, each of which ends."""
    text = path.read_text("utf-8")
    begun, ended = (re.findall(rf"--8<-- \[{mark}:(\w+)\]", text) for mark in ("start", "end"))
    assert begun == ended, f"{path}: {begun} begin, {ended} end"
    return begun


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_code_is_cut_from_a_program(page):
    typed = [line for line in lines_of_code(page) if not SNIPPET.match(line) and line.strip() not in OWN]
    assert not typed, "cut it from a program of examples/guides:\n" + "\n".join(typed)


def test_each_snippet_is_there():
    missing = [f"{file}:{name}" for file, name in snippets() if name not in sections(ROOT / file)]
    assert not missing


def test_each_section_of_the_guides_is_shown():
    shown = set(snippets())
    programs = [path for path in GUIDES.rglob("*.*") if path.suffix in {".c", ".h", ".cpp", ".py", ".mjs", ".rs"}]
    there = {(path.relative_to(ROOT).as_posix(), name) for path in programs for name in sections(path)}
    assert there - shown == set()


def test_a_planted_line_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text('=== "C"\n    ```c\n    --8<-- "a.c:main"\n    f();\n    ```\n')
    assert lines_of_code(page) == ['    --8<-- "a.c:main"', "    f();"]
