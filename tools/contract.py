"""Writes the comments and the pages (docs/reference) that document every operation, in every language, from contract/*.toml.

usage: contract.py [--check]
"""

import difflib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from reference import comments, complaints, pages, places
from reference.contract import ROOT
from reference.texts import Unknown

SHOWN = 12  # lines of a difference


def main() -> int:
    is_check = "--check" in sys.argv
    try:
        lacking = [*complaints.all_of_them()]
        texts = {path: written(path, make) for path, make in comments.files()} | dict(pages.all_pages())
    except (Unknown, KeyError, ValueError) as error:
        print(f"contract: {error}")
        return 1
    print(*lacking, sep="\n", end="\n" if lacking else "")
    stale = {path: text for path, text in texts.items() if current(path) != text}
    for path, text in stale.items():
        if is_check:
            report(path, text)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
    return 1 if lacking or (is_check and stale) else 0


def written(path: Path, make) -> str:
    lines = places.read(path)
    return places.replaced(lines, list(make(lines)))


def current(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def report(path: Path, text: str) -> None:
    name = path.relative_to(ROOT)
    print(f"{name} differs from contract/*.toml: edit the text there, then run `make docs header`")
    changes = list(difflib.unified_diff(current(path).split("\n"), text.split("\n"), lineterm="", n=0))
    print(*changes[2 : 2 + SHOWN], sep="\n")


if __name__ == "__main__":
    sys.exit(main())
