"""Installing the library as a program's author does, into a folder of its own.

The library is the tests' own build (`make library PROFILE=dev`), which goes through the same steps as what ships.
"""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
LIBRARY = ROOT / "build" / "library" / "dev"
# Seconds after which a program hangs.
LIMIT = 300


def run(*command, cwd=None, env=None, status=0):
    """The output of a command; the test fails if it ends otherwise than it should."""
    done = subprocess.run(
        [str(it) for it in command], cwd=cwd, env=env, capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL
    )
    assert status is None or done.returncode == status, f"{command} ended with {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def make(*arguments, env=None):
    # Not as a part of the `make` that runs the tests: its variables and its jobs are not for this one.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return run("make", "-C", ROOT, "PROFILE=dev", *arguments, env=inherited | (env or {}))


def packed(folder):
    """A copy of what `make dist` makes. The folder that it packs is one for all workers: one of them makes it at a time."""
    with open(ROOT / "build" / "dist.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (archive,) = (line for line in make("dist").splitlines() if line.startswith("build/") and line.endswith(".tar.gz"))
        return Path(shutil.copy2(ROOT / archive, folder))


class Installed(SimpleNamespace):
    """A library below `destdir`, and how programs find it."""

    def pkg_config(self, *arguments):
        places = {"PKG_CONFIG_SYSROOT_DIR": str(self.destdir), "PKG_CONFIG_LIBDIR": str(self.libdir / "pkgconfig")}
        return run("pkg-config", *arguments, "appmint", env=os.environ | places).split()


def installed_below(destdir, libdir="usr/lib", prefix="/usr"):
    return Installed(destdir=destdir, libdir=destdir / libdir, include=destdir / prefix.strip("/") / "include")
