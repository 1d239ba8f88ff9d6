"""Shell scripts: a pipe into a program that stops reading fails now and then, where every part of a pipe counts."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# They end with their first find or their last line, and the program before them by SIGPIPE.
STOPS_READING = re.compile(r"\|\s*(?:grep\s+(?:-[a-zA-Z]*q|.*\s-[a-zA-Z]*q\b)|head\b)")
SCRIPTS = [path for folder in ("tools", "tests", "packaging") for path in (ROOT / folder).rglob("*")
           if path.is_file() and path.suffix in ("", ".sh") and path.read_bytes()[:2] == b"#!"]


def stops_reading(text):
    code = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    return STOPS_READING.findall(code) if "pipefail" in code else []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_pipe_ends_in_a_program_that_stops_reading(path):
    assert not stops_reading(path.read_text("utf-8"))


def test_a_planted_one_is_found():
    for text in ["nm it | grep -q ' x'", "ls | head -1", "cat it |grep -aFq x", "cat it | grep x -q"]:
        assert stops_reading(f"set -euo pipefail\n{text}\n"), text
    assert not stops_reading("set -euo pipefail\ngrep -q x file\ncat file | grep x\n# a | head\n")
    assert not stops_reading("set -eu\nls | head -1\n")
