"""The Python surface against the contract, both ways: nothing missing, nothing extra."""

import inspect

import appmint
import pytest
from appmint import _errors, _native

from surface import SURFACE

# Conveniences that only Python has.
OWN = {name: set(members) for name, members in SURFACE["own"]["python"].items()}
OWN_NAMES = {"Error", "Headers", "Store", "Transport", "TransportRequest", "__version__"}
# Arguments that requests and httpx have, too.
OWN_ARGUMENTS = {"request": {"params"}, "request_async": {"params"}, "paginate": {"params"}}
# Types of closed sets of names, for annotations.
LITERALS = {"ErrorKind", "EventKind", "Reason", "RepositorySelection", "TokenKind", "TokenTypeHint"}
# Members that are a protocol of Python.
SPELLED = {("Listing", "next"): "__next__"}
# Settings that another one takes, too: `store` is a URL, a path or an object of the program.
BUNDLED = {"own_store"}


# The name that is awaited for a member, where it is not the member's name with _async.
AWAITED = {("Listing", "next"): "__anext__"}


def parameters(function):
    return [name for name in inspect.signature(function).parameters if name != "self"]


def members(cls):
    spelled = {name for (owner, _), name in [*SPELLED.items(), *AWAITED.items()] if owner == cls.__name__}
    return {name for name in vars(cls) if name in spelled or not name.startswith("_")}


def awaited(name, member):
    return AWAITED.get((name, member), f"{member}_async")


def names_in_python(name):
    operations = SURFACE["object"][name].items()
    coroutines = {awaited(name, member) for member, details in operations if details.get("out")}
    return {SPELLED.get((name, member), member) for member, _ in operations} | coroutines


def names_of(args):
    """`json? | body?` is two arguments in Python."""
    return [name.strip().rstrip("?") for arg in args for name in arg.split("|")]


def required(args):
    return {arg for arg in args if not arg.endswith("?")}


def test_every_setting_is_a_keyword_of_app():
    signature = inspect.signature(appmint.App)
    assert set(signature.parameters) == set(SURFACE["config"]) - BUNDLED
    kinds = {name: parameter.kind for name, parameter in signature.parameters.items()}
    assert kinds.pop("platform") is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert set(kinds.values()) == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("name", SURFACE["object"])
def test_every_object_has_its_members(name):
    assert members(getattr(appmint, name)) == names_in_python(name) | OWN.get(name, set())


MEMBERS = [(name, member, details) for name, operations in SURFACE["object"].items()
           for member, details in operations.items()]
OPERATIONS = [(name, SPELLED.get((name, member), member), details) for name, member, details in MEMBERS]
COROUTINES = [(name, awaited(name, member), details) for name, member, details in MEMBERS if details.get("out")]


@pytest.mark.parametrize(("name", "member", "details"), [*OPERATIONS, *COROUTINES])
def test_every_operation_has_its_arguments(name, member, details):
    of = inspect.getattr_static(getattr(appmint, name), member)
    args = details.get("args", [])
    if not callable(of):
        assert not args and not details.get("out"), "a property has no arguments and uses no network"
        return
    signature = inspect.signature(of)
    own = OWN_ARGUMENTS.get(member, set())
    assert [each for each in parameters(of) if each not in own] == names_of(args)
    assert own <= set(parameters(of))
    required_names = {p.name for p in signature.parameters.values() if p.default is p.empty} - {"self"}
    assert required_names == required(args)


@pytest.mark.parametrize("name", ["installation", "scope_token", "install_url"])
def test_only_the_first_argument_may_be_positional(name):
    _self, _positional, *others = inspect.signature(getattr(appmint.App, name)).parameters.values()
    assert {parameter.kind for parameter in others} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("name", ["find_installation", "authorize", "start_login",
                                  "start_device_login", "app_tokens", "update_webhook_config"])
def test_optional_arguments_are_keywords_only(name):
    _self, *others = inspect.signature(getattr(appmint.App, name)).parameters.values()
    assert {parameter.kind for parameter in others} == {inspect.Parameter.KEYWORD_ONLY}


def test_a_coroutine_takes_what_its_blocking_form_takes():
    assert inspect.signature(appmint.discover) == inspect.signature(appmint.discover_async)
    for name, member, details in COROUTINES:
        if not member.startswith("_"):
            blocking = getattr(getattr(appmint, name), member.removesuffix("_async"))
            assert inspect.signature(blocking) == inspect.signature(getattr(getattr(appmint, name), member))


@pytest.mark.parametrize("name", ["App", "Login", "DeviceLogin"])
def test_an_object_that_ends_is_a_context_manager(name):
    assert callable(getattr(appmint, name).__enter__) and callable(getattr(appmint, name).__exit__)


def test_the_module_exports_the_surface_and_nothing_else():
    errors = {error.__name__ for error in _errors.BY_KIND.values()}
    coroutines = {f"{name}_async" for name, details in SURFACE["module"].items() if details.get("out")}
    wanted = set(SURFACE["module"]) | coroutines | set(SURFACE["object"]) | errors | OWN_NAMES | LITERALS
    assert set(appmint.__all__) == wanted
    assert all(hasattr(appmint, name) for name in wanted)


def test_every_kind_of_error_is_a_class():
    kinds = SURFACE["error"]["kinds"]
    assert _native.kinds() == kinds
    assert list(_errors.BY_KIND) == kinds
    for kind, error in _errors.BY_KIND.items():
        assert error.kind == kind
        assert issubclass(error, appmint.Error)
        assert getattr(appmint, error.__name__) is error


def test_every_reason_is_known():
    assert _native.reasons() == SURFACE["error"]["reasons"]


def test_every_kind_of_event_is_known():
    assert _native.event_kinds() == SURFACE["event"]["kinds"]


def test_every_error_has_its_fields():
    error = appmint.Error("no")
    own = {"args", "add_note", "with_traceback"}
    shown = {name for name in dir(error) if not name.startswith("_")} - own
    assert shown == set(SURFACE["error"]["fields"])
