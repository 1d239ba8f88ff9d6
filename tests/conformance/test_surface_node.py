"""The Node surface against surface.toml, both ways: nothing missing, nothing extra.

What exists at run time is asked of Node itself; arguments have names in the `.d.cts` only.
"""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NODE = HERE.parents[1] / "bindings-node"
SURFACE = tomllib.loads((HERE / "surface.toml").read_text("utf-8"))
TYPES = (NODE / "index.d.cts").read_text("utf-8")

# Conveniences that only Node has.
OWN = {
    "Response": {"json", "text"},
    "Token": {"toString"},
    "Listing": {"toArray", "return"},
}
OWN |= {name: OWN.get(name, set()) | {"toJSON"} for name in ["Response", "Token"]}
OWN_NAMES = {"AppmintError"}
# Where Node has another word: a store of the program's own is given as the store.
OWN_WORDS = {
    ("config", "own_store"): "store",
    ("Event", "duration"): "durationMs",
    ("Event", "clock_offset"): "clockOffsetMs",
}
OWN_ERROR_FIELDS = {"code"}

REFLECTION = """
const appmint = require('appmint')
const native = require('./native.cjs')
const own = (type) => Object.getOwnPropertyNames(type.prototype).filter((name) => name !== 'constructor')
const isClass = (value) => typeof value === 'function' && value.prototype !== undefined
const classes = Object.entries(appmint).filter(([, value]) => isClass(value))
const errors = classes.filter(([, type]) => type.prototype instanceof appmint.AppmintError)
const details = { reason: 'tls', hint: 'h', status: 1, platformCode: 'p', requestId: 'r', retryAfter: 1 }
const error = new appmint.ServerError('m', details)
let refused
try { new appmint.App({ nonsense: 1 }) } catch (thrown) { refused = thrown.hint }
console.log(JSON.stringify({
  names: Object.keys(appmint),
  members: Object.fromEntries(classes.map(([name, type]) => [name, own(type)])),
  getters: Object.fromEntries(classes.map(([name, type]) => [name, own(type).filter((member) =>
    Object.getOwnPropertyDescriptor(type.prototype, member).get)])),
  settings: refused.match(/^There is (.*)\\.$/)[1].split(', '),
  errors: errors.map(([name, type]) => [type.kind, name]),
  fields: [...Object.keys(error), 'message', ...own(appmint.AppmintError).filter((name) => name !== 'name')],
  kinds: native.errorKinds(),
  reasons: native.errorReasons(),
  eventKinds: native.eventKinds(),
}))
"""


@pytest.fixture(scope="module")
def node():
    command = ["node", "--input-type=commonjs", "--eval", REFLECTION]
    done = subprocess.run(command, cwd=NODE, check=True, stdout=subprocess.PIPE, timeout=60)
    return json.loads(done.stdout)


def camel(name):
    return re.sub(r"_(.)", lambda match: match[1].upper(), name)


def shown(*names):
    """How Node writes a name: its word for it where it has one of its own."""
    return OWN_WORDS.get(names, camel(names[-1]))


def error_class(kind):
    return "".join(word.capitalize() for word in kind.split("_")) + "Error"


def block(kind, name):
    """The lines of a class or an interface in the types, without their comments."""
    body = re.search(rf"^export (?:abstract )?{kind} {name}\b[^{{]*\{{(\}}|.*?^\}})", TYPES, re.M | re.S)
    return re.sub(r"/\*\*.*?\*/", "", body[1], flags=re.S)


def declared(name):
    """Members in the types: names to their parameters, or to None for a property."""
    found = {}
    for line in block("class", name).splitlines():
        member = re.match(r"\s+(?:readonly |get )?(\w+)(\?)?(\((.*)\))?: ", line)
        if member:
            is_method = member[3] and "get " not in line
            found[member[1]] = parameters(member[4]) if is_method else None
    return found


def parameters(text):
    return dict(re.findall(r"(\w+)(?:\?)?: ([\w| ]+)", text))


def options(interface):
    """Names in an interface and in those it extends."""
    head = re.search(rf"^export interface {interface}(?: extends ([\w, ]+))? {{", TYPES, re.M)
    names = set(re.findall(r"^\s+(\w+)\??: ", block("interface", interface), re.M))
    return names.union(*map(options, head[1].split(", "))) if head[1] else names


def accepted(params):
    """Every argument by name, whether by itself or a member of an object."""
    found = set()
    for name, kind in params.items():
        objects = [word for word in kind.split() if f"export interface {word} " in TYPES]
        found |= set().union(*map(options, objects)) if objects else {name}
    return found


def names_of(args):
    """`json? | body?` is two arguments in Node."""
    return {camel(name.strip().rstrip("?")) for arg in args for name in arg.split("|")}


OPERATIONS = [
    (name, member, details)
    for name, operations in SURFACE["object"].items()
    for member, details in operations.items()
]
# Its instances have fields, and its prototype nothing but what reveals.
RECORDS = ["Installation", "WebhookEvent", "Registration", "Repository", "WebhookConfig", "WebhookDelivery", "Event",
           "Stats", "Introspection"]


def test_the_module_shows_what_it_should_and_no_more(node):
    errors = {error_class(kind) for kind in SURFACE["error"]["kinds"]}
    wanted = set(SURFACE["module"]) | set(SURFACE["object"]) | errors | OWN_NAMES
    assert set(node["names"]) == wanted
    values = re.findall(r"^export (?:abstract )?(?:const|class|function) (\w+)", TYPES, re.M)
    assert set(values) == wanted


def test_discovery_takes_the_settings_of_the_network():
    said = SURFACE["module"]["discover"]["doc"]
    listed = re.search(r"how to reach the network: ([\w, ]+)", said)[1].strip().split(", ")
    params = re.search(r"^export function discover\((.*)\): Promise<string>$", TYPES, re.M)[1]
    assert accepted(parameters(params)) == {"issuer", "signal", *map(camel, listed)}


def test_every_setting_is_an_option_of_app(node):
    wanted = {shown("config", name) for name in SURFACE["config"]}
    assert set(node["settings"]) == wanted
    assert options("AppOptions") == wanted


@pytest.mark.parametrize("name", SURFACE["object"])
def test_every_object_has_its_members(node, name):
    wanted = {shown(name, member) for member in SURFACE["object"][name]} | OWN.get(name, set())
    assert set(declared(name)) == wanted
    if name in RECORDS:
        assert set(node["members"][name]) == {m for m in wanted if m.startswith("reveal")}
    else:
        fields = {"Authorization": {"url", "state", "redirectUri"}, "Response": {"status", "headers", "body"}}
        assert set(node["members"][name]) | fields.get(name, set()) == wanted


@pytest.mark.parametrize(("name", "member", "details"), OPERATIONS)
def test_every_operation_has_its_arguments(node, name, member, details):
    params = declared(name)[shown(name, member)]
    args = details.get("args", [])
    if params is None:
        assert not args and not details.get("out"), "a property takes nothing and sends nothing"
        return
    assert camel(member) not in node["getters"][name]
    assert accepted(params) == names_of(args) | waiting(name, details)


def waiting(name, details):
    """What ends the waiting. A list is told once, when it is made, for all its pages."""
    is_list = details["returns"].startswith("Listing of ")
    is_call = details.get("out") and name != "Listing"
    return {"signal"} if is_list or is_call else set()


def test_every_call_that_goes_out_is_a_promise():
    for name, member, details in OPERATIONS:
        line = re.search(rf"^\s+{camel(member)}\(.*", block("class", name), re.M)
        assert bool(details.get("out")) == bool(line and ": Promise<" in line[0]), f"{name}.{member}"


def test_every_kind_of_error_is_a_class(node):
    kinds = SURFACE["error"]["kinds"]
    assert node["kinds"] == kinds
    assert node["errors"] == [[kind, error_class(kind)] for kind in kinds]
    for kind in kinds:
        assert f"readonly code: '{kind}'" in block("class", error_class(kind))


def test_every_kind_and_reason_is_a_type(node):
    assert node["reasons"] == SURFACE["error"]["reasons"]
    assert node["eventKinds"] == SURFACE["event"]["kinds"]
    unions = {"ErrorKind": node["kinds"], "Reason": node["reasons"], "EventKind": node["eventKinds"]}
    for name, words in unions.items():
        union = re.search(rf"^export type {name} =\n((?:  \| '\w+'\n)+)", TYPES, re.M)
        assert re.findall(r"'(\w+)'", union[1]) == words


def test_every_error_has_its_fields(node):
    wanted = {camel(field) for field in SURFACE["error"]["fields"]}
    assert set(node["fields"]) == wanted | OWN_ERROR_FIELDS
    assert set(declared("AppmintError")) | {"message"} == wanted | OWN_ERROR_FIELDS
