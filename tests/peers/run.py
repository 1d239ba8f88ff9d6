#!/usr/bin/env python3
"""Runs the programs of tests/peers/programs at the sandbox, and writes what they took into docs/python-peers.md: `make peers`.

Every program does one job with one library, and prints when each step was done. What is counted are lines of code, without blank
lines, comments and those that report to this script; the time from the start of the process; and the requests that the sandbox got.
"""

import argparse
import hashlib
import hmac
import json
import os
import re
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

from appmint.testing import start_sandbox

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "tests/peers/programs"
PAGE = ROOT / "docs" / "python-peers.md"
BEGIN, END = "<!-- table: written by `make peers` -->", "<!-- end of table -->"
STEPS = ["token", "call", "webhook", "login"]
SECRET = "the webhook's secret"
# A program's name, its library, and whether the program as it is written goes on when the installation's token ends.
LIBRARIES = [
    ("appmint", "appmint", True), ("pygithub", "PyGithub", True), ("githubkit", "githubkit", True),
    ("gidgethub", "gidgethub", False), ("authlib", "Authlib", False),
]


def programs():
    """Each program that there is: its library, its form, its file, and whether it renews."""
    for name, library, renews in LIBRARIES:
        for form in ("sync", "async"):
            path = PROGRAMS / f"{name}_{form}.py"
            if path.exists():
                yield library, form, path, renews


def lines_of(path):
    """How many lines of code a program has, and how many of them do by hand what its library has not."""
    counted, by_hand, is_by_hand = 0, 0, False
    for line in path.read_text("utf-8").splitlines():
        if "# [by hand]" in line or "# [end]" in line:
            is_by_hand = "# [by hand]" in line
        elif line.strip() and not line.strip().startswith("#") and not re.match(r"\s*(import job|job\.done\()", line):
            counted += 1
            by_hand += is_by_hand
    return counted, by_hand


def webhook():
    body = json.dumps({"ref": "refs/heads/main", "installation": {"id": 1}})
    seal = hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={seal}", "X-GitHub-Event": "push", "X-GitHub-Delivery": "1",
               "Content-Type": "application/json"}
    return {"headers": headers, "body": body, "secret": SECRET}


def play(path):
    """One run: for each step the milliseconds since the start of the process, and the requests of the step."""
    with start_sandbox("github") as sandbox:
        names = ("api_url", "web_url", "admin_url", "app_id", "private_key", "client_id", "client_secret", "redirect_uri")
        job = {name: getattr(sandbox, name) for name in names} | webhook()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("APPMINT_")}
        environment |= {"JOB": json.dumps(job), "NO_PROXY": "*", "AUTHLIB_INSECURE_TRANSPORT": "1"}
        began = time.clock_gettime(time.CLOCK_MONOTONIC)
        done = subprocess.run([sys.executable, path], env=environment, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise SystemExit(f"{path.name} failed:\n{done.stderr}")
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    assert [step["step"] for step in steps] == STEPS, done.stdout
    results = [step["result"] for step in steps]
    assert results[0].startswith("ghs_") and results[1:] == [2, "refs/heads/main", "octocat"], results
    counts = [step["requests"] for step in steps]
    return [(step["now"] - began) * 1000 for step in steps], [b - a for a, b in zip([0, *counts], counts)]


def row(library, form, path, renews, played):
    """A row of the table: medians of the times. Each run sends the same requests."""
    assert len({tuple(requests) for _, requests in played}) == 1, played
    first = statistics.median(times[0] for times, _ in played)
    lines, by_hand = lines_of(path)
    token, call, _, login = played[0][1]
    link = f"[{library}, {form}](../{path.relative_to(ROOT).as_posix()})"
    return [link, lines, by_hand, f"{first:.0f}", token, call, login, "yes" if renews else "no"]


def table(runs):
    heads = ["", "lines", "of them by hand", "first token, ms", "requests: token", "call", "login", "renews"]
    rounds = [[play(path) for _, _, path, _ in programs()] for _ in range(runs)]
    rows = [row(*program, played) for program, played in zip(programs(), zip(*rounds))]
    lines = [heads, ["---", *["---:"] * 6, "---"], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--print", action="store_true", help="print the table and leave the page alone")
    arguments = parser.parse_args()
    os.environ.setdefault("APPMINT_SANDBOX_PATH", str(Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug/appmint-sandbox"))
    versions = ", ".join(f"{library} {version(library)}" for _, library, _ in LIBRARIES)
    text = f"{versions}; CPython {sys.version.split()[0]}; medians of {arguments.runs} runs.\n\n{table(arguments.runs)}"
    if arguments.print:
        print(text)
        return
    page = PAGE.read_text("utf-8")
    PAGE.write_text(page[:page.index(BEGIN)] + f"{BEGIN}\n\n{text}\n\n" + page[page.index(END):], "utf-8")


if __name__ == "__main__":
    main()
