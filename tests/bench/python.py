"""The cost of a cached token in Python, compared with that of a dict behind a lock.

All rows are measured in one process. A trivial call of the binding is the lower bound, the dict is
what programs write without appmint. With two threads, a call's time is the elapsed time divided by
the calls of both.
"""

import json
import threading
import timeit
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import perf_counter_ns

import appmint

ROWS = {
    "app.platform_name": "app.platform_name",
    "dict behind a threading.Lock": "with lock:\n    cache[14]",
    "source.token(), cached": "source.token()",
    "source.authorization_header(), cached": "source.authorization_header()",
}
CALLS = 100_000
ROUNDS = 7


class Platform(BaseHTTPRequestHandler):
    """Mints a token that lives an hour."""

    def do_POST(self):
        until = datetime.now(timezone.utc) + timedelta(hours=1)
        body = json.dumps({"token": "ghs_" + "1" * 36, "expires_at": f"{until:%Y-%m-%dT%H:%M:%SZ}"})
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def main() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Platform) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        app, source = cached(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    things = {"app": app, "source": source, "lock": threading.Lock(), "cache": {14: source.token()}}
    print(f"{'ns per call, best of ' + str(ROUNDS):32}{'1 thread':>12}{'2 threads':>12}")
    for name, statement in ROWS.items():
        alone, together = (measured(statement, things, threads) for threads in (1, 2))
        print(f"{name:32}{alone:12.0f}{together:12.0f}")
    assert app.stats().minted == 1, "every token came from memory"


def cached(url: str) -> "tuple[appmint.App, appmint.TokenSource]":
    app = appmint.App("github", api_url=url, web_url=url, app_id=1, proxy="", signer=lambda _: bytes(256))
    source = app.installation(14)
    source.token()
    return app, source


def measured(statement: str, things: dict, threads: int) -> float:
    """The shortest round, in nanoseconds per call."""
    with ThreadPoolExecutor(threads) as pool:
        return min(one_round(statement, things, threads, pool) for _ in range(ROUNDS))


def one_round(statement: str, things: dict, threads: int, pool: ThreadPoolExecutor) -> float:
    barrier = threading.Barrier(threads)

    def work(_: int) -> "tuple[int, int]":
        timer = timeit.Timer(statement, globals=things)
        barrier.wait()
        start = perf_counter_ns()
        timer.timeit(CALLS)
        return start, perf_counter_ns()

    starts, ends = zip(*pool.map(work, range(threads)))
    return (max(ends) - min(starts)) / (CALLS * threads)


if __name__ == "__main__":
    main()
