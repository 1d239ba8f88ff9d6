"""Prints the licences of all crates that are linked into a package of the workspace, with their notices, as their authors ask.

usage: licences.py PACKAGE [ARGUMENT OF CARGO]...      such as --no-default-features, or --target TRIPLE
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTICE = re.compile(r"^(licen[sc]e|copying|copyright|notice|unlicense)", re.IGNORECASE)
SUFFIXES = {"", ".md", ".txt", ".html"}


def main(package: str, *arguments: str) -> None:
    print(f"{package} contains the following software, under the licences that follow.\n")
    print("The standard library of Rust: MIT OR Apache-2.0, https://www.rust-lang.org")
    texts: dict[str, list[str]] = {}
    for crate in linked(package, arguments):
        print(f"{crate['name']} {crate['version']}: {licence(crate)}, {crate['repository'] or 'no address'}")
        for text in notices(Path(crate["manifest_path"]).parent):
            texts.setdefault(text, []).append(f"{crate['name']} {crate['version']}")
    for text, names in texts.items():
        print(f"\n{'-' * 100}\n{', '.join(names)}\n\n{text}")


def linked(package: str, arguments: tuple[str, ...]) -> list[dict]:
    """The crates that the package is linked with: not the project's own, nor those that only build."""
    names = ["--edges", "normal", "--prefix", "none", "--format", "{p}", "--no-dedupe"]
    listing = run("cargo", "tree", "--locked", "--package", package, *names, *arguments)
    wanted = {tuple(line.split()[:2]) for line in listing.splitlines()}
    packages = json.loads(run("cargo", "metadata", "--locked", "--format-version", "1"))["packages"]
    found = [it for it in packages if it["source"] and (it["name"], f"v{it['version']}") in wanted]
    return sorted(found, key=lambda it: (it["name"], it["version"]))


def licence(crate: dict) -> str:
    return crate["license"] or "as in its file"


def notices(folder: Path) -> list[str]:
    """The texts in a crate's folder, once each: the same licence is there for many crates."""
    files = [it for it in sorted(folder.iterdir()) if NOTICE.match(it.name) and it.suffix.lower() in SUFFIXES]
    return [it.read_text("utf-8", "replace").replace("\r\n", "\n").strip() for it in files if it.is_file()]


def run(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


main(*sys.argv[1:])
