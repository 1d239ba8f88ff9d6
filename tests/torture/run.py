#!/usr/bin/env python3
"""Runs the clients of `make torture` at the same time, and writes their scores into docs/torture.md.

Each client meets each of the platform's three policies in a sandbox of its own, with the same seed.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = ROOT / "tests" / "torture"
PAGE = ROOT / "docs" / "torture.md"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
PEERS = ROOT / "build" / "torture"
POLICIES = ["strict", "grace", "static"]
BEGIN, END = "<!-- scores: written by `make torture` -->", "<!-- end of scores -->"


def appmint(ready, folder, workers, threads):
    return [TARGET / "examples" / "torture_client", ready, "--platform", HERE / "platform.json", "--store", folder,
            "--workers", workers, "--threads", threads]


def octokit(ready, _folder, _workers, threads):
    return ["node", HERE / "octokit_client.mjs", ready, "--threads", threads]


def authlib(ready, _folder, _workers, threads):
    return [PEERS / "venv" / "bin" / "python", HERE / "authlib_client.py", ready, "--threads", threads]


# Name, command, processes, threads (Node: tasks) for each user in each process.
CLIENTS = [
    ("appmint", appmint, 2, 2),
    ("@octokit/auth-oauth-user", octokit, 1, 1),
    ("@octokit/auth-oauth-user", octokit, 1, 4),
    ("Authlib", authlib, 1, 1),
    ("Authlib", authlib, 1, 4),
]


def play(client, policy, arguments):
    """The score of one client on one platform."""
    name, command, workers, threads = client
    with tempfile.TemporaryDirectory() as folder:
        ready, score = Path(folder) / "ready.json", Path(folder) / "score.json"
        sandbox = subprocess.Popen(
            [TARGET / "appmint-sandbox", "--until-stdin-closes", "--ready-file", ready, "--score-file", score,
             "--torture", "refresh", "--policy", policy, "--seed", str(arguments.seed), "--users", str(arguments.users),
             "--seconds", str(arguments.seconds), "--life-ms", str(arguments.life_ms)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        try:
            wait_for(ready, sandbox)
            run_client([str(part) for part in command(ready, folder, workers, threads)], name, policy, arguments)
        finally:
            sandbox.stdin.close()
            sandbox.wait(timeout=30)
        return {"client": name, "processes": workers, "threads": threads, **json.loads(score.read_text("utf-8"))}


def wait_for(ready, sandbox):
    while not ready.exists():
        if sandbox.poll() is not None:
            sys.exit("the sandbox did not start")
        time.sleep(0.05)


def run_client(command, name, policy, arguments):
    log = PEERS / f"{re.sub(r'[^a-z]+', '-', name.lower()).strip('-')}-{policy}.log"
    with log.open("w") as output:
        environment = {**os.environ, "NODE_MODULES": str(PEERS)}
        done = subprocess.run(command, env=environment, stdout=output, stderr=subprocess.STDOUT,
                              timeout=arguments.seconds + 120, check=False)
    if done.returncode != 0:
        sys.exit(f"{name} failed; its output is in {log.relative_to(ROOT)}")


def row(score):
    setup = f"{score['processes']} × {score['threads']}"
    lost = f"{score['lost_sessions_avoidable']} | {score['lost_sessions_unavoidable']}"
    return (f"| {score['client']} | {setup} | {score['policy']} | {score['refreshes']} | {sum(score['faults'].values())} | "
            f"{score['double_spendings']} | {lost} | {score['dead_tokens']} | {score['answers_thrown_away']} | "
            f"{score['requests_per_token']:.2f} |")


def causes(scores, member):
    """The sums of a member's counts, the largest first."""
    sums = {}
    for score in scores:
        for cause, count in score[member].items():
            sums[cause] = sums.get(cause, 0) + count
    return ", ".join(f"{cause} {count}" for cause, count in sorted(sums.items(), key=lambda it: (-it[1], it[0]))) or "–"


def cause_row(client, scores):
    name, _, workers, threads = client
    own = [it for it in scores if (it["client"], it["processes"], it["threads"]) == (name, workers, threads)]
    return f"| {name} | {workers} × {threads} | {causes(own, 'thrown_away_by')} | {causes(own, 'avoidable_after')} |" if own else None


def versions():
    node = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"]["@octokit/auth-oauth-user"]
    python = re.search(r"^Authlib==(\S+)", (HERE / "requirements.txt").read_text("utf-8"), re.MULTILINE)[1]
    own = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)[1]
    return f"appmint {own}, @octokit/auth-oauth-user {node}, Authlib {python}"


def tables(scores, arguments):
    head = ("| client | processes × threads | policy | refreshes | faults | double spendings | lost, avoidable | lost, unavoidable | "
            "dead tokens | answers thrown away | requests per token |\n|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    cause_head = ("| client | processes × threads | answers thrown away, by their fault | avoidable losses, by the last fault before |\n"
                  "|---|---|---|---|")
    setup = (f"{versions()}; seed {arguments.seed}, {arguments.users} users, {arguments.seconds} s for each line, access tokens "
             f"of {arguments.life_ms / 1000:g} s.")
    cause_rows = filter(None, (cause_row(client, scores) for client in CLIENTS))
    return "\n\n".join([setup, "\n".join([head, *map(row, scores)]), "\n".join([cause_head, *cause_rows])])


def write(text):
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        sys.exit(f"{PAGE.relative_to(ROOT)} has lost its marks")
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--users", type=int, default=40)
    parser.add_argument("--seconds", type=int, default=150)
    parser.add_argument("--life-ms", type=int, default=80_000)
    parser.add_argument("--client", help="only clients whose name has this text; the page is not written")
    arguments = parser.parse_args()
    chosen = [client for client in CLIENTS if (arguments.client or "") in client[0]]
    rounds = [(client, policy) for client in chosen for policy in POLICIES]
    with ThreadPoolExecutor(len(rounds)) as pool:
        scores = list(pool.map(lambda round: play(*round, arguments), rounds))
    print("\n".join(map(row, scores)), flush=True)
    (PEERS / "scores.json").write_text(json.dumps(scores, indent=1), "utf-8")
    text = tables(scores, arguments)
    if arguments.client:
        print(f"\n{text}")
    else:
        write(text)


if __name__ == "__main__":
    main()
