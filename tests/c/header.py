"""Programs out of include/appmint.h, for header.sh to compile.

usage: header.py INCLUDE examples       the examples in its comments, as functions
       header.py INCLUDE switches       a switch over each enum, with a case for each value
       header.py INCLUDE switches TAG   the same, but without the last case of this enum
       header.py INCLUDE circles        checks that the parts of the C++ header do not include each other
"""

import re
import sys
from pathlib import Path

# What an example may use without declaring it.
OBJECTS = {
    "config": "config",
    "app": "app",
    "source": "source",
    "token": "token",
    "error": "error",
    "request": "request",
    "response": "response",
    "listing": "installations",
    "installation": "installation",
    "scope": "scope",
    "authorization": "authorization",
    "webhook": "webhook_event",
    "registration": "registration",
    "queue": "queue",
    "call": "call",
}
PARAMETERS = {
    "i": "size_t i",
    "status": "appmint_status status",
    "pem": "const void *pem",
    "pem_len": "size_t pem_len",
    "store_key": "const char *store_key",
    "url": "const char *url",
    "headers": "const appmint_header *headers",
    "headers_count": "size_t headers_count",
    "body": "const void *body",
    "body_len": "size_t body_len",
}
PROLOGUE = """#include <appmint.h>
#include <stdio.h>
#include <time.h>

void redirect(const char *url);
const char *wait_for_callback(void);
void log_in_again(void);
void log_event(void *userdata, const appmint_event *event);
void watch(int fd);
void on_token(void *userdata, const appmint_call *call);
"""


def examples(header):
    """Title and lines of each example. Sections without one fail."""
    conventions, *sections = re.split(r"^/\* ---- (.*?) ---- \*/$", header, flags=re.M)
    yield "Conventions", code(conventions.split("The examples of the sections")[0])
    for title, section in zip(sections[::2], sections[1::2]):
        yield title, code(section.split("*/")[0])


def code(comment):
    lines = [line[3:] for line in comment.split("\n") if line.startswith(" * ") or line == " *"]
    begin = next(i for i, line in enumerate(lines) if line.startswith("  "))
    return [line for line in lines[begin:] if line.startswith("  ") or line.endswith(":")]


def function(number, title, lines):
    text = "\n".join(lines)
    words = set(re.findall(r"\w+", re.sub(r'".*?"', "", text)))
    for line in lines:
        assert not re.search(r"print|puts", line) or not re.search(r"reveal|header|verifier|seal", line), line
    declared = re.findall(r"^  appmint_\w+ \*(\w+) =", text, flags=re.M)
    objects = {name: kind for name, kind in OBJECTS.items() if name in words and name not in declared}
    parameters = [PARAMETERS[name] for name in PARAMETERS if name in words]
    freed = re.findall(r"appmint_\w+_free\((\w+)\)", text)
    yield f"/* {title} */"
    yield f"void example_{number}({', '.join(parameters) or 'void'});"
    yield f"void example_{number}({', '.join(parameters) or 'void'}) {{"
    yield from (f"  appmint_{kind} *{name} = NULL;" for name, kind in objects.items())
    yield "  {" if objects else ""
    yield from lines
    yield "  }" if objects else ""
    if "goto done" in text and "done:" not in lines:
        yield "done:"
    yield from (f"  appmint_{kind}_free({name});" for name, kind in objects.items() if name not in freed)
    yield "  return;"
    yield "}"


def enums(header):
    """Tag and values."""
    for tag, body in re.findall(r"^typedef enum (\w+) \{(.*?)\} \1;", header, flags=re.M | re.S):
        yield tag, re.findall(r"^  (APPMINT_\w+) = \d+", body, flags=re.M)


def switches(header, incomplete):
    yield "#include <appmint.h>"
    for tag, values in enums(header):
        assert len(values) > 1, tag
        yield f"int {tag}_of(int32_t number);"
        yield f"int {tag}_of(int32_t number) {{ switch ((enum {tag})number) {{"
        yield from (f"  case {value}: return 1;" for value in values[: -1 if tag == incomplete else None])
        yield "} return 0; }"


def circles(include):
    """The parts of the C++ header, each after those that it includes."""
    parts = {
        path.name: set(re.findall(r'^#include "(\w+\.hpp)"', path.read_text(), flags=re.M))
        for path in (include / "appmint").glob("*.hpp")
    }
    while parts:
        first = [name for name, needs in parts.items() if not needs & set(parts)]
        assert first, f"these include each other: {sorted(parts)}"
        yield from sorted(first)
        parts = {name: needs for name, needs in parts.items() if name not in first}


def main(include, what, *arguments):
    include = Path(include)
    header = (include / "appmint.h").read_text()
    lines = []
    if what == "examples":
        lines = [PROLOGUE]
        for number, (title, example) in enumerate(examples(header)):
            lines += function(number, title, example)
    if what == "switches":
        lines = switches(header, *arguments or [None])
    if what == "circles":
        lines = circles(include)
    if what == "enums":
        lines = [tag for tag, _ in enums(header)]
    print("\n".join(lines))


main(*sys.argv[1:])
