"""Writes docs/errors.md, each kind and reason of an error, from core/src/error/words.rs and docs/errors.toml.

usage: errors.py [--check]
"""

import json
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORDS = ROOT / "core" / "src" / "error" / "words.rs"
TEXTS = ROOT / "docs" / "errors.toml"
PAGE = ROOT / "docs" / "errors.md"
SHORTEST = 8  # characters of a text that are not placeholders
HEAD = """# Errors

Each error has a **kind**, which answers *what can I do?*, often a finer **reason**, a message, and a hint. The names are the same in
every language. Branch on the kind; write the rest into your log: no error holds a secret or the body of an answer.

| | C | C++ | Python | Node | Rust |
|---|---|---|---|---|---|
| kind | the function's status | `error.kind()` | the class, or `error.kind` | `error.kind` | `error.kind()` |
| reason | `appmint_error_reason` | `error.reason()` | `error.reason` | `error.reason` | `error.reason()` |
| message and hint | `appmint_error_to_string` | `error.what()` | `str(error)` | `error.message`, `error.hint` | `{error}` |
| wait before the next attempt | `appmint_error_retry_after_ms` | `error.retry_after()` | `error.retry_after` | `error.retryAfterMs` | `error.retry_after()` |
| may the same call work later? | `appmint_error_is_retryable` | `error.is_retryable()` | `error.is_retryable` | `error.isRetryable` | `error.is_retryable()` |

[Mint for an organization](guides/organization.md#react-to-errors) shows the code. This page is generated from the core's list:
`make docs`.

"""


def main() -> int:
    texts = tomllib.loads(TEXTS.read_text("utf-8"))
    kinds, reasons = words("ErrorKind"), words("Reason")
    complaints = wrong("kind", kinds, texts["kind"]) + wrong("reason", reasons, texts["reason"])
    complaints += [f"reason {name}: there is no kind {kind}" for name, text in texts["reason"].items()
                   for kind in text.get("kinds", []) if kind not in kinds]
    complaints += [*unmade(texts)]
    if complaints:
        print(*complaints, sep="\n")
        return 1
    page = HEAD + kinds_of(kinds, texts) + reasons_of(reasons, texts["reason"])
    if "--check" not in sys.argv:
        PAGE.write_text(page, "utf-8")
        return 0
    if PAGE.read_text("utf-8") == page:
        return 0
    print("docs/errors.md differs from the core's kinds and reasons: run `make docs` to update it")
    return 1


def words(enum: str) -> dict[str, tuple[int, str]]:
    """The values of an enum: a name to its number and its sentence."""
    body = re.search(rf"^    {enum} \{{\n(.*?)^    \}}", WORDS.read_text("utf-8"), re.MULTILINE | re.DOTALL)[1]
    value = re.compile(r"((?:\s*///.*\n)+)\s*\w+ = (\d+), \"(\w+)\";")
    return {it[3]: (int(it[2]), sentence(it[1])) for it in value.finditer(body)}


def sentence(comment: str) -> str:
    return " ".join(line.strip().removeprefix("///").strip() for line in comment.strip().splitlines())


def wrong(what: str, named: dict, told: dict) -> list[str]:
    complaints = [f"docs/errors.toml has no [{what}.{name}]" for name in named if name not in told]
    complaints += [f"docs/errors.toml: there is no {what} {name}" for name in told if name not in named]
    for name, text in told.items():
        lacking = {"cause", "do"} - text.keys()
        complaints += [f"docs/errors.toml: {what} {name} has no `{member}`" for member in sorted(lacking)]
    return complaints


def unmade(texts: dict):
    """The examples that no text of the core makes."""
    patterns = [re.compile(pattern) for pattern in set(makeable())]
    for what, told in texts.items():
        for name, text in told.items():
            for part in filter(None, parts(text.get("example", ""))):
                if not any(pattern.fullmatch(part) for pattern in patterns):
                    yield f"docs/errors.toml: {what} {name}: nothing in the core says `{part}`"


def parts(example: str) -> list[str]:
    """The message and the hint: the hint begins with a capital after a full stop."""
    message, _, hint = example.partition(". ")
    return [message, hint]


def makeable():
    """The messages that can be made, as patterns: the core's literals with anything in the place of `{…}`, and hints of descriptors."""
    yield r".+ (?:refused|failed): \d{3}(?:, .+)?"  # core/src/platform/refusal.rs
    literal = re.compile(r'"((?:[^"\\\n]|\\.|\\\n\s*)*)"')
    for path in sorted((ROOT / "core" / "src").rglob("*.rs")):
        code = path.read_text("utf-8").partition("#[cfg(test)]")[0]
        text = "".join(line for line in code.splitlines(True) if not line.lstrip().startswith("//"))
        for found in literal.findall(text):
            plain = re.sub(r"\\\n\s*", "", found).replace('\\"', '"')
            fixed = re.split(r"\{[^{}]*\}", plain)
            if sum(map(len, fixed)) >= SHORTEST:  # `{why}` alone would match everything
                yield ".+".join(map(re.escape, fixed))
    for path in sorted((ROOT / "core" / "platforms").glob("*.json")):
        rules = json.loads(path.read_text("utf-8")).get("errors", {}).get("rules", [])
        yield from (re.escape(rule["hint"]) for rule in rules if "hint" in rule)


def kinds_of(kinds: dict, texts: dict) -> str:
    reasons = {kind: [name for name, text in texts["reason"].items() if kind in text["kinds"]] for kind in kinds}
    chapters = []
    for name, (number, doc) in kinds.items():
        finer = ", ".join(f"[`{it}`](#{it})" for it in reasons[name])
        chapters.append(chapter(name, number, doc, texts["kind"][name]) + (f"Reasons: {finer}.\n" if finer else ""))
    return "## Kinds\n\n" + "\n".join(chapters) + "\n"


def reasons_of(reasons: dict, texts: dict) -> str:
    chapters = [chapter(name, number, doc, texts[name]) + f"Kind: {kinds_in(texts[name])}.\n"
                for name, (number, doc) in reasons.items()]
    return "## Reasons\n\n" + "\n".join(chapters)


def kinds_in(text: dict) -> str:
    return " or ".join(f"[`{kind}`](#{kind})" for kind in text["kinds"])


def chapter(name: str, number: int, doc: str, text: dict) -> str:
    lines = [f"### `{name}` {{#{name}}}", f"{doc} Number {number}.", f"- **Cause.** {text['cause']}\n- **Do.** {text['do']}"]
    if "example" in text:
        lines.append(f"```text\n{text['example']}\n```")
    return "\n\n".join(lines) + "\n\n"


if __name__ == "__main__":
    sys.exit(main())
