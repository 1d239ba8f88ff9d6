"""A child of a fork uses the app that it inherited."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import appmint
import pytest
from conftest import TOKEN

# Python warns of any fork in a program with threads.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

MINT = "/app/installations/14/access_tokens"


def ends_well(work, seconds=30):
    """Whether a child that does this exits with 0, in time."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status == 0
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def mint(app):
    source = app.installation(14)
    source.invalidate()
    assert source.token(timeout=20).reveal() == TOKEN


class MemoryStore:
    def get(self, _name):
        return None

    def put(self, *_):
        return True

    lock = remove = unlock = put


@pytest.fixture
def called_back(settings):
    """An app with every kind of callback."""
    calls = []
    app = appmint.App("atomgit", **settings | {"private_key": None}, store=MemoryStore(),
                      store_unencrypted=True, signer=lambda _: b"\x01" * 256,
                      on_event=lambda event: calls.append(event.kind))
    app.installation(14).on_change(lambda *_: calls.append("changed"))
    return app, calls


def test_a_child_uses_the_app_it_inherited(app, platform):
    token = app.installation(14).token()

    def use():
        assert app.installation(14).token() == token
        mint(app)

    assert ends_well(use)
    assert app.installation(14).token() == token
    assert len(platform.requests) == 2


def test_a_childs_child_uses_it_too(app):
    mint(app)

    def use():
        mint(app)
        assert ends_well(lambda: mint(app))

    assert ends_well(use)


def test_a_child_is_called_back(called_back):
    app, calls = called_back
    mint(app)
    before = list(calls)
    assert before == ["minted", "changed"]

    def use():
        mint(app)
        assert calls == before * 2

    assert ends_well(use)
    assert calls == before


def test_a_child_may_exit_normally(key_file, platform):
    """Its hooks at exit do not wait for threads of its parent."""
    program = """
import os, sys, threading, time
import appmint
asleep = threading.Event()
def callback(_):
    asleep.set()
    time.sleep(3600)
app = appmint.App("atomgit", api_url=sys.argv[1], app_id=75, private_key=open(sys.argv[2]).read(),
                  proxy="", retries=0, on_event=callback)
threading.Thread(target=app.installation(14).token, daemon=True).start()
asleep.wait(20)
start = time.monotonic()
if os.fork() == 0:
    sys.exit(0)
_, status = os.wait()
print(status, time.monotonic() - start < 0.9, flush=True)
os._exit(0)
"""
    done = subprocess.run([sys.executable, "-c", program, platform.url, str(key_file)], timeout=60,
                          capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("0 True\n", "")


def test_a_process_of_multiprocessing_uses_it(app):
    fork = multiprocessing.get_context("fork")
    mint(app)
    processes = [fork.Process(target=mint, args=(app,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4


@pytest.mark.parametrize("calls_back", [False, True])
def test_children_mint_while_their_parents_threads_do(app, called_back, calls_back):
    app = called_back[0] if calls_back else app
    is_over, minted = threading.Event(), [0] * 8

    def keep_minting(n):
        while not is_over.is_set():
            mint(app)
            minted[n] += 1

    threads = [threading.Thread(target=keep_minting, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    try:
        assert sum(ends_well(lambda: mint(app)) for _ in range(FORKS)) == FORKS
    finally:
        is_over.set()
        for thread in threads:
            thread.join(60)
    assert all(minted), minted


FORKS = int(os.environ.get("APPMINT_FORKS", "200"))
