"""How each language names what the contract names."""

import re
from dataclasses import dataclass

from .contract import DURATIONS, contract, entries


@dataclass(frozen=True)
class Language:
    """The names of one language: those of the contract, in code, where it has no others."""

    key: str
    none: str  # the value that stands for one that is missing
    is_marked: bool = True  # whether code stands between backticks

    def code(self, text: str) -> str:
        return f"`{text}`" if self.is_marked else text

    def literal(self, text: str) -> str:
        return self.code(text)

    def argument(self, name: str) -> str:
        return name

    def kind(self, name: str) -> str:
        return self.code(name)

    def kind_in_text(self, name: str) -> str:
        return self.kind(name)

    def reason(self, name: str) -> str:
        return self.code(name)

    def event(self, name: str) -> str:
        return self.code(name)

    def setting(self, name: str) -> str:
        return self.code(name)

    def type(self, name: str) -> str:
        return self.code(name)

    def member(self, owner: str, name: str, here: str) -> str:
        """A member, as it is named in the text of a type, `here`."""
        return self.code(name)

    def absence(self, returns: str) -> str:
        """The value that stands for one that is missing."""
        return self.none


class Rust(Language):
    """With links, which rustdoc checks."""

    def argument(self, name: str) -> str:
        return {"callback_url": "callback", "webhook": "event"}.get(name, name)

    def kind(self, name: str) -> str:
        return f"[`{pascal(name)}`](crate::ErrorKind::{pascal(name)})"

    def setting(self, name: str) -> str:
        if name in ("platform", "platform_descriptor"):
            return f"`{name}`"
        return f"[`{name}`](crate::AppBuilder::{name})"

    def type(self, name: str) -> str:
        return f"[`{name}`]({path_in_rust(name)})"

    def member(self, owner: str, name: str, here: str) -> str:
        facts = entries()[f"{owner}.{name}" if owner else name].facts
        if "rust" in facts.get("except", {}):
            return f"`{facts['except']['rust']}`"
        if place := facts.get("place", {}).get("rust"):
            return f"[`{place[0]}::{place[1]}`]({path_in_rust(place[0])}::{place[1]})"
        if not owner:
            return f"`{name}`"
        name = facts.get("name", {}).get("rust", name)
        return f"[`{owner}::{name}`]({path_in_rust(owner)}::{name})"


class Plain(Rust):
    """Without links to members, for texts that a program shows."""

    def member(self, owner: str, name: str, here: str) -> str:
        return f"`{name}`"


class C(Language):
    TIMES = {"keep_until"}

    def literal(self, text: str) -> str:
        return f'"{text}"'

    def code(self, text: str) -> str:
        return f"`{text}`" if re.fullmatch(r"[a-z_]+", text) else text

    def argument(self, name: str) -> str:
        return name + ("_ms" if name in DURATIONS | self.TIMES else "")

    def kind(self, name: str) -> str:
        return f"APPMINT_ERROR_{name.upper()}"

    def reason(self, name: str) -> str:
        return f"APPMINT_REASON_{name.upper()}"

    def event(self, name: str) -> str:
        return f"APPMINT_EVENT_{name.upper()}"

    def setting(self, name: str) -> str:
        return name

    def type(self, name: str) -> str:
        return f"appmint_{c_name(name)}"

    def member(self, owner: str, name: str, here: str) -> str:
        return f"appmint_{c_function(owner, name)}"

    def absence(self, returns: str) -> str:
        absent = {"time?": "APPMINT_NO_TIME", "flag?": "-1", "number?": "0", "ms?": "-1"}
        return absent.get(returns, self.none)


class Cpp(Language):
    def kind(self, name: str) -> str:
        return f"`ErrorKind::{name}`"

    def reason(self, name: str) -> str:
        return f"`Reason::{name}`"

    def literal(self, text: str) -> str:
        return f'"{text}"'

    def event(self, name: str) -> str:
        return f"`EventKind::{name}`"

    def member(self, owner: str, name: str, here: str) -> str:
        return f"`{owner}::{name}`" if owner and owner != here else f"`{name}`"


class Python(Language):
    def kind(self, name: str) -> str:
        return self.code(python_error(name))

    def reason(self, name: str) -> str:
        return self.code(f'"{name}"')

    def literal(self, text: str) -> str:
        return self.code(f'"{text}"')

    def member(self, owner: str, name: str, here: str) -> str:
        return self.code(f"{owner or 'appmint'}.{name}" if owner != here else name)


class Node(Language):
    def kind(self, name: str) -> str:
        return node_error(name)

    def kind_in_text(self, name: str) -> str:
        return f"{{@link {node_error(name)}}}"

    def argument(self, name: str) -> str:
        return camel(name, name in DURATIONS)

    def setting(self, name: str) -> str:
        return f"{{@link AppOptions.{setting_in_node(name)}}}"

    def type(self, name: str) -> str:
        return f"{{@link {type_in_node(name)}}}"

    def member(self, owner: str, name: str, here: str) -> str:
        returns = entries()[f"{owner}.{name}" if owner else name].returns
        name = camel(name, returns.rstrip("?") == "ms")
        return f"{{@link {type_in_node(owner)}.{name}}}" if owner else f"{{@link {name}}}"


RUST = Rust("rust", "`None`")
PLAIN = Plain("rust", "`None`")
C_ = C("c", "NULL")
CPP = Cpp("cpp", "no value")
PYTHON = Python("python", "None", is_marked=False)
PYTHON_PAGE = Python("python", "`None`")  # where code is marked
NODE = Node("node", "null")
ALL = {language.key: language for language in (RUST, C_, CPP, PYTHON, NODE)}


def pascal(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def camel(name: str, is_duration: bool = False) -> str:
    return re.sub(r"_(.)", lambda found: found[1].upper(), name) + ("Ms" if is_duration else "")


def path_in_rust(name: str) -> str:
    elsewhere = {"Platform": "platform::Platform"}.get(name, name)
    return "crate::" + contract()["type"].get(name, {}).get("rust", elsewhere)


def exception(path: str, name: str) -> str:
    return contract()["except"]["node"].get(path, name)


def type_in_node(name: str) -> str:
    return exception(f"object.{name}", name)


def setting_in_node(name: str) -> str:
    is_duration = contract()["config"][name]["type"] in ("ms", "seconds")
    return exception(f"config.{name}", camel(name, is_duration))


def node_error(kind: str) -> str:
    return exception(f"error.{kind}", pascal(kind) + "Error")


def python_error(kind: str) -> str:
    return {"key": "PrivateKeyError"}.get(kind, pascal(kind) + "Error")


def c_name(name: str) -> str:
    return contract()["type"].get(name, {}).get("c", name.lower())


def c_suffix(returns: str) -> str:
    return {"time": "_ms", "time?": "_ms", "seconds": "_s", "ms": "_ms", "ms?": "_ms"}.get(returns, "")


def c_function(owner: str, name: str) -> str:
    """The function of a member, without `appmint_`."""
    facts = entries()[f"{owner}.{name}" if owner else name].facts
    if "c" in facts.get("except", {}):
        return facts["except"]["c"]
    unit = "_ms" if owner == "ManualClock" else c_suffix(facts.get("returns", ""))
    return f"{c_name(owner)}_{name}{unit}" if owner else name
