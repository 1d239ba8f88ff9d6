"""No secret in any URL, log, page or error of the example programs, nor in what their memory holds when they end.

Everything secret that went over the wire is looked for, and the private key. What a program itself was given (the client
secret in its environment) is not looked for in its memory: the system keeps that there.
"""

import re

import pytest
from programs import BUILD, PYTHON, ROOT, TARGET, alone, device, stage, web

EXAMPLES = ROOT / "examples"
PROGRAMS = {
    "device_c": (device, [BUILD / "device_c"]),
    "device_cpp": (device, [BUILD / "device_cpp"]),
    "device_rust": (device, [TARGET / "appmint-example-device"]),
    "device_python": (device, [*PYTHON, EXAMPLES / "python/device.py"]),
    "device_node": (device, ["node", EXAMPLES / "node/device.mjs"]),
    "login_cpp": (alone, [BUILD / "login_cpp"]),
    "web_python": (web, [*PYTHON, EXAMPLES / "python/web.py"]),
    "web_node": (web, ["node", EXAMPLES / "node/web.mjs"]),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_secret_is_left(name, tmp_path):
    play, command = PROGRAMS[name]
    with stage(tmp_path) as at:
        ended = play(at, command)
    secrets = at.wire.secrets | {at.ready["client_secret"]}
    kinds = {found[:4] for found in secrets if re.match("gh[ur]_", found)}
    assert {"ghu_", "ghr_"} <= kinds, "the program got no tokens"

    places = {"a URL": " ".join(at.wire.urls), "what it said": ended.said, "a page": " ".join(ended.pages)}
    seen = [(place, secret[:8]) for place, text in places.items() for secret in secrets if secret in text]
    assert not seen
    given = {at.ready["client_secret"], at.ready["client_id"]}
    left = [f"{secret[:8]}…" for secret in secrets - given if secret.encode() in ended.core]
    assert not left, f"{len(ended.core)} bytes of memory hold {left}"
