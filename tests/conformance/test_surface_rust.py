"""The Rust core offers what the contract names: nothing missing, nothing extra.

The sources are read as text. That is enough because rustfmt puts every item where these patterns
look for it, and a pattern that finds nothing fails a comparison.
"""

import re
from functools import cache

import pytest

from surface import ROOT, SURFACE

CORE = ROOT / "core" / "src"

# What Rust offers in its own way, each with its reason.
OWN = SURFACE["own"]["rust"]
ELSEWHERE = {
    "App": {"platform_name": "Platform::name", "clock_offset": "App::clock_offset_ms"},
    "Token": {"reveal_refresh_token": "Token::refresh_token, a Secret to reveal"},
    "ManualClock": {"now": "the trait Clock"},
    "Event": {
        "clock_offset": "Event::clock_offset_ms",
        "is_warning": "EventKind::is_warning",
        "text": "Display, as for an Error",
    },
    "Listing": {"next": "Listing::next_item and the iterator"},
    "Registration": {
        "reveal_client_secret": "Registration::client_secret, a Secret to reveal",
        "reveal_webhook_secret": "Registration::webhook_secret, a Secret to reveal",
        "reveal_private_key": "Registration::private_key, a Secret to reveal",
    },
}
# Settings that only Rust has.
OWN_SETTINGS = {"on_token_change": "for bindings that keep a source's token by themselves",
                "certificates_variable": "the custom of a language, which its binding knows"}
# Arguments that Rust bundles, and the types that bundle them.
BUNDLED = {"authorize": "AuthorizationRequest", "start_login": "LoginRequest", "request": "Call", "paginate": "Call, and items",
           "find_installation": "Lookup", "installation": "InstallationRequest", "exchange_code": "CodeExchange", "exchange_token": "TokenExchange",
           "update_webhook_config": "WebhookUpdate",
           "install_url": "InstallRequest", "scope_token": "Target and Scope", "app_tokens": "AppTokenRequest"}
# The time that a caller waits is an argument of Task::wait_within, and min_valid has methods of its own.
ELSEWHERE_ARGUMENTS = {"token": {"timeout", "min_valid"}, "authorization_header": {"timeout", "min_valid"}, "invalidate": {"token"}}
RENAMED = {"callback": "callback_url", "event": "webhook"}


# An item that only tests have: a line that ends with a semicolon, or a block that ends where it began.
FOR_TESTS = re.compile(r"^( *)#\[cfg\(test\)\]\n(?:\1[^\n]*;\n|\1.*?^\1\}\n)", re.MULTILINE | re.DOTALL)


@cache
def sources():
    return {path: FOR_TESTS.sub("", path.read_text("utf-8")) for path in CORE.rglob("*.rs")}


def blocks(pattern):
    """The bodies of the items whose first line matches, without what is indented no deeper."""
    found = []
    for text in sources().values():
        for match in re.finditer(rf"^{pattern} \{{\n(.*?)^\}}", text, re.MULTILINE | re.DOTALL):
            found.append(match[1])
    return found


def methods(name):
    """Public methods of a type, and the names of their arguments."""
    found = {}
    for body in blocks(rf"impl(?:<.*>)? {name}(?:<T>)?"):
        for match in re.finditer(r"^    pub (?:const )?fn (\w+)(?:<[^(]*>)?\((.*?)\)(?: ->| \{)",
                                 body, re.MULTILINE | re.DOTALL):
            names = re.findall(r"(\w+): (?!impl Fn)", match[2])
            closures = re.findall(r"(\w+): impl Fn", match[2])
            found[match[1]] = [RENAMED.get(argument, argument) for argument in names] + closures
    return found


def variants(enum):
    bodies = blocks(rf"pub enum {enum}")
    return {name.lower() for body in bodies for name in re.findall(r"^    (\w+)\(String\),", body, re.MULTILINE)}


def arguments(name, method):
    return {argument.rstrip("?") for argument in SURFACE["object"][name][method]["args"]}


def fields(name):
    bodies = blocks(rf"pub struct {name}")
    return {field for body in bodies for field in re.findall(r"^    pub (\w+):", body, re.MULTILINE)}


def words(enum):
    """The names of a `words!` list, in order."""
    (text,) = (text for path, text in sources().items() if path.name == "words.rs")
    body = re.search(rf"^    {enum} \{{\n(.*?)^    \}}", text, re.MULTILINE | re.DOTALL)[1]
    return re.findall(r'^        \w+ = \d+, "(\w+)";', body, re.MULTILINE)


@pytest.mark.parametrize("name", SURFACE["object"])
def test_objects_have_the_named_members_and_no_others(name):
    wanted = set(SURFACE["object"][name]) - set(ELSEWHERE.get(name, {}))
    offered = (set(methods(name)) | fields(name)) - set(OWN.get(name, {}))
    assert offered == wanted


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_is_elsewhere_is_named(name):
    assert set(ELSEWHERE[name]) <= set(SURFACE["object"][name])


@pytest.mark.parametrize("name", OWN)
def test_what_is_rusts_own_exists(name):
    assert set(OWN[name]) <= set(methods(name)) | fields(name)


@pytest.mark.parametrize(("name", "method"), [
    (name, method) for name, members in SURFACE["object"].items() for method in members
    if method not in ELSEWHERE.get(name, {}) and method not in BUNDLED])
def test_methods_take_the_named_arguments(name, method):
    wanted = [argument.rstrip("?") for argument in SURFACE["object"][name][method].get("args", [])]
    wanted = [argument for argument in wanted if argument not in ELSEWHERE_ARGUMENTS.get(method, ())]
    assert methods(name).get(method, []) == wanted


def test_an_authorization_request_has_the_arguments_of_authorize():
    assert fields("AuthorizationRequest") == arguments("App", "authorize")


def test_a_login_request_has_the_arguments_of_start_login():
    assert fields("LoginRequest") == arguments("App", "start_login")


def test_a_webhook_update_has_the_arguments_of_update_webhook_config():
    assert fields("WebhookUpdate") == arguments("App", "update_webhook_config")


def test_an_install_request_has_the_arguments_of_install_url():
    assert fields("InstallRequest") == arguments("App", "install_url")


def test_an_app_token_request_has_the_arguments_of_app_tokens():
    assert fields("AppTokenRequest") == arguments("App", "app_tokens")


def test_target_and_scope_have_the_arguments_of_scope_token():
    scope = arguments("App", "installation") - arguments("App", "find_installation")
    assert methods("App")["scope_token"] == ["token", "target", "scope"]
    assert variants("Target") == {"account", "id"}
    assert scope | {"token", "target", "target_id"} == arguments("App", "scope_token")


def test_a_lookup_has_the_arguments_of_find_installation():
    assert variants("Lookup") == arguments("App", "find_installation")


def test_a_lookup_and_a_scope_have_the_arguments_of_installation():
    scope = set(methods("Scope")) - {"all", "is_all", "narrowing", "permission"}
    assert variants("Lookup") | scope == arguments("App", "installation")
    assert fields("InstallationRequest") == {"lookup", "scope"}
    assert methods("App")["installation"] == ["request"]


def test_a_token_exchange_has_the_arguments_of_exchange_token():
    assert fields("TokenExchange") == arguments("App", "exchange_token")


def test_a_code_exchange_has_the_arguments_of_exchange_code():
    assert fields("CodeExchange") == arguments("App", "exchange_code")


def test_a_store_has_the_callbacks_of_own_store():
    (body,) = blocks(r"pub trait Store: [\w +:]+")
    named = list(SURFACE["interface"]["Store"])
    # What has a body is answered for all stores.
    assert re.findall(r"^    fn (\w+)\([^{};]*;", body, re.MULTILINE) == named


@pytest.mark.parametrize("name", ["App", "TokenSource"])
def test_a_call_has_the_arguments_of_request(name):
    args = " ".join(SURFACE["object"][name]["request"]["args"])
    wanted = {word.rstrip("?") for word in args.replace("|", " ").split()}
    offered = {"headers" if word == "header" else word for word in methods("Call")}
    offered |= set(methods("Call")["new"])
    if name == "TokenSource":
        wanted.add("token")  # a Call may bring a token of its own; a source has one already
    assert offered - {"new", "get", "json_text"} == wanted


def test_settings_are_the_named_ones_and_no_others():
    assert fields("Settings") - set(OWN_SETTINGS) == set(SURFACE["config"])


def test_the_builder_has_the_settings():
    chosen = {"platform", "platform_descriptor"}  # the constructors'
    offered = set(methods("AppBuilder")) - {"build", "build_task", "from_descriptor", "from_environment", "platform"}
    assert offered - set(OWN_SETTINGS) == set(SURFACE["config"]) - chosen


def test_event_kinds_are_the_named_ones_in_order():
    (text,) = (text for path, text in sources().items() if path.name == "event.rs")
    names = dict(re.findall(r'Self::(\w+) => "(\w+)"', text))
    listed = re.search(r"pub const ALL: .*? = \[\n(.*?)^    \];", text, re.MULTILINE | re.DOTALL)[1]
    (body,) = blocks("pub enum EventKind")
    variants = re.findall(r"^    (\w+),$", body, re.MULTILINE)
    assert re.findall(r"Self::(\w+)", listed) == variants == list(names)
    assert list(names.values()) == SURFACE["event"]["kinds"]


def test_error_kinds_are_the_named_ones_in_order():
    assert words("ErrorKind") == SURFACE["error"]["kinds"]


def test_error_reasons_are_the_named_ones_in_order():
    assert words("Reason") == SURFACE["error"]["reasons"]


def test_errors_have_the_named_members():
    makers = {"new", "invalid", "because", "advise", "caused_by", "passing"}  # for callbacks written in Rust
    assert set(methods("Error")) - makers == set(SURFACE["error"]["fields"])


def test_the_module_says_its_version_and_platforms():
    library = next(text for path, text in sources().items() if path.name == "lib.rs")
    assert "pub const VERSION" in library
    assert {"names", "discover"} <= set(methods("Platform"))
