"""The sandbox's program, which is beside this file."""

import os
import subprocess
import sys
from pathlib import Path


def program() -> Path:
    """Returns the path of the program.

    Returns:
        What the environment variable ``APPMINT_SANDBOX_PATH`` names, else the program in this package.

    Raises:
        FileNotFoundError: There is none in this package.
    """
    named = os.environ.get("APPMINT_SANDBOX_PATH")
    path = Path(named) if named else Path(__file__).with_name(NAME)
    if not path.exists():
        raise FileNotFoundError(f"there is no program {path}: install a wheel of appmint-sandbox, or name the program by APPMINT_SANDBOX_PATH")
    return path


def main() -> None:
    """Runs the program with the arguments of this process, and in its place where the system can."""
    command = [str(program()), *sys.argv[1:]]
    if sys.platform == "win32":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


NAME = "appmint-sandbox.exe" if sys.platform == "win32" else "appmint-sandbox"
