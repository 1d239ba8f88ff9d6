"""Runs the programs of the guides, in each language, against the sandbox: the site shows parts of them."""

import hashlib
import hmac
import http.client
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

import pytest

from browser import press
from conftest import ROOT, TARGET, environment

BUILD = Path(os.environ.get("APPMINT_BUILD") or ROOT / "build") / "c"
GUIDES = ROOT / "examples" / "guides"
LANGUAGES = ["c", "cpp", "python", "node", "rust"]
SECONDS = 120  # a program that hangs fails
in_each_language = pytest.mark.parametrize("language", LANGUAGES)


def program(language, name):
    return {
        "c": [BUILD / f"guide_c_{name}"],
        "cpp": [BUILD / f"guide_cpp_{name}"],
        "python": [sys.executable, GUIDES / f"python/{name}.py"],
        "node": ["node", GUIDES / f"node/{name}.mjs"],
        "rust": [TARGET / "appmint-guides", name],
    }[language]


def run(language, name, env, **options):
    return subprocess.run(program(language, name), env=env, capture_output=True, text=True, timeout=SECONDS, **options)


def output(language, name, env, **options):
    done = run(language, name, env, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not re.search(r"gh[su]_\w+", done.stdout + done.stderr), "a token was printed"
    return done.stdout


@in_each_language
def test_start_mints_one_token(language, sandbox, env):
    shown = output(language, "start", env)
    assert "[redacted]" in shown or "[installation token]" in shown
    assert len(sandbox.requests("mint_installation_token")) == 1
    calls = [entry["status"] for entry in sandbox.requests("list_org_repos")]
    assert calls == ([] if language == "c" else [200])


@in_each_language
def test_organization_narrows_and_revokes(language, sandbox, env):
    shown = output(language, "organization", env)
    assert "suspended-org" in shown
    (mint,) = sandbox.requests("mint_installation_token")
    assert sorted(mint["body_names"]) == ["permissions", "repositories"]
    assert [entry["status"] for entry in sandbox.requests("revoke_installation_token")] == [204]


@in_each_language
def test_paginate_asks_for_each_page_once(language, sandbox, env):
    lines = output(language, "paginate", env).splitlines()
    assert ["octo-org/" in line for line in lines] == [True] * (len(lines) - 1) + [False]
    assert len(sandbox.requests("list_org_repos")) == len(lines) - 1
    assert len(sandbox.requests("list_installation_repos")) == 1
    assert len(sandbox.requests("mint_installation_token")) == 1


@pytest.mark.parametrize("language", ["python", "node"])
def test_webhook_answers_in_a_server(language, sandbox, env):
    with subprocess.Popen(program(language, "webhook"), env=env, stdout=subprocess.PIPE, text=True) as bot:
        try:
            host = re.search(r"http://(\S+)", bot.stdout.readline())[1]
            assert post(host, "/", *push("another secret")) == 401
            assert not sandbox.requests("list_installation_repos")
            assert post(host, "/", *push(env["WEBHOOK_SECRET"])) == 204
            assert bot.stdout.readline() == "repositories: 3\n"
        finally:
            bot.kill()
    assert [entry["status"] for entry in sandbox.requests("list_installation_repos")] == [200]


@pytest.mark.parametrize("language", ["c", "cpp", "rust"])
def test_webhook_answers_by_cgi(language, sandbox, env):
    for secret, status in [("another secret", 401), (env["WEBHOOK_SECRET"], 204)]:
        assert not sandbox.requests("mint_installation_token")
        headers, body = push(secret)
        cgi = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        answer = output(language, "webhook", env | cgi, input=body)
        assert answer.startswith(f"Status: {status} ")
    assert len(sandbox.requests("mint_installation_token")) == 1


@pytest.mark.parametrize("language", ["c", "cpp", "rust"])
def test_login_web_starts_a_session(language, sandbox, env):
    command = program(language, "login_web")
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as web:
        url = web.stdout.readline().removeprefix("authorize ").strip()
        shown, _ = web.communicate(press(url) + "\n", timeout=SECONDS)
    assert web.returncode == 0
    assert "HTTP status 200" in shown or "[redacted]" in shown
    assert len(sandbox.requests("exchange_code")) == 1


@pytest.mark.parametrize("name", ["web_flask", "web_starlette", "web_django"])
def test_a_web_site_logs_users_in_and_takes_webhooks(name, sandbox, env):
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"127.0.0.1:{free.getsockname()[1]}"
    env = env | {"REDIRECT_URI": f"http://{host}/callback", "PORT": host.partition(":")[2], "SECRET_KEY": "a secret key"}
    with subprocess.Popen(program("python", name), env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as web:
        try:
            assert any(re.search("(?i)listening|running on", line) for line in web.stderr)
            browser = build_opener(ProxyHandler({}), HTTPCookieProcessor())
            assert "Log in" in browser.open(f"http://{host}/", timeout=20).read().decode()
            page = browser.open(f"http://{host}/login", timeout=20).url
            assert browser.open(press(page), timeout=20).read() == b"octocat"
            assert post(host, "/webhook", *push("another secret")) == 401
            assert post(host, "/webhook", *push(env["WEBHOOK_SECRET"])) == 200
            while not (line := web.stdout.readline()).startswith("repositories"):
                assert line
            assert line == "repositories: 3\n"
        finally:
            web.kill()
    assert len(sandbox.requests("exchange_code")) == 1


@in_each_language
def test_login_desktop_opens_the_browser_once(language, sandbox, env, tmp_path):
    opener = tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).with_name("browser.py")}" "$1"\n')
    opener.chmod(0o755)
    env = env | {"PATH": f"{opener.parent}{os.pathsep}{env['PATH']}"}
    for _ in range(2):
        output(language, "login_desktop", env)
        assert len(sandbox.requests("exchange_code")) == 1


@in_each_language
def test_a_fleet_mints_once(language, sandbox, env, redis):
    env = env | {"REDIS_URL": redis}
    assert output(language, "fleet", env) == "minted: 1 from the store: 0\n"
    assert output(language, "fleet", env) == "minted: 0 from the store: 1\n"
    assert len(sandbox.requests("mint_installation_token")) == 1


@in_each_language
def test_a_signer_signs(language, sandbox, env):
    env = env | {"KMS_KEY": env.pop("APPMINT_PRIVATE_KEY_FILE")}
    output(language, "signer", env)
    assert [entry["status"] for entry in sandbox.requests("mint_installation_token")] == [201]


@in_each_language
def test_errors_are_told_by_kind(language, sandbox, env):
    assert output(language, "errors", env).startswith("install the app first: ")


@in_each_language
def test_a_key_is_rotated_without_a_gap(language, sandbox, env, tmp_path):
    new = tmp_path / "new.pem"
    subprocess.run(["openssl", "genrsa", "-out", new, "2048"], check=True, capture_output=True)
    keys = {"APPMINT_PRIVATE_KEY_FILE": str(new), "APPMINT_FALLBACK_PRIVATE_KEY_FILE": env["APPMINT_PRIVATE_KEY_FILE"]}
    output(language, "start", env | keys)  # the platform does not know the new key yet
    assert run(language, "start", env | {"APPMINT_PRIVATE_KEY_FILE": str(new)}).returncode != 0


@in_each_language
def test_a_private_ca_is_trusted_once_it_is_named(language, https_sandbox, tmp_path):
    env = environment(https_sandbox, tmp_path)
    refused = run(language, "start", env)
    assert refused.returncode != 0
    assert "certificate" in (refused.stdout + refused.stderr).lower()
    output(language, "start", env | {"APPMINT_ROOT_CERTIFICATES_FILE": https_sandbox.ready["ca_path"]})


@in_each_language
def test_a_descriptor_makes_a_platform(language):
    env = dict(os.environ) | {"DESCRIPTOR": str(ROOT / "examples" / "platforms" / "forgejo.json")}
    assert output(language, "descriptor", env).startswith("https://git.corp.example/login/oauth/authorize?")


@in_each_language
def test_a_server_that_publishes_its_metadata_is_a_platform(language, issuer):
    assert output(language, "discover", dict(os.environ) | {"ISSUER": issuer}).startswith(f"{issuer}/authorize?")


def test_the_tests_of_the_testing_guide_pass(env):
    fixture = ["-p", "appmint_sandbox.pytest_plugin"]  # which its wheel announces
    for command in [[sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *fixture, GUIDES / "python/test_bot.py"],
                    ["node", "--test", GUIDES / "node/bot.test.mjs"]]:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=SECONDS)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_program_of_the_guides_is_run():
    tested = Path(__file__).read_text("utf-8")
    files = [path for folder in LANGUAGES for path in (GUIDES / folder).iterdir()]
    names = {path.stem for path in files if path.suffix != ".h"} - {"main", "bot.test", "test_bot", "__pycache__"}
    assert names and not [name for name in names if f'"{name}"' not in tested]


def push(secret):
    """A webhook about installation 1: its headers and its body."""
    body = json.dumps({"installation": {"id": 1}, "ref": "refs/heads/main"})
    seal = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={seal}", "X-GitHub-Event": "push", "X-GitHub-Delivery": "1"}, body


def post(host, path, headers, body):
    connection = http.client.HTTPConnection(host, timeout=SECONDS)
    connection.request("POST", path, body, headers | {"Content-Type": "application/json"})
    return connection.getresponse().status
