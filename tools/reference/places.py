"""Where the comment of each item stands in a file of source code, so that it can be replaced there."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Item:
    """An item that can have a comment: lines `start` to `end` (not included) are its comment now."""

    owner: str  # the type it is a member of; "type" for a type itself; "" for a function of the module
    name: str
    start: int
    end: int
    indent: str
    signature: str

    @property
    def parameters(self) -> list[str]:
        """Names of the parameters, in any of the languages: before a colon, or last before a comma."""
        inside = self.signature.partition("(")[2]
        return re.findall(r"(\w+)\??: ", inside) + re.findall(r"(\w+)(?: = [^,()]*(?:\(\))?| = \{\})?(?=,|\)|$)", inside)


def read(path: Path) -> list[str]:
    return path.read_text("utf-8").split("\n")


def replaced(lines: list[str], comments: list[tuple[Item, list[str]]]) -> str:
    """The file with these comments."""
    found = list(lines)
    for item, comment in sorted(comments, key=lambda it: it[0].start, reverse=True):
        found[item.start : item.end] = comment
    return "\n".join(found)


def indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


# ---- Rust, as rustfmt lays it out

RUST_BLOCK = re.compile(r"(?:\w+! \{ )?impl(?:<[^{]*>)? (\w+)(?:<[^{]*>)? \{$|(?:pub(?:\(crate\))? )struct (\w+)(?:<\w+>)? \{$|(mod) _native \{$|pub trait (\w+).* \{$")
RUST_TYPE = re.compile(r"(?:pub(?:\(crate\))? )(?:struct|enum|trait) (\w+)")
RUST_MEMBER = re.compile(r"    (?:pub(?:\(crate\))? )?(?:static |const )?fn (\w+)|    pub(?:\(crate\))? (\w+): |    (\w+): [^=]*;$")
RUST_ENUM = re.compile(r"pub(?:\(crate\))? enum (\w+) \{$|    (ErrorKind|Reason) \{$")
RUST_VALUE = re.compile(r"    (?:    )?(\w+)(?:\(String\))?(?: = \d+)?(?:, \"(\w+)\")?[,;]$")
RUST_FUNCTION = re.compile(r'(?:pub(?:\(crate\))? )?(?:unsafe )?(?:extern "C" )?fn (\w+)|    fn (\w+) / ')


def rust(lines: list[str]) -> list[Item]:
    found, owner = [], ""
    for i, line in enumerate(lines):
        if line.startswith("#[cfg(test)]"):
            break
        if it := RUST_TYPE.match(line):
            found.append(rust_item(lines, i, "type", it[1]))
        if it := RUST_BLOCK.match(line):
            owner = next(filter(None, it.groups()))
        elif line.startswith("}"):
            owner = ""
        elif it := RUST_MEMBER.match(line) if owner else RUST_FUNCTION.match(line):
            found.append(rust_item(lines, i, owner.removeprefix("mod"), next(filter(None, it.groups()))))
    return found


def rust_values(lines: list[str]) -> list[Item]:
    """The values of enums, by `value.ENUM`."""
    found, owner = [], ""
    for i, line in enumerate(lines):
        if it := RUST_ENUM.match(line):
            owner = it[1] or it[2]
        elif line in ("}", "    }"):
            owner = ""
        elif owner and (it := RUST_VALUE.match(line)):
            found.append(rust_item(lines, i, f"value.{owner}", it[2] or it[1]))
    return found


def rust_item(lines: list[str], i: int, owner: str, name: str) -> Item:
    top = i
    while top and is_above(lines[top - 1], lines[i]):
        top -= 1
    docs = [k for k in range(top, i) if lines[k].lstrip().startswith("///")]
    start, end = (docs[0], docs[-1] + 1) if docs else (top, top)
    return Item(owner, name, start, end, indent(lines[i]), rust_signature(lines, i))


def is_above(line: str, item: str) -> bool:
    """Whether a line belongs to what stands above an item: its comment, its attributes."""
    text = line.strip()
    if text.startswith("///"):
        return True
    ends = ("{", "}", ";", "{}") if "fn " in item else ("{", "}", ";", ",")
    return bool(text) and not text.endswith(ends) and not text.startswith("//") and "! {" not in text


def rust_signature(lines: list[str], i: int) -> str:
    text = ""
    for line in lines[i : i + 24]:
        text += line.strip() + " "
        if line.rstrip().endswith(("{", ";")) or ("fn " not in lines[i]):
            break
    return text.strip(" {")


# ---- C++

CPP_BLOCK = re.compile(r"(?:class|struct) (?:App::)?(\w+)(?: final)?(?: : [^{]*)? \{$")
CPP_MEMBER = re.compile(r"  (?! )(?:\[\[nodiscard\]\] )?(?:static |virtual |constexpr )?(?!using|friend|return|explicit|class|struct)[\w:<>, ]+[ &*]+(\w+)[({ =;]")
CPP_ENUM = re.compile(r"enum class (\w+) : .* \{$")
CPP_VALUE = re.compile(r"  (\w+) = APPMINT_\w+,$")
CPP_FUNCTION = re.compile(r"(?:\[\[nodiscard\]\] )?inline [\w:<>, ]+[ &*](\w+)\(")


def cpp(lines: list[str]) -> list[Item]:
    found: list[Item] = []
    owner, seen, is_public = "", set(), True
    for i, line in enumerate(lines):
        if it := CPP_BLOCK.match(line):
            owner, is_public = it[1], True
            found.append(cpp_item(lines, i, "type", owner))
        elif it := CPP_ENUM.match(line):
            owner = f"value.{it[1]}"
        elif line.startswith("};"):
            owner, is_public = "", True
        elif it := CPP_VALUE.match(line):
            found.append(cpp_item(lines, i, owner, it[1]))
        elif owner and line.strip() == "private:":
            is_public = False
        elif it := (CPP_MEMBER.match(line) if owner else CPP_FUNCTION.match(line)):
            key = (owner, it[1])
            if is_public and key not in seen and it[1] not in (owner, "operator"):
                found.append(cpp_item(lines, i, *key))
            seen.add(key)
    return found


def cpp_item(lines: list[str], i: int, owner: str, name: str) -> Item:
    start = i
    while lines[start - 1].lstrip().startswith("///"):
        start -= 1
    text = ""
    for line in lines[i : i + 8]:
        text += line.strip() + " "
        if ";" in line or "{" in line:
            break
    return Item(owner, name, start, i, indent(lines[i]), text.strip())


# ---- Python's stub

def python(lines: list[str]) -> list[Item]:
    found = []
    for node in ast.parse("\n".join(lines)).body:
        if isinstance(node, ast.ClassDef):
            found.append(python_item(lines, node, "type"))
            found += [python_item(lines, each, node.name) for each in node.body if isinstance(each, ast.FunctionDef)]
        elif isinstance(node, ast.FunctionDef):
            found.append(python_item(lines, node, ""))
    return found


def python_item(lines: list[str], node: ast.ClassDef | ast.FunctionDef, owner: str) -> Item:
    first = node.body[0]
    has_doc = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    start, end = (first.lineno - 1, first.end_lineno) if has_doc else (first.lineno - 1, first.lineno - 1)
    indent = " " * (node.col_offset + 4)
    signature = ""
    if isinstance(node, ast.FunctionDef):
        decorators = [ast.unparse(each) for each in node.decorator_list]
        is_property = "property" in decorators
        names = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, *filter(None, [node.args.kwarg])]
        arguments = ", ".join(each.arg for each in names if each.arg not in ("self", "cls"))
        signature = f"property {node.name}" if is_property else f"{node.name}({arguments})"
    return Item(owner, node.name, start, end, indent, signature)


def docstring(lines: list[str], item: Item) -> list[str]:
    """The docstring that an item has now."""
    text = "\n".join(line.removeprefix(item.indent) for line in lines[item.start : item.end])
    return text.removeprefix('"""').removesuffix('"""').strip().split("\n") if text else []


# ---- Node's types

NODE_BLOCK = re.compile(r"export (?:abstract )?(?:class|interface) (\w+)")
NODE_MEMBER = re.compile(r"  (?!private )(?:static |readonly |get )*(\w+)\??[(:<]")
NODE_VALUE = re.compile(r"export (?:const|function|type) (\w+)")


def node(lines: list[str]) -> list[Item]:
    found, owner, is_comment = [], "", False
    for i, line in enumerate(lines):
        is_comment = is_comment and "*/" not in lines[i - 1] or line.lstrip().startswith("/*")
        if is_comment:
            continue
        if it := NODE_BLOCK.match(line):
            owner = "" if line.rstrip().endswith("}") else it[1]
            found.append(node_item(lines, i, "type", it[1]))
        elif line.startswith("}"):
            owner = ""
        elif it := (NODE_MEMBER.match(line) if owner else NODE_VALUE.match(line)):
            found.append(node_item(lines, i, owner, it[1]))
    return found


def node_item(lines: list[str], i: int, owner: str, name: str) -> Item:
    start = i
    if lines[i - 1].rstrip().endswith("*/"):
        start = i - 1
        while "/**" not in lines[start]:
            start -= 1
    return Item(owner, name, start, i, indent(lines[i]), lines[i].strip())
