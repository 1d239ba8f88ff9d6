"""Prints the man page appmint(3), which is the header's text.

usage: man.py [HEADER]
"""

import re
import sys
from pathlib import Path

HEADER = Path(__file__).resolve().parents[1] / "include" / "appmint.h"


def main(header: Path = HEADER) -> None:
    text = Path(header).read_text("utf-8")
    version = re.search(r'^#define APPMINT_VERSION "(.*)"$', text, re.M)[1]
    opening, *sections = re.split(r"^/\* ---- (.*?) ---- \*/$", text, flags=re.M)
    story, definitions = opening.split("*/", 1)
    title, story = story.removeprefix("/*\n").split("\n", 1)
    print(f'.TH APPMINT 3 "" "appmint {version}" "Library Functions"')
    print(".nh\n.ad l")  # no name is divided at the end of a line
    print(f".SH NAME\n{escaped(strip(title).rstrip('.').replace(': ', ' - ', 1))}")
    print(".SH SYNOPSIS\n.nf\n.B #include <appmint.h>\n.PP\ncc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs appmint)\n.fi")
    print(".SH DESCRIPTION")
    prose(strip(story).replace("Generated from ffi-c: do not edit.", ""))
    declarations(definitions)
    for name, section in zip(sections[::2], sections[1::2]):
        print(f".SH {escaped(name.upper())}")
        comment, items = section.strip().split("*/", 1)
        prose(strip(comment.removeprefix("/*\n")))
        declarations(items)
    print(".SH SEE ALSO\n.BR pkg\\-config (1)")


def strip(comment: str) -> str:
    """The text of a comment, without its stars."""
    return "\n".join(re.sub(r"^ *\* ?", "", line) for line in comment.split("\n")).strip("\n")


def prose(text: str) -> None:
    """Paragraphs, lists with a dash, and code that is indented."""
    is_first = True  # .SH and .RS begin a paragraph themselves
    for is_code, paragraph in paragraphs(text):
        if is_code:
            print(f"{'' if is_first else '.PP'}\n.RS 2\n.EX\n{escaped(paragraph)}\n.EE\n.RE".lstrip("\n"))
        elif re.search(r"^- ", paragraph, flags=re.M):
            title, *items = re.split(r"^- ", paragraph, flags=re.M)
            if title:
                print(f"{'' if is_first else '.PP'}\n{escaped(' '.join(title.split()))}".lstrip("\n"))
            for item in items:
                print(f".IP \\(bu 2\n{escaped(' '.join(item.split()))}")
        else:
            print(f"{'' if is_first else '.PP'}\n{escaped(' '.join(paragraph.split()))}".lstrip("\n"))
        is_first = False


def paragraphs(text: str) -> list[tuple[bool, str]]:
    """Each with whether it is code; lines of code with an empty line between them are one."""
    found: list[tuple[bool, str]] = []
    for paragraph in filter(str.strip, re.split(r"\n\n+", text)):
        is_code = paragraph.startswith("  ") or re.match(r"\w+:\n  ", paragraph) is not None
        if is_code and found and found[-1][0]:
            paragraph = f"{found.pop()[1]}\n\n{paragraph}"
        found.append((is_code, paragraph))
    return found


def declarations(text: str) -> None:
    """Each documented item: how it is declared, then its comment."""
    for block in re.split(r"\n\n+", text):
        comment, end, declaration = block.strip().partition("*/")
        declaration = re.sub(r"^APPMINT_\w+(?: APPMINT_\w+)*$\n?", "", declaration.strip("\n"), flags=re.M)
        if not comment.startswith("/**") or not end or not declaration:
            continue
        print("\n.B ".join([".PP\n.nf", *filter(None, escaped(declaration).split("\n"))]) + "\n.fi\n.RS 4")
        prose(strip(comment.removeprefix("/**").strip()))
        print(".RE")


def escaped(text: str) -> str:
    """Text that troff takes as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return re.sub(r"^(\s*)([.'])", r"\1\\&\2", text, flags=re.M)


main(*map(Path, sys.argv[1:]))
