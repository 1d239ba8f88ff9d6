"""Reads `contract/*.toml`: what every language offers, and the text that documents it."""

import copy
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "contract"
# The rooms, in the order that every language follows, and what a language has of its own.
ROOMS = ["app", "settings", "installations", "tokens", "oauth", "sessions", "webhooks", "operations", "events", "errors", "own"]
# Arguments and members that are durations: their names end with a unit in C and in Node.
DURATIONS = {"timeout", "min_valid", "by", "retry_after", "lease"}
SOURCE = re.compile(r"appmint|https://\S+")
ERROR = re.compile(r"as ([A-Z]\w*\.\w+|\w+)|(\w+)(?:/([\w/]+))?(?:: (.+))?", re.DOTALL)
NOT_OFFERED = "the platform does not offer this"


@cache
def file(room: str) -> dict:
    return tomllib.loads((FOLDER / f"{room}.toml").read_text("utf-8"))


@cache
def contract() -> dict:
    """All files as one: `module`, `type`, `object`, `config`, `interface`, `error`, `value`, `bundle`, `own`, `except`."""
    whole: dict = {}
    for room in ROOMS:
        merge(whole, copy.deepcopy(file(room)))
    whole["error"] |= {
        "fields": list(whole["error"]["members"]),
        "kinds": list(whole["value"]["ErrorKind"]),
        "reasons": list(whole["value"]["Reason"]),
    }
    whole["event"] = {"kinds": list(whole["value"]["EventKind"])}
    return whole


def merge(into: dict, other: dict) -> None:
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


@cache
def room_of(name: str, member: str | None = None) -> str:
    """The file to edit for a type, or for one of its members."""
    for room in ROOMS:
        data = file(room)
        members = data.get("object", {}).get(name, {})
        if (member in members) if member else (members or name in data.get("type", {})):
            return room
    return "app"


@dataclass(frozen=True)
class Failure:
    """An error of an operation: `not_found/not_installed: the app is not installed there`, or `as TokenSource.token`."""

    kind: str
    reasons: tuple[str, ...]
    when: str
    same_as: str


def failure(text: str) -> Failure:
    found = ERROR.fullmatch(text)
    if not found:
        raise ValueError(f"`{text}` is not kind/reason: condition")
    default = NOT_OFFERED if found[2] == "unsupported" else ""
    return Failure(found[2] or "", tuple(filter(None, (found[3] or "").split("/"))), found[4] or default, found[1] or "")


@dataclass(frozen=True)
class Entry:
    """One operation, member, setting, type or argument, as the contract has it."""

    owner: str  # the type; "" for the module, "config" for settings, "type" for a type itself
    name: str
    facts: dict = field(hash=False, compare=False)

    @property
    def path(self) -> str:
        return f"{self.owner}.{self.name}" if self.owner else self.name

    @property
    def args(self) -> list[str]:
        """Names of arguments: `json? | body?` are two."""
        return [name.strip(" ?") for each in self.facts.get("args", []) for name in each.split("|")]

    @property
    def returns(self) -> str:
        return self.facts.get("returns", "nothing")

    @property
    def out(self) -> bool:
        return self.facts.get("out", False)

    @property
    def failures(self) -> list[Failure]:
        return [failure(each) for each in self.facts.get("errors", [])]

    @property
    def is_operation(self) -> bool:
        """A call, as opposed to a member that is read."""
        is_made = re.match(r"[A-Z]|nothing", self.returns) is not None and self.owner in ("App", "TokenSource")
        return self.owner not in ("config", "type", "making", *contract()["interface"]) and bool(self.out or self.args or self.failures or is_made)

    @property
    def paragraphs(self) -> list[str]:
        return split(self.facts.get("details", ""))

    @property
    def sources(self) -> list[str]:
        source = self.facts.get("source") or contract()["type"].get(self.owner, {}).get("source", "")
        return [source] if isinstance(source, str) else source


def split(text: str) -> list[str]:
    return [" ".join(each.split()) for each in re.split(r"\n\s*\n", text.strip()) if each.strip()]


def value(text: str | dict) -> dict:
    """The facts of an enum's value: a sentence, or one with notes."""
    return ({"summary": text} if isinstance(text, str) else text) | {"source": "appmint"}


@cache
def entries() -> dict[str, Entry]:
    """Every entry by its path."""
    data = contract()
    found = [Entry("", name, facts) for name, facts in data["module"].items()]
    found += [Entry("type", name, facts) for name, facts in data["type"].items()]
    found += [Entry("config", name, facts) for name, facts in data["config"].items()]
    for owner, members in data["object"].items():
        found += [Entry(owner, name, facts) for name, facts in members.items()]
    found += [Entry(owner, name, facts) for owner, members in data["interface"].items() for name, facts in members.items()]
    found += [Entry("making", name, facts) for name, facts in data["making"].items()]
    found += [Entry("Error", name, facts) for name, facts in data["error"]["members"].items()]
    found += [Entry(f"value.{enum}", name, value(text)) for enum, values in data["value"].items() for name, text in values.items()]
    return {entry.path: entry for entry in found}
