"""Every cell of docs/platforms.md is proved by a case: what a platform offers is called there, and what it
does not offer is called and refused as `unsupported`."""

import importlib.util

import pytest

from runner import cases

WITHOUT_CALL = {"name in `platform`", "hosts", "facts are", "git over HTTPS: user name", "variables with a token"}
# A call and the arguments that it needs to be the row's; a few rows are several calls.
CALLS = {
    "`jwt`": [("jwt",)],
    "`installations`": [("installations",)],
    "`installation(id).token`": [("token",)],
    "… narrowed": [("token", "repositories")],
    "`installation(id).repositories`": [("repositories",)],
    "`installation(id).revoke`": [("revoke",)],
    "`app_tokens().token`": [("app_token",)],
    "… for OAuth `scopes`": [("app_token", "scopes")],
    "… for a `subject`": [("app_token", "subject")],
    "`install_url`": [("install_url",)],
    "… with `state`": [("install_url", "state")],
    "… with `redirect_uri`, where to return to": [("install_url", "redirect_uri")],
    "`authorize`, `authorization_code`": [("authorize",), ("authorization_code",)],
    "… with PKCE": [("exchange_code", "code_verifier")],
    "… with `scopes`": [("authorize", "scopes")],
    "… with `login_hint`": [("authorize", "login_hint")],
    "… with `prompt`": [("authorize", "prompt")],
    "`exchange_code`, `refresh`": [("exchange_code",), ("refresh",)],
    "… with `redirect_uri`": [("exchange_code", "redirect_uri")],
    "… `iss` in the callback": [("authorization_code",)],
    "`start_device_login`": [("start_device_login",)],
    "`session`, after a refresh whose answer was lost": [("session_token",)],
    "`request` with a token": [("request", "token")],
}


def load_table():
    place = cases.ROOT / "tools" / "platforms.py"
    spec = importlib.util.spec_from_file_location("platforms", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TABLE = load_table()
ALL = cases.load_all()
CELLS = [(platform["name"], row, cell(platform))
         for row, cell in TABLE.rows().items() if row not in WITHOUT_CALL for platform in TABLE.platforms()]


def calls_of(row):
    """The calls that a row is about, each with the arguments that it must have."""
    if row.startswith("`find_installation` by "):
        return [("find_installation", row.rpartition(" ")[2])]
    return CALLS.get(row) or [(row.strip("`"),)]


def steps_of(platform):
    """The steps of a platform's cases, without those whose descriptor is a case's own."""
    own = [case for case in ALL if case.settings.get("platform") == platform]
    return [step for case in own for step in case.steps if "call" in step]


@pytest.mark.parametrize(("platform", "row", "cell"), CELLS, ids=[f"{row}@{name}" for name, row, _ in CELLS])
def test_a_case_proves_the_cell(platform, row, cell):
    for call, *arguments in calls_of(row):
        made = [step for step in steps_of(platform)
                if step["call"] == call and set(arguments) <= set(step.get("with", {}))]
        if cell in (TABLE.NO, "no"):
            assert any(step.get("error", {}).get("kind") == "unsupported" for step in made), f"nothing refuses {call}"
        else:
            assert any("result" in step for step in made), f"no case has {call} succeed"


def test_every_operation_has_a_row():
    known = {call for row in TABLE.rows() if row not in WITHOUT_CALL for call, *_ in calls_of(row)}
    local = {"changes", "clock_offset", "close", "events", "fingerprint", "apply_webhook", "invalidate", "platform_name",
             "platforms", "quota", "secret_pattern", "source_authorization_header", "source_quota", "source_expires_at", "source_installation_id", "source_request", "source_paginate", "session_paginate", "stats",
             "tokens", "verify_webhook", "version", "watch", "unwatch", "seal_authorization", "open_authorization", "login_cancel",
             "device_poll", "device_wait", "device_cancel", "start_session", "end_session", "finish_authorization",
             "login_wait", "session_invalidate", "session_revoke", "session_request", "discover"}
    assert {step["call"] for case in ALL for step in case.steps if "call" in step} <= known | local
