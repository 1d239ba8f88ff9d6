"""The demos of C and C++ print the same transcript, and the drivers the same answers.

usage: demos.py SANDBOX DEMO...
       demos.py SANDBOX --drivers DRIVER...

Each DEMO or DRIVER is a command as for a shell.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

NOW_MS = 1795237200123
PRESS = """
import json, os, sys, urllib.request
body = json.dumps({"url": sys.argv[1]}).encode()
with urllib.request.urlopen(os.environ["SANDBOX_ADMIN"] + "/press", body) as reply:
    print(json.load(reply)["location"])
"""


def start(sandbox, scratch):
    ready = scratch / "ready.json"
    process = subprocess.Popen(
        [sandbox, "--key-out", scratch / "app.pem", "--ready-file", ready, "--clock-ms", str(NOW_MS)]
        + ["--until-stdin-closes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 20
    while not ready.exists():
        assert time.monotonic() < deadline and process.poll() is None, "the sandbox did not start"
        time.sleep(0.02)
    return process, json.loads(ready.read_text())


def environment(facts, scratch):
    press = scratch / "press.py"
    press.write_text(PRESS)
    return os.environ | {
        "SANDBOX_ADMIN": facts["admin_url"],
        "APPMINT_API_URL": facts["url"],
        "APPMINT_WEB_URL": facts["url"],
        "APPMINT_APP_ID": str(facts["app_id"]),
        "APPMINT_PRIVATE_KEY_FILE": facts["key_path"],
        "APPMINT_CLIENT_ID": facts["client_id"],
        "APPMINT_CLIENT_SECRET": facts["client_secret"],
        "APPMINT_REDIRECT_URI": facts["redirect_uri"],
        "APPMINT_ACCOUNT": "yanqianyu",
        "APPMINT_NOW_MS": str(NOW_MS),
        "APPMINT_BROWSER": f"{sys.executable} {press}",
    }


def transcripts(sandbox, demos):
    """What each demo prints, each with a sandbox of its own."""
    for demo in demos:
        with tempfile.TemporaryDirectory() as scratch:
            process, facts = start(sandbox, Path(scratch))
            try:
                env = environment(facts, Path(scratch))
                done = subprocess.run(shlex.split(demo), env=env, capture_output=True, timeout=60)
            finally:
                process.communicate()
        assert done.returncode == 0 and not done.stderr, done.stderr.decode()
        assert facts["client_secret"].encode() not in done.stdout
        yield done.stdout


def lines(facts):
    """What a driver is told: every operation once, and some that fail."""
    quote = lambda text: urllib.parse.quote(str(text), safe="")
    key = bytes(Path(facts["key_path"]).read_bytes())
    config = {
        "platform": "atomgit",
        "api_url": facts["url"],
        "web_url": facts["url"],
        "app_id": facts["app_id"],
        "client_id": facts["client_id"],
        "client_secret": facts["client_secret"],
        "private_key": key.decode(),
        "clock_ms": NOW_MS,
        "jwt_back_date": 30,
        "jwt_lifetime": 500,
        "timeout": 20000,
        "connect_timeout": 5000,
        "proxy": "",
        "user_agent": "conformance",
        "retries": 0,
        "max_response_body": 100000,
        "allow_plain_http": "false",
    }
    yield "config " + " ".join(f"{name}={quote(value)}" for name, value in config.items())
    yield "app"
    for call in (
        "version",
        "platforms",
        "jwt",
        "fingerprint",
        "platform_name",
        "installations",
        "find_installation account=hanshuorg2",
        "find_installation account=nobody",
        "token id=14",
        "token id=14 min_valid_ms=1000",
        "invalidate id=14",
        "source_request id=14 method=GET path=%2Forgs%2Fyanqianyu%2Frepos header.x-one=1",
        "request method=POST path=%2Fnothing json=%7B%7D",
        "request method=GET path=%2Fuser%2Finfo token=atu_unknown",
        "request method=POST path=%2Fnothing body=%00%FF header.content-type=text%2Fplain",
        "authorize state=a%20b%2B redirect_uri=" + quote(facts["redirect_uri"]),
        "authorize state=x login=someone",
        "authorize state=x scopes=a,b",
        "authorization_code callback_url=%3Fcode%3Dc%26state%3Ds state=s",
        "authorization_code callback_url=%3Fcode%3Dc%26state%3Ds state=t",
        "exchange_code code=unknown",
        "refresh refresh_token=unknown",
    ):
        yield "call op=" + call
    yield "advance ms=60000"
    yield "call op=jwt"
    for signer in ("ok", "fail"):
        yield f"config platform=atomgit app_id=75 signer={signer} clock_ms={NOW_MS}"
        yield "app"
        yield "call op=jwt"
        yield "call op=fingerprint"
    yield "config platform=nowhere"
    yield "app"


def answers(sandbox, driver, directory):
    """Its answers; members are sorted, and what no two runs share is left out."""
    scratch = Path(directory)
    process, facts = start(sandbox, scratch)
    try:
        told = "\n".join(lines(facts)) + "\n"
        done = subprocess.run(shlex.split(driver), input=told, text=True, capture_output=True, timeout=60)
    finally:
        process.communicate()
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert done.stdout.count("\n") == told.count("\n")
    port = facts["url"].rsplit(":", 1)[1]
    changing = ("reveal.token=", "reveal.authorization=", "header.date=", "header.x-request-id=", "request_id=")
    for line in done.stdout.replace(port, "PORT").splitlines():
        words = [word for word in line.split(" ") if not word.startswith(changing)]
        yield " ".join(words[:1] + sorted(words[1:]))


def without_fingerprint(all_answers):
    return [line for line in all_answers if "SHA256" not in line]


def main(sandbox, *commands):
    if not Path(sandbox).exists():
        print("no sandbox:", sandbox)
        return 77
    if commands[0] == "--drivers":
        told = []
        for driver in commands[1:]:
            with tempfile.TemporaryDirectory() as scratch:
                told.append(without_fingerprint(answers(sandbox, driver, scratch)))
        for others in told[1:]:
            for left, right in zip(told[0], others, strict=True):
                assert left == right, f"\n{left}\n{right}"
        print(*(line[:160] for line in told[0]), sep="\n")
        return 0
    told = list(transcripts(sandbox, commands))
    print(told[0].decode())
    assert all(each == told[0] for each in told), "\n".join(each.decode() for each in told)
    return 0


sys.exit(main(*sys.argv[1:]))
