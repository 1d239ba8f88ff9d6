"""Tests of a program that uses appmint, against the sandbox: no account, no network, no waiting."""

import json
import os
import subprocess
import urllib.request
from datetime import datetime, timedelta, timezone

import appmint
import pytest


# --8<-- [start:fixture]
@pytest.fixture
def sandbox(tmp_path):
    ready = tmp_path / "ready.json"
    command = [os.environ.get("APPMINT_SANDBOX", "appmint-sandbox"), "--platform", "github", "--until-stdin-closes"]
    command += ["--ready-file", ready, "--key-out", tmp_path / "app.pem"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()  # it prints one line when it is ready
        yield json.loads(ready.read_text())


@pytest.fixture
def clock():
    return appmint.ManualClock(datetime.now(timezone.utc))


@pytest.fixture
def app(sandbox, clock, tmp_path):
    with appmint.App(
        "github", api_url=sandbox["api_url"], web_url=sandbox["web_url"],
        app_id=sandbox["app_id"], private_key=tmp_path / "app.pem", clock=clock,
    ) as app:
        yield app


def command(sandbox, path, value):
    request = urllib.request.Request(sandbox["admin_url"] + path, json.dumps(value).encode())
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20)
# --8<-- [end:fixture]


# --8<-- [start:tests]
def test_a_token_that_has_expired_is_replaced(sandbox, clock, app):
    source = app.installation(organization="octo-org")
    before = source.token()
    clock.advance(timedelta(hours=2))
    command(sandbox, "/clock", {"set_ms": int(clock.now().timestamp() * 1000)})
    assert source.request("GET", "/orgs/octo-org/repos").status == 200
    assert source.token() != before


def test_a_failure_of_the_platform_is_retried(sandbox, app):
    command(sandbox, "/faults", {"operation": "mint_installation_token", "kind": "status", "status": 503})
    assert app.installation(1).token()
    assert app.stats().retried == 1


def test_a_suspended_installation_is_forbidden(sandbox, app):
    command(sandbox, "/installations/1", {"action": "suspend"})
    with pytest.raises(appmint.ForbiddenError) as refused:
        app.installation(1).token()
    assert refused.value.reason == "suspended"
# --8<-- [end:tests]
