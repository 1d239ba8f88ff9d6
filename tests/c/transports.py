"""The example with a transport of its own, at a sandbox, which has seen whose client it was; and at a port where nobody is.

usage: transports.py SANDBOX PROGRAM
"""

import json
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from loops import DIRECT, environment, sandbox

LIMIT_S = 60


def main(server, program):
    with tempfile.TemporaryDirectory(prefix="appmint-transports-") as folder, sandbox(server, Path(folder)) as ready:
        admin = ready["admin_url"]
        installation = next(iter(json.load(DIRECT.open(f"{admin}/", timeout=20)).get("installations", [{"id": 1}])))["id"]
        done = run(program, environment(ready), str(installation))
        assert done.returncode == 0 and "HTTP status 200" in done.stdout, done
        ledger = json.load(DIRECT.open(f"{admin}/ledger", timeout=20))
        agents = {entry["user_agent"].partition("/")[0] for entry in ledger}
        assert len(ledger) == 2 and agents == {"libcurl"}, ledger
        assert all(" appmint/" in entry["user_agent"] for entry in ledger), ledger
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        nowhere = run(program, environment(ready) | {"APPMINT_API_URL": f"http://127.0.0.1:{port}"}, "1")
        assert nowhere.returncode == 1 and "the transport did not reach the platform" in nowhere.stderr, nowhere
        print(done.stdout + nowhere.stderr, end="")


def run(program, env, installation):
    command = [program, installation]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=LIMIT_S, check=False)


main(*sys.argv[1:])
