"""What the contract says of an entry, in the words of one language."""

import re
from dataclasses import dataclass, field

from .contract import DURATIONS, Entry, Failure, contract, entries, split
from .languages import Language

CODE = re.compile(r"`([^`]+)`")
NAME = re.compile(r"[a-z]+(?:_[a-z]+)+")
NONE = re.compile(r"\{none\}")
LOCAL = "No network I/O."
PAGES = "Pages are requested as the items are asked for, none before."


class Unknown(ValueError):
    """A name in a text that the contract does not have."""


@dataclass
class Doc:
    """The parts of a comment; each language lays them out in its own way."""

    summary: str
    paragraphs: list[str] = field(default_factory=list)
    args: list[tuple[str, str]] = field(default_factory=list)
    result: str = ""
    errors: list[tuple[str, tuple[str, ...], str]] = field(default_factory=list)  # kind, reasons, condition
    same_as: list[str] = field(default_factory=list)  # operations whose errors these are, too
    sources: list[str] = field(default_factory=list)
    example: str = ""
    is_out: bool = False
    others: list[str] = field(default_factory=list)  # errors that are not appmint's


def doc(entry: Entry, language: Language, parameters: list[str] | None = None) -> Doc:
    """The text of an entry. Of the arguments those that stand in the signature, if one is given."""
    say = Words(language, entry)
    first, *others = joined(summary(entry, say), paragraphs(entry, say))
    return Doc(
        summary=first,
        paragraphs=others,
        args=[(language.argument(name), argument(entry, name, say)) for name in arguments(entry, parameters, language)],
        result=say(entry.facts.get("result", "")),
        errors=[(it.kind, it.reasons, say(it.when)) for it in failures(entry, language) if it.kind],
        same_as=[say(f"`{it.same_as}`") for it in entry.failures if it.same_as],
        sources=[source for source in entry.sources if source.startswith("http") and (entry.is_operation or entry.owner == "type")],
        example=entry.facts.get("example", {}).get(language.key, "").strip("\n"),
        is_out=entry.out,
        others=entry.facts.get("others", {}).get(language.key, []),
    )


def joined(first: str, others: list[str]) -> list[str]:
    """A short sentence does not stand alone."""
    is_short = others and (others[0] == LOCAL or others[0].startswith("Default: "))
    return [f"{first} {others[0]}", *others[1:]] if is_short else [first, *others]


def failures(entry: Entry, language: Language) -> list[Failure]:
    return [] if language.key in entry.facts.get("unfailing", []) else entry.failures


def summary(entry: Entry, say: "Words") -> str:
    text = say(entry.facts["summary"])
    kind = entry.facts.get("type", "" if entry.returns == "bool" else entry.returns)
    unit = UNITS.get((say.language.key, kind.rstrip("?")), "")
    if entry.returns in ("flag", "flag?") and say.language.key == "c":
        return text.removesuffix(".") + ": 1 or 0" + say.flag(entry) + "."
    first, dot, more = text.partition(". ")
    return first.removesuffix(".") + unit + "." + (f" {more}" if dot else "") if unit and entry.owner != "type" else text


def is_local(entry: Entry) -> bool:
    """Whether a call of an app or a source surely does no network I/O."""
    return entry.is_operation and not entry.out and entry.owner in ("App", "TokenSource") and not entry.returns.startswith("Listing")


# The unit that a member's type does not say.
UNITS = {
    ("python", "time"): ", in UTC", ("c", "ms"): ", in milliseconds", ("node", "ms"): ", in milliseconds",
    ("c", "seconds"): ", in seconds", ("node", "seconds"): ", in milliseconds", ("c", "bool"): " (not 0, or 0)",
}  # fmt: skip


def paragraphs(entry: Entry, say: "Words") -> list[str]:
    """The details with what the member's type does not say, then the notes for one language."""
    found = [say(text) for text in entry.paragraphs]
    if "threads" in entry.facts and say.language.key != "node":
        found.append(say(entry.facts["threads"]))
    extra = [absence(entry, say), LOCAL if is_local(entry) else "", PAGES if entry.returns.startswith("Listing of ") else ""]
    found[-1:] = [" ".join(filter(None, [*found[-1:], *extra]))]
    own = Words(say.language, entry, is_strict=False)  # in the language's own names
    found += [own(text) for text in split(entry.facts.get("note", {}).get(say.language.key, ""))]
    since = f"Since {entry.facts['since']}." if "since" in entry.facts else ""
    found[-1:] = [" ".join(filter(None, [*found[-1:], default(entry, say), since]))]
    return [*filter(None, found)]


def default(entry: Entry, say: "Words") -> str:
    """A sentence about the value of a setting that is not given."""
    if entry.owner != "config":
        return ""
    value, kind, key = say(entry.facts["default"]), entry.facts["type"], say.language.key
    if kind == "bool":
        value = {"c": "0", "python": value.capitalize()}.get(key, value)
    if kind == "ms" and key in ("c", "node"):
        value = IN_SECONDS.sub(lambda found: in_ms(round(float(found[1]) * 1000), say.language), value)
    if kind == "seconds" and key == "node":
        value = IN_SECONDS.sub(lambda found: in_ms(int(found[1]) * 1000, say.language), value)
    return f"Default: {value}."


IN_SECONDS = re.compile(r"\b(\d+(?:\.\d+)?) s\b")


def absence(entry: Entry, say: "Words") -> str:
    """A sentence about the value that stands for a missing one. A header of C has no types that say it."""
    if not entry.returns.endswith("?") or (entry.returns == "flag?" and "absent" not in entry.facts):
        return ""
    why = entry.facts.get("absent", "the platform does not report it" if say.language.key == "c" else "")
    value = entry.facts.get("absence", {}).get(say.language.key) or say.language.absence(entry.returns)
    return f"{value[0].upper()}{value[1:]} if {say(why)}." if why else ""


def arguments(entry: Entry, parameters: list[str] | None, language: Language) -> list[str]:
    """The contract's names, in the order of the signature."""
    texts = entry.facts.get("arg", {})
    if parameters is None:
        return [name for name in entry.args if name in texts]
    by_name = {language.argument(name): name for name in texts}
    return list(dict.fromkeys(by_name[name] for name in parameters if name in by_name))


def argument(entry: Entry, name: str, say: "Words", is_bundled: bool = False) -> str:
    """The text of an argument, with its unit and its default. A setter of C has no APPMINT_DEFAULT."""
    told = entry.facts["arg"][name]
    text = say(told if isinstance(told, str) else told.get(say.language.key, told["text"]))
    is_given = entry.owner in contract()["interface"]  # to a callback, whose type says the unit
    if name in DURATIONS and say.language.key in HOW_LONG and not is_given:
        text = text.removesuffix(".").replace(". ", f"{HOW_LONG[say.language.key]}. ", 1)
        text += "" if HOW_LONG[say.language.key] in text else HOW_LONG[say.language.key]
        text += "."
    default = entry.facts.get("default", {}).get(name)
    if default is None:
        return text
    value = "APPMINT_DEFAULT" if say.language.key == "c" and name in DURATIONS and not is_bundled else "Default"
    return f"{text} {value}: {in_unit(say(default), name, say.language)}."


HOW_LONG = {"python": ", as a timedelta or in seconds", "c": ", in milliseconds", "node": ", in milliseconds"}


def in_unit(text: str, name: str, language: Language) -> str:
    """A duration in the unit of the argument."""
    if language.key not in ("c", "node") or name not in DURATIONS:
        return text
    return IN_SECONDS.sub(lambda found: in_ms(int(found[1]) * 1000, language), text)


def in_ms(number: int, language: Language) -> str:
    return f"{number:,} ms".replace(",", " ") if language.key == "node" else str(number)


@dataclass(frozen=True)
class Words:
    """Puts a language's names into a text."""

    language: Language
    entry: Entry
    is_strict: bool = True  # whether an unknown name is a mistake

    def __call__(self, text: str) -> str:
        text = NONE.sub(self.language.none, CODE.sub(lambda found: self.name(found[1]), " ".join(text.split())))
        return text.replace("…", "...") if self.language.key in ("c", "cpp") else text

    def name(self, word: str) -> str:
        language, here = self.language, self.owner
        if word.startswith('"'):
            return language.literal(word.strip('"'))
        prefix, _, last = word.partition(".")
        if last and prefix in PREFIXES:
            return PREFIXES[prefix](language, last)
        if word in self.entry.facts.get("arg", {}):
            return language.code(language.argument(word))
        if not self.is_strict and not last:
            return language.code(word)
        if word in entries() and entries()[word].owner not in ("config", "type"):
            return language.member(prefix if last else "", last or word, here)
        if word in contract()["type"]:
            return language.type(word)
        for owner in dict.fromkeys((here, "App")):
            if f"{owner}.{word}" in entries():
                return language.member(owner, word, here)
        if self.is_strict and NAME.fullmatch(word):
            raise Unknown(f"{self.entry.path}: the contract has no `{word}`; write `\"{word}\"` for a literal value")
        return language.code(word)

    @property
    def owner(self) -> str:
        return self.entry.name if self.entry.owner == "type" else self.entry.owner

    def flag(self, entry: Entry) -> str:
        return "; -1 if the platform does not report it" if entry.returns.endswith("?") else ""


PREFIXES = {
    "config": lambda language, name: language.setting(checked("config", name)),
    "event": lambda language, name: language.event(checked("event", name)),
    "error": lambda language, name: language.kind_in_text(checked("error", name)),
    "reason": lambda language, name: language.reason(checked("reason", name)),
}


def checked(what: str, name: str) -> str:
    data = contract()
    known = {"config": data["config"], "event": data["event"]["kinds"], "error": data["error"]["kinds"],
             "reason": data["error"]["reasons"]}
    if name not in known[what]:
        raise Unknown(f"the contract has no {what} `{name}`")
    return name

