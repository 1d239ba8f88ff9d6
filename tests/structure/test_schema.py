"""The JSON Schema of descriptors accepts each descriptor of the project, and refuses a member that the core refuses."""

import copy
import json
import sys
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import platforms  # noqa: E402
import schema  # noqa: E402

BUILT_IN = sorted((ROOT / "core" / "platforms").glob("*.json"))
DESCRIPTORS = [*BUILT_IN, ROOT / "tests" / "platforms" / "acme.json", *sorted((ROOT / "examples" / "platforms").glob("*.json"))]
SCHEMA = json.loads(schema.SCHEMA.read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
# Their members are names that the platform chose.
FREE = {"headers", "extra_claims", "parameters", "body", "operations", "requested", "payload"}


def named(path):
    return path.stem


def wrong(descriptor):
    return [error.message for error in VALIDATOR.iter_errors(descriptor)]


def objects(value, path=()):
    """The places of the objects that have the members of a struct."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    elif isinstance(value, dict) and not (path and path[-1] in FREE):
        yield path
    for name, inner in value.items() if isinstance(value, dict) else ():
        if not (path and path[-1] in FREE - {"operations"}):
            yield from objects(inner, (*path, name))


def with_more(descriptor, path):
    changed = copy.deepcopy(descriptor)
    place = changed
    for name in path:
        place = place[name]
    place["nmae"] = "x"
    return changed


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", DESCRIPTORS, ids=named)
def test_a_descriptor_of_the_project_is_accepted(path):
    assert wrong(json.loads(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", BUILT_IN, ids=named)
def test_what_a_descriptor_extends_is_accepted_with_it(path):
    assert wrong(platforms.load(path.stem)) == []


@pytest.mark.parametrize("path", DESCRIPTORS, ids=named)
def test_an_unknown_member_is_refused_wherever_it_stands(path):
    descriptor = json.loads(path.read_text("utf-8"))
    places = list(objects(descriptor))
    assert places
    assert not ["/".join(map(str, place)) for place in places if not wrong(with_more(descriptor, place))]


def test_a_missing_member_is_refused():
    github = json.loads((ROOT / "core" / "platforms" / "github.json").read_text("utf-8"))
    for name in ("schema", "name", "display_name", "verified", "as_of", "hosts", "api", "errors"):
        assert wrong({member: value for member, value in github.items() if member != name}), name


def test_the_members_are_those_of_the_structs():
    """The tool reads the sources by patterns: a struct whose members they overlook would be empty here."""
    for item in schema.items():
        if item.what == "struct":
            source = next(path for path in schema.SOURCES if Path(path).stem == item.module)
            body = (schema.CORE / source).read_text("utf-8").partition(f"struct {item.name} {{\n")[2].partition("\n}")[0]
            declared = [line for line in body.splitlines() if line.startswith("    ") and line.endswith(",") and "//" not in line and "#[" not in line]
            assert len(declared) == len(item.members) > 0, item.name
