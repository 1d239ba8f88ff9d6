"""Prints the size of the release library, and the start time of Python and Node with and without appmint.

Fails if the library exceeds a size limit. The limits of the start times are printed, but not enforced.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
LIBRARY = TARGET / "release" / "libappmint.so"
SLIM = TARGET / "slim" / "release" / "libappmint.so"
# In bytes, without and with the stores: SQLite and a Redis client are a quarter of the library.
SLIM_LIMIT, LIMIT = 7_000_000, 9_000_000
# Starts of each kind, of which the median is printed.
RUNS = 30


def main() -> int:
    size, slim = LIBRARY.stat().st_size, SLIM.stat().st_size
    print(f"libappmint.so  {size / 1e6:.2f} MB (limit {LIMIT / 1e6})")
    print(f"without stores {slim / 1e6:.2f} MB (limit {SLIM_LIMIT / 1e6})")
    print(f"exported       {exported()}")
    subprocess.run([ROOT / "build/c/loading", LIBRARY], check=True)
    compare_start("python", [sys.executable, "-c", "pass"], [sys.executable, "-c", "import appmint"])
    require = f"require({str(ROOT / 'bindings-node')!r})"
    compare_start("node", ["node", "-e", "0"], ["node", "-e", require])
    return int(size > LIMIT or slim > SLIM_LIMIT)


def exported() -> str:
    listing = subprocess.run(
        ["nm", "-D", "--defined-only", LIBRARY], check=True, capture_output=True, text=True
    )
    names = [line.split()[-1] for line in listing.stdout.splitlines()]
    other = [name for name in names if not name.startswith("appmint_")]
    return f"{len(names)} symbols, of which foreign: {', '.join(other) or 'none'}"


def compare_start(language: str, bare: list[str], loading: list[str]) -> None:
    """Measures both starts in turn, so that other load on the machine affects both equally."""
    times: dict[str, list[float]] = {"bare": [], "loading": []}
    for _ in range(RUNS):
        times["bare"].append(start_ms(bare))
        times["loading"].append(start_ms(loading))
    bare_ms, loading_ms = (statistics.median(times[name]) for name in ("bare", "loading"))
    print(
        f"{language:<14} {bare_ms:.1f} ms bare, {loading_ms:.1f} ms with appmint: "
        f"{loading_ms - bare_ms:+.1f} ms (limit 15; medians of {RUNS})"
    )


def start_ms(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
