"""A program that ends while a callback runs ends as if it had none: with its own exit status, and without a word."""

import subprocess
import sys
import textwrap

import pytest

#: The callback returns to the interpreter once that finalizes, and the interpreter goes on for a moment. The frames of a
#: thread keep the names of the main module, but not those of another one.
PROGRAM = """
import logging, sys, threading, time, types

exec('''
import os, time
class Last:
    def __del__(self, sleep=time.sleep):
        sleep(0.5)
last = Last()
''', sys.modules.setdefault("ends_late", types.ModuleType("ends_late")).__dict__)

import appmint

begun = threading.Event()

def outlast(*_, is_finalizing=sys.is_finalizing, sleep=time.sleep):
    begun.set()
    while not is_finalizing():
        sleep(0.01)
    sleep(0.01)

class Store:
    get = put = remove = lock = unlock = outlast

class Handler(logging.Handler):
    handle = outlast

async def outlast_in_a_coroutine(_):
    outlast()

def sign(_):
    return b"x" * 256

def app(**settings):
    common = {"platform": "github", "app_id": "1", "proxy": "", "api_url": "http://127.0.0.1:1", "web_url": "http://127.0.0.1:1"}
    return appmint.App(**{"signer": sign, "timeout": 0.2, "retries": 0} | common | settings)

def mint(_):
    expires_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    return 201, {"content-type": "application/json"}, b'{"token": "ghs_x", "expires_at": "%s"}' % expires_at.encode()

def ask(app):
    try:
        app.installation(1).token()
    except appmint.Error:
        pass

USE
assert begun.wait(30)
"""

USES = {
    "a signer": "ask(app(signer=outlast))",
    "a coroutine that signs": "ask(app(signer=outlast_in_a_coroutine))",
    "a store": "ask(app(store=Store(), store_unencrypted=True))",
    "a transport": "ask(app(transport=outlast))",
    "a callback for events": "threading.Thread(target=ask, args=[app(on_event=outlast)], daemon=True).start()",
    "a callback for new tokens": """
watched = app(transport=mint)
subscription = watched.installation(1).on_change(outlast)
ask(watched)
""",
    "a handler of the log": """
logging.getLogger("appmint").addHandler(Handler())
logging.getLogger("appmint").setLevel("DEBUG")
threading.Thread(target=ask, args=[app()], daemon=True).start()
""",
}


@pytest.mark.parametrize("name", USES)
def test_a_callback_that_outlasts_the_interpreter_does_not_disturb_it(name):
    program = PROGRAM.replace("USE", textwrap.dedent(USES[name]))
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
