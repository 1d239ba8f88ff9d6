"""The comments of every file that documents the contract."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from . import layout, places
from .contract import ROOT, Entry, contract, entries
from .languages import (
    C_, CPP, NODE, PLAIN, PYTHON, RUST, Language, c_function, c_name, c_suffix, camel, node_error, pascal, python_error,
    setting_in_node, type_in_node,
)  # fmt: skip
from .places import Item
from .texts import Doc, Words, argument, doc

Comments = Iterator[tuple[Item, list[str]]]


def files() -> Iterator[tuple[Path, Callable[[list[str]], Comments]]]:
    """Each file, and how to make its comments."""
    yield from ((path, rust_comments) for path in sorted((ROOT / "core/src").rglob("*.rs")))
    yield from ((path, c_comments) for path in sorted((ROOT / "ffi-c/src").rglob("*.rs")))
    yield from ((path, cpp_comments) for path in sorted((ROOT / "include/appmint").glob("*.hpp")))
    yield ERRORS, error_comments
    yield STORE, stub_comments
    yield STUB, stub_comments
    yield from ((path, native_comments) for path in sorted((ROOT / "bindings-python/src").rglob("*.rs")))
    yield from ((path, addon_comments) for path in sorted((ROOT / "bindings-node/src").rglob("*.rs")))
    yield TYPES, node_comments


ERRORS = ROOT / "bindings-python/python/appmint/_errors.py"
STORE = ROOT / "bindings-python/python/appmint/_store.py"
STUB = ROOT / "bindings-python/python/appmint/_native.pyi"
TYPES = ROOT / "bindings-node/index.d.cts"
WIDTH = 100


def slashes(lines: list[str], indent: str) -> list[str]:
    return [f"{indent}/// {line}".rstrip() for line in lines]


def inside(indent: str, mark: str = "/// ", width: int = WIDTH) -> int:
    return width - len(indent) - len(mark)


# ---- Rust

def rust_comments(lines: list[str]) -> Comments:
    known = names(RUST)
    for item in places.rust(lines):
        is_setting = item.owner == "AppBuilder" and item.name not in ("platform", "platform_descriptor", "build")
        entry = known.get(("Settings" if is_setting else item.owner, item.name))
        if entry is None or not (item.signature.startswith("pub ") or item.owner in contract()["interface"]):
            continue
        text = entry_doc(entry, RUST, item)
        lay = layout.brief if item.owner == "Settings" else layout.rust
        yield item, slashes(lay(text, inside(item.indent)), item.indent)
    yield from values(lines, RUST)


def values(lines: list[str], language: Language) -> Comments:
    """The values of enums."""
    plain = PLAIN if language is RUST else language
    known = {(owner, language_name(owner, name, language)): doc(entry, plain) for (owner, name), entry in value_entries().items()}
    lookup = entries()["App.find_installation"]
    for name in lookup.facts["arg"]:
        text = entry_doc(replace(lookup, facts=lookup.facts | {"argument": name}), language, None)
        known["value.Lookup", lookup_name(name, language)] = text
    for item in places.rust_values(lines):
        if text := known.get((ENUMS.get(item.owner, item.owner), item.name)):
            yield item, slashes(layout.whole_brief(text, inside(item.indent)), item.indent)


# The enums that C has for the core's.
ENUMS = {
    "value.appmint_token_kind_code": "value.TokenKind", "value.appmint_event_kind_code": "value.EventKind",
    "value.appmint_lookup_code": "value.Lookup",
}  # fmt: skip


def lookup_name(name: str, language: Language) -> str:
    return f"APPMINT_LOOKUP_{name.upper()}" if language is C_ else pascal(name)


def value_entries() -> dict[tuple[str, str], Entry]:
    return {(it.owner, it.name): it for it in entries().values() if it.owner.startswith("value.")}


def language_name(owner: str, name: str, language: Language) -> str:
    if language is C_:
        return f"{C_ENUMS[owner]}_{name}".upper() if owner in C_ENUMS else ""
    return name if owner in ("value.ErrorKind", "value.Reason") else pascal(name)


C_ENUMS = {"value.TokenKind": "appmint_token", "value.EventKind": "appmint_event"}


@cache
def names(language: Language) -> dict[tuple[str, str], Entry]:
    """The place of each item in a language, and its entry: (type, name)."""
    found: dict[tuple[str, str], Entry] = {}
    for entry in entries().values():
        if entry.owner.startswith("value.") and language is not CPP:
            continue
        owner, name = entry.owner, entry.facts.get("name", {}).get(language.key, entry.name)
        if language.key in entry.facts.get("except", {}) or "source" not in written(entry):
            continue
        if place := entry.facts.get("place", {}).get(language.key):
            found[place[0], place[1]] = entry
            continue
        for each in (name, *entry.facts.get("also", {}).get(language.key, [])):
            found[SPELLING[language.key](entry, owner, each)] = entry
    for bundle, path in contract().get("bundle", {}).get(language.key, {}).items():
        found |= members(bundle, path) if path in OBJECTS else bundled(language, bundle, entries()[path])
    return found


OBJECTS = {"Error"}


def members(bundle: str, owner: str) -> dict[tuple[str, str], Entry]:
    """The members of an object as those of the options that make it, in Node."""
    mine = [it for it in entries().values() if it.owner == owner]
    facts = {it.name: {"summary": it.facts["summary"], "returns": it.returns.rstrip("?")} for it in mine}
    return {(bundle, in_node(it, owner, it.name)[1]): replace(it, facts=facts[it.name]) for it in mine}


def written(entry: Entry) -> dict:
    return entry.facts | contract()["type"].get(entry.owner, {})


def bundled(language: Language, bundle: str, operation: Entry) -> dict[tuple[str, str], Entry]:
    """The members of a type that bundles arguments of an operation."""
    if "source" not in written(operation):
        return {}
    place = (lambda name: ("", f"appmint_{bundle}_set_{name}")) if language is C_ else (lambda name: (bundle, name))
    texts = operation.facts.get("arg", {})
    return {place(language.argument(name)): replace(operation, facts=operation.facts | {"argument": name}) for name in texts}


def entry_doc(entry: Entry, language: Language, item: Item | None) -> Doc:
    if name := entry.facts.get("argument"):
        return Doc(summary=argument(entry, name, Words(language, entry), is_bundled=True))
    return doc(entry, language, item.parameters if item and "(" in item.signature else [])


SPELLING: dict[str, Callable[[Entry, str, str], tuple[str, str]]] = {
    "rust": lambda entry, owner, name: ("Settings" if owner == "config" else owner, name),
    "cpp": lambda entry, owner, name: ("Builder" if owner == "config" else owner, name),
    "python": lambda entry, owner, name: (owner, name),
    "node": lambda entry, owner, name: in_node(entry, owner, name),
    "c": lambda entry, owner, name: (C_MEMBERS.get(owner, ""), in_c(entry, owner, name)),
}


def without_waiting(function: str, entry: Entry) -> str:
    """The text of a function's form that returns at once."""
    item = function.removeprefix("appmint_").removesuffix("_next")
    if entry.path == "Listing.next":
        kept = "An item that comes after the call was cancelled is not lost: the list returns it next."
        return f"{function} without waiting. Its result: appmint_call_{ITEMS[item]}. {kept}"
    if entry.returns == "nothing":
        return f"{function} without waiting. It has no result but its outcome."
    return f"{function} without waiting. Its result: appmint_call_{c_name(entry.returns)}."


ITEMS = {"installations": "installation", "repositories": "repository", "webhook_deliveries": "webhook_delivery", "items": "text"}

# The types that a program of C implements, as structs of functions.
C_MEMBERS = {"Store": "appmint_store_callbacks"}


def in_node(entry: Entry, owner: str, name: str) -> tuple[str, str]:
    if owner == "config":
        return "AppOptions", setting_in_node(name)
    if owner == "type":
        return "type", type_in_node(name)
    return type_in_node(owner), camel(name, entry.returns.rstrip("?") == "ms")


# ---- C: the header is made of these comments

def in_c(entry: Entry, owner: str, name: str) -> str:
    if owner == "config":
        return f"appmint_config_set_{name}{c_suffix(entry.facts['type'])}"
    if owner == "type":
        return f"appmint_{c_name(name)}"
    if owner in contract()["interface"]:
        return name
    return f"appmint_{c_function(owner, name)}" if name == entry.name else f"appmint_{name}"


def c_comments(lines: list[str]) -> Comments:
    known = names(C_)
    for item in places.rust(lines):
        waits = known.get(("", item.name.removesuffix("_async")))
        if item.owner == "" and item.name.endswith("_async") and waits and waits.owner != "making":
            text = without_waiting(item.name.removesuffix("_async"), waits)
            yield item, slashes(layout.wrapped(text, inside(item.indent)), item.indent)
            continue
        entry = known.get((item.owner, item.name)) or known.get(("", item.name))
        is_member = item.owner in C_MEMBERS.values()
        if entry is None or not (is_member or item.owner in ("", "type")) or (item.owner == "type") != (entry.owner == "type"):
            continue
        text = entry_doc(entry, C_, item)
        if freed := to_free(item):
            text.paragraphs.append(freed)
        yield item, slashes(layout.c(text, inside(item.indent)), item.indent)
    yield from values(lines, C_)


def to_free(item: Item) -> str:
    """A sentence about an object that a function hands over."""
    for name, kind in re.findall(r"(\w+): Option<&mut MaybeUninit<\*mut (appmint_\w+)>>", item.signature):
        if name != "error":
            return f"Free `*{name}` with {kind}_free."
    returned = re.search(r"-> Option<Box<(appmint_\w+)>>", item.signature)
    return f"Free it with {returned[1]}_free." if returned else ""


# ---- C++

def cpp_comments(lines: list[str]) -> Comments:
    known = names(CPP)
    for item in places.cpp(lines):
        if entry := known.get((item.owner, item.name)):
            yield item, slashes(layout.cpp(entry_doc(entry, CPP, item), inside(item.indent)), item.indent)


# ---- Python: the stub, and the same texts in the sources of the native module

def stub_comments(lines: list[str]) -> Comments:
    for item in places.python(lines):
        text = python_lines(item)
        if text is None:
            continue
        yield item, quoted(text, item.indent)


def quoted(text: list[str], indent: str) -> list[str]:
    """A docstring."""
    if len(text) == 1:
        return [f'{indent}"""{text[0]}"""']
    return [f'{indent}"""{text[0]}', *(f"{indent}{line}".rstrip() for line in text[1:]), f'{indent}"""']


def python_lines(item: Item) -> list[str] | None:
    entry = names(PYTHON).get((item.owner, item.name))
    if entry is None:
        return None
    is_property = item.signature.startswith("property ")
    text = entry_doc(entry, PYTHON, item)
    if entry.path == "type.App":
        making = doc(entries()["making.App"], PYTHON)
        text.args, text.errors, text.others = settings(), making.errors, making.others
    return layout.python(text, PYTHON_WIDTH, is_property)


def settings() -> list[tuple[str, str]]:
    """Each setting as an argument of App: its name and type, and its text."""
    found = []
    for entry in entries().values():
        if entry.owner == "config" and "python" in entry.facts:
            text = doc(entry, PYTHON)
            found.append((f"{entry.name} ({entry.facts['python']})", " ".join([text.summary, *text.paragraphs])))
    return found


PYTHON_WIDTH = 86  # with the indent and the quotes of a method's docstring: 100


@cache
def stub() -> dict[tuple[str, str], list[str]]:
    """Every docstring of the stub: the contract's texts, and those of members that only Python has."""
    lines = places.read(STUB)
    found = {(item.owner, item.name): python_lines(item) or places.docstring(lines, item) for item in places.python(lines)}
    return {key: text for key, text in found.items() if text}


def native_comments(lines: list[str]) -> Comments:
    for item in places.rust(lines):
        if text := stub().get((item.owner, item.name)):
            yield item, slashes(text, item.indent)


def error_comments(lines: list[str]) -> Comments:
    """The classes of errors, each of which is a kind."""
    kinds = {python_error(name): entry for (owner, name), entry in value_entries().items() if owner == "value.ErrorKind"}
    items = [*places.python(lines)]
    made = next(item for item in items if (item.owner, item.name) == ("Error", "__init__"))
    for item in items:
        if item.owner == "type" and item.name in kinds:
            yield item, quoted(layout.python(doc(kinds[item.name], PYTHON), PYTHON_WIDTH), item.indent)
        elif (item.owner, item.name) == ("type", "Error"):
            yield item, quoted(error_lines(lines, made.parameters), item.indent)


def error_lines(lines: list[str], arguments: list[str]) -> list[str]:
    """The docstring of the base class: its arguments, and its attributes with their types."""
    types = dict(re.findall(r"^    (\w+): (?:ClassVar\[(?=\w+\]))?([\w |]+(?:\[\w+\])?)", "\n".join(lines), re.MULTILINE))
    members = {name: doc(entries()[f"Error.{name}"], PYTHON) for name in contract()["error"]["fields"]}
    text = doc(entries()["type.Error"], PYTHON)
    text.args = [(name, members[name].summary) for name in arguments]
    attributes = [f"{name} ({types[name]}): {' '.join([it.summary, *it.paragraphs])}" for name, it in members.items()]
    found = layout.python(text, PYTHON_WIDTH)
    return layout.section(found, [line for it in attributes for line in layout.wrapped(it, PYTHON_WIDTH, "    ", "        ")], "Attributes:")


# ---- Node: the types, and a sentence in the sources of the addon

def node_comments(lines: list[str]) -> Comments:
    known = names(NODE)
    known |= {("type", node_error(name)): it for (owner, name), it in value_entries().items() if owner == "value.ErrorKind"}
    for item in places.node(lines):
        entry = known.get((item.owner, item.name)) or known.get((OPTIONS.get(item.owner, ""), item.name))
        if entry:
            text = layout.node(entry_doc(entry, NODE, item), inside(item.indent, " * ", 120))
            yield item, block(text, item.indent)


OPTIONS = {"NetworkOptions": "AppOptions"}


def block(text: list[str], indent: str) -> list[str]:
    if len(text) == 1:
        return [f"{indent}/** {text[0]} */"]
    return [f"{indent}/**", *(f"{indent} * {line}".rstrip() for line in text), f"{indent} */"]


def addon_comments(lines: list[str]) -> Comments:
    known = {key: entry for key, entry in names(PYTHON).items() if "argument" not in entry.facts and key[0] != "type"}
    for item in places.rust(lines):
        entry = known.get((item.owner, item.name))
        if entry and item.signature.startswith("pub fn"):
            yield item, slashes(layout.brief(plain(entry), inside(item.indent)), item.indent)


def plain(entry: Entry) -> Doc:
    return Doc(summary=doc(entry, CPP, []).summary)
