"""The Node surface against the contract, both ways: nothing missing, nothing extra.

Node itself lists what exists at run time; the names of arguments are in the `.d.cts` only.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest

from surface import SURFACE

HERE = Path(__file__).parent
NODE = HERE.parents[1] / "bindings-node"
TYPES = (NODE / "index.d.cts").read_text("utf-8")

# Members that only Node has; those of classes themselves are in the types only.
STATIC = {"create", "fromEnv", "constructor"}
OWN = {name: set(members) - STATIC for name, members in SURFACE["own"]["node"].items()}
# The ways in which JavaScript programs send requests.
OWN_SETTINGS = {"fetch", "dispatcher"}
OWN_NAMES = {"AppmintError"}
# onChange returns a function that unsubscribes, as event emitters of JavaScript do.
FUNCTIONS = {"Subscription"}
OBJECTS = {name: members for name, members in SURFACE["object"].items() if name not in FUNCTIONS}
OWN_ERROR_FIELDS = {"code"}
# Durations among the arguments and the fields of errors, for which the contract has no types.
DURATIONS = {"timeout", "min_valid", "by", "retry_after"}

REFLECTION = """
const appmint = require('appmint')
const native = require('./native.cjs')
const own = (type) => Object.getOwnPropertyNames(type.prototype).filter((name) => name !== 'constructor')
const isClass = (value) => typeof value === 'function' && value.prototype !== undefined
const classes = Object.entries(appmint).filter(([, value]) => isClass(value))
const errors = classes.filter(([, type]) => type.prototype instanceof appmint.AppmintError)
const details = { reason: 'tls', hint: 'h', status: 1, platformCode: 'p', requestId: 'r', ssoUrl: 's', retryAfterMs: 1 }
const error = new appmint.ServerError('m', details)
let refused
try { new appmint.App({ unknown: 1 }) } catch (thrown) { refused = thrown.hint }
console.log(JSON.stringify({
  names: Object.keys(appmint),
  members: Object.fromEntries(classes.map(([name, type]) => [name, own(type)])),
  getters: Object.fromEntries(classes.map(([name, type]) => [name, own(type).filter((member) =>
    Object.getOwnPropertyDescriptor(type.prototype, member).get)])),
  settings: refused.match(/^The options are (.*)\\.$/)[1].split(', '),
  errors: errors.map(([name, type]) => [type.kind, name]),
  codes: errors.map(([, type]) => new type('m').code),
  fields: [...Object.keys(error), 'message', ...own(appmint.AppmintError).filter((name) => name !== 'name')],
  kinds: native.errorKinds(),
  reasons: native.errorReasons(),
  eventKinds: native.eventKinds(),
  tokenKinds: native.tokenKinds(),
}))
"""


@pytest.fixture(scope="module")
def node():
    command = ["node", "--input-type=commonjs", "--eval", REFLECTION]
    done = subprocess.run(command, cwd=NODE, check=True, stdout=subprocess.PIPE, timeout=60)
    return json.loads(done.stdout)


def camel(name):
    return re.sub(r"_(.)", lambda match: match[1].upper(), name)


def exception(path, name):
    """A name, unless the contract has another form of it for Node."""
    return SURFACE["except"]["node"].get(path, name)


def class_name(name):
    return exception(f"object.{name}", name)


def member_name(name, is_duration):
    """A name in camel case, with the unit of a duration."""
    return camel(name) + ("Ms" if is_duration or name in DURATIONS else "")


def setting_name(name):
    is_duration = SURFACE["config"][name]["type"] in ("seconds", "ms")
    return exception(f"config.{name}", member_name(name, is_duration))


def members_of(name):
    return {member: member_name(member, details["returns"].rstrip("?") == "ms")
            for member, details in SURFACE["object"][name].items()}


def error_class(kind):
    return exception(f"error.{kind}", "".join(word.capitalize() for word in kind.split("_")) + "Error")


def block(kind, name):
    """The lines of a class or an interface in the types, without their comments."""
    body = re.search(rf"^export (?:abstract )?{kind} {name}\b[^{{]*\{{(\}}|.*?^\}})", TYPES, re.M | re.S)
    return re.sub(r"/\*\*.*?\*/", "", body[1], flags=re.S)


def declared(name):
    """Members in the types: names to the parameters of all overloads, or to None for a property."""
    found = {}
    for line in block("class", name).splitlines():
        member = re.match(r"\s+(?:readonly |get )?(\w+)(\?)?(\((.*)\))?: ", line)
        if member:
            is_method = member[3] and "get " not in line
            found[member[1]] = found.get(member[1], {}) | parameters(member[4]) if is_method else None
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
    return {member_name(name.strip().rstrip("?"), False) for arg in args for name in arg.split("|")}


OPERATIONS = [
    (name, member, details)
    for name, operations in OBJECTS.items()
    for member, details in operations.items()
]
# Classes whose instances have fields, and whose prototypes have nothing but methods that reveal.
RECORDS = ["Installation", "WebhookEvent", "Registration", "Repository", "WebhookConfig", "WebhookDelivery", "Event",
           "Stats", "Introspection", "Quota"]


def test_the_module_exports_the_surface_and_nothing_else(node):
    errors = {error_class(kind) for kind in SURFACE["error"]["kinds"]}
    wanted = set(map(camel, SURFACE["module"])) | set(map(class_name, OBJECTS)) | errors | OWN_NAMES
    assert set(node["names"]) == wanted
    values = re.findall(r"^export (?:abstract )?(?:const|class|function) (\w+)", TYPES, re.M)
    assert set(values) == wanted


def test_discovery_takes_the_settings_of_the_network():
    listed = SURFACE["module"]["discover"]["settings"]
    params = re.search(r"^export function discover\((.*)\): Promise<string>$", TYPES, re.M)[1]
    assert accepted(parameters(params)) == {"issuer", "signal", *map(setting_name, listed)}


def test_every_setting_is_an_option_of_app(node):
    wanted = set(map(setting_name, SURFACE["config"])) | OWN_SETTINGS
    assert set(node["settings"]) == wanted
    assert options("AppOptions") == wanted


@pytest.mark.parametrize("name", OBJECTS)
def test_every_object_has_its_members(node, name):
    wanted = set(members_of(name).values()) | OWN.get(class_name(name), set())
    assert set(declared(class_name(name))) == wanted
    if name in RECORDS:
        assert set(node["members"][class_name(name)]) == {m for m in wanted if m.startswith("reveal")}
    else:
        fields = {"Authorization": {"url", "state", "redirectUri"}, "Response": {"status", "headers", "body"}}
        assert set(node["members"][class_name(name)]) | fields.get(name, set()) == wanted


@pytest.mark.parametrize(("name", "member", "details"), OPERATIONS)
def test_every_operation_has_its_arguments(node, name, member, details):
    params = declared(class_name(name))[members_of(name)[member]]
    args = details.get("args", [])
    if params is None:
        assert not args and not details.get("out"), "a property has no arguments, and sends nothing"
        return
    assert camel(member) not in node["getters"][class_name(name)]
    assert accepted(params) == names_of(args) | waiting(name, details)


def waiting(name, details):
    """The option that ends the waiting. A list takes it once, for all its pages."""
    is_list = details["returns"].startswith("Listing of ")
    is_call = details.get("out") and name != "Listing"
    return {"signal"} if is_list or is_call else set()


def test_every_call_over_the_network_returns_a_promise():
    for name, member, details in OPERATIONS:
        line = re.search(rf"^\s+{camel(member)}\(.*", block("class", class_name(name)), re.M)
        assert bool(details.get("out")) == bool(line and ": Promise<" in line[0]), f"{name}.{member}"


def test_every_kind_of_error_is_a_class(node):
    kinds = SURFACE["error"]["kinds"]
    assert node["kinds"] == kinds
    assert node["errors"] == [[kind, error_class(kind)] for kind in kinds]
    assert node["codes"] == [f"ERR_APPMINT_{kind.upper()}" for kind in kinds]
    for kind in kinds:
        members = block("class", error_class(kind))
        assert f"readonly kind: '{kind}'" in members
        assert f"readonly code: 'ERR_APPMINT_{kind.upper()}'" in members


UNIONS = {"ErrorKind": "kinds", "Reason": "reasons", "EventKind": "eventKinds", "TokenKind": "tokenKinds"}


def test_the_core_has_the_listed_reasons_and_kinds_of_events(node):
    assert node["reasons"] == SURFACE["error"]["reasons"]
    assert node["eventKinds"] == SURFACE["event"]["kinds"]


@pytest.mark.parametrize("name", UNIONS)
def test_a_union_type_has_the_members_of_the_cores_list(node, name):
    union = re.search(rf"^export type {name} =\n((?:  \| '\w+'\n)+)", TYPES, re.M)
    assert re.findall(r"'(\w+)'", union[1]) == node[UNIONS[name]]


def test_every_error_has_its_fields(node):
    wanted = {member_name(field, False) for field in SURFACE["error"]["fields"]}
    assert set(node["fields"]) == wanted | OWN_ERROR_FIELDS
    assert set(declared("AppmintError")) | {"message"} == wanted | OWN_ERROR_FIELDS


def test_every_duration_is_a_number_of_milliseconds_and_says_so():
    typed = re.findall(r"\b(\w+)\??(?:\(\))?: (\w+)", re.sub(r"/\*\*.*?\*/", "", TYPES, flags=re.S))
    assert {kind for name, kind in typed if name.endswith("Ms")} == {"number"}
    durations = re.compile(r"(?i)(timeout|wait|valid|offset|duration|lease|lifetime|backdate|after|by)$")
    assert [name for name, kind in typed if kind == "number" and durations.search(name)] == []


def test_no_export_shadows_a_global(node):
    script = f"console.log(JSON.stringify({json.dumps(node['names'])}.filter((name) => name in globalThis)))"
    done = subprocess.run(["node", "--eval", script], check=True, stdout=subprocess.PIPE, timeout=60)
    assert json.loads(done.stdout) == []


def test_every_declaration_is_documented():
    lines = TYPES.splitlines()
    exempt = re.compile(r"  private constructor|  readonly (code: 'ERR_|kind: ')")
    declaration = re.compile(r"export |  (?:get |readonly )?[\w[.\]]+[?(<:]")
    bare = [line for before, line in zip(lines, lines[1:])
            if declaration.match(line) and not exempt.match(line) and not before.endswith("*/")]
    assert bare == []


# What the examples of the contract take from the program around them.
AROUND = """
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { App, AppmintError, RateLimitedError, Token, TokenSource, discover } from 'appmint'
declare const app: App, source: TokenSource, token: Token, clientId: string, clientSecret: string, url: string, callbackUrl: string
declare const request: import('node:http').IncomingMessage & { url: string, headers: Record<string, string> }
declare const process: { env: { WEBHOOK_SECRET: string } }
const used: unknown[] = []
"""
EXAMPLES = [details["example"]["node"] for table in (SURFACE["type"], SURFACE["module"], *SURFACE["object"].values())
            for details in table.values() if "node" in details.get("example", {})]


def test_the_examples_are_typed(tmp_path):
    assert len(EXAMPLES) > 10
    bodies = [f"async function example{number}() {{{example}}}" for number, example in enumerate(EXAMPLES)]
    # A property of an unknown error is the caller's to check.
    text = AROUND + "\n".join(bodies).replace("catch (error)", "catch (error: any)")
    (tmp_path / "examples.mts").write_text(text)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "appmint").symlink_to(NODE)
    (tmp_path / "node_modules" / "@types").symlink_to(NODE / "node_modules" / "@types")
    command = ["npx", "--no-install", "tsc", "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", tmp_path / "examples.mts"]
    done = subprocess.run(command, cwd=NODE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
