"""Imports go one way: the core's rooms as ARCHITECTURE.md allows, and no circles between rooms of a binding."""

import re
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core" / "src"


def allowed():
    """The table of ARCHITECTURE.md: a room to the rooms that it may use, from the bottom up."""
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \|([^|]*)\|$", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.MULTILINE)
    return {room: set(re.findall(r"`(\w+)`", uses)) for room, uses in rows}


def code(path):
    """A Rust source without comments and without the unit tests at its end."""
    text = path.read_text("utf-8").partition("#[cfg(test)]")[0]
    return re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)


def heads(text):
    """The first segments of all `crate::` paths, of grouped imports too."""
    found = set(re.findall(r"\bcrate::(\w+)", text))
    for group in re.findall(r"\bcrate::\{(.*?)\};", text, re.DOTALL):
        while "{" in group:
            group = re.sub(r"\{[^{}]*\}", "", group)
        found |= {part.strip().partition("::")[0].partition(" as ")[0] for part in group.split(",") if part.strip()}
    return found - {"self"}


def room(path, base):
    return path.relative_to(base).parts[0].removesuffix(".rs")


def imports(base, is_room):
    """What each room imports: {room: {other room: one of the files}}."""
    found = {}
    for path in sorted(set(base.rglob("*.rs")) - set(base.rglob("tests.rs"))):
        here = room(path, base)
        for other in heads(code(path)) - {here}:
            if is_room(here) and is_room(other):
                found.setdefault(here, {}).setdefault(other, path.relative_to(ROOT))
    return found


def circle(edges):
    """A circle among the edges, or nothing."""
    def visit(node, trail):
        if node in trail:
            return [*trail[trail.index(node):], node]
        return next(filter(None, (visit(other, [*trail, node]) for other in edges.get(node, ()))), None)
    return next(filter(None, (visit(node, []) for node in edges)), None)


def test_the_table_names_every_room_of_the_core():
    rooms = {path.name.removesuffix(".rs") for path in CORE.iterdir()} - {"lib"}
    assert set(allowed()) == rooms


def test_the_table_has_each_room_above_those_that_it_uses():
    seen = set()
    for name, uses in allowed().items():
        assert uses <= seen, f"{name} uses {uses - seen}, which stand below it in the table"
        seen.add(name)


@pytest.mark.parametrize("name", allowed())
def test_a_room_imports_what_the_table_allows(name):
    used = imports(CORE, lambda it: it in allowed()).get(name, {})
    wrong = {other: str(path) for other, path in used.items() if other not in allowed()[name]}
    assert not wrong, f"{name} must not use {wrong}"
    assert set(used) == allowed()[name], f"the table allows {name} more than it uses: {allowed()[name] - set(used)}"


def test_a_planted_upward_import_is_found():
    text = "use crate::{\n    error::Result,\n    sources::{TokenSource, key::Owner},\n};\nfn f(_: crate::app::App) {}\n"
    assert heads(text) == {"error", "sources", "app"}
    assert not {"sources", "app"} <= allowed()["cache"]


@pytest.mark.parametrize("binding", ["ffi-c", "bindings-python", "bindings-node"])
def test_files_of_a_binding_do_not_import_each_other_in_a_circle(binding):
    base = ROOT / binding / "src"
    module = {path: "::".join(path.relative_to(base).with_suffix("").parts).removesuffix("::mod") for path in base.rglob("*.rs")}
    edges = {name: set() for name in module.values()}
    for path, name in module.items():
        for target in paths(code(path)):
            owner = next((target[:n] for n in range(len(target), 0, -1) if "::".join(target[:n]) in edges), None)
            other = "::".join(owner) if owner else None
            # A folder's own file knows the files in the folder, and they know it.
            if other and other != name and not other.startswith(f"{name}::") and not name.startswith(f"{other}::"):
                edges[name].add(other)
    assert circle(edges) is None


def paths(text):
    """All `crate::…` paths as lists of segments, of grouped imports too."""
    def spread(prefix, rest):
        rest = rest.strip()
        if "{" not in rest:
            return [[*prefix, *rest.partition(" as ")[0].split("::")]]
        head, _, inner = rest.partition("{")
        prefix = [*prefix, *[part for part in head.split("::") if part]]
        parts, depth, start = [], 0, 0
        inner = inner.rstrip().removesuffix("}")
        for at, sign in enumerate(inner):
            depth += (sign == "{") - (sign == "}")
            if sign == "," and depth == 0:
                parts.append(inner[start:at])
                start = at + 1
        parts.append(inner[start:])
        return list(chain.from_iterable(spread(prefix, part) for part in parts if part.strip()))
    found = [spread([], rest) for rest in re.findall(r"\buse crate::([^;]+);", text)]
    inline = [path.split("::") for path in re.findall(r"(?<!use )\bcrate::(\w[\w:]*)", text)]
    return [*chain.from_iterable(found), *inline]


def test_a_circle_is_found():
    assert circle({"a": ["b"], "b": ["c"], "c": ["a"]}) == ["a", "b", "c", "a"]
    assert circle({"a": ["b", "c"], "b": ["c"], "c": []}) is None
