"""The examples in which a user logs in, against the sandbox.

usage: users.py SANDBOX login PROGRAM | users.py SANDBOX device PROGRAM

As `users.py URL` it is the user's browser: it presses "Authorize", and follows the redirect to the program.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main(arguments):
    if len(arguments) == 1:
        browse(arguments[0])
        return
    sandbox, what, program = arguments
    with tempfile.TemporaryDirectory(prefix="appmint-users-") as folder:
        ready = Path(folder) / "ready.json"
        command = [sandbox, "--platform", "github", "--ready-file", ready, "--until-stdin-closes"]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            server.stdout.readline()  # the one line that says it is ready
            run(program, what, json.loads(ready.read_text()))
        finally:
            server.stdin.close()
            server.wait(timeout=20)


def run(program, what, ready):
    running = subprocess.Popen([program], env=environment(ready), stdout=subprocess.PIPE, text=True)
    try:
        first = running.stdout.readline()
        if what == "device":
            code, uri = re.fullmatch(r"Type (\S+) at (\S+)\n", first).groups()
            assert uri == f"{ready['url']}/login/device", uri
            post(ready["url"], "device", {"user_code": code})
        user = running.stdout.read()
        assert running.wait(timeout=20) == 0
        assert json.loads(user)["login"] == "octocat", user
        print(first + user, end="")
    finally:
        running.kill()


def environment(ready):
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("APPMINT_")}
    return inherited | {
        "APPMINT_PLATFORM": "github",
        "APPMINT_API_URL": ready["api_url"],
        "APPMINT_WEB_URL": ready["web_url"],
        "APPMINT_CLIENT_ID": ready["client_id"],
        "APPMINT_CLIENT_SECRET": ready["client_secret"],
        "APPMINT_BROWSER": f"{sys.executable} {__file__}",
        "NO_PROXY": "127.0.0.1,localhost",
    }


def browse(url):
    parts = urllib.parse.urlsplit(url)
    location = post(f"{parts.scheme}://{parts.netloc}", "press", {"url": url})["location"]
    with DIRECT.open(location, timeout=20) as page:
        assert page.status == 200


def post(host, command, what):
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{host}/_sandbox/{command}", json.dumps(what).encode(), headers)
    with DIRECT.open(request, timeout=20) as reply:
        return json.load(reply)


main(sys.argv[1:])
