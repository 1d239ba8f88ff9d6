"""A driver process: one line in, one line of answer out."""

import os
import queue
import subprocess
import threading
from urllib.parse import quote, unquote

PATIENCE_S = 20
PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}


class Driver:
    """Speaks PROTOCOL.md with one process."""

    def __init__(self, command, root):
        env = {name: value for name, value in os.environ.items() if name.lower() not in PROXIES}
        self.process = subprocess.Popen(
            command, cwd=root, env=env, text=True, encoding="utf-8", errors="replace",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines = queue.Queue()
        self.printed = []
        self.errors = []
        self.seen = (0, 0)
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
        """Begins with a case: what was printed before belongs to others."""
        self.seen = (len(self.printed), len(self.errors))

    def ask(self, command, words):
        """The answer to a command: `ok` or `error`, and its members."""
        try:
            return self._ask(command, words)
        except DriverFailed:
            self.is_broken = True
            raise

    def _ask(self, command, words):
        pairs = [f"{encoded(key)}={encoded(value)}" for key, value in words.items()]
        try:
            self.process.stdin.write(" ".join([command, *pairs]) + "\n")
            self.process.stdin.flush()
            line = self.lines.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise DriverFailed(f"no answer to `{command}` within {PATIENCE_S} s") from None
        except BrokenPipeError:
            line = None
        if line is None:
            raise DriverFailed(f"the driver ended instead of answering `{command}`")
        return decoded(line)

    def end(self):
        """Closes its input, and waits; its exit code."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            code = self.process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = "none: it had to be killed"
        for reader in self.readers:
            reader.join(timeout=PATIENCE_S)
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def visible(self):
        """What it printed in this case, without the values that were to be revealed."""
        printed, errors = self.seen
        shown = [
            " ".join(word for word in line.split(" ") if not word.startswith("reveal."))
            for line in self.printed[printed:]
        ]
        return {"standard output": "\n".join(shown), "standard error": "".join(self.errors[errors:])}


class DriverFailed(Exception):
    """A driver that does not speak the protocol."""


def encoded(text):
    return quote(str(text).encode(), safe="-._~")


def decoded(line):
    outcome, *words = line.split(" ")
    if outcome not in ("ok", "error"):
        raise DriverFailed(f"an answer begins with ok or error, not `{line[:60]}`")
    pairs = (word.partition("=") for word in words if word)
    return outcome, {unquote(key): unquote(value, errors="replace") for key, _, value in pairs}
