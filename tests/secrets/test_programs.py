"""The example programs leave no secret in URLs, output or pages, and none in their memory when they end.

The tests search for every secret in a request or a reply. They do not search the memory for the client id and the client
secret: both are environment variables, which the system keeps in the memory of the process.
"""

import re

import pytest
from programs import BUILD, PYTHON, ROOT, TARGET, alone, device, environment, web

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
def test_no_secret_is_left(name, tmp_path):
    run, command = PROGRAMS[name]
    with environment(tmp_path) as at:
        ended = run(at, command)
    secrets = at.proxy.secrets | {at.ready["client_secret"]}
    kinds = {found[:4] for found in secrets if re.match("gh[ur]_", found)}
    assert {"ghu_", "ghr_"} <= kinds, f"the program received no user token and refresh token, only {kinds}"

    places = {"a URL": " ".join(at.proxy.urls), "the output": ended.output, "a page": " ".join(ended.pages)}
    seen = [(place, secret[:8]) for place, text in places.items() for secret in secrets if secret in text]
    assert not seen
    given = {at.ready["client_secret"], at.ready["client_id"]}
    left = [f"{secret[:8]}…" for secret in secrets - given if secret.encode() in ended.core]
    assert not left, f"{len(ended.core)} bytes of memory hold {left}"
