"""Stores: a file, or an object of the program."""

import base64
import logging
import multiprocessing
import signal
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import appmint
import pytest
from conftest import TOKEN

MINT = "/app/installations/14/access_tokens"
KEY = "0123456789abcdef" * 4


def mints(platform):
    return sum(path == MINT for _, path, _, _ in platform.requests)


class MemoryStore:
    """A store in memory, which records its calls."""

    def __init__(self):
        self.values, self.owners, self.calls, self.guard = {}, {}, [], threading.Lock()

    def get(self, name):
        self.calls.append(("get", name))
        return self.values.get(name)

    def put(self, name, value, expected, keep_until):
        self.calls.append(("put", name, value, expected, keep_until))
        with self.guard:
            is_expected = self.values.get(name) == expected
            if is_expected:
                self.values[name] = value
            return is_expected

    def remove(self, name, expected):
        self.calls.append(("remove", name, expected))

    def lock(self, name, owner, lease):
        self.calls.append(("lock", name, owner, lease))
        return self.owners.setdefault(name, owner) == owner

    def unlock(self, name, owner):
        self.calls.append(("unlock", name, owner))
        self.owners.pop(name)


def test_apps_that_share_a_store_send_one_post(settings, platform):
    store = MemoryStore()
    assert isinstance(store, appmint.Store)
    apps = [appmint.App("atomgit", **settings, store=store, store_key=KEY) for _ in range(2)]
    with ThreadPoolExecutor(16) as pool:
        tokens = pool.map(lambda n: apps[n % 2].installation(14).token().reveal(), range(64))
    assert set(tokens) == {TOKEN}
    assert mints(platform) == 1
    assert sum(app.stats().minted for app in apps) == 1
    assert sum(app.stats().from_store for app in apps) == 1
    assert not store.owners


def test_a_store_is_called_with_pythons_types(settings, platform):
    store = MemoryStore()
    appmint.App("atomgit", **settings, store=store, store_key=KEY).installation(14).token()
    by_method = {method: args for method, *args in store.calls}
    assert list(by_method) == ["get", "lock", "put", "unlock"]
    name, value, expected, keep_until = by_method["put"]
    assert [type(each) for each in (name, value, expected)] == [str, bytes, type(None)]
    assert TOKEN.encode() not in value
    # The app's clock stands still in 2025; a store drops by the machine's clock.
    life = timedelta(hours=1)
    assert life / 2 < keep_until - datetime.now(timezone.utc) <= life
    _name, owner, lease = by_method["lock"]
    assert lease == timedelta(seconds=5)
    assert by_method["unlock"] == [name, owner]


@pytest.mark.parametrize("value", [bytearray, memoryview])
def test_a_store_may_return_any_kind_of_bytes(settings, platform, value):
    store = MemoryStore()
    store.get = lambda name: value(store.values[name]) if name in store.values else None
    for _ in range(2):
        appmint.App("atomgit", **settings, store=store, store_key=KEY).installation(14).token()
    assert mints(platform) == 1


def test_a_key_is_text_or_its_bytes(settings, platform):
    store, key = MemoryStore(), bytes.fromhex(KEY)
    for value in (KEY, key, bytearray(key), base64.b64encode(key).decode()):
        app = appmint.App("atomgit", **settings, store=store, store_key=value)
        assert app.installation(14).token().reveal() == TOKEN
    rotated = {"store_key": b"x" * 32, "previous_store_key": key}
    appmint.App("atomgit", **settings, store=store, **rotated).installation(14).token()
    assert mints(platform) == 1


@pytest.mark.parametrize(("method", "result", "message"), [
    ("get", "text", "the store's get returned str, not bytes or None"),
    ("put", None, "the store's put returned NoneType, not bool"),
    ("lock", 1, "the store's lock returned int, not bool"),
])
def test_a_wrong_result_of_a_store_is_a_warning(settings, platform, method, result, message):
    events, store = [], MemoryStore()
    setattr(store, method, lambda *_: result)
    app = appmint.App("atomgit", **settings, store=store, store_key=KEY, on_event=events.append)
    assert app.installation(14).token().reveal() == TOKEN
    failed = next(event for event in events if event.kind == "store_failed")
    assert message in failed.text and isinstance(failed.error, appmint.CallbackError)


@pytest.mark.parametrize("method", ["get", "put", "lock", "unlock"])
def test_a_store_that_fails_is_a_warning(settings, platform, caplog, method):
    caplog.set_level(logging.WARNING, "appmint")
    raised, store = RuntimeError("the password is 1234"), MemoryStore()

    def fail(*_):
        raise raised

    setattr(store, method, fail)
    app = appmint.App("atomgit", **settings, store=store, store_key=KEY)
    assert app.installation(14).token().reveal() == TOKEN
    assert "1234" not in caplog.text
    if method != "unlock":  # the lock ends with its lease
        record, = caplog.records
        assert record.event.kind == "store_failed"
        assert f"the store's {method} raised RuntimeError" in record.getMessage()
        assert record.event.error.__cause__ is raised


def test_ctrl_c_ends_a_wait_for_a_store(settings, platform):
    store, called, release = MemoryStore(), threading.Event(), threading.Event()

    def get(_):
        called.set()
        release.wait(20)

    store.get = get
    app = appmint.App("atomgit", **settings, store=store, store_key=KEY)
    interrupt = threading.Thread(
        target=lambda: called.wait(20) and signal.raise_signal(signal.SIGINT), daemon=True)
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        app.installation(14).token()
    release.set()
    assert app.installation(14).token().reveal() == TOKEN


def test_a_file_is_a_url_or_a_path(settings, platform, tmp_path):
    file = tmp_path / "tokens.db"
    for store in (file, f"sqlite:{file}"):
        app = appmint.App("atomgit", **settings, store=store, store_key=KEY)
        assert app.installation(14).token().reveal() == TOKEN
    assert file.stat().st_mode & 0o777 == 0o600
    assert TOKEN.encode() not in file.read_bytes()
    # A file drops values by the system's clock; the manual one of these tests shows the past.
    assert sqlite3.connect(file).execute("select count(*) from appmint_records").fetchone() == (1,)


@pytest.mark.parametrize(("wrong", "error", "message"), [
    ({"store": 5}, TypeError, "store must be a URL, a Path, or an object with get, put, remove, lock"),
    ({"store": object()}, TypeError, "not object"),
    ({"store": b"sqlite:a"}, TypeError, "not bytes"),
    ({"store": "tokens.db"}, appmint.InvalidArgumentError, "URL scheme is unknown"),
    ({"store": "sqlite:"}, appmint.InvalidArgumentError, "no file"),
    ({"store": "sqlite:a"}, appmint.InvalidArgumentError, "either a store_key or"),
    ({"store": MemoryStore()}, appmint.InvalidArgumentError, "either a store_key or"),
    ({"store": MemoryStore(), "store_key": KEY, "store_unencrypted": True}, appmint.InvalidArgumentError,
     "either a store_key or"),
    ({"store": "sqlite:a", "store_key": "short"}, appmint.InvalidArgumentError, "32 bytes"),
    ({"store": "sqlite:a", "store_key": b"short"}, appmint.InvalidArgumentError, "32 bytes"),
    ({"store": "sqlite:a", "store_key": 5}, TypeError, "store_key must be a str or 32 bytes, not int"),
    ({"store": "sqlite:a", "store_key": KEY, "previous_store_key": []}, TypeError, "previous_store_key"),
    ({"store_unencrypted": "yes"}, TypeError, "store_unencrypted"),
    ({"capacity": 0}, appmint.InvalidArgumentError, "capacity is zero"),
    ({"capacity": -1}, appmint.InvalidArgumentError, "capacity"),
    ({"capacity": "9"}, TypeError, "capacity must be an int"),
])
def test_a_wrong_store_is_refused_with_its_fault(settings, wrong, error, message):
    with pytest.raises(error, match=message):
        appmint.App("atomgit", **settings, **wrong)


def mint_in_a_process(url, key, file, start, tokens):
    app = appmint.App("atomgit", api_url=url, app_id=75, private_key=key, proxy="", retries=0,
                      store=file, store_key=KEY)
    start.wait(60)
    tokens.put(app.installation(14).token().reveal())


def test_processes_that_share_a_file_send_one_post(platform, key_file, tmp_path):
    expires_at = (datetime.now(timezone.utc) + timedelta(hours=1)).isoformat()
    platform.respond(MINT, 201, {"token": TOKEN, "expires_at": expires_at})
    spawn = multiprocessing.get_context("spawn")
    start, tokens = spawn.Barrier(4), spawn.Queue()
    shared = (platform.url, key_file.read_text(), tmp_path / "tokens.db", start, tokens)
    processes = [spawn.Process(target=mint_in_a_process, args=shared) for _ in range(4)]
    for process in processes:
        process.start()
    assert [tokens.get(timeout=60) for _ in processes] == [TOKEN] * 4
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert mints(platform) == 1
