"""Writes docs/descriptor.schema.json, the JSON Schema of a descriptor, from the structs that the core reads it into.

usage: schema.py [--check]

A struct is an object without further members; a member is required unless it is an Option or has a default. A
descriptor that `extends` another one is a merge patch (RFC 7396): there nothing is required, and null takes a member
away, so each object has a second definition, with `Patch` at the end of its name.
"""

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "core" / "src"
SOURCES = [*sorted(path.relative_to(CORE).as_posix() for path in (CORE / "platform").glob("*.rs")), "time.rs"]
SCHEMA = ROOT / "docs" / "descriptor.schema.json"
URL = "https://appmint.github.io/appmint/descriptor.schema.json"
ITEM = re.compile(
    r"(?P<docs>(?:^ *///.*\n)*)(?P<attributes>(?:^ *#\[.*\]\n)*)^pub(?:\(\w+\))? (?P<what>struct|enum) (?P<name>\w+) \{\n"
    r"(?P<body>(?:.*\n)*?)^\}", re.MULTILINE)
MEMBER = re.compile(
    r"(?P<docs>(?:^ {4}///.*\n)*)(?P<attributes>(?:^ {4}#\[.*\]\n)*)^ {4}(?:pub(?:\(\w+\))? )?(?P<name>\w+): (?P<type>.*),$",
    re.MULTILINE)
VARIANT = re.compile(
    r"(?P<docs>(?:^ {4}///.*\n)*)(?P<attributes>(?:^ {4}#\[.*\]\n)*)^ {4}(?P<name>\w+)(?: \{ (?P<fields>.*) \})?,$", re.MULTILINE)
POINTER = {"type": "string", "pattern": "^(/|$)", "description": "A JSON pointer (RFC 6901)."}
POINTERS = {"type": "array", "items": {"$ref": "#/$defs/Pointer"}, "description": "JSON pointers (RFC 6901), tried in order."}
PLAIN = {
    "String": {"type": "string"}, "bool": {"type": "boolean"}, "Value": {},
    **{name: {"$ref": f"#/$defs/{name}"} for name in ("Pointer", "Pointers")},
    "u16": {"type": "integer", "minimum": 0, "maximum": 65535},
    **{number: {"type": "integer", "minimum": 0} for number in ("u32", "u64", "usize")},
}


@dataclass
class Item:
    """A struct or an enum of the core that a part of a descriptor is read into."""

    module: str
    what: str
    name: str
    docs: str
    attributes: str
    members: list[re.Match] = field(default_factory=list)

    def has(self, text: str) -> bool:
        return text in self.attributes


def main() -> int:
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if "--check" not in sys.argv:
        SCHEMA.write_text(text, "utf-8")
        return 0
    if SCHEMA.read_text("utf-8") == text:
        return 0
    print("docs/descriptor.schema.json differs from the core's structs: run `make docs` to update it")
    return 1


def schema() -> dict:
    writer = Writer(list(items()))
    whole, patch = writer.reference("descriptor", "Descriptor", False), writer.reference("descriptor", "Descriptor", True)
    writer.definitions["DescriptorPatch"]["properties"]["extends"] = {
        "type": "string", "description": "The built-in platform of which this descriptor has the differences (RFC 7396)."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": URL,
        "title": "The descriptor of a platform",
        "if": {"required": ["extends"]}, "then": patch, "else": whole,
        "$defs": dict(sorted(writer.definitions.items())),
    }


def items():
    for source in SOURCES:
        text = (CORE / source).read_text("utf-8").partition("#[cfg(test)]")[0]
        for found in ITEM.finditer(text):
            if "Deserialize" in found["attributes"]:
                pattern = MEMBER if found["what"] == "struct" else VARIANT
                members = list(pattern.finditer(found["body"]))
                yield Item(Path(source).stem, found["what"], found["name"], docs(found["docs"]), found["attributes"], members)


class Writer:
    """Collects the definitions that the schema refers to."""

    def __init__(self, known: list[Item]):
        self.known, self.definitions = known, {"Pointer": POINTER, "Pointers": POINTERS}

    def reference(self, module: str, name: str, patch: bool) -> dict:
        item = self.item(module, name)
        is_ambiguous = sum(it.name == name for it in self.known) > 1
        key = (item.module.capitalize() if is_ambiguous else "") + name + ("Patch" if patch and item.what == "struct" else "")
        if key not in self.definitions:
            self.definitions[key] = {}  # it may refer to itself
            made = self.struct(item, patch) if item.what == "struct" else self.enum(item)
            self.definitions[key] = described(item.docs, made)
        return {"$ref": f"#/$defs/{key}"}

    def item(self, module: str, name: str) -> Item:
        named = [it for it in self.known if it.name == name]
        own = [it for it in named if it.module == module]
        (found,) = own or named
        return found

    def struct(self, item: Item, patch: bool) -> dict:
        properties, required = {}, []
        for member in item.members:
            name = renamed(member)
            type_ = member["type"].removeprefix("Option<").removesuffix(">") if member["type"].startswith("Option<") else member["type"]
            made = described(docs(member["docs"]), self.of_member(item.module, member, type_, patch))
            properties[name] = {"anyOf": [made, {"type": "null"}]} if patch else made
            if member["type"] == type_ and "default" not in member["attributes"] and not item.has("default)]"):
                required.append(name)
        made = {"type": "object", "properties": properties, "additionalProperties": False}
        return made if patch or not required else made | {"required": required}

    def of_member(self, module: str, member: re.Match, type_: str, patch: bool) -> dict:
        if member["name"] == "schema":
            return {"const": 1}
        if "one_or_several" in member["attributes"]:
            one = self.of_type(module, type_.removeprefix("Vec<").removesuffix(">"), False)
            return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}
        return self.of_type(module, type_, patch)

    def of_type(self, module: str, type_: str, patch: bool) -> dict:
        if type_ in PLAIN:
            return PLAIN[type_]
        if type_ in ("ErrorKind", "Reason"):
            return {"enum": words(type_)}
        if type_ == "Operations":
            values = self.of_map(self.reference("operations", "Endpoint", patch), patch)
            return values | {"propertyNames": {"enum": operations()}}
        if of_list := re.fullmatch(r"Vec<(.+)>", type_):
            return {"type": "array", "items": self.of_type(module, of_list[1], False)}
        if of_map := re.fullmatch(r"(?:BTree)?Map<(\w+), (.+)>", type_):
            made = self.of_map(self.of_type(module, of_map[2], patch), patch)
            return made | ({"propertyNames": {"pattern": POINTER["pattern"]}} if of_map[1] == "Pointer" else {})
        return self.reference(module, type_, patch)

    def of_map(self, values: dict, patch: bool) -> dict:
        return {"type": "object", "additionalProperties": {"anyOf": [values, {"type": "null"}]} if patch else values}

    def enum(self, item: Item) -> dict:
        if tag := re.search(r'tag = "(\w+)"', item.attributes):
            return {"oneOf": [self.tagged(item.module, tag[1], variant) for variant in item.members]}
        return {"oneOf": [described(docs(it["docs"]), {"const": renamed(it, snake)}) for it in item.members]}

    def tagged(self, module: str, tag: str, variant: re.Match) -> dict:
        fields = dict(part.split(": ") for part in (variant["fields"] or "").split(", ") if part)
        properties = {tag: {"const": renamed(variant, snake)}}
        properties |= {name: self.of_type(module, type_, False) for name, type_ in fields.items()}
        made = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
        return described(docs(variant["docs"]), made)


def docs(comment: str) -> str:
    return " ".join(line.strip().removeprefix("///").strip() for line in comment.strip().splitlines())


def described(text: str, made: dict) -> dict:
    return made | {"description": text} if text else made


def renamed(member: re.Match, otherwise=str) -> str:
    name = re.search(r'rename = "([^"]+)"', member["attributes"])
    return name[1] if name else otherwise(member["name"])


def snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def words(enum: str) -> list[str]:
    text = (CORE / "error" / "words.rs").read_text("utf-8")
    body = re.search(rf"^    {enum} \{{\n(.*?)^    \}}", text, re.MULTILINE | re.DOTALL)[1]
    return re.findall(r'= \d+, "(\w+)";', body)


def operations() -> list[str]:
    text = (CORE / "platform" / "operations.rs").read_text("utf-8")
    return re.findall(r'^            Self::\w+ => "(\w+)",$', text.partition("fn description")[0], re.MULTILINE)


if __name__ == "__main__":
    sys.exit(main())
