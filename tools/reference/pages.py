"""The reference of each language as a page: docs/reference/LANGUAGE.md."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from . import comments, layout, places
from .contract import ROOT, Entry, contract, entries, room_of
from .languages import ALL, C_, CPP, NODE, PYTHON_PAGE, RUST, Language, c_function, type_in_node
from .texts import Doc, doc

FOLDER = ROOT / "docs" / "reference"
TITLES = {"rust": "Rust", "c": "C", "cpp": "C++", "python": "Python", "node": "Node"}
SUFFIXES = {"rust": "rs", "c": "c", "cpp": "cpp", "python": "py", "node": "mjs"}
FENCES = SUFFIXES | {"rust": "rust", "python": "python", "node": "ts"}
CHAPTERS = {
    "app": "App & settings", "installations": "Installations", "tokens": "Tokens", "oauth": "OAuth & login", "sessions": "Sessions",
    "webhooks": "Webhooks", "operations": "Platform operations", "events": "Events & stores", "errors": "Errors",
}  # fmt: skip
HEAD = """# Reference of {title}

What each call does, its arguments with their units and defaults, its errors by kind and reason, and the page that the facts come from.
{more} [Errors](../errors.md) has the cause and the remedy of each kind and reason. This page is made of the
[contract](../../contract): `make docs`.

Besides those that it names, every call over the network fails with {network}; with {refused} if the platform refuses it; with
{invalid} if the app is closed, or lacks a credential for it, and with {unsupported} if the platform does not offer it, both before
anything is sent; and with {exhausted} if this machine has no thread or file descriptor left.
"""
MORE = {
    "rust": "`cargo doc --open -p appmint-core` shows the rest of the crate.",
    "c": "The conventions of all functions (ownership, NULL, texts, threads) open [`appmint.h`](../../include/appmint.h).",
    "cpp": "What holds for all classes opens [`appmint.hpp`](../../include/appmint.hpp).",
    "python": "`help(appmint.App)` shows the same. Each call over the network has a coroutine, such as `token_async` for `token`.",
    "node": "An editor shows the same, from [`index.d.cts`](../../bindings-node/index.d.cts).",
}


def all_pages() -> Iterator[tuple[Path, str]]:
    for language in (C_, CPP, PYTHON_PAGE, NODE, RUST):
        yield FOLDER / f"{language.key}.md", page(language)


def page(language: Language) -> str:
    parts = [head(language)]
    for room, title in CHAPTERS.items():
        parts += [f"## {title}\n", *chapter(room, language)]
    return "\n".join(parts)


def head(language: Language) -> str:
    def kinds(*names: str) -> str:
        return marked(layout.any_of(map(language.kind, names)), language)

    return HEAD.format(
        title=TITLES[language.key], more=MORE[language.key],
        network=kinds("transport", "timeout", "rate_limited", "server", "protocol"),
        refused=kinds("unauthorized", "forbidden", "rejected"), invalid=kinds("invalid_argument"),
        unsupported=kinds("unsupported"), exhausted=kinds("resource_exhausted"),
    )  # fmt: skip


def chapter(room: str, language: Language) -> Iterator[str]:
    """The calls of a room, its settings, then its types with their members."""
    if room == "app":
        yield from (call(entry, language) for entry in entries().values() if entry.owner in ("", "making"))
    for owner in dict.fromkeys(("App", *contract()["object"], *contract()["interface"], "Error")):
        mine = [it for it in entries().values() if it.owner == owner and room_of_member(it) == room]
        if mine and (language.key, owner) != ("node", "Subscription"):  # Node's on_change returns a function
            yield from members(owner, mine, language, with_type=owner != "App" or room == "app")
    if room == "app":
        yield from settings(language)


def room_of_member(entry: Entry) -> str:
    elsewhere = {"Error": "errors", "Store": "events"}
    return elsewhere.get(entry.owner) or room_of(entry.owner, entry.name)


def members(owner: str, mine: list[Entry], language: Language, with_type: bool) -> Iterator[str]:
    if with_type:
        yield f"### {type_name(owner, language)}\n\n{prose(doc(entries()[f'type.{owner}'], language, []), language)}\n"
    read = [entry for entry in mine if not entry.is_operation]
    if read:
        rows = [f"| `{name(it, language)}` | {cell(it, language)} |" for it in read]
        yield "\n".join(["| member | |", "|---|---|", *rows]) + "\n"
    if (language.key, owner) != ("python", "Listing"):  # an iterator
        yield from (call(entry, language) for entry in mine if entry.is_operation)


def cell(entry: Entry, language: Language) -> str:
    text = doc(entry, language, [])
    return marked(" ".join([text.summary, *text.paragraphs]), language).replace("|", "\\|")


def settings(language: Language) -> Iterator[str]:
    mine = [it for it in entries().values() if it.owner == "config" and language.key not in it.facts.get("except", {})]
    rows = [f"| `{setting(it, language)}` | {cell(it, language)} | {sources(it)} |" for it in mine]
    yield "\n".join(["### Settings\n", "| setting | | source |", "|---|---|---|", *rows]) + "\n"


def setting(entry: Entry, language: Language) -> str:
    return key(entry, language)[1]


def name(entry: Entry, language: Language) -> str:
    if entry.owner in contract()["interface"]:
        return entry.name
    if language is C_:
        return f"appmint_{c_function(entry.owner, entry.name)}"
    return marked(language.member(entry.owner, entry.name, entry.owner), language).strip("`").rpartition(".")[2].rpartition("::")[2]


def type_name(owner: str, language: Language) -> str:
    if language is C_ and owner in contract()["interface"]:
        return comments.C_MEMBERS[owner]
    return {"c": marked(language.type(owner), language).strip("`"), "node": type_in_node(owner)}.get(language.key, owner)


# ---- a call

def call(entry: Entry, language: Language) -> str:
    """A heading, the signature, the text, the arguments, the errors, and where the facts come from."""
    text = doc(entry, language)
    parts = [f"#### {heading(entry, language)}", declared(entry, language), prose(text, language)]
    arguments = [f"- `{it}`: {marked(told, language)}" for it, told in text.args]
    if entry.returns != "nothing" and text.result:
        arguments.append(f"- Returns: {marked(text.result[0].lower() + text.result[1:], language)}")
    parts += ["\n".join(arguments), failures(text, language), shown(entry, language)]
    parts.append(f"Source: {sources(entry)}. Since {entry.facts.get('since', '0.1.0')}.")
    return "\n\n".join(filter(None, parts)) + "\n"


def heading(entry: Entry, language: Language) -> str:
    if entry.owner == "making":
        return {"rust": "AppBuilder.build", "c": "appmint_app_new", "cpp": "App::Builder.build"}.get(language.key, "App(…)")
    if language is C_:
        return name(entry, language)
    owner = f"{type_name(entry.owner, language)}." if entry.owner else ""
    return f"{owner}{name(entry, language)}"


def failures(text: Doc, language: Language) -> str:
    found = [marked(it, language).partition(": see ")[0].removesuffix(".") + "." for it in layout.failures(text, language)]
    return "Errors:\n\n" + "\n".join(f"- {it}" for it in found) if found else "Errors: none."


def prose(text: Doc, language: Language) -> str:
    return "\n\n".join(marked(it, language) for it in [text.summary, *text.paragraphs])


def sources(entry: Entry) -> str:
    return ", ".join("appmint" if it == "appmint" else f"<{it}>" for it in entry.sources)


def shown(entry: Entry, language: Language) -> str:
    """A part of a program that the tests run."""
    file, _, section = entry.facts.get("shown", "").partition(":")
    path = f"examples/guides/{language.key}/{file}.{SUFFIXES[language.key]}"
    if not file or not (ROOT / path).exists() or f"[start:{section}]" not in (ROOT / path).read_text("utf-8"):
        return ""
    fence = {"node": "js", "rust": "rust"}.get(language.key, FENCES[language.key])
    return f'```{fence}\n--8<-- "{path}:{section}"\n```'


# ---- signatures, as they stand in the sources

def declared(entry: Entry, language: Language) -> str:
    found = signatures(language).get(key(entry, language), "")
    return f"```{FENCES[language.key]}\n{folded(found)}\n```" if found else ""


def folded(signature: str) -> str:
    """A long one has a line for each parameter."""
    if len(signature) <= LINE or "\n" in signature:
        return signature
    before, _, rest = signature.partition("(")
    inside, _, after = rest.rpartition(")")
    return f"{before}(\n" + "".join(f"    {each.strip()},\n" for each in split(inside)) + f"){after}"


LINE = 100


def split(parameters: str) -> list[str]:
    """Parameters at the commas that stand in no brackets."""
    found, depth = [""], 0
    for letter in parameters.replace("->", "\0"):
        depth += {"(": 1, "[": 1, "<": 1, "{": 1, ")": -1, "]": -1, ">": -1, "}": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return [each.replace("\0", "->") for each in found if each.strip()]


def key(entry: Entry, language: Language) -> tuple[str, str]:
    return next((place for place, it in comments.names(ALL[language.key]).items() if it.path == entry.path), ("", ""))


@cache
def signatures(language: Language) -> dict[tuple[str, str], str]:
    return dict(READERS[language.key]())


def of_c() -> Iterator[tuple[tuple[str, str], str]]:
    code = re.sub(r"/\*.*?\*/", "", (ROOT / "include/appmint.h").read_text("utf-8"), flags=re.DOTALL)
    for found in re.finditer(r"^(\w[\w *]*?\b(appmint_\w+)\([^;{]*?\);)", code, re.MULTILINE | re.DOTALL):
        yield ("", found[2]), found[1]


def of_cpp() -> Iterator[tuple[tuple[str, str], str]]:
    for path in sorted((ROOT / "include/appmint").glob("*.hpp")):
        for item in places.cpp(places.read(path)):
            text = item.signature.removeprefix("[[nodiscard]] ").removeprefix("inline ")
            yield (item.owner, item.name), text.partition(" {")[0].partition(";")[0]


def of_python() -> Iterator[tuple[tuple[str, str], str]]:
    for node in ast.parse(comments.STUB.read_text("utf-8")).body:
        members = node.body if isinstance(node, ast.ClassDef) else [node]
        for it in members:
            if isinstance(it, ast.FunctionDef):
                owner = node.name if isinstance(node, ast.ClassDef) else ""
                bare = ast.FunctionDef(it.name, it.args, [ast.Expr(ast.Constant(...))], [], it.returns, lineno=1)
                yield (owner, it.name), ast.unparse(bare).partition(":\n")[0].replace("=", " = ")


def of_node() -> Iterator[tuple[tuple[str, str], str]]:
    for item in places.node(places.read(comments.TYPES)):
        yield (item.owner, item.name), item.signature.removeprefix("export function ")


def of_rust() -> Iterator[tuple[tuple[str, str], str]]:
    for path in sorted((ROOT / "core/src").rglob("*.rs")):
        for item in places.rust(places.read(path)):
            if item.signature.startswith("pub fn"):
                yield (item.owner, item.name), item.signature.removeprefix("pub ").replace("( ", "(").replace(", )", ")")


READERS = {"c": of_c, "cpp": of_cpp, "python": of_python, "node": of_node, "rust": of_rust}

# ---- a language's texts as Markdown

RUST_LINK = re.compile(r"\[(`[^`]+`)\]\([^)]*\)|\[([^\]`]+)\]\(crate#\w+\)")
NODE_LINK = re.compile(r"\{@link ([^}]+)\}")
NODE_ERROR = re.compile(r"(?<![`\w])([A-Z]\w+Error)(?![`\w])")
C_NAME = re.compile(r"(?<![`\w])((?:appmint|APPMINT)_\w+)(?![`\w])")


def marked(text: str, language: Language) -> str:
    if language is RUST:
        text = RUST_LINK.sub(lambda found: found[1] or found[2], text)
    elif language is NODE:
        text = NODE_ERROR.sub(r"`\1`", NODE_LINK.sub(r"`\1`", text))
    elif language is C_:
        text = C_NAME.sub(r"`\1`", text)
    return text
