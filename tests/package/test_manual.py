"""The manual is the header's text: the man page that `make install` lays out."""

import re

import pytest
from installing import ROOT, run

HEADER = (ROOT / "include/appmint.h").read_text()
SYMBOLS = (ROOT / "ffi-c/symbols.txt").read_text().split()


@pytest.fixture(scope="module")
def page(installed):
    return installed.destdir / "usr/share/man/man3/appmint.3"


def test_the_man_page_is_correct_troff(page):
    # The page has no date, so that it is the same whenever it is made.
    remarks = [line for line in run("mandoc", "-Tlint", "-Wwarning", page, status=None).splitlines() if "missing date" not in line]
    assert remarks == []
    assert run("groff", "-man", "-ww", "-z", "-Tutf8", page) == ""


def doxygen(header, folder, status):
    """Doxygen's run over the C++ headers and this C header."""
    (folder / "include").mkdir()
    (folder / "include/appmint.h").write_text(header)
    for name in ("appmint", "appmint.hpp"):
        (folder / "include" / name).symlink_to(ROOT / "include" / name)
    (folder / "build").mkdir()
    return run("doxygen", ROOT / "ffi-c/header/Doxyfile", cwd=folder, status=status)


def test_doxygen_reads_the_headers_without_a_warning(tmp_path):
    assert doxygen(HEADER, tmp_path, 0) == ""
    pages = (tmp_path / "build/docs-c/html/appmint_8h.html").read_text()
    assert {name for name in SYMBOLS if name not in pages} == set()


def test_doxygen_notices_a_mistake(tmp_path):
    wrong = HEADER.replace("/** Frees an error. */", "/** Frees an error. @param nobody is no parameter. */")
    assert wrong != HEADER
    assert "nobody" in doxygen(wrong, tmp_path, 1)


def test_the_man_page_describes_every_function(page):
    text = re.sub(r"(.)\x08\1|_\x08(.)", r"\1\2", run("mandoc", "-Tascii", page))
    assert {name for name in SYMBOLS if f"{name}(" not in text} == set()
    titles = re.findall(r"^/\* ---- (.*?) ---- \*/$", (ROOT / "include/appmint.h").read_text(), flags=re.M)
    for title in ["NAME", "SYNOPSIS", "DESCRIPTION", *(it.upper() for it in titles)]:
        assert re.search(rf"^{re.escape(title)}$", text, flags=re.M), title
    for name in ("goto done", "error: ", "case APPMINT_OK: break;"):
        assert name in text, name
