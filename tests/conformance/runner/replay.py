"""An HTTP/1.1 server on raw sockets: it sends the replies of a script, records the requests, and can fail
as real servers do."""

import gzip
import json
import socket
import ssl
import threading
import time
import zlib
from dataclasses import dataclass, field
from http import HTTPStatus

from . import certificates

TIMEOUT_S = 15
TLS_HANDSHAKE = b"\x16"  # RFC 8446 §5.1: the first byte of a TLS handshake


@dataclass
class Recorded:
    """A request that was received."""

    base: str
    method: str
    target: str
    headers: list
    body: bytes
    at: float = field(default_factory=time.monotonic)

    def header(self, name):
        values = [value for present, value in self.headers if present.lower() == name.lower()]
        return ", ".join(values) if values else None


class Replay:
    """Four servers for one case: the API, the web pages, a host that is not the platform's, and a proxy. With `tls`,
    which is a context, the first two speak it."""

    BASES = ("api", "web", "other", "proxy")
    TLS_BASES = ("api", "web")

    def __init__(self, tls=None):
        self.tls = tls
        self.script = []
        self.date = None
        self.requests = []
        self.unexpected = []
        self.connections = dict.fromkeys(self.BASES, 0)
        self.lock = threading.Lock()
        self.open = True
        self.accepted = []
        self.listeners = {base: self._listen(base) for base in self.BASES}
        self.closed = socket.socket()  # bound but not listening, so connections are refused
        self.closed.bind(("127.0.0.1", 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.open = False
        for sock in [*self.listeners.values(), self.closed, *self.accepted]:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()

    def urls(self):
        ports = {base: sock.getsockname()[1] for base, sock in self.listeners.items()}
        ports["closed"] = self.closed.getsockname()[1]
        secure = set(self.TLS_BASES if self.tls else ())
        hosts = {base: f"{certificates.HOST if base in secure else '127.0.0.1'}:{port}" for base, port in ports.items()}
        return {base: f"http{'s' * (base in secure)}://{host}" for base, host in hosts.items()} | {
            f"{base}_host": host for base, host in hosts.items()} | {
            f"{base}_port": str(port) for base, port in ports.items()}

    def expect(self, exchanges):
        """Sets the script of the next step and returns the list that records its requests. Unexpected requests since
        the last step are kept."""
        with self.lock:
            self.script = list(exchanges)
            self.requests = []
        return self.requests

    def _listen(self, base):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        threading.Thread(target=self._accept, args=(base, listener), daemon=True).start()
        return listener

    def _accept(self, base, listener):
        while self.open:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections[base] += 1
                self.accepted.append(connection)
            threading.Thread(target=self._serve, args=(base, connection), daemon=True).start()

    def _serve(self, base, connection):
        connection.settimeout(TIMEOUT_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self.tls and base in self.TLS_BASES:
                connection = handshake(self.tls, connection)
            with connection, connection.makefile("rb") as incoming:
                if incoming.peek(1)[:1] == TLS_HANDSHAKE:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    return
                while request := read_request(base, incoming):
                    if not answer(connection, incoming, self._next(request), self.date):
                        return
        except (OSError, ValueError):
            return

    def _next(self, request):
        with self.lock:
            self.requests.append(request)
            if len(self.requests) <= len(self.script):
                return self.script[len(self.requests) - 1]["reply"]
            self.unexpected.append(f"{request.method} {request.target} at {request.base}")
        return {"status": 500, "json": {"message": "the case does not expect this request"}}


def handshake(context, connection):
    """The connection over TLS. What the client sends after a refusal is read, so that no reset overtakes the alert."""
    ordinary = connection.dup()
    ordinary.settimeout(TIMEOUT_S)
    try:
        return context.wrap_socket(connection, server_side=True)
    except ssl.SSLError:
        with ordinary:
            ordinary.shutdown(socket.SHUT_WR)
            while ordinary.recv(4096):
                pass
        raise
    finally:
        ordinary.close()


def read_request(base, incoming):
    start = incoming.readline()
    if not start:
        return None
    method, target, _ = start.decode("latin-1").split(" ", 2)
    headers = []
    while (line := incoming.readline().decode("latin-1").rstrip("\r\n")):
        name, _, value = line.partition(":")
        headers.append((name, value.strip()))
    lengths = {name.lower(): value for name, value in headers}
    if lengths.get("transfer-encoding", "").lower() == "chunked":
        body = read_chunks(incoming)
    else:
        body = incoming.read(int(lengths.get("content-length", 0)))
    return Recorded(base, method, target, headers, body)


def read_chunks(incoming):
    body = b""
    while size := int(incoming.readline().split(b";")[0], 16):
        body += incoming.read(size)
        incoming.readline()
    incoming.readline()
    return body


def answer(connection, incoming, reply, date=None):
    """Sends a reply. Returns whether the connection can be used again."""
    fault = reply.get("fault")
    if fault == "silent":
        incoming.read(1)  # until the client closes the connection
        return False
    if "delay_ms" in reply:
        time.sleep(reply["delay_ms"] / 1000)
    if fault == "close":
        return False
    head, body = encode(reply, date)
    if fault == "close_in_head":
        connection.sendall(head[: len(head) // 2])
    elif fault == "close_in_body":
        connection.sendall(head + body[: len(body) // 2])
    elif fault == "silent_in_body":
        connection.sendall(head + body[: len(body) // 2])
        incoming.read(1)
    else:
        connection.sendall(head + body)
        return "content_length" not in reply and not reply.get("framing", {}).get("closes")
    return False


def encode(reply, date=None):
    status = reply["status"]
    headers = {"Date": date}
    body = payload(reply, headers)
    if "encode" in reply:
        body = encoded(body, headers, **reply["encode"])
    framing = reply.get("framing", {})
    if reply.get("chunked") or "trailers" in framing:
        headers["Transfer-Encoding"] = "chunked"
        end = b"0\r\n" + fields(framing.get("trailers", {})) + b"\r\n"
        body = (b"%x\r\n%s\r\n" % (len(body), body) if body else b"") + end
    elif status not in (204, 304) and framing.get("length", True):
        headers["Content-Length"] = str(reply.get("content_length", len(body)))
    headers |= {f"X-Padding-{number}": "x" * framing["padding"] for number in range(framing.get("paddings", 0))}
    headers.update(reply.get("headers", {}))
    interim = b"".join(head_of(one["status"], one.get("headers", {})) for one in framing.get("interim", []))
    return interim + head_of(status, headers, framing.get("version", "HTTP/1.1")), body


def head_of(status, headers, version="HTTP/1.1"):
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
    return f"{version} {status} {phrase}\r\n".encode("latin-1") + fields(headers) + b"\r\n"


def fields(headers):
    several = ((name, value if isinstance(value, list) else [value]) for name, value in headers.items())
    lines = (f"{name}: {value}\r\n" for name, values in several for value in values if value is not None)
    return "".join(lines).encode("latin-1")


def payload(reply, headers):
    if "json" in reply:
        headers["Content-Type"] = "application/json; charset=utf-8"
        return json.dumps(reply["json"], separators=(",", ":"), ensure_ascii=False).encode()
    if "hex" in reply:
        headers["Content-Type"] = "application/octet-stream"
        return bytes.fromhex(reply["hex"])
    if "bytes" in reply:
        headers["Content-Type"] = "application/json"
        return reply.get("text", "x").encode() * reply["bytes"]
    if "text" in reply:
        headers["Content-Type"] = reply.get("type", "text/plain")
    return reply.get("text", "").encode()


def encoded(body, headers, charset="utf-8", declares=None, codings=(), says=None):
    """A body in another charset, and compressed. `declares` and `says` are the headers if they are not to be true."""
    headers["Content-Type"] = f"{headers['Content-Type'].split(';')[0]}; charset={declares or charset}"
    body = body.decode().encode(charset)
    for coding in codings:
        body = CODINGS[coding](body)
    headers["Content-Encoding"] = says or ", ".join(codings) or None
    return body


def deflate(body, window_bits=zlib.MAX_WBITS):
    compressor = zlib.compressobj(wbits=window_bits)
    return compressor.compress(body) + compressor.flush()


CODINGS = {"gzip": gzip.compress, "deflate": deflate, "raw deflate": lambda body: deflate(body, -zlib.MAX_WBITS),
           "identity": bytes, "bomb": lambda body: gzip.compress(body + b" " * (8 << 20))}
