"""`store_key = "keychain:NAME"` with a real keychain, with one that is locked, and without any."""

import os
import socket
import subprocess
import sys
import tempfile

import pytest

from conftest import APPMINT, LIMIT, ROOT

sys.path.insert(0, str(ROOT / "tests" / "keychain"))

from keychain import Keychain

NOWHERE = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}


@pytest.fixture
def keychain():
    with Keychain() as running:
        yield running


@pytest.fixture
def user(home):
    """A user whose profile names a key in the keychain; everybody may read it, because a name is no secret."""
    home.configure('[profiles.main]\nstore_key = "keychain:acme"\n')
    (home.folder / "config/appmint/config.toml").chmod(0o644)
    return home


def token(user, **variables):
    return user.appmint("token", "--id", "1", **variables).stdout.strip()


def test_processes_share_the_store_that_the_keychains_key_seals(user, sandbox, keychain):
    first = token(user, **keychain.environment)
    assert token(user, **keychain.environment) == first and sandbox.count("mint_installation_token") == 1
    assert keychain.entries("acme") == 1
    state = user.folder / "state/appmint"
    assert {path.name for path in state.iterdir()} == {"tokens.db"}, "no key lies beside the store"
    assert first.encode() not in (state / "tokens.db").read_bytes()


def test_ten_processes_that_miss_the_key_make_one(user, sandbox, keychain):
    running = [subprocess.Popen([APPMINT, "token", "--id", "1"], env=user.environment | keychain.environment, cwd=user.folder,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(10)]
    ended = [process.communicate(timeout=LIMIT) for process in running]
    assert {(process.returncode, errors) for process, (_, errors) in zip(running, ended)} == {(0, "")}
    assert keychain.entries("acme") == 1
    assert len({output for output, _ in ended}) == 1 and sandbox.count("mint_installation_token") == 1


def test_a_key_that_was_deleted_is_not_made_anew_while_its_records_exist(user, sandbox, keychain):
    token(user, **keychain.environment)
    before = (user.folder / "state/appmint/tokens.db").read_bytes()
    keychain.delete("acme")
    for _ in range(2):
        error = user.error("token", "--id", "1", **keychain.environment)
        assert error["kind"] == "store" and "`acme` any more" in error["message"] and "backup" in error["hint"]
    assert keychain.entries("acme") == 0 and (user.folder / "state/appmint/tokens.db").read_bytes() == before
    # The way that the hint names.
    other = keychain.environment | {"APPMINT_STORE_KEY": "keychain:acme.2"}
    assert sandbox.is_alive(token(user, **other)) and keychain.entries("acme.2") == 1


def test_explain_shows_the_name(user):
    explained = user.json("config", "explain", **NOWHERE)
    assert {"name": "store_key", "value": "keychain:acme", "from": "profile main"} in explained["settings"]
    explained = user.json("config", "explain", APPMINT_STORE_KEY="keychain:other", **NOWHERE)
    assert {"name": "store_key", "value": "keychain:other", "from": "APPMINT_STORE_KEY"} in explained["settings"]


def test_without_a_keychain_there_is_a_sentence_with_the_alternatives(user):
    error = user.error("token", "--id", "1", **NOWHERE)
    assert (error["kind"], error["code"]) == ("store", 27) and "no session bus" in error["message"]
    assert "keyctl padd user appmint:acme @u" in error["hint"] and "`store_key`" in error["hint"]


def test_a_bus_that_does_not_answer_is_waited_for_only_so_long(user):
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as silent:
        silent.bind(f"{folder}/bus")
        silent.listen()
        error = user.error("token", "--id", "1", "--timeout", "2s", DBUS_SESSION_BUS_ADDRESS=f"unix:path={folder}/bus")
    assert error["kind"] == "store" and "nor did it answer" in error["message"] and "keyctl" in error["hint"]


def test_the_address_of_a_bus_starts_no_command(user):
    started = user.folder / "started"
    error = user.error("token", "--id", "1", DBUS_SESSION_BUS_ADDRESS=f"unixexec:path=/usr/bin/touch,argv1={started}")
    assert error["kind"] == "store" and "no session bus" in error["message"] and not started.exists()


def test_commands_without_a_store_ask_no_keychain(user, sandbox):
    assert sandbox.is_alive(user.appmint("token", "--id", "1", "--no-store", **NOWHERE).stdout.strip())
    user.appmint("run", "--org", "github", "--no-git", "--", "true", **NOWHERE)


def test_a_locked_keychain_that_nobody_can_unlock_is_an_error(user, keychain):
    token(user, **keychain.environment)
    keychain.lock()
    error = user.error("token", "--id", "1", "--timeout", "3s", **keychain.environment)
    assert error["kind"] == "store" and "lock" in error["message"]
    assert keychain.entries("acme") == 1


def test_a_session_that_nobody_logged_in_to_is_an_error(user):
    with Keychain(unlocked=False) as nobodys:
        error = user.error("token", "--id", "1", "--timeout", "5s", **nobodys.environment)
        assert error["kind"] == "store" and "keychain" in error["message"]


def test_the_kernels_keyring_needs_no_desktop(user, sandbox):
    """In a session keyring of its own, which ends with the script."""
    key = user.folder / "key"
    key.write_text("5f" * 32 + "\n")
    script = f"keyctl padd user appmint:acme @s <{key} >/dev/null && {APPMINT} token --id 1 && {APPMINT} token --id 1"
    first, second = user.run("keyctl", "session", "-", "sh", "-ec", script, **NOWHERE).stdout.split()
    assert first == second and sandbox.count("mint_installation_token") == 1
    # The same key from elsewhere opens the same store.
    assert token(user, APPMINT_STORE_KEY_FILE=str(key)) == first


def test_a_service_reads_the_users_keyring_to_which_its_session_has_no_link(user, sandbox):
    name = f"acme.{os.getpid()}"
    key = user.folder / "key"
    key.write_text("5f" * 32)
    number = user.run("sh", "-ec", f"keyctl padd user appmint:{name} @u <{key}").stdout.strip()
    try:
        command = ["keyctl", "session", "-", APPMINT, "token", "--id", "1"]
        first = user.run(*command, **NOWHERE, APPMINT_STORE_KEY=f"keychain:{name}").stdout.strip()
        assert sandbox.is_alive(first) and token(user, APPMINT_STORE_KEY_FILE=str(key)) == first
    finally:
        user.run("keyctl", "unlink", number, "@u")


def test_an_entry_that_is_no_key_is_named_and_not_shown(user):
    script = f"printf hunter2-hunter2 | keyctl padd user appmint:acme @s >/dev/null; {APPMINT} token --id 1"
    done = user.run("keyctl", "session", "-", "sh", "-c", script, code=27, **NOWHERE)
    assert "`acme` holds something else" in done.stderr and "hunter2" not in done.stderr
