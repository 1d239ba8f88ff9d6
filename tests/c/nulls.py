"""Writes a C program that calls every function of the header with arguments that it must survive.

usage: nulls.py include/appmint.h > nulls.c
"""

import re
import sys

# Functions without an object among their arguments.
FREE_STANDING = {
    "appmint_version",
    "appmint_abi_version",
    "appmint_platforms",
    "appmint_error_kind_name",
    "appmint_error_reason_name",
    "appmint_secret_pattern",
    "appmint_token_kind_name",
    "appmint_event_kind_name",
    "appmint_clock_new",
    "appmint_config_new",
    "appmint_authorization_request_new",
    "appmint_login_request_new",
    "appmint_request_new",
    "appmint_scope_new",
    "appmint_webhook_update_new",
}

# Functions that need nothing but places.
MAKING = {"appmint_queue_new"}

# Texts that may be NULL.
OPTIONAL = {
    ("appmint_app_exchange_code", "redirect_uri"),
    ("appmint_app_exchange_code", "code_verifier"),
    ("appmint_app_scope_token", "target"),
    ("appmint_app_scope_token", "target_id"),
    ("appmint_app_install_url", "state"),
    ("appmint_app_app_tokens", "subject"),
    ("appmint_app_revoke_token", "token_type_hint"),
    ("appmint_app_introspect_token", "token_type_hint"),
    ("appmint_app_install_url", "redirect_uri"),
    ("appmint_app_exchange_token", "subject_token_type"),
    ("appmint_app_exchange_token", "audience"),
    ("appmint_app_exchange_token", "resource"),
    ("appmint_app_start_session", "account_id"),
    ("appmint_app_paginate", "items"),
    ("appmint_source_paginate", "items"),
}
# The form without waiting takes the same arguments.
OPTIONAL |= {(f"{name}_async", text) for name, text in OPTIONAL}

# Texts that may be bytes: the DER of a certificate, a header in another charset.
OF_BYTES = {
    ("appmint_transport_response_add_header", "value"),
    ("appmint_config_set_root_certificates", "root_certificates"),
    ("appmint_config_set_client_certificate", "client_certificate"),
}

# Objects that exist only in a callback.
OF_CALLBACKS = {"appmint_bytes *", "appmint_transport_response *"}

# A new object with setters, and a function that uses it, in which `draft` stands for the object.
DRAFTS = {
    "config": ("appmint_config_new()", "appmint_app_new(draft, {place}, &error)"),
    "request": (
        'appmint_request_new("GET", APPMINT_NTS, "/", APPMINT_NTS)',
        "appmint_app_request(the_app, draft, {place}, &error)",
    ),
    "authorization_request": (
        "appmint_authorization_request_new()",
        "appmint_app_authorize(the_app, draft, {place}, &error)",
    ),
    "login_request": (
        "appmint_login_request_new()",
        "appmint_app_start_login(the_app, draft, {place}, &error)",
    ),
    "scope": (
        "appmint_scope_new()",
        'appmint_app_installation_by(the_app, APPMINT_LOOKUP_ID, "1", 1, draft, {place}, &error)',
    ),
    "webhook_update": (
        "appmint_webhook_update_new()",
        "appmint_app_update_webhook_config(the_app, draft, {place}, &error)",
    ),
}
RESULTS = {
    "config": "app",
    "request": "response",
    "authorization_request": "authorization",
    "login_request": "login",
    "scope": "source",
    "webhook_update": "webhook_config",
}

# Functions that return -1 for NULL.
UNKNOWN = {
    "appmint_repository_is_private",
    "appmint_webhook_config_insecure_ssl",
    "appmint_webhook_delivery_is_redelivery",
    "appmint_error_retry_after_ms",
    "appmint_event_duration_ms",
    "appmint_queue_fd",
    "appmint_callback_failed",
}

PROLOGUE = """
#include <appmint.h>
#include <stdio.h>
#include <string.h>

static int failures;
static char place;
static void *const untouched = &place;
#define CHECK(what, condition) \\
  do { if (!(condition)) { failures++; printf("%s: %s\\n", what, #condition); } } while (0)

static const char bad_utf8[] = "a\\xff", nul_inside[] = "a\\0b";
static const size_t bad_lens[] = {2}, nul_lens[] = {3}, long_lens[] = {APPMINT_NTS - 1};
static const char *const null_text[] = {NULL}, *const bad_text[] = {bad_utf8}, *const nul_text[] = {nul_inside};

static int sign(void *userdata, const uint8_t *message, size_t message_len, uint8_t *signature,
                size_t *signature_len) {
  (void)userdata, (void)message, (void)message_len;
  memset(signature, 1, *signature_len = 256);
  return 0;
}

static void refused(const char *what, appmint_status status, appmint_error *error, const char *message) {
  CHECK(what, status == APPMINT_ERROR_INVALID_ARGUMENT);
  CHECK(what, error != NULL && appmint_error_kind(error) == status);
  if (message && error && !strstr(appmint_error_message(error), message))
    failures++, printf("%s: %s, not %s\\n", what, appmint_error_message(error), message);
  appmint_error_free(error);
}
"""


def functions(header):
    code = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    pattern = r"^([a-z][a-z0-9_ ]*?[ *]+)(appmint_\w+)\(([^()]*)\);"
    for result, name, parameters in re.findall(pattern, code, flags=re.M):
        parameters = [" ".join(each.split()) for each in parameters.split(",")]
        yield result.strip(), name, [p for p in parameters if p != "void"]


def split(parameter):
    """Type and name."""
    kind, name = re.match(r"(.*?)(\w+)$", parameter).groups()
    return kind.strip(), name


def is_place(kind):
    return kind.endswith("**")


def is_text(kind):
    return kind in ("const char *", "const void *")


class Call:
    """One call of a function, with arguments chosen by a rule."""

    def __init__(self, result, name, parameters, choose, label):
        self.result, self.name, self.label = result, name, label
        self.parameters = [split(parameter) for parameter in parameters]
        self.arguments = [choose(kind, each, i) for i, (kind, each) in enumerate(self.parameters)]

    def places(self):
        return [name for kind, name in self.parameters if is_place(kind) and name != "error"]

    def lines(self, message):
        what = f'"{self.name}, {self.label}"'
        yield "  {"
        for kind, name in self.parameters:
            if is_place(kind) and f"&{name}" in self.arguments:
                initial = "NULL" if name == "error" else "untouched"
                yield f"    {kind[:-1].strip()}{name} = {initial};"
        call = f"{self.name}({', '.join(self.arguments)})"
        has_error = "&error" in self.arguments
        if self.result == "appmint_status" and has_error:
            yield f"    appmint_status status = {call};"
            yield f"    refused({what}, status, error, {message});"
        elif self.name == "appmint_error_kind":
            yield f"    CHECK({what}, {call} == APPMINT_OK);"
        elif self.result == "appmint_status":
            yield f"    CHECK({what}, {call} == APPMINT_ERROR_INVALID_ARGUMENT);"
        elif self.result == "void":
            yield f"    {call};"
        elif "*" in self.result:
            yield f"    CHECK({what}, {call} == NULL);"
        elif self.name.endswith(("_at_ms", "_before_ms", "_now_ms", "event_clock_offset_ms")):
            yield f"    CHECK({what}, {call} == APPMINT_NO_TIME);"
        else:
            expected = -1 if self.name in UNKNOWN else 0
            yield f"    CHECK({what}, {call} == {expected});"
        for name in self.places():
            if f"&{name}" in self.arguments:
                yield f"    CHECK({what}, (void *){name} == untouched);"
        yield "  }"


def null(kind, name, _):
    return "NULL" if "*" in kind else "0"


def null_but_places(kind, name, _):
    return f"&{name}" if is_place(kind) else null(kind, name, _)


def is_array(kind):
    return kind in ("const appmint_header *", "const char *const *")


def handle(kind):
    if kind in OF_CALLBACKS or kind == "void *":
        return "NULL"
    return re.sub(r"(const )?appmint_(\w+) \*", r"the_\2", kind)


def with_handles(changes=()):
    """Objects that are there and arguments that are fine, but for `changes`: name to argument."""
    changes = dict(changes)

    def choose(kind, name, index):
        if name in changes:
            return changes[name]
        if is_place(kind):
            return f"&{name}"
        if is_array(kind) or kind == "const size_t *":
            return "NULL"
        if is_text(kind):
            return '"x"'
        if kind == "size_t" and not name.endswith("_count"):
            return "APPMINT_NTS"
        return handle(kind) if "*" in kind else "0"

    return choose


def wrong_arguments(name, parameters):
    """The wrong arguments of a function: a label, the arguments, and the message that they cause."""
    for kind, parameter in map(split, parameters):
        len_of = f"{parameter}_len"
        if is_text(kind) and f"{len_of}" in [split(each)[1] for each in parameters]:
            if (name, parameter) not in OPTIONAL:
                yield f"{parameter} NULL", {parameter: "NULL", len_of: "0"}, f"{parameter} is NULL"
            wrong = {parameter: '"x"', len_of: "APPMINT_NTS - 1"}
            yield f"{parameter} too long", wrong, f"the length of {parameter} is not a valid length"
        if kind == "const char *" and (name, parameter) not in OF_BYTES:
            for length in ("APPMINT_NTS", "2"):
                yield f"{parameter} bad", {parameter: "bad_utf8", len_of: length}, f"{parameter} is not UTF-8"
            yield f"{parameter} with NUL", {parameter: "nul_inside", len_of: "3"}, f"{parameter} contains a NUL"
        if kind == "const char *const *":
            one, count, lens = parameter.removesuffix("s"), f"{parameter}_count", f"{parameter}_lens"
            yield f"{parameter} NULL", {count: "1"}, f"{parameter} is NULL"
            for text, length, message in (
                ("null_text", "NULL", "is NULL"),
                ("bad_text", "NULL", "is not UTF-8"),
                ("bad_text", "bad_lens", "is not UTF-8"),
                ("nul_text", "nul_lens", "contains a NUL"),
            ):
                yield f"{one} {message}", {parameter: text, lens: length, count: "1"}, f"{one} {message}"
            wrong = {parameter: "bad_text", lens: "long_lens", count: "1"}
            yield f"{one} too long", wrong, f"the length of {one} is not a valid length"
            wrong = {parameter: "bad_text", count: "APPMINT_NTS / 8"}
            yield f"{parameter} too many", wrong, f"the number of {parameter} is not a valid number"
        if kind == "int64_t" and parameter.endswith(("_ms", "_s")) and parameter != "now_ms":
            yield f"{parameter} negative", {parameter: "-2"}, f"{parameter} is negative"
            if not name.startswith(("appmint_source_", "appmint_login_wait", "appmint_call_wait")):
                yield f"{parameter} -1", {parameter: "APPMINT_DEFAULT"}, f"{parameter} is negative"


def draft_of(name):
    """The object that a setter changes, or a `_new` with arguments makes."""
    match = re.match(r"appmint_(\w+?)_(?:(?:set|add)_\w+|new)$", name)
    return match[1] if match and match[1] in DRAFTS else None


def draft_lines(name, parameters, label, wrong, message):
    """A wrong argument of a setter is reported by the function that uses the object, every time."""
    kind = draft_of(name)
    new, use = DRAFTS[kind]
    is_new = name.endswith("_new")
    draft = {} if is_new else {split(parameters[0])[1]: "draft"}
    choose = with_handles({**wrong, **draft})
    arguments = ", ".join(choose(*split(each), i) for i, each in enumerate(parameters))
    yield "  {"
    yield f"    appmint_{kind} *draft = {f'{name}({arguments})' if is_new else new};"
    if not is_new:
        yield f"    {name}({arguments});"
    yield "    int time;"
    yield "    for (time = 0; time < 2; time++) {"
    yield f"      appmint_{RESULTS[kind]} *result = untouched;"
    yield "      appmint_error *error = NULL;"
    yield f"      appmint_status status = {use.format(place='&result')};"
    yield f'      refused("{name}, {label}", status, error, "{message}");'
    yield f'      CHECK("{name}, {label}", (void *)result == untouched);'
    yield "    }"
    yield f"    appmint_{kind}_free(draft);"
    yield "  }"


def main(path):
    declared = list(functions(open(path).read()))
    out = [f"/* Written by tests/c/nulls.py. */{PROLOGUE}", "static void nulls(void) {"]
    for result, name, parameters in declared:
        if name in FREE_STANDING:
            continue
        for choose, label in ((null, "all NULL"), (null_but_places, "NULL with places"))[: 1 if name in MAKING else 2]:
            out += Call(result, name, parameters, choose, label).lines("NULL")
    out += ["}", ""]
    count = 0
    body = []
    for result, name, parameters in declared:
        for label, wrong, message in wrong_arguments(name, parameters):
            if result == "appmint_status":
                body += Call(result, name, parameters, with_handles(wrong), label).lines(f'"{message}"')
            elif draft_of(name):
                body += draft_lines(name, parameters, label, wrong, message)
            else:
                continue
            count += 1
    out += [
        "static void wrong(appmint_config *the_config, appmint_app *the_app,",
        "                  appmint_authorization_request *the_authorization_request,",
        "                  appmint_login_request *the_login_request, appmint_token *the_token,",
        "                  appmint_authorization *the_authorization, appmint_source *the_source,",
        "                  appmint_request *the_request, appmint_scope *the_scope,",
        "                  appmint_webhook_update *the_webhook_update, appmint_clock *the_clock,",
        "                  appmint_login *the_login, appmint_queue *the_queue, appmint_call *the_call) {",
        "  (void)the_login_request, (void)the_webhook_update, (void)the_authorization_request, (void)the_request;",
        "  (void)the_config, (void)the_scope;",
        *body,
        "}",
        "",
        "int main(void) {",
        "  appmint_config *config = appmint_config_new();",
        "  appmint_app *app = NULL;",
        '  appmint_request *request = appmint_request_new("GET", 3, "/", 1);',
        "  appmint_authorization_request *authorization_request = appmint_authorization_request_new();",
        "  appmint_authorization *authorization = NULL;",
        "  appmint_login_request *login_request = appmint_login_request_new();",
        "  appmint_login *login = NULL;",
        "  appmint_signer signer = {sizeof signer, NULL, sign, NULL};",
        "  appmint_token *token = NULL;",
        "  appmint_source *source = NULL;",
        "  appmint_clock *clock = appmint_clock_new(0);",
        "  appmint_scope *scope = appmint_scope_new();",
        "  appmint_webhook_update *update = appmint_webhook_update_new();",
        "  appmint_queue *queue = NULL;",
        "  appmint_call *call = NULL;",
        '  appmint_config_set_platform(config, "github", APPMINT_NTS);',
        '  appmint_config_set_app_id(config, "75", APPMINT_NTS);',
        '  appmint_config_set_client_id(config, "x", APPMINT_NTS);',
        "  appmint_config_set_signer(config, &signer);",
        '  CHECK("app", appmint_app_new(config, &app, NULL) == APPMINT_OK);',
        '  CHECK("token", appmint_app_jwt(app, &token, NULL) == APPMINT_OK);',
        '  CHECK("source", appmint_app_installation(app, "1", 1, &source, NULL) == APPMINT_OK);',
        '  CHECK("login", appmint_app_start_login(app, login_request, &login, NULL) == APPMINT_OK);',
        '  CHECK("authorization", appmint_app_authorize(app, authorization_request, &authorization, NULL) == APPMINT_OK);',
        '  CHECK("queue", appmint_queue_new(&queue, NULL) == APPMINT_OK);',
        '  CHECK("call", appmint_app_jwt_async(app, NULL, NULL, NULL, &call, NULL) == APPMINT_OK);',
        "  nulls();",
        "  wrong(config, app, authorization_request, login_request, token, authorization, source, request, scope, update,",
        "        clock, login, queue, call);",
        "  appmint_call_free(call);",
        "  appmint_queue_free(queue);",
        "  appmint_authorization_free(authorization);",
        "  appmint_token_free(token);",
        "  appmint_source_free(source);",
        "  appmint_clock_free(clock);",
        "  appmint_login_free(login);",
        "  appmint_login_request_free(login_request);",
        "  appmint_webhook_update_free(update);",
        "  appmint_scope_free(scope);",
        "  appmint_request_free(request);",
        "  appmint_authorization_request_free(authorization_request);",
        "  appmint_app_free(app);",
        "  appmint_config_free(config);",
        f'  printf("{len(declared)} functions, {count} wrong arguments, %d failures\\n", failures);',
        "  return failures != 0;",
        "}",
    ]
    print("\n".join(out))


if __name__ == "__main__":
    main(sys.argv[1])
