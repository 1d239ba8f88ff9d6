"""A desktop's keychain: GNOME Keyring on a bus of its own, unlocked by a password as a login does it."""

import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

LIMIT = 40  # seconds until a keychain that does not start is a failure
SERVICE = "org.freedesktop.secrets"
ROOT_PATH = "/org/freedesktop/secrets"


class Keychain:
    """A session bus, with an unlocked keychain unless `unlocked` is false: then nobody has logged in."""

    def __init__(self, unlocked=True):
        self.unlocked = unlocked
        # Addresses of sockets are short.
        self.folder = Path(tempfile.mkdtemp(prefix="appmint-keychain-"))
        self.processes = []

    def __enter__(self):
        private = {"HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder / "data"), "XDG_RUNTIME_DIR": str(self.folder)}
        own = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ} | private
        bus = self.start(["dbus-daemon", "--session", "--nofork", "--nosyslog", "--print-address=1",
                          f"--address=unix:path={self.folder}/bus"], own, stdout=subprocess.PIPE)
        self.environment = {"DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip()}
        self.inherited = own | self.environment
        if self.unlocked:
            daemon = self.start(["gnome-keyring-daemon", "--unlock", "--foreground", "--components=secrets"],
                                self.inherited, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
            daemon.stdin.write("the password of the login")
            daemon.stdin.close()
            self.wait_until_it_answers()
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            process.wait(timeout=LIMIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, command, environment, **streams):
        process = subprocess.Popen(command, env=environment, cwd=self.folder, text=True, stderr=subprocess.DEVNULL, **streams)
        self.processes.append(process)
        return process

    def wait_until_it_answers(self):
        """Without a call to it, for which the bus would start another one."""
        owned = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
                 "org.freedesktop.DBus.NameHasOwner", f"string:{SERVICE}"]
        give_up_at = time.monotonic() + LIMIT
        while b"true" not in subprocess.run(owned, env=self.inherited, capture_output=True, timeout=LIMIT).stdout:
            assert time.monotonic() < give_up_at, "the keychain does not start"
        assert "/collection/login" in self.ask(ROOT_PATH, "Service.ReadAlias", "string:default")

    def ask(self, path, method, *arguments):
        command = ["dbus-send", "--session", "--print-reply", f"--dest={SERVICE}", path, f"org.freedesktop.Secret.{method}"]
        done = subprocess.run([*command, *arguments], env=self.inherited, capture_output=True, text=True, timeout=LIMIT)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def entries(self, name):
        """How many keys of this name there are."""
        attributes = f"dict:string:string:application,appmint,name,{name}"
        return self.ask(ROOT_PATH, "Service.SearchItems", attributes).count("object path")

    def delete(self, name):
        """Deletes the keys of this name, as a person may do in the desktop's program."""
        attributes = f"dict:string:string:application,appmint,name,{name}"
        paths = re.findall(r'object path "([^"]+)"', self.ask(ROOT_PATH, "Service.SearchItems", attributes))
        for path in paths:
            self.ask(path, "Item.Delete")

    def lock(self):
        self.ask(ROOT_PATH, "Service.Lock", f"array:objpath:{ROOT_PATH}/collection/login")
