"""Logins, in the browser and on another device; sessions and their end."""

import re
import subprocess

import pytest

from conftest import APPMINT, LIMIT, Home, settings


def login(home, sandbox, *arguments, answer=None):
    """Runs a login whose page a person answers."""
    running = subprocess.Popen([APPMINT, "--json", "login", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               stdin=subprocess.DEVNULL, text=True, env=home.environment, cwd=home.folder)
    shown = ""
    for line in running.stderr:
        shown += line
        if answer(line):
            break
    output, errors = running.communicate(timeout=LIMIT)
    return running.returncode, output, shown + errors


def press(sandbox, home, **more):
    """Presses the page's button, and returns to where it redirects, as a browser does."""
    def answer(line):
        found = re.match(r"  (http\S+)$", line)
        if found:
            location = sandbox.control("/press", {"url": found[1]} | more)["location"]
            home.run("curl", "-s", "--noproxy", "*", location)
        return found
    return answer


def enter(sandbox, **more):
    def answer(line):
        found = re.match(r"and enter the code (\S+)$", line)
        if found:
            sandbox.control("/device", {"user_code": found[1]} | more)
        return found
    return answer


def test_a_login_in_the_browser_starts_a_session(home, sandbox):
    code, output, _ = login(home, sandbox, answer=press(sandbox, home))
    assert code == 0 and "ghu_" not in output
    token = home.appmint("token", "--session", "default").stdout.strip()
    assert token.startswith("ghu_")
    assert home.appmint("api", "GET", "/user", "--session", "default").stdout.startswith("{")
    assert [it["name"] for it in home.json("sessions")] == ["default"]
    assert home.json("sessions", "--check")[0]["state"].startswith("valid until ")


def test_a_login_on_another_device_starts_a_session(home, sandbox):
    sandbox.control("/quirks", {"device_interval_s": 1})
    code, _, _ = login(home, sandbox, "--device", "--session", "alice", answer=enter(sandbox))
    assert code == 0
    assert home.appmint("token", "--session", "alice").stdout.startswith("ghu_")


def test_a_person_who_declines_has_an_exit_code(home, sandbox):
    code, output, errors = login(home, sandbox, answer=press(sandbox, home, deny=True))
    assert (code, output) == (23, "") and '"kind":"denied"' in errors
    assert home.json("sessions") == []


def test_no_browser_is_opened_without_a_terminal(home, sandbox):
    opener = home.folder / "xdg-open"
    opener.write_text("#!/bin/sh\ntouch opened\n")
    opener.chmod(0o755)
    home.environment |= {"PATH": f"{home.folder}:{home.environment['PATH']}", "BROWSER": str(opener), "DISPLAY": ":0"}
    code, _, _ = login(home, sandbox, answer=press(sandbox, home))
    assert code == 0 and not (home.folder / "opened").exists()


def test_time_that_is_over_ends_the_waiting(home):
    done = home.appmint("--json", "login", "--wait", "1ms", code=15)
    assert '"kind":"timeout"' in done.stderr.splitlines()[-1]


def test_a_logout_revokes_the_token_and_forgets_the_session(home, sandbox):
    login(home, sandbox, answer=press(sandbox, home))
    token = home.appmint("token", "--session", "default").stdout.strip()
    assert home.json("logout") == {"session": "default", "revoked": True}
    assert sandbox.count("delete_token") == 1
    assert home.json("sessions") == []
    assert home.error("token", "--session", "default")["kind"] == "reauthorize"
    assert token not in home.appmint("sessions").stdout


def test_a_logout_works_without_the_platform(home, sandbox):
    login(home, sandbox, answer=press(sandbox, home))
    sandbox.control("/faults", {"operation": "*", "count": 99, "kind": "status", "status": 503})
    done = home.appmint("--json", "logout", APPMINT_RETRIES="0")
    assert '"revoked": false' in done.stdout and "503" in done.stderr
    assert home.json("sessions") == []


def test_git_acts_as_a_user(home, sandbox, git_server):
    """Git gets the session's token, never its refresh token."""
    login(home, sandbox, answer=press(sandbox, home))
    home.configure(f'[profiles.me]\ngit_url = "{git_server.url}"\ngit_session = "default"\n')
    request = [("protocol", "http"), ("host", git_server.url.removeprefix("http://")), ("path", "octocat/x.git")]
    answer = dict(home.helper("get", request))
    assert answer["password"].startswith("ghu_") and "oauth_refresh_token" not in answer
    home.helper("erase", [*request, ("password", answer["password"])])
    renewed = dict(home.helper("get", request))["password"]
    assert renewed.startswith("ghu_") and renewed != answer["password"]


def test_a_login_without_a_client_ends_before_anybody_has_to_log_in(sandbox, tmp_path):
    own = {name: value for name, value in settings(sandbox).items() if "CLIENT" not in name}
    error = Home(tmp_path / "noclient", own).error("login")
    assert (error["kind"], error["reason"]) == ("invalid_argument", "missing_credential")
