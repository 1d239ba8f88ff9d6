"""What the C surface offers, read from its header, against surface.toml."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# How surface.toml's objects are called in C.
OBJECTS = {
    "App": "app",
    "TokenSource": "source",
    "Token": "token",
    "Installation": "installation",
    "Authorization": "authorization",
    "Response": "response",
    "WebhookEvent": "webhook",
    "ManualClock": "clock",
    "Registration": "registration",
    "Introspection": "introspection",
    "Repository": "repository",
    "WebhookConfig": "webhook_config",
    "WebhookDelivery": "webhook_delivery",
    "Stats": "stats",
    "Event": "event",
    "Login": "login",
    "DeviceLogin": "device_login",
}

# What a "Listing of …" is called in C, which has one type per item.
LISTINGS = {
    "Installation": "installations",
    "Repository": "repositories",
    "WebhookDelivery": "webhook_deliveries",
}

# Those arguments of App.installation that narrow are given through an appmint_scope, which
# app_narrowed_installation and app_installation_on take; those of App.scope_token are given through
# one, too. What App.find_installation and App.installation look up is a text and its kind, an
# appmint_lookup, which app_find_installation_by and app_installation_on take.
SCOPE = {
    "repositories": "scope_add_repository",
    "repository_ids": "scope_add_repository_id",
    "permissions": "scope_set_permission",
}

# Arguments of App.update_webhook_config are given through an appmint_webhook_update.
CHANGE = {
    "url": "webhook_update_set_url",
    "content_type": "webhook_update_set_content_type",
    "secret": "webhook_update_set_secret",
    "insecure_ssl": "webhook_update_set_insecure_ssl",
}

# Arguments of App.start_login are given through an appmint_login_request.
LOGIN = {
    "scopes": "login_request_add_scope",
    "login_hint": "login_request_set_login_hint",
    "ports": "login_request_add_port",
    "path": "login_request_set_path",
}

# What C needs beside, and why.
HELPERS = {
    # ownership; an event is the callback's only
    *(f"{name}_free" for name in [*OBJECTS.values(), *LISTINGS.values()] if name != "event"),
    "token_copy", "error_copy",  # what a callback is shown, and wants to keep
    "bytes_put",  # what a store's callback found
    "config_new", "config_free", "app_new", "clock_new", "error_free",
    "abi_version",  # for programs that load the library by hand
    "error_kind_name", "error_reason_name", "error_to_string", "token_to_string",
    "list_len", "list_at",  # lists and maps
    "map_len", "map_name_at", "map_value_at", "map_find",
    "text_reveal", "text_free",  # a secret that belongs to no other object
    # arguments that may be left out, of App.authorize and of both `request`
    "authorization_request_new", "authorization_request_free",
    "authorization_request_set_redirect_uri", "authorization_request_set_state",
    "authorization_request_add_scope", "authorization_request_set_login_hint",
    "request_new", "request_free", "request_add_header", "request_set_json", "request_set_body",
    "request_set_token", "request_set_timeout_ms",
    "webhook_update_new", "webhook_update_free", *CHANGE.values(),
    "login_request_new", "login_request_free", *LOGIN.values(),
    "scope_new", "scope_free", *SCOPE.values(), "app_narrowed_installation",
    "app_find_installation_by", "app_installation_on",
}  # fmt: skip


def surface():
    return tomllib.loads((ROOT / "tests/conformance/surface.toml").read_text())


def header():
    return (ROOT / "include/appmint.h").read_text()


def functions():
    """Names without `appmint_`."""
    return set(re.findall(r"^[a-z].*?\bappmint_(\w+)\(", header(), flags=re.M))


def arguments(surface, operation):
    """Those of an operation of App that may be left out."""
    args = surface["object"]["App"][operation]["args"]
    return [arg.removesuffix("?") for arg in args if arg.endswith("?")]


def listed(surface):
    """What there are lists of."""
    returns = [facts["returns"] for members in surface["object"].values() for facts in members.values()]
    return {kind.removeprefix("Listing of ") for kind in returns if kind.startswith("Listing of ")}


def parameters(function):
    """Names of a function's parameters, in order."""
    text = re.search(rf"^[a-z].*?\bappmint_{function}\((.*?)\);", header(), flags=re.M | re.S)[1]
    return re.findall(r"(\w+)(?:,|$)", text)


def quoted(function):
    """What the comment of a function quotes, in order."""
    comment = re.search(rf"/\*\*((?:(?!\*/).)*)\*/\n[a-z][^\n]*\bappmint_{function}\(", header(), flags=re.S)
    return re.findall(r'"(\w+)"', comment[1])


def members(struct):
    """The functions in a struct, in order."""
    body = re.search(rf"^typedef struct {{([^{{}}]*)}} appmint_{struct};", header(), flags=re.M)
    return re.findall(r"^  \w+ \(\*(\w+)\)", body[1], flags=re.M)


def constants(prefix):
    """Name to number, names as in surface.toml."""
    found = re.findall(rf"^#define {prefix}(\w+) (\d+)$", header(), flags=re.M)
    return {name.lower(): int(number) for name, number in found}


def suffix(kind):
    """Units stand in names."""
    return {"time": "_ms", "time?": "_ms", "seconds": "_s", "ms": "_ms", "ms?": "_ms"}.get(kind, "")


def expected(surface):
    """Every function that surface.toml asks for."""
    names = set(surface["module"])
    names |= {f"config_set_{key}{suffix(value['type'])}" for key, value in surface["config"].items()}
    for name, members in surface["object"].items():
        if name == "Listing":
            names |= {f"{listing}_{member}" for listing in LISTINGS.values() for member in members}
            continue
        for member, facts in members.items():
            unit = suffix(facts["returns"])
            if name == "ManualClock":
                unit = "_ms"
            names.add(f"{OBJECTS[name]}_{member}{unit}")
    fields = surface["error"]["fields"]
    names |= {f"error_{field}" + ("_ms" if field == "retry_after" else "") for field in fields}
    return names
