"""The C surface, read from its header, beside the contract."""

import re

from surface import ROOT, SURFACE

# The types of the contract, and how they are called in C.
OBJECTS = {name: facts["c"] for name, facts in SURFACE["type"].items() if name in SURFACE["object"] and name != "Listing"}

# What a "Listing of …" is called in C, which has one type per item.
LISTINGS = {
    "Installation": "installations",
    "Repository": "repositories",
    "WebhookDelivery": "webhook_deliveries",
    "json": "items",
}

# The arguments of App.installation and App.scope_token that narrow are set on an appmint_scope. The
# arguments of App.find_installation and App.installation that look up are a text and an
# appmint_lookup. App.installation has a short form in C, app_installation, which takes an id, and a
# long one, app_installation_by.
SCOPE = {
    "repositories": "scope_add_repository",
    "repository_ids": "scope_add_repository_id",
    "permissions": "scope_set_permission",
}

# The arguments of App.update_webhook_config are set on an appmint_webhook_update.
UPDATE = {
    "url": "webhook_update_set_url",
    "content_type": "webhook_update_set_content_type",
    "secret": "webhook_update_set_secret",
    "insecure_ssl": "webhook_update_set_insecure_ssl",
}

# The arguments of App.start_login are set on an appmint_login_request.
LOGIN = {
    "scopes": "login_request_add_scope",
    "login_hint": "login_request_set_login_hint",
    "prompt": "login_request_set_prompt",
    "ports": "login_request_add_port",
    "path": "login_request_set_path",
    "host": "login_request_set_host",
}

# The type of the result of a call without waiting.
CALL_RESULTS = {
    "outcome", "app", "token", "text", "response", "installation", "repository", "device_login", "introspection",
    "webhook_config", "webhook_delivery", "registration",
}  # fmt: skip

# What C needs in addition, and why.
HELPERS = {
    # ownership; an event is the callback's only
    *(f"{name}_free" for name in [*OBJECTS.values(), *LISTINGS.values()] if name != "event"),
    "token_copy", "error_copy",  # to keep an argument of a callback
    "bytes_put",  # the result of a store's callback
    "transport_response_set_status", "transport_response_add_header", "transport_response_add_body",  # of a transport's
    "callback_failed", "error_cause",  # why a callback failed
    "config_new", "config_free", "app_new", "clock_new", "error_free",
    "abi_version",  # for programs that load the library by hand
    "error_kind_name", "error_reason_name", "token_kind_name", "event_kind_name",  # of numbers
    "error_to_string", "token_to_string",  # for logs
    "list_len", "list_at",  # lists and maps
    "map_len", "map_name_at", "map_value_at", "map_find",
    "text_reveal", "text_free",  # a secret that belongs to no other object
    # arguments that may be left out, of App.authorize and of both `request`
    "authorization_request_new", "authorization_request_free",
    "authorization_request_set_redirect_uri", "authorization_request_set_state",
    "authorization_request_add_scope", "authorization_request_set_login_hint",
    "authorization_request_set_prompt",
    "request_new", "request_free", "request_add_header", "request_set_json", "request_set_body",
    "request_set_token", "request_set_timeout_ms",
    "webhook_update_new", "webhook_update_free", *UPDATE.values(),
    "login_request_new", "login_request_free", *LOGIN.values(),
    "scope_new", "scope_free", *SCOPE.values(), "app_installation_by",
    "source_invalidate_token",  # with the argument that may be left out
    # calls without waiting, and the queues by which an event loop learns of them
    "queue_new", "queue_fd", "queue_dispatch", "queue_free",
    "call_is_complete", "call_wait", "call_cancel", "call_free", *(f"call_{result}" for result in CALL_RESULTS),
    "app_new_async",  # reading an encrypted key may take seconds
}  # fmt: skip


def header():
    return (ROOT / "include/appmint.h").read_text()


def declarations():
    """The header without its comments."""
    return re.sub(r"/\*.*?\*/", "", header(), flags=re.S)


def functions():
    """Names without `appmint_`."""
    return set(re.findall(r"^[a-z].*?\bappmint_(\w+)\(", declarations(), flags=re.M))


def arguments(surface, operation):
    """Those of an operation of App that may be left out."""
    args = surface["object"]["App"][operation]["args"]
    return [arg.removesuffix("?") for arg in args if arg.endswith("?")]


def listed(surface):
    """What there are lists of."""
    returns = [facts["returns"] for members in surface["object"].values() for facts in members.values()]
    return {kind.removeprefix("Listing of ") for kind in returns if kind.startswith("Listing of ")}


def declaration(function):
    """A function's parameters, as they are written."""
    return re.search(rf"^[a-z][^;]*?\bappmint_{function}\((.*?)\);", declarations(), flags=re.M | re.S)[1]


def parameters(function):
    """Names of a function's parameters, in order."""
    text = declaration(function)
    return re.findall(r"(\w+)(?:,|$)", text)


def has_result(function):
    """Whether a function with a status has a place for an object."""
    return len(re.findall(r"\*\*(?!error)", declaration(function))) > 0


def result(function):
    """The type of a function's result."""
    return re.search(rf"^([a-z].*?) ?\*?\bappmint_{function}\(", declarations(), flags=re.M)[1]


def is_setter(function):
    """Whether it sets a part of an object that a later function uses."""
    objects = "config|request|authorization_request|login_request|scope|webhook_update"
    return re.match(rf"({objects})_(set|add)_", function) is not None


def members(struct):
    """The functions in a struct, in order."""
    body = re.search(rf"^typedef struct {{([^{{}}]*)}} appmint_{struct};", declarations(), flags=re.M)
    return re.findall(r"^  \w+ \(\*(\w+)\)", body[1], flags=re.M)


def constants(prefix):
    """Name to number, names as in the contract."""
    found = re.findall(rf"^  {prefix}(\w+) = (\d+),?$", declarations(), flags=re.M)
    return {name.lower(): int(number) for name, number in found}


def suffix(kind):
    """Units stand in names."""
    return {"time": "_ms", "time?": "_ms", "seconds": "_s", "ms": "_ms", "ms?": "_ms"}.get(kind, "")


def outgoing(surface):
    """The functions that may go to the network."""
    names = {name for name, facts in surface["module"].items() if facts.get("out")}
    for name, members in surface["object"].items():
        kinds = LISTINGS.values() if name == "Listing" else [OBJECTS.get(name)]
        names |= {f"{kind}_{member}" for member, facts in members.items() if facts.get("out") for kind in kinds}
    return names


def expected(surface):
    """Every function that the contract asks for."""
    names = set(surface["module"])
    names |= {f"config_set_{key}{suffix(value['type'])}" for key, value in surface["config"].items()}
    for name, members in surface["object"].items():
        if name == "Listing":
            names |= {f"{listing}_{member}" for listing in LISTINGS.values() for member in members}
            continue
        for member, facts in members.items():
            if other := facts.get("except", {}).get("c"):
                names.add(other)
                continue
            unit = suffix(facts["returns"])
            if name == "ManualClock":
                unit = "_ms"
            names.add(f"{OBJECTS[name]}_{member}{unit}")
    names |= {f"{name}_async" for name in outgoing(surface)}
    fields = surface["error"]["fields"]
    names |= {f"error_{field}" + ("_ms" if field == "retry_after" else "") for field in fields}
    return names
