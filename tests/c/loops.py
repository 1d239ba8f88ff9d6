"""The examples with an event loop, at a sandbox that answers fifty requests for tokens only after the loop has gone on.

usage: loops.py SANDBOX [WRAPPER...] PROGRAM
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

CALLS = 50
LIMIT_S = 120
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main(server, *command):
    with tempfile.TemporaryDirectory(prefix="appmint-loops-") as folder, sandbox(server, Path(folder)) as ready:
        run(command, ready)


@contextmanager
def sandbox(program, folder):
    """A sandbox of GitHub, and what it says about itself."""
    ready, key = folder / "ready.json", folder / "app.pem"
    command = [program, "--platform", "github", "--ready-file", ready, "--key-out", key, "--until-stdin-closes"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        server.stdout.readline()  # the one line that says it is ready
        yield json.loads(ready.read_text())
    finally:
        server.stdin.close()
        server.wait(timeout=20)


def run(command, ready):
    admin = ready["admin_url"]
    send(f"{admin}/quirks", {"extra_installations": CALLS})
    send(f"{admin}/faults", {"operation": "mint_installation_token", "count": CALLS, "kind": "hold"})
    installations = [str(1001 + i) for i in range(CALLS)]
    running = subprocess.Popen([*command, *installations], env=environment(ready), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    watch = threading.Timer(LIMIT_S, running.kill)
    watch.start()
    try:
        await_requests(admin, running)
        running.stdin.write("hello\n")  # for the one that repeats it
        running.stdin.flush()
        first = running.stdout.readline()
        assert int(re.search(r"\b(\d+) calls are on their way", first)[1]) == CALLS, first
        send(f"{admin}/release", {})
        rest = running.stdout.read()
        assert running.wait() == 0 and rest.endswith(f"{CALLS} tokens\n"), rest
        print(first + rest, end="")
    finally:
        watch.cancel()
        running.kill()


def await_requests(admin, running):
    """Until all of them wait for their answers at once."""
    while json.load(DIRECT.open(f"{admin}/ledger/counts", timeout=20)).get("mint_installation_token", 0) < CALLS:
        assert running.poll() is None, "it ended early"
        time.sleep(0.01)


def send(url, value):
    request = urllib.request.Request(url, json.dumps(value).encode(), {"Content-Type": "application/json"})
    DIRECT.open(request, timeout=20).close()


def environment(ready):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("APPMINT_")}
    return inherited | {
        "APPMINT_PLATFORM": "github",
        "APPMINT_API_URL": ready["api_url"],
        "APPMINT_APP_ID": ready["app_id"],
        "APPMINT_PRIVATE_KEY_FILE": ready["key_path"],
        "UV_THREADPOOL_SIZE": "1",  # libuv's pool: one call that took its thread would let nobody else in
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
