"""Writes a C program that calls every function of the header with what it must survive.

usage: nulls.py include/appmint.h > nulls.c
"""

import re
import sys

# Functions without an argument that could be NULL.
FREE_STANDING = {
    "appmint_version",
    "appmint_abi_version",
    "appmint_platforms",
    "appmint_error_kind_name",
    "appmint_error_reason_name",
    "appmint_clock_new",
    "appmint_config_new",
    "appmint_authorization_request_new",
    "appmint_login_request_new",
    "appmint_scope_new",
    "appmint_webhook_update_new",
}

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
}

# What only a callback is handed: there is none here.
OF_CALLBACKS = {"appmint_bytes *"}

# What answers -1 for NULL.
UNKNOWN = {
    "appmint_repository_is_private",
    "appmint_webhook_config_insecure_ssl",
    "appmint_webhook_delivery_is_redelivery",
    "appmint_error_retry_after_ms",
    "appmint_event_duration_ms",
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

static const char bad_utf8[] = "a\\xff";

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
    if kind in OF_CALLBACKS:
        return "NULL"
    return re.sub(r"(const )?appmint_(\w+) \*", r"the_\2", kind)


def with_handles(text, length, ok, wrong):
    """Handles that are there, and texts that are fine but for the one at index `wrong`."""

    def choose(kind, name, index):
        if is_place(kind):
            return f"&{name}"
        if is_array(kind):
            return "NULL"
        if name in ("headers_len", "secrets_len", "credentials_len", "scopes_len"):
            return "0"
        if is_text(kind):
            return text if index == wrong else f'"{ok}"'
        if kind == "size_t":
            return length if index == wrong + 1 else "APPMINT_NTS"
        return handle(kind) if "*" in kind else "0"

    return choose


def main(path):
    declared = list(functions(open(path).read()))
    out = [f"/* Written by tests/c/nulls.py. */{PROLOGUE}", "static void nulls(void) {"]
    for result, name, parameters in declared:
        if name in FREE_STANDING:
            continue
        for choose, label in ((null, "all NULL"), (null_but_places, "NULL with places")):
            out += Call(result, name, parameters, choose, label).lines("NULL")
    out += ["}", ""]
    texts = 0
    body = []
    for result, name, parameters in declared:
        kinds = [split(parameter) for parameter in parameters]
        if result != "appmint_status":
            continue
        for index, (kind, parameter) in enumerate(kinds):
            if not is_text(kind):
                continue
            texts += 1
            if (name, parameter) not in OPTIONAL:
                choose = with_handles("NULL", "0", "x", index)
                message = f'"{parameter} is NULL"'
                body += Call(result, name, parameters, choose, f"{parameter} NULL").lines(message)
            if kind == "const char *":
                for length in ("APPMINT_NTS", "2"):
                    choose = with_handles("bad_utf8", length, "x", index)
                    message = f'"{parameter} is not UTF-8"'
                    body += Call(result, name, parameters, choose, f"{parameter} bad").lines(message)
            choose = with_handles('"x"', "APPMINT_NTS - 1", "x", index)
            message = f'"the length of {parameter} is not one"'
            body += Call(result, name, parameters, choose, f"{parameter} too long").lines(message)
    out += [
        "static void texts(appmint_config *the_config, appmint_app *the_app,",
        "                  appmint_authorization_request *the_authorization_request,",
        "                  appmint_login_request *the_login_request, appmint_token *the_token,",
        "                  appmint_authorization *the_authorization,",
        "                  appmint_request *the_request, appmint_scope *the_scope,",
        "                  appmint_webhook_update *the_webhook_update) {",
        *body,
        "}",
        "",
        "int main(void) {",
        "  appmint_config *config = appmint_config_new();",
        "  appmint_app *app = NULL;",
        "  appmint_request *request = NULL;",
        "  appmint_authorization_request *asked = appmint_authorization_request_new();",
        "  appmint_authorization *authorization = NULL;",
        "  appmint_login_request *login = appmint_login_request_new();",
        "  appmint_signer signer = {sizeof signer, NULL, sign, NULL};",
        "  appmint_token *token = NULL;",
        "  appmint_scope *scope = appmint_scope_new();",
        "  appmint_webhook_update *change = appmint_webhook_update_new();",
        '  appmint_config_set_platform(config, "atomgit", APPMINT_NTS, NULL);',
        '  appmint_config_set_app_id(config, "75", APPMINT_NTS, NULL);',
        '  appmint_config_set_client_id(config, "x", APPMINT_NTS, NULL);',
        "  appmint_config_set_signer(config, &signer, NULL);",
        '  CHECK("app", appmint_app_new(config, &app, NULL) == APPMINT_OK);',
        '  CHECK("request", appmint_request_new("GET", 3, "/", 1, &request, NULL) == APPMINT_OK);',
        '  CHECK("token", appmint_app_jwt(app, &token, NULL) == APPMINT_OK);',
        '  CHECK("authorization", appmint_app_authorize(app, asked, &authorization, NULL) == APPMINT_OK);',
        "  nulls();",
        "  texts(config, app, asked, login, token, authorization, request, scope, change);",
        "  appmint_authorization_free(authorization);",
        "  appmint_token_free(token);",
        "  appmint_login_request_free(login);",
        "  appmint_webhook_update_free(change);",
        "  appmint_scope_free(scope);",
        "  appmint_request_free(request);",
        "  appmint_authorization_request_free(asked);",
        "  appmint_app_free(app);",
        "  appmint_config_free(config);",
        f'  printf("{len(declared)} functions, {texts} texts, %d failures\\n", failures);',
        "  return failures != 0;",
        "}",
    ]
    print("\n".join(out))


main(sys.argv[1])
