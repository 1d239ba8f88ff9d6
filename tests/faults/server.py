"""A platform that fails in one way, until it is healed, and then answers well."""

import contextlib
import json
import socket
import ssl
import struct
import threading
import time

TOKEN = {"token": "ghs_faults", "expires_at": "2999-01-01T01:00:00Z"}
LIFE_S = 8 * 3600


class Server:
    """`fault` gets a connection and does with it what it likes. A connection is a plain socket: with `context`
    the fault begins after the TLS handshake, unless it wants the handshake itself (`before_tls`)."""

    def __init__(self, fault, *, context=None, before_tls=False):
        self.fault, self.context, self.before_tls = fault, context, before_tls
        self.requests = 0
        # The number of the user's tokens that work.
        self.number = 0
        self.port = 0
        self.listen()

    def heal(self):
        self.fault = None

    def listen(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def stop_listening(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self, listener):
        while True:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def _attend(self, connection):
        with contextlib.suppress(OSError, ssl.SSLError, ConnectionError):
            if self.context and not (self.before_tls and self.fault):
                connection = self.context.wrap_socket(connection, server_side=True)
            while True:
                if self.fault and getattr(self.fault, "before_request", False):
                    return self.fault(connection)
                request = read_request(connection)
                if request is None:
                    return None
                self.requests += 1
                if self.fault:
                    return self.fault(connection)
                connection.sendall(self.answer(request))
        connection.close()

    def answer(self, request):
        """What a sound platform answers."""
        path, body = request
        if "access_tokens" in path:
            return response(201, TOKEN)
        sent = json.loads(body)
        if path.startswith("/applications/"):
            works = sent["access_token"] == f"ghu_{self.number}"
            return response(200, {"token": sent["access_token"]}) if works else response(404, {"message": "Not Found"})
        if self.number and sent.get("refresh_token") != f"ghr_{self.number}":
            return response(200, {"error": "bad_refresh_token", "error_description": "The refresh token is incorrect."})
        self.number += 1
        tokens = {"access_token": f"ghu_{self.number}", "refresh_token": f"ghr_{self.number}", "expires_in": LIFE_S,
                  "refresh_token_expires_in": 180 * 86400, "token_type": "bearer", "scope": ""}
        return response(200, tokens)


def read_request(connection):
    """The path and the body of the next request; None at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return None
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return lines[0].split(" ")[1], body


def response(status, body, **headers):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"content-type": "application/json", "content-length": len(text)}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return f"HTTP/1.1 {status} Status\r\n{head}\r\n".encode("latin-1") + text


# ---- faults

def answers(status, body, **headers):
    return sends(response(status, body, **headers))


def sends(data):
    """Sends these bytes, and ends the connection as it should be."""
    def fault(connection):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(5)
        while connection.recv(65536):
            pass
    return fault


def breaks_off_after(data=b""):
    """Sends these bytes, and resets the connection."""
    def fault(connection):
        connection.sendall(data)
        time.sleep(0.05)
        reset(connection)
    return fault


def falls_silent_after(data=b""):
    def fault(connection):
        connection.sendall(data)
        time.sleep(60)
    return fault


def drips(data, seconds):
    def fault(connection):
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(seconds)
    return fault


def at_once(fault):
    """The fault happens before the request is read."""
    def early(connection):
        fault(connection)
    early.before_request = True
    return early


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.socket.close(connection)
