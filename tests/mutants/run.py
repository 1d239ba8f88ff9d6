"""Breaks the core on purpose and counts the schedules until the simulation notices.

    python3 tests/mutants/run.py [NAME…]

Each patch in this folder removes one rule of the core's concurrency. It is applied to a copy of the commit that is checked
out (`build/mutants`), and the 10 000 schedules of `make test` run. A mutant that survives them is an error, and so is a patch
that does not apply any more."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPY = ROOT / "build" / "mutants"
# Not the usual one: cargo would take the crates of both copies for the same.
TARGET = str(Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "mutants")
SIMULATION = ["cargo", "test", "--locked", "-p", "appmint-core", "--features", "simulation", "--test", "simulation"]
FOUND = re.compile(r"^seed (\d+), after (\d+) schedules that went well: (.*)$", re.MULTILINE)


def git(*arguments, folder=ROOT):
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)


def run(*command):
    environment = {**os.environ, "CARGO_TARGET_DIR": TARGET, "RUST_BACKTRACE": "0"}
    return subprocess.run(command, cwd=COPY, env=environment, capture_output=True, text=True)


def survives(patch):
    """Prints how a mutant ended; whether it is a failure."""
    git("checkout", "--quiet", "--force", "HEAD", folder=COPY)
    if run("git", "apply", str(patch)).returncode:
        print(f"{patch.stem}: the patch does not apply; make it anew")
        return True
    if (built := run(*SIMULATION, "--no-run")).returncode:
        print(f"{patch.stem}: it does not compile\n{built.stderr}")
        return True
    ended = run(*SIMULATION, "no_schedule_breaks_a_promise")
    found = FOUND.search(ended.stdout + ended.stderr)
    if not found:
        print(f"{patch.stem}: survives\n{ended.stdout[-500:]}")
        return True
    seed, before, message = found.groups()
    print(f"| {patch.stem} | {int(before) + 1} | {seed} | {message[:110]} |", flush=True)
    return False


def main(names):
    patches = [path for path in sorted(Path(__file__).parent.glob("*.patch")) if not names or path.stem in names]
    COPY.parent.mkdir(exist_ok=True)
    git("worktree", "add", "--quiet", "--detach", "--force", str(COPY))
    try:
        print("| mutant | schedules | seed | found as |\n|---|---|---|---|")
        failed = [patch for patch in patches if survives(patch)]
    finally:
        git("worktree", "remove", "--force", str(COPY))
    sys.exit(bool(failed) or not patches)


main(sys.argv[1:])
