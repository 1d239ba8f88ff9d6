"""A suite that hangs fails with stacks, and none of its processes is left."""

import os
import re
import subprocess
from pathlib import Path

LIMIT = Path(__file__).parents[2] / "tools" / "limit"


def run(*arguments):
    return subprocess.run([LIMIT, *arguments], capture_output=True, text=True)


def test_the_status_of_a_command_is_passed_on():
    assert [run("1", "sh", "-c", f"exit {status}").returncode for status in (0, 7)] == [0, 7]


def test_a_command_that_hangs_is_shown_and_ended():
    ended = run("0.02", "sh", "-c", "sleep 1000 & sleep 2000; true")
    assert ended.returncode == 124
    assert "sleep 2000; true: not done after 0.02 min" in ended.stdout
    shown = [int(pid) for pid in re.findall(r"^---- process (\d+): ", ended.stdout, re.MULTILINE)]
    assert len(shown) == 3 and "nanosleep" in ended.stdout
    assert not any(os.path.exists(f"/proc/{pid}/exe") and is_sleeping(pid) for pid in shown)


def is_sleeping(pid):
    try:
        return b"sleep" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
