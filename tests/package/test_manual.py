"""The manual is the header's text: the man page that `make install` lays out."""

import re

import pytest
from installing import ROOT, run

SYMBOLS = (ROOT / "ffi-c/symbols.txt").read_text().split()


@pytest.fixture(scope="module")
def page(installed):
    return installed.destdir / "usr/share/man/man3/appmint.3"


def test_the_man_page_is_correct_troff(page):
    # The page has no date, so that it is the same whenever it is made.
    remarks = [line for line in run("mandoc", "-Tlint", "-Wwarning", page, status=None).splitlines() if "missing date" not in line]
    assert remarks == []
    assert run("groff", "-man", "-ww", "-z", "-Tutf8", page) == ""


def test_the_man_page_describes_every_function(page):
    text = re.sub(r"(.)\x08\1|_\x08(.)", r"\1\2", run("mandoc", "-Tascii", page))
    assert {name for name in SYMBOLS if f"{name}(" not in text} == set()
    titles = re.findall(r"^/\* ---- (.*?) ---- \*/$", (ROOT / "include/appmint.h").read_text(), flags=re.M)
    for title in ["NAME", "SYNOPSIS", "DESCRIPTION", *(it.upper() for it in titles)]:
        assert re.search(rf"^{re.escape(title)}$", text, flags=re.M), title
    for name in ("goto done", "error: ", "case APPMINT_OK: break;"):
        assert name in text, name
