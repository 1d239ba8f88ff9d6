"""appmint in a program of greenlets."""

import json
import socket
import subprocess
import sys
import threading

BODY = json.dumps({"token": "ats_x", "expires_at": "2099-01-01T00:00:00Z"}).encode()
ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)

# The platform answers when another greenlet says so: a hub that stands still would wait for ever.
PROGRAM = """
from gevent import monkey
monkey.patch_all()
import sys
import gevent
from gevent import get_hub, socket
import appmint

app = appmint.App("atomgit", app_id=75, signer=lambda _: bytes(256), api_url=sys.argv[1], timeout=60)
source = app.installation(14)
minting = gevent.spawn(get_hub().threadpool.apply, source.token)
while not socket.create_connection(("127.0.0.1", int(sys.argv[2]))).recv(1):
    pass
print(minting.get().reveal(), source.token().reveal())
"""


def test_a_call_on_the_hubs_threads_does_not_stop_the_hub():
    is_allowed = threading.Event()
    platform, door = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))

    def answer():
        connection = platform.accept()[0]
        connection.recv(65536)
        is_allowed.wait()
        connection.sendall(ANSWER)

    def allow():
        connection = door.accept()[0]
        is_allowed.set()
        connection.sendall(b"x")

    for work in [answer, allow]:
        threading.Thread(target=work, daemon=True).start()
    url, port = f"http://127.0.0.1:{platform.getsockname()[1]}", str(door.getsockname()[1])
    done = subprocess.run([sys.executable, "-c", PROGRAM, url, port], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["ats_x", "ats_x"]
