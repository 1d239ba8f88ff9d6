"""Writes a C header with one call of every function that only reads an object.

With STARTS_CALLS there is another function, which starts every call that has a form without waiting, and cancels it.

usage: every.py include/appmint.h objects.h [SOURCE...] > every.h

Fails if a function is called neither there nor in one of the sources, unless it does network I/O.
"""

import re
import sys
from pathlib import Path

from nulls import functions, split

# They change their object, or other objects.
CHANGING = {"appmint_app_apply_webhook", "appmint_callback_failed"}
# Their object exists only in a callback, on a thread of the library.
IN_CALLBACKS = ("appmint_event_", "appmint_bytes_put", "appmint_callback_failed", "appmint_transport_response_")
# Functions that may wait for a server: an app, a source, a list or a login, and a status.
NETWORK = {
    "appmint_discover", "appmint_login_wait", "appmint_login_open_browser", "appmint_device_login_poll",
    "appmint_device_login_wait", "appmint_installations_next", "appmint_items_next", "appmint_repositories_next",
    "appmint_webhook_deliveries_next", "appmint_source_request", "appmint_source_revoke",
    *(f"appmint_app_{name}" for name in (
        "check_token convert_manifest delete_grant delete_installation delete_token end_session exchange_code exchange_token "
        "find_installation finish_authorization finish_install introspect_token redeliver_webhook refresh registration "
        "request reset_token revoke_credentials revoke_installation_token revoke_token scope_token start_device_login "
        "start_session suspend_installation unsuspend_installation update_webhook_config webhook_config "
        "webhook_delivery").split()),
}


def is_owned(result):
    return result.startswith("appmint_") and result.endswith("*")


def is_getter(result, name, parameters):
    if is_owned(result) and not name.endswith(("_copy", "_new")):
        return False
    if result in ("appmint_status", "void") or name in CHANGING or name.endswith(("_copy", "_new")):
        return name in ("appmint_error_kind", "appmint_error_reason")
    return not name.startswith(IN_CALLBACKS[0]) or name == "appmint_event_kind_name"


def arguments(parameters):
    for kind, name in map(split, parameters):
        match kind:
            case "size_t *": yield "&len"
            case "const char *": yield '"contents"'
            case "size_t": yield "APPMINT_NTS" if name.endswith("_len") else "0"
            case "int32_t" | "appmint_status" | "appmint_reason": yield "1"
            case _: yield re.sub(r"const appmint_(\w+) \*", r"all->\1", kind)


def call(result, name, parameters):
    given = list(arguments(parameters))
    owner = next((each for each in given if each.startswith("all->")), None)
    guard = f"if ({owner}) " if owner else ""
    used = "use_text" if result == "const char *" else "use"
    value = f"{name}({', '.join(given)})"
    return f"  {guard}{used}({value if used == 'use_text' else f'(int64_t)({value})' if '*' not in result else f'({value}) != NULL'});"


def started(name, parameters, fields):
    """Starts a call and cancels it. Objects that there are none of are NULL, which is refused."""
    given = [handle(kind, given, fields) for kind, given in zip(map(split, parameters), arguments(parameters))]
    return f"  cancel_started({name}({', '.join(given)}), &call);"


def handle(parameter, given, fields):
    match parameter:
        case ["appmint_call **", _]: return "&call"
        case ["appmint_lookup" | "int64_t", _]: return "0"
    if given.startswith("all->") and given[5:] in fields:
        return given
    return given if given.startswith(('"', "APP")) or given == "0" else "NULL"


def main(header, sources):
    declared = list(functions(Path(header).read_text()))
    getters = [each for each in declared if is_getter(*each)]
    written = "".join(Path(source).read_text() for source in sources)
    starting = [each for each in declared if each[1].endswith("_async")]
    known = {name for _, name, _ in getters + starting} | set(re.findall(r"appmint_\w+", written)) | NETWORK
    missing = [name for _, name, _ in declared if name not in known and not name.startswith(IN_CALLBACKS)]
    unknown = sorted(NETWORK - {name for _, name, _ in declared})
    if missing or unknown:
        sys.exit(f"called nowhere: {missing}, in no header: {unknown}")
    print("/* Written by tests/c/every.py. */\n")
    print("/* Calls every function that only reads an object. */")
    print("static void call_every_getter(const objects *all) {\n  size_t len;\n  (void)len;")
    print("\n".join(call(*each) for each in getters))
    print("}\n\n#ifdef STARTS_CALLS")
    print("static void start_every_call(const objects *all) {\n  appmint_call *call = NULL;")
    fields = set(re.findall(r"\*(\w+)", written.partition("} objects;")[0]))
    print("\n".join(started(name, parameters, fields) for _, name, parameters in starting))
    print("}\n#endif")


main(sys.argv[1], sys.argv[2:])
