#!/usr/bin/env python3
"""Runs the same program in five languages against the sandbox, and compares their output.

The clocks of the sandbox and of the programs are frozen at the same time, so the transcripts must be
equal byte by byte: claims, installations, expiry, permissions, replies.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Stage:
    """The values that differ between the platforms."""

    account: str  # the account of the installation
    path: str  # a request with an installation token
    user_path: str = ""  # a request with a user token
    descriptor: "Path | None" = None  # the descriptor of a platform that is not built in
    # Some platforms require the redirect URI of the authorization in the exchange, others refuse it there. The
    # programs are the same for all platforms and send none there, so they cannot name one to the former.
    names_redirect_uri: bool = True


STAGES = {
    "atomgit": Stage("yanqianyu", "/orgs/ACCOUNT/repos", "/user/repos"),
    "github": Stage("github", "/orgs/ACCOUNT/repos", "/user/repos"),
    "github-enterprise": Stage("github", "/orgs/ACCOUNT/repos", "/user/repos"),
    "icr": Stage("9a2e4b6c-1d3f-4a5b-8c7d-0e1f2a3b4c01", "/v0/organizations/ACCOUNT"),
    "acme": Stage(
        "tinkers",
        "/v9/guilds/ACCOUNT/works",
        "/v9/me/works",
        descriptor=ROOT / "tests/platforms/acme.json",
        names_redirect_uri=False,
    ),
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
    parser.add_argument("--platform", default="atomgit", choices=STAGES)
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
    print(sandbox.stdout.readline(), end="", flush=True)  # the one line that the sandbox prints when it is ready
    return sandbox, json.loads(ready.read_text()) | {"now_ms": command[-1]}


def environment(options: argparse.Namespace, ready: dict) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("APPMINT_")}
    own = settings(options.platform, ready, ready["redirect_uri"])
    own |= {"APPMINT_NOW_MS": ready["now_ms"], "NO_PROXY": "127.0.0.1,localhost"}
    shown = {"APPMINT_SHOW_SECRETS": "1"} if options.show_secrets else {}
    return inherited | own | shown


def settings(platform: str, ready: dict, redirect_uri: str) -> dict[str, str]:
    """The environment variables that tell a program the platform and its sandbox."""
    stage = STAGES[platform]
    return {
        "APPMINT_PLATFORM": "" if stage.descriptor else platform,
        "APPMINT_PLATFORM_DESCRIPTOR_FILE": str(stage.descriptor or ""),
        "APPMINT_API_URL": ready["api_url"],
        "APPMINT_WEB_URL": ready["web_url"],
        "APPMINT_APP_ID": ready["app_id"],
        "APPMINT_PRIVATE_KEY_FILE": ready["key_path"],
        "APPMINT_CLIENT_ID": ready["client_id"],
        "APPMINT_CLIENT_SECRET": ready["client_secret"],
        "APPMINT_REDIRECT_URI": redirect_uri if stage.names_redirect_uri else "",
        "APPMINT_ACCOUNT": stage.account,
        "APPMINT_GET_PATH": stage.path,
        "APPMINT_USER_GET_PATH": stage.user_path,
        "APPMINT_BROWSER": str(ROOT / "tests/demo/approve"),
    }


def run_all(commands: dict[str, list[str]], env: dict[str, str]) -> int:
    transcripts = {}
    for language, command in commands.items():
        print(f"\n== {language}", flush=True)
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
        print(done.stdout + done.stderr, end="", flush=True)
        if done.returncode != 0:
            print(f"\nthe {language} program failed with exit code {done.returncode}")
            return 1
        transcripts[language] = done.stdout
    return compare(transcripts, "APPMINT_SHOW_SECRETS" in env)


def compare(transcripts: dict[str, str], secrets_shown: bool) -> int:
    names = ", ".join(transcripts)
    if secrets_shown:
        print(f"\n{names}: done. The transcripts contain different tokens, so they are not compared.")
        return 0
    if len(set(transcripts.values())) == 1:
        print(f"\nthe {len(transcripts)} transcripts are equal: {names}")
        return 0
    print(f"\nthe transcripts differ: {names}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
