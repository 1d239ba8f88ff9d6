"""The sources stand by room, in the order of every surface, and import each other in no circle."""

import re
from graphlib import TopologicalSorter
from pathlib import Path

import appmint

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "bindings-python/src"
ROOMS = [
    "App & settings", "Installations", "Tokens", "OAuth & login", "Sessions", "Webhooks",
    "Platform operations", "Events & stores", "Errors",
]
MODULES = {path.relative_to(SOURCES).with_suffix("").as_posix().replace("/", "::"): path
           for path in SOURCES.rglob("*.rs") if path.name != "lib.rs"}


def imports(path):
    """The modules that a source names below `crate::`, as far as they are files."""
    for statement in re.findall(r"\buse crate::(.*?);", path.read_text("utf-8"), re.DOTALL):
        for name in leaves(re.sub(r"\s", "", statement)):
            parts = name.split("::")
            ends = [end for end in range(len(parts), 0, -1) if "::".join(parts[:end]) in MODULES]
            yield "::".join(parts[:ends[0]])


def leaves(tree):
    """The paths of a `use` tree: of `a::{b, c::d}` these are `a::b` and `a::c::d`."""
    if not tree.endswith("}"):
        return [tree.removesuffix("::self")]
    prefix, inner = tree[:-1].split("{", 1)
    parts, depth, start = [], 0, 0
    for index, char in enumerate(inner + ","):
        depth += {"{": 1, "}": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append(inner[start:index])
            start = index + 1
    return [leaf for part in parts if part
            for leaf in leaves(prefix.removesuffix("::") if part == "self" else prefix + part)]


def test_no_file_imports_another_in_a_circle():
    graph = {name: set(imports(path)) - {name} for name, path in MODULES.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


def headings(text):
    return re.findall(r"^ *# (?:====|----) (.*?)(?:, and sessions)?(?::.*)?$", text, re.MULTILINE)


def test_the_stub_has_the_rooms_in_order():
    stub = (Path(appmint.__file__).parent / "_native.pyi").read_text("utf-8")
    found = headings(stub)
    assert found[0] == ROOMS[0]
    assert found[1:7] == ROOMS[1:7], "the methods of App"
    assert found[7:] == [room for room in ROOMS[1:] if room not in ("Sessions", "Errors")] + ["Private"]
    assert not [line for line in stub.splitlines() if len(line) > 100]
