"""What the contract lacks."""

from collections.abc import Iterator

from . import places
from .comments import STUB, TYPES, names
from .contract import ROOT, SOURCE, Entry, contract, entries, room_of
from .languages import CPP, NODE, PYTHON, RUST, Language, type_in_node

# Arguments of which exactly one is given: there is no default.
ALTERNATIVES = {"id", "account", "organization", "user", "repository", "enterprise", "target", "target_id", "network settings"}


def all_of_them() -> Iterator[str]:
    yield from of_entries()
    yield from of_items()


def of_entries() -> Iterator[str]:
    """Facts that an entry lacks."""
    for entry in entries().values():
        yield from (f"contract/{file_of(entry)}: {entry.path} {what}" for what in lacks(entry))


def file_of(entry: Entry) -> str:
    files = {"": "app", "making": "app", "config": "settings", "Error": "errors", "type": room_of(entry.name)}
    room = files.get(entry.owner) or ("errors" if entry.owner.startswith("value.") else room_of(entry.owner, entry.name))
    return f"{room}.toml"


def lacks(entry: Entry) -> Iterator[str]:
    facts = entry.facts
    if not facts.get("summary", "").endswith("."):
        yield "has no `summary`, a sentence"
    if not entry.sources or not all(SOURCE.fullmatch(source) for source in entry.sources):
        yield 'has no `source`: the URL of a page, or "appmint"'
    if entry.owner == "config" and "default" not in facts:
        yield "has no `default`"
    if entry.is_operation:
        yield from operation_lacks(entry)


def operation_lacks(entry: Entry) -> Iterator[str]:
    facts = entry.facts
    if entry.out and "errors" not in facts and entry.name != "next":
        yield "has no `errors`"
    if entry.returns != "nothing" and "result" not in facts:
        yield "has no `result`"
    optional = {arg.strip(" ?") for each in facts.get("args", []) if each.endswith("?") for arg in each.split("|")}
    for arg in set(entry.args) - {"network settings"} - facts.get("arg", {}).keys():
        yield f"has no `arg.{arg}`"
    for arg in optional - facts.get("default", {}).keys() - ALTERNATIVES:
        yield f"has no `default.{arg}`"


# ---- public items that the contract does not have

def of_items() -> Iterator[str]:
    """C is made of the core's; its functions are compared by tests/conformance/test_surface_c.py."""
    for language in (RUST, CPP, PYTHON, NODE):
        known, own = set(names(language)), contract()["own"][language.key]
        for owner, name in sorted(public(language)):
            if (owner, name) not in known and f"{owner}.{name}" not in entries() and name not in own.get(owner, {}):
                yield f"{OFFERS[language.key]} has `{name}` of {owner or 'the library'}: add it to {where(owner)}"


OFFERS = {"rust": "the core", "cpp": "include/appmint", "python": "_native.pyi", "node": "index.d.cts"}


def where(owner: str) -> str:
    of_node = {type_in_node(name): name for name in contract()["object"]}
    return f"contract/{room_of(of_node.get(owner, owner))}.toml"


def public(language: Language) -> set[tuple[str, str]]:
    """Members of the contract's types, as a language's sources have them."""
    types = set(contract()["object"])
    if language is NODE:
        types = set(map(type_in_node, types))
    return {(item.owner, item.name) for item in items(language) if item.owner in types and not item.name.startswith("_")}


def items(language: Language) -> Iterator[places.Item]:
    if language is PYTHON:
        yield from (it for it in places.python(places.read(STUB)) if not it.name.endswith("_async"))
    elif language is NODE:
        yield from places.node(places.read(TYPES))
    elif language is CPP:
        for path in sorted((ROOT / "include/appmint").glob("*.hpp")):
            yield from places.cpp(places.read(path))
    elif language is RUST:
        for path in sorted((ROOT / "core/src").rglob("*.rs")):
            yield from (it for it in places.rust(places.read(path)) if it.signature.startswith("pub "))


