"""Lays a text out as each language's comments have it: lines without the comment's marks."""

import re
import textwrap

from .languages import C_, CPP, NODE, PYTHON, RUST, Language
from .texts import Doc

EVERY_CALL = "every call over the network"


def wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    indents = {"initial_indent": first, "subsequent_indent": rest}
    lines = textwrap.wrap(whole(text), width, **indents, break_long_words=False, break_on_hyphens=False)
    return [line.replace(NO_BREAK, " ") for line in lines]


def whole(text: str) -> str:
    """Links, code and numbers with their unit are not divided."""
    return UNDIVIDED.sub(lambda found: found[0].replace(" ", NO_BREAK), text)


NO_BREAK = "\N{NO-BREAK SPACE}"
UNDIVIDED = re.compile(r"\{@link [^}]*\}|\b\d+ (?:\d{3} )*(?:ms|s|MiB)\b")


def prose(paragraphs: list[str], width: int) -> list[str]:
    """Paragraphs with an empty line between them."""
    lines: list[str] = []
    for text in paragraphs:
        lines += ([""] if lines else []) + wrapped(text, width)
    return lines


def items(texts: list[str], width: int) -> list[str]:
    return [line for text in texts for line in wrapped(text, width, "- ", "  ")]


def section(lines: list[str], more: list[str], title: str = "") -> list[str]:
    if not more:
        return lines
    return [*lines, "", *([title] if title else []), *more]


def failures(doc: Doc, language: Language) -> list[str]:
    """Each error as an item of a list."""
    found = []
    for kind, reasons, when in doc.errors:
        finer = any_of(map(language.reason, reasons))
        found.append(language.kind(kind) + (f" ({finer})" if finer else "") + f" if {when}.")
    found += [f"Those of {other}." for other in doc.same_as]
    if doc.is_out and not doc.same_as:
        found.append(COMMON[language.key])
    return found


def any_of(words) -> str:
    *others, last = [*words] or [""]
    return f"{', '.join(others)} or {last}" if others else last


# Where a language says which errors every call over the network has.
COMMON = {
    "rust": f"Those of [{EVERY_CALL}](crate#errors).",
    "c": f"Those of {EVERY_CALL}: see the conventions.",
    "cpp": f"Those of {EVERY_CALL}: see appmint.hpp.",
    "python": f"Those of {EVERY_CALL}.",
    "node": f"Those of {EVERY_CALL}.",
}


def lead(doc: Doc) -> list[str]:
    """The summary with the first paragraph, so that a comment has few lines."""
    first = " ".join([doc.summary, *doc.paragraphs[:1]])
    return [first, *doc.paragraphs[1:]]


def rust(doc: Doc, width: int) -> list[str]:
    lines = prose([doc.summary, *doc.paragraphs], width)
    lines = section(lines, items([f"`{name}`: {text}" for name, text in doc.args], width))
    if doc.example:
        lines = section(lines, ["```no_run", *doc.example.split("\n"), "```"])
    lines = section(lines, wrapped(f"Source: {', '.join(f'<{it}>' for it in doc.sources)}", width) if doc.sources else [])
    return section(lines, items(failures(doc, RUST), width), "# Errors")


def c(doc: Doc, width: int, language: Language = C_) -> list[str]:
    lines = prose(lead(doc), width)
    lines = section(lines, items([f"`{name}`: {text}" for name, text in doc.args], width))
    if found := items(failures(doc, language), width):
        lines = section(lines, found, "Errors:")
    return section(lines, wrapped(f"Source: {', '.join(doc.sources)}", width) if doc.sources else [])


def cpp(doc: Doc, width: int) -> list[str]:
    return c(doc, width, CPP)


def brief(doc: Doc, width: int) -> list[str]:
    """For functions that no user calls by themselves."""
    return wrapped(doc.summary, width)


def whole_brief(doc: Doc, width: int) -> list[str]:
    return wrapped(" ".join([doc.summary, *doc.paragraphs]), width)


def python(doc: Doc, width: int, is_property: bool = False) -> list[str]:
    lines = prose([doc.summary, *doc.paragraphs], width)
    pages = dict.fromkeys(fitting(source, width + 5) for source in doc.sources)
    lines = section(lines, wrapped(f"See {', '.join(pages)}", width) if pages else [])
    entries = [line for name, text in doc.args for line in wrapped(f"{name}: {text}", width, "    ", "        ")]
    lines = section(lines, entries, "Args:")
    if doc.result and not is_property:
        lines = section(lines, wrapped(doc.result, width, "    ", "    "), "Returns:")
    return section(lines, raises(doc, width), "Raises:")


def fitting(url: str, width: int) -> str:
    """A page's URL, or that of the section that the page is in, so that it fits into a line of its own."""
    while len(url) > width:
        url = url.rpartition("#" if "#" in url else "/")[0]
    return url


def raises(doc: Doc, width: int) -> list[str]:
    texts = []
    for kind, reasons, when in doc.errors:
        finer = any_of(map(PYTHON.reason, reasons))
        sentence = when[0].upper() + when[1:]
        texts.append(f"{PYTHON.kind(kind)}: {sentence}" + (f" (reason {finer})" if finer else "") + ".")
    texts += [f"Error: As {other} does." for other in doc.same_as]
    if doc.is_out and not doc.same_as:
        texts.append(f"Error: As {EVERY_CALL} does, see App.")
    texts += doc.others
    return [line for text in texts for line in wrapped(text, width, "    ", "        ")]


def node(doc: Doc, width: int) -> list[str]:
    lines = prose([doc.summary, *doc.paragraphs], width)
    tags: list[str] = []
    if doc.example:
        tags += ["@example", "```js", *doc.example.split("\n"), "```"]
    texts = [f"@param {name} {text[0].lower()}{text[1:].removesuffix('.')}" for name, text in doc.args]
    if doc.result:
        texts.append(f"@returns {doc.result[0].lower()}{doc.result[1:].removesuffix('.')}")
    texts += thrown(doc)
    texts += [f"@see {source}" for source in doc.sources]
    tags += [line for text in texts for line in wrapped(text, width, "", "  ")]
    return section(lines, tags)


def thrown(doc: Doc) -> list[str]:
    texts = []
    for kind, reasons, when in doc.errors:
        finer = any_of(map(NODE.reason, reasons))
        texts.append(f"@throws {{{NODE.kind(kind)}}} if {when}" + (f" (reason {finer})" if finer else ""))
    texts += [f"@throws {{AppmintError}} as {other}" for other in doc.same_as]
    if doc.is_out and not doc.same_as:
        texts.append(f"@throws {{AppmintError}} as {EVERY_CALL}")
    return texts
