#!/usr/bin/env python3
"""Runs the benchmarks of `make bench`, and writes docs/benchmarks.md with its plots.

The contestants of a part run side by side, each in a process of its own, and take turns: one round each, in every
round. `ONLY` names parts; the page keeps what an earlier run measured of the others.
"""

import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path

import page
from parts import C, NODE, PARTS, PYTHON, RUST, STAMPEDE, STARTS

ROOT = Path(__file__).parents[2]
HERE = ROOT / "tests" / "bench"
BUILD = ROOT / "build" / "bench"
RESULTS = BUILD / "results.json"
RUNNER = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "bench" / "release" / "appmint-bench"
COMMANDS = {
    RUST: [RUNNER],
    C: [BUILD / "contestant"],
    PYTHON: [BUILD / "venv" / "bin" / "python", HERE / "contestant.py"],
    NODE: ["node", HERE / "contestant.mjs"],
}
ROUNDS = 9
ROUND_SECONDS = 0.25
STARTED = 15
# Each prints the largest memory that it had. What the kernel tells a parent would be the parent's own before the start.
BARE = {PYTHON: [BUILD / "venv" / "bin" / "python", "-c", "print(open('/proc/self/status').read())"],
        NODE: ["node", "-e", "console.log(fs.readFileSync('/proc/self/status', 'utf8'))"]}


class Contestant:
    """A process that does rounds."""

    def __init__(self, row, part, callers, env):
        self.row = row
        command = [*COMMANDS[row.language], part, row.name, str(callers)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)

    def round(self, count):
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.row.language}, {self.row.name}: ended with status {self.process.wait()}")
        return json.loads(line)

    def calibrate(self, callers):
        """The number of operations that fill a round. The first ones are a warm-up."""
        count = callers
        while True:
            took = self.round(count)["seconds"]
            if took > ROUND_SECONDS / 3:
                self.count = max(callers, int(count * ROUND_SECONDS / took))
                return
            count *= 3

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def compare(part, callers, env):
    """The rates and processor times of each row, by round."""
    with ExitStack() as stack:
        contestants = []
        for row in part.rows:
            contestant = Contestant(row, part.name, callers, env)
            stack.callback(contestant.close)
            contestant.calibrate(callers)
            contestants.append(contestant)
        measured = {contestant.row: [] for contestant in contestants}
        for _ in range(ROUNDS):
            for contestant in contestants:
                took = contestant.round(contestant.count)
                done = -(-contestant.count // callers) * callers
                measured[contestant.row].append((done / took["seconds"], took["cpu_seconds"] * 1e6 / done))
    return [{"language": row.language, "name": row.name, "rates": [rate for rate, _ in rounds],
             "cpu_us": statistics.median(cpu for _, cpu in rounds)} for row, rounds in measured.items()]


def stampede(env):
    """How often the platform was asked for the one token that 64 callers want, twice each."""
    counts = []
    for row in STAMPEDE:
        before = minted(env)
        contestant = Contestant(row, "stampede", 64, env)
        contestant.round(64)
        contestant.close()
        counts.append({"language": row.language, "name": row.name, "minted": minted(env) - before})
    return counts


def minted(env):
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{env['BENCH_HTTP']}/minted") as reply:
        return int(reply.read())


def starts(env):
    """Time and memory of whole processes, which take turns."""
    measured = {row: [] for row in STARTS}
    for _ in range(STARTED):
        for row in STARTS:
            bare = row.name != "appmint"
            command = BARE[row.language] if bare else [*COMMANDS[row.language], "start", row.name, "1"]
            begun = time.perf_counter()
            printed = subprocess.run(command, check=True, env=env, stdout=subprocess.PIPE, text=True).stdout
            took = time.perf_counter() - begun
            measured[row].append((took * 1e3, int(re.search(r"VmHWM:\s+(\d+) kB", printed)[1]) / 1024))
    return [{"language": row.language, "name": row.name, "ms": statistics.median(ms for ms, _ in runs),
             "mib": statistics.median(mib for _, mib in runs)} for row, runs in measured.items()]


def certificates(folder):
    """A private CA, and the platform's certificate; and the app's key."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "9",
            "-subj", "/CN=appmint-bench")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "server.pem", "-days", "9", "-extfile", "names")
    openssl("genrsa", "-traditional", "-out", "app.pem", "2048")


def environment(folder, https, http):
    ca = str(folder / "ca.pem")
    return {**os.environ, "BENCH_CA": ca, "BENCH_KEY": str(folder / "app.pem"), "BENCH_PEERS": str(BUILD),
            "BENCH_HTTPS": f"https://localhost:{https}", "BENCH_HTTP": f"http://127.0.0.1:{http}",
            "SSL_CERT_FILE": ca, "NODE_EXTRA_CA_CERTS": ca, "no_proxy": "*", "NO_PROXY": "*"}


def machine():
    model = next(line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                 if line.startswith("model name"))
    return f"{os.cpu_count()} × {model}, Linux {platform.release()}"


def note(name, rows):
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results[name] = {"rows": rows, "machine": machine(), "load": os.getloadavg()[0],
                     "at": datetime.now(timezone.utc).isoformat(timespec="minutes")}
    RESULTS.write_text(json.dumps(results, indent=1))


def main():
    only = {name.strip() for name in os.environ.get("ONLY", "").split(",") if name.strip()}
    names = {part.name for part in PARTS} | {"stampede", "start"}
    if only - names:
        sys.exit(f"ONLY names no part: {', '.join(sorted(only - names))}; the parts are {', '.join(sorted(names))}")
    wanted = only or names
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with tempfile.TemporaryDirectory() as folder:
        certificates(Path(folder))
        server = subprocess.Popen([RUNNER, "platform", f"{folder}/server.pem", f"{folder}/server.key"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            env = environment(Path(folder), *(server.stdout.readline().strip() for _ in range(2)))
            for part in PARTS:
                if part.name in wanted:
                    with_url = {**env, "BENCH_URL": env["BENCH_" + part.scheme.upper()]}
                    for callers in part.callers:
                        print(f"{part.name}, {callers} at once", flush=True)
                        note(f"{part.name}, {callers}", compare(part, callers, with_url))
            if "stampede" in wanted:
                note("stampede", stampede({**env, "BENCH_URL": env["BENCH_HTTP"]}))
            if "start" in wanted:
                note("start", starts({**env, "BENCH_URL": env["BENCH_HTTPS"]}))
        finally:
            server.stdin.close()
            server.wait()
    page.write(ROOT / "docs", json.loads(RESULTS.read_text()))


if __name__ == "__main__":
    main()
