"""Lets one thing after another fail, and prints what an app makes of it.

usage: run.py [--write]

Prints each fault, the kind and the reason of the caller's error, whether a retry may help, how many requests the
platform got, after how many milliseconds the caller had an answer, and what is lost once nothing fails any more.
All but the milliseconds must be what docs/faults.md says; `--write` writes that page anew.
"""

import concurrent.futures
import sys
from pathlib import Path

from rows import rows
from world import world

PAGE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
HEAD = """# Faults, and what becomes of a call

Made by `make faults`, which lets each of these things fail once and compares what happens with this page. The app has a timeout of
3 s and sends nothing twice (`retries=0`); its call asks for an installation's token, or for the token of a user's session. *Lost* is
what the next process does not get once nothing fails any more. `make faults` also prints after how many milliseconds each caller
had an answer.

| | fault | the caller gets | a retry may help | requests | lost |
|---|---|---|---|---|---|
"""


def line(group, name, outcome):
    return f"| {group} | {name} | {outcome.got} | {outcome.retryable} | {outcome.requests} | {outcome.lost} |"


def main():
    with world() as place, concurrent.futures.ThreadPoolExecutor(8) as pool:
        running = [(group, name, pool.submit(run, place)) for group, name, run in rows()]
        done = [(line(group, name, future.result()), future.result()) for group, name, future in running]
    for text, outcome in done:
        print(f"{text} {outcome.took_ms} ms")
    page = HEAD + "".join(f"{text}\n" for text, _ in done)
    if "--write" in sys.argv:
        PAGE.write_text(page, "utf-8")
        return 0
    return compare(page.splitlines(), PAGE.read_text("utf-8").splitlines(), len(done))


def compare(found, expected, count):
    differing = [(new, old) for new, old in zip(found, expected) if new != old]
    for new, old in differing:
        print(f"\nexpected {old}\nfound    {new}")
    is_same = not differing and len(found) == len(expected)
    print(f"{count} faults, {'all as docs/faults.md says' if is_same else 'not as docs/faults.md says'}")
    return 0 if is_same else 1


sys.exit(main())
