"""Events of an app, in the log and in a callback."""

import copy
import gc
import logging
import pickle
import subprocess
import sys
import textwrap
import threading
import weakref
from datetime import timedelta

import appmint
import pytest
from conftest import TOKEN

MINT = "/app/installations/14/access_tokens"


def fail(platform):
    platform.respond(MINT, 503, {"message": f"no {TOKEN}"})


def test_events_are_logged_with_their_level(settings, platform, caplog):
    caplog.set_level(logging.DEBUG, "appmint")
    app = appmint.App("atomgit", **settings)
    app.installation(14).token()
    app.installation(14).invalidate()
    fail(platform)
    with pytest.raises(appmint.ServerError):
        app.installation(14).token()
    minted, failed = [record for record in caplog.records if record.name == "appmint"]
    assert (minted.levelno, failed.levelno) == (logging.DEBUG, logging.WARNING)
    assert minted.getMessage() == str(minted.event) == minted.event.text
    assert minted.getMessage().startswith("minted installation 14, ")
    assert (minted.event.kind, minted.event.installation_id) == ("minted", "14")
    assert isinstance(minted.event.duration, timedelta) and minted.event.clock_offset is None
    assert minted.event.error is None and not minted.event.is_warning
    assert failed.event.kind == "mint_failed" and failed.event.is_warning
    assert isinstance(failed.event.error, appmint.ServerError)
    assert failed.event.error.status == 503
    assert repr(failed.event) == f"<appmint.Event {failed.event.text}>"


def test_a_level_that_is_off_is_not_logged(settings, platform, caplog):
    caplog.set_level(logging.WARNING, "appmint")
    appmint.App("atomgit", **settings).installation(14).token()
    assert not caplog.records


def test_no_record_holds_a_secret(settings, platform, caplog, key_file):
    caplog.set_level(logging.DEBUG)
    del settings["private_key"]
    events = []

    def sign(_):
        raise RuntimeError(f"the pin is 1234, and {TOKEN}")

    app = appmint.App("atomgit", **settings, signer=lambda _: b"\x01" * 256, on_event=events.append)
    app.installation(14).token()
    jwt = app.jwt().reveal()
    app.installation(14).invalidate()
    fail(platform)
    for each in (app, appmint.App("atomgit", **settings, signer=sign, on_event=events.append)):
        with pytest.raises(appmint.Error):
            each.installation(14).token()
    assert len(events) == 3
    formatter = logging.Formatter("%(message)s %(event)r %(args)s")
    shown = "".join(formatter.format(record) for record in caplog.records if record.name == "appmint")
    shown += repr(events) + str(events) + repr([vars(event.error) for event in events if event.error])
    assert "RuntimeError" in shown
    for secret in (TOKEN, jwt, "1234", *key_file.read_text().splitlines()[1:-1]):
        assert secret not in shown


def test_a_callback_is_called_with_events(settings, platform):
    events = []
    app = appmint.App("atomgit", **settings, on_event=events.append)
    app.installation(14).token()
    assert [event.kind for event in events] == ["minted"]
    with pytest.raises(AttributeError):
        events[0].kind = "other"


def test_an_exception_of_a_callback_is_logged_by_its_class(settings, platform, caplog):
    def callback(*_):
        raise LookupError("hunter2")

    caplog.set_level(logging.WARNING, "appmint")
    app = appmint.App("atomgit", **settings, on_event=callback)
    app.installation(14).on_change(callback)
    assert app.installation(14).token().reveal() == TOKEN
    assert [record.getMessage() for record in caplog.records] == [
        "on_event raised LookupError", "the callback of on_change raised LookupError"]
    assert "hunter2" not in caplog.text
    assert [record.event and record.event.kind for record in caplog.records] == ["minted", None]


@pytest.mark.parametrize("raised", [SystemExit(3), KeyboardInterrupt(), BaseException("x")])
def test_a_callback_ends_no_program(settings, platform, raised):
    def callback(_):
        raise raised

    assert appmint.App("atomgit", **settings, on_event=callback).installation(14).token().reveal() == TOKEN


def test_an_event_callback_may_use_appmint(settings, platform, clock):
    app, events = None, []

    def callback(event):
        if event.kind == "served_stale":
            events.append(app.installation(14).token(min_valid=0).reveal())

    app = appmint.App("atomgit", **settings, on_event=callback)
    source = app.installation(14)
    token = source.token()
    clock.set(token.expires_at - timedelta(seconds=30))
    fail(platform)
    assert source.token() == token  # a worker meets the failure,
    assert source.token() == token  # and the next caller gets its outcome
    assert events == [TOKEN] * 2


def test_callers_and_callbacks_do_not_wait_for_each_other(settings, platform, clock):
    """Events happen on callers' and on workers' threads, attached to the interpreter or not."""
    app = appmint.App("atomgit", **settings, on_event=lambda _: gc.collect(0))
    source = app.installation(14)
    clock.set(source.token().expires_at - timedelta(seconds=30))
    fail(platform)
    tokens = []

    def mint():
        for _ in range(100):
            tokens.append(source.token().reveal())

    threads = [threading.Thread(target=mint) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert tokens == [TOKEN] * 800


def test_on_event_must_be_callable(settings):
    with pytest.raises(TypeError, match="on_event must be a callable that takes an Event, not str"):
        appmint.App("atomgit", **settings, on_event="print")


def test_an_event_is_copied_and_pickled(settings, platform):
    events = []
    app = appmint.App("atomgit", **settings, on_event=events.append)
    fail(platform)
    with pytest.raises(appmint.ServerError):
        app.installation(14).token()
    for event in (pickle.loads(pickle.dumps(events[0])), copy.copy(events[0]), copy.deepcopy(events[0])):
        assert event.text == events[0].text and event.duration == events[0].duration
        assert event.error.status == 503 and event.error.kind == "server"
        assert (event.kind, event.is_warning) == ("mint_failed", True)


def test_an_event_in_a_reference_cycle_is_collected(settings, platform, caplog):
    caplog.set_level(logging.CRITICAL, "appmint")  # else pytest keeps it
    events = []
    app = appmint.App("atomgit", **settings, on_event=events.append)
    fail(platform)
    with pytest.raises(appmint.ServerError):
        app.installation(14).token()
    events[0].error.event = events[0]
    seen = weakref.ref(events.pop())
    gc.collect()
    assert seen() is None


PROGRAM = """
import logging, sys, threading, time
import appmint
{setup}
key = open(sys.argv[2]).read()
app = appmint.App("atomgit", api_url=sys.argv[1], app_id=75, private_key=key, proxy="", retries=0,
                  {more})
{work}
"""


def program(platform, key_file, setup="", more="", work=""):
    text = PROGRAM.format(setup=textwrap.dedent(setup), more=more, work=textwrap.dedent(work))
    return subprocess.run([sys.executable, "-c", text, platform.url, str(key_file)], timeout=60,
                          capture_output=True, text=True)


def test_a_program_without_logging_prints_nothing(platform, key_file):
    fail(platform)
    done = program(platform, key_file, work="""
        try:
            app.installation(14).token()
        except appmint.ServerError:
            pass
    """)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_finalizing_interpreter_is_not_called_back(platform, key_file):
    """Workers with an event for a finalizing interpreter must not crash it."""
    done = program(platform, key_file, setup="logging.basicConfig(level=logging.DEBUG, filename='/dev/null')",
                   more="on_event=lambda _: time.sleep(0.001)", work="""
        sources = [app.installation(14) for _ in range(8)]
        def mint(source):
            while True:
                source.invalidate()
                try:
                    source.token()
                except appmint.Error:
                    pass
        for source in sources:
            threading.Thread(target=mint, args=(source,), daemon=True).start()
        time.sleep(0.3)
    """)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_program_ends_while_a_callback_hangs(platform, key_file):
    done = program(platform, key_file, more="on_event=lambda _: time.sleep(3600)", work="""
        try:
            app.installation(14).token(timeout=0.3)
        except appmint.TimeoutError:
            print("timeout")
    """)
    assert (done.returncode, done.stdout, done.stderr) == (0, "timeout\n", "")
