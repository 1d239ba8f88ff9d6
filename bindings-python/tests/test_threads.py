"""Waiting lets other threads run and handles signals; signers are called back."""

import gc
import signal
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import appmint
import pytest
from conftest import TOKEN, url


@pytest.mark.parametrize("operation", [
    lambda app: app.installation(14).token(),
    lambda app: app.installation(14).request("GET", "/"),
    lambda app: next(app.installations()),
    lambda app: list(app.installation(14).repositories()),
    lambda app: list(app.paginate("/app/hook/deliveries")),
    lambda app: app.installation(14).authorization_header(timeout=30),
    lambda app: app.suspend_installation(14),
    lambda app: app.find_installation(id=14),
    lambda app: app.refresh("text"),
    lambda app: appmint.discover(app.authorize().url.partition("/login")[0], proxy="", timeout=30),
])
def test_ctrl_c_ends_a_wait_in_which_other_threads_run(settings, unresponsive, operation):
    at = {"api_url": url(unresponsive), "web_url": url(unresponsive)}
    app = appmint.App("github", **settings | at, timeout=30)
    done = []

    def interrupt():
        connection, _ = unresponsive.accept()  # by now the call hangs
        with connection:
            done.extend(range(1000))
            signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        operation(app)
    thread.join()
    assert len(done) == 1000


def test_many_threads_share_one_mint(app, platform):
    source = app.installation(14)
    with ThreadPoolExecutor(16) as pool:
        tokens = list(pool.map(lambda _: source.token().reveal(), range(200)))
    assert set(tokens) == {TOKEN}
    assert len(platform.requests) == 1


def test_a_callable_signs(settings):
    calls = []

    def sign(message):
        calls.append((message, threading.current_thread() is threading.main_thread()))
        return b"\x01" * 256

    del settings["private_key"]
    app = appmint.App("atomgit", signer=sign, **settings)
    jwt = app.jwt().reveal()
    assert calls == [(jwt.rpartition(".")[0].encode(), False)]
    assert app.fingerprint is None


def test_an_exception_of_a_signer_is_the_cause(settings):
    raised = RuntimeError("the HSM's pin 1234 is wrong")

    def sign(_message):
        raise raised

    del settings["private_key"]
    with pytest.raises(appmint.CallbackError, match="RuntimeError") as caught:
        appmint.App("atomgit", signer=sign, **settings).jwt()
    assert caught.value.__cause__ is raised
    assert "1234" not in f"{caught.value} {caught.value!r}"


def test_a_signer_must_return_bytes(settings):
    del settings["private_key"]
    for result, name in (("text", "str"), (None, "NoneType"), ([1], "list")):
        app = appmint.App("atomgit", signer=lambda _, result=result: result, **settings)
        with pytest.raises(appmint.CallbackError, match=f"returned {name}"):
            app.jwt()


def test_a_signer_may_use_appmint(settings, app):
    del settings["private_key"]
    other = appmint.App("atomgit", signer=lambda _: app.jwt().reveal().encode()[:256], **settings)
    assert other.jwt().kind == "jwt"


def test_a_signer_that_hangs_does_not_hang_the_program(settings):
    del settings["private_key"]
    released = threading.Event()
    settings |= {"signer": lambda _: released.wait() and b"", "timeout": 0.01}
    with pytest.raises(appmint.CallbackError, match="the signer"):
        appmint.App("atomgit", **settings).jwt()
    released.set()


def test_objects_can_be_referred_to_weakly(app):
    source = weakref.ref(app.installation(14))
    gc.collect()
    assert source() is None
    assert weakref.ref(app)() is app
