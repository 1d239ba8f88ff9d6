"""Runs `signals` against servers that hang up: a platform over TLS, and a Redis that is killed.

usage: signals.py PROGRAM
"""

import itertools
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

BODY = b'{"token":"ghs_x","expires_at":"2099-01-01T00:00:00Z"}'
HEAD = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
# A connection ends: as soon as it is there, in the TLS handshake, after it, in the head, in the body, after the answer,
# and when the next request comes.
PHASES = ["accept", "hello", "handshake", "head", "body", "answer", "next"]


def main(program):
    with tempfile.TemporaryDirectory(prefix="appmint-signals-") as folder:
        certificate, key = make_certificate(Path(folder))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        port = serve(context)
        redis, redis_port = start_redis(folder)
        try:
            command = [program, f"https://localhost:{port}", key, certificate, f"redis://127.0.0.1:{redis_port}"]
            return run(command, redis)
        finally:
            redis.kill()
            redis.wait()


def run(command, redis):
    inherited = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    # A child gets SIGPIPE back as programs have it by default (`restore_signals`).
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=inherited) as running:
        for line in running.stdout:
            print(line, end="", flush=True)
            if line == "end the store\n":
                redis.kill()
                redis.wait()
                running.stdin.write("it has ended\n")
                running.stdin.flush()
    if running.returncode < 0:
        print("ended by", signal.Signals(-running.returncode).name)
    return running.returncode != 0


def make_certificate(folder):
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


def start_redis(folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    redis = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    for line in redis.stdout:
        if "Ready to accept connections" in line:
            return redis, port
    raise RuntimeError("redis-server did not start")


def serve(context):
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    threading.Thread(target=accept, args=(listener, context), daemon=True).start()
    return listener.getsockname()[1]


def accept(listener, context):
    for phase in itertools.cycle(PHASES):
        connection = listener.accept()[0]
        threading.Thread(target=attend, args=(connection, context, phase), daemon=True).start()


def attend(connection, context, phase):
    try:
        if phase == "accept":
            return reset(connection)
        if phase == "hello":
            connection.recv(64)
            return reset(connection)
        connection = context.wrap_socket(connection, server_side=True)
        if phase == "handshake":
            return reset(connection)
        connection.recv(65536)
        whole = HEAD + BODY
        connection.sendall(whole[:{"head": 30, "body": len(HEAD) + 5}.get(phase, len(whole))])
        if phase == "next":
            connection.recv(1)
        reset(connection)
    except OSError:
        connection.close()  # the program was faster


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.socket.close(connection)


sys.exit(main(sys.argv[1]))
