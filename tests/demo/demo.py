#!/usr/bin/env python3
"""Runs the same program in five languages against the sandbox, and compares what they say.

The sandbox's clock and the programs' stand still at one moment, so the transcripts must be equal
to the letter: claims, installations, expiry, permissions, replies.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The account whose installation is used on each platform, and what is asked of its API.
ACCOUNTS = {
    "atomgit": ("yanqianyu", "/orgs/ACCOUNT/repos"),
    "github": ("github", "/orgs/ACCOUNT/repos"),
    "github-enterprise": ("github", "/orgs/ACCOUNT/repos"),
    "icr": ("9a2e4b6c-1d3f-4a5b-8c7d-0e1f2a3b4c01", "/v0/organizations/ACCOUNT"),
}


def main() -> int:
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="appmint-demo-") as folder:
        sandbox, ready = start_sandbox(options.platform, Path(folder))
        try:
            return run_all(programs(), environment(options, ready))
        finally:
            sandbox.stdin.close()
            sandbox.wait(timeout=20)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--platform", default="atomgit", choices=ACCOUNTS)
    parser.add_argument("--show-secrets", action="store_true")
    return parser.parse_args()


def programs() -> dict[str, list[str]]:
    """Each language's demo, as the Makefile builds it."""
    build = Path(os.environ.get("APPMINT_BUILD", ROOT / "build"))
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return {
        "C": [str(build / "c" / "demo_c")],
        "C++": [str(build / "c" / "demo_cpp")],
        "Python": [str(ROOT / ".venv/bin/python"), str(ROOT / "examples/python/demo.py")],
        "Node": ["node", str(ROOT / "examples/node/demo.mjs")],
        "Rust": [str(target / "debug" / "appmint-example")],
    }


def start_sandbox(platform: str, folder: Path) -> tuple[subprocess.Popen, dict]:
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    ready = folder / "ready.json"
    command = [target / "debug" / "appmint-sandbox", "--platform", platform]
    command += ["--ready-file", ready, "--key-out", folder / "app.pem", "--until-stdin-closes"]
    command += ["--clock-ms", str(int(time.time()) * 1000)]
    sandbox = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    print(sandbox.stdout.readline(), end="", flush=True)  # the one line that says it is ready
    return sandbox, json.loads(ready.read_text()) | {"now_ms": command[-1]}


def environment(options: argparse.Namespace, ready: dict) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("APPMINT_")}
    account, path = ACCOUNTS[options.platform]
    own = {
        "APPMINT_PLATFORM": options.platform,
        "APPMINT_API_URL": ready["api_url"],
        "APPMINT_WEB_URL": ready["url"],
        "APPMINT_APP_ID": ready["app_id"],
        "APPMINT_PRIVATE_KEY_FILE": ready["key_path"],
        "APPMINT_CLIENT_ID": ready["client_id"],
        "APPMINT_CLIENT_SECRET": ready["client_secret"],
        "APPMINT_REDIRECT_URI": ready["redirect_uri"],
        "APPMINT_ACCOUNT": account,
        "APPMINT_GET_PATH": path,
        "APPMINT_USER_GET_PATH": "/user/repos",
        "APPMINT_NOW_MS": ready["now_ms"],
        "APPMINT_BROWSER": str(ROOT / "tests/demo/press"),
        "NO_PROXY": "127.0.0.1,localhost",
    }
    shown = {"APPMINT_SHOW_SECRETS": "1"} if options.show_secrets else {}
    return inherited | own | shown


def run_all(commands: dict[str, list[str]], env: dict[str, str]) -> int:
    transcripts = {}
    for language, command in commands.items():
        print(f"\n== {language}", flush=True)
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
        print(done.stdout + done.stderr, end="", flush=True)
        if done.returncode != 0:
            print(f"\nthe {language} program ended with {done.returncode}")
            return 1
        transcripts[language] = done.stdout
    return compare(transcripts, "APPMINT_SHOW_SECRETS" in env)


def compare(transcripts: dict[str, str], secrets_shown: bool) -> int:
    names = ", ".join(transcripts)
    if secrets_shown:
        print(f"\n{names}: done; each got tokens of its own, so nothing is compared")
        return 0
    if len(set(transcripts.values())) == 1:
        print(f"\nthe {len(transcripts)} transcripts are equal: {names}")
        return 0
    print(f"\nthe transcripts differ: {names}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
