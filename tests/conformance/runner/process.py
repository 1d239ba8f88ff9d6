"""A driver process, which answers each line of input with one line of output."""

import os
import queue
import subprocess
import threading
from urllib.parse import quote, unquote

TIMEOUT_S = 20
PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}


class Driver:
    """Talks to one driver process as PROTOCOL.md defines it."""

    def __init__(self, command, root, environment=()):
        env = {name: value for name, value in os.environ.items() if name.lower() not in PROXIES} | dict(environment)
        self.process = subprocess.Popen(
            command, cwd=root, env=env, text=True, encoding="utf-8", errors="replace",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines = queue.Queue()
        self.printed = []
        self.errors = []
        self.case_start = (0, 0)
        self.secrets = set()
        self.is_broken = False
        self.readers = [
            threading.Thread(target=self._read_lines, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for reader in self.readers:
            reader.start()

    def _read_lines(self):
        for line in self.process.stdout:
            self.printed.append(line.rstrip("\n"))
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def _read_errors(self):
        self.errors.extend(self.process.stderr)

    def begin(self):
        """Marks the begin of a case, so that `visible` returns only what is printed after it."""
        self.case_start = (len(self.printed), len(self.errors))

    def send(self, command, members):
        """Sends a command and returns the answer: `ok` or `error`, and its members."""
        try:
            return self._send(command, members)
        except DriverFailed:
            self.is_broken = True
            raise

    def _send(self, command, members):
        pairs = [f"{encoded(key)}={encoded(value)}" for key, value in members.items()]
        try:
            self.process.stdin.write(" ".join([command, *pairs]) + "\n")
            self.process.stdin.flush()
            line = self.lines.get(timeout=TIMEOUT_S)
        except queue.Empty:
            raise DriverFailed(f"the driver did not answer `{command}` within {TIMEOUT_S} s") from None
        except BrokenPipeError:
            line = None
        if line is None:
            raise DriverFailed(f"the driver ended without an answer to `{command}`")
        return decoded(line)

    def end(self):
        """Closes the driver's input, waits until it ends, and returns its exit code."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            code = self.process.wait(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = f"missing: it was killed after {TIMEOUT_S} s"
        for reader in self.readers:
            reader.join(timeout=TIMEOUT_S)
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def visible(self):
        """The output of the driver in this case, without the values of `reveal.` members."""
        printed, errors = self.case_start
        lines = [
            " ".join(word for word in line.split(" ") if not word.startswith("reveal."))
            for line in self.printed[printed:]
        ]
        return {"standard output": "\n".join(lines), "standard error": "".join(self.errors[errors:])}


class DriverFailed(Exception):
    """The driver violated the protocol."""


def encoded(text):
    return quote(str(text).encode(), safe="-._~")


def decoded(line):
    outcome, *words = line.split(" ")
    if outcome not in ("ok", "error"):
        raise DriverFailed(f"an answer begins with ok or error, not with `{line[:60]}`")
    pairs = (word.partition("=") for word in words if word)
    return outcome, {unquote(key): unquote(value, errors="replace") for key, _, value in pairs}
