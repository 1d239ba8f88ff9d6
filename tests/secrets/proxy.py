"""An HTTP proxy between a program and the platform that records every URL and every secret, for a later search."""

import base64
import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote_plus, urlsplit

FIELDS = {
    "access_token", "refresh_token", "token", "client_secret", "code_verifier", "device_code", "client_assertion", "assertion",
}
MIN_LENGTH = 8


class RecordingProxy(ThreadingHTTPServer):
    """Forwards requests to the target and records their URLs and secrets."""

    daemon_threads = True

    def __init__(self, target):
        super().__init__(("127.0.0.1", 0), Handler)
        self.target = urlsplit(target).netloc
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.urls, self.secrets, self.lock = [], set(), threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def record(self, text, headers):
        found = set(in_headers(headers)) | set(in_body(text))
        with self.lock:
            self.secrets |= {secret for secret in found if len(secret) >= MIN_LENGTH}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        with self.server.lock:
            self.server.urls.append(self.path)
        connection = http.client.HTTPConnection(self.server.target, timeout=30)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            connection.request(self.command, self.path, body, headers)
            reply = connection.getresponse()
            content = reply.read()
        finally:
            connection.close()
        self.server.record(body, self.headers)
        self.server.record(content, reply.headers)
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

    def log_message(self, *_):
        pass


def in_headers(headers):
    """The credentials in the `Authorization` header; of Basic, also the client secret."""
    kind, _, value = (headers.get("authorization") or "").partition(" ")
    if kind.lower() != "basic":
        return [value] if value else []
    return [value, unquote_plus(base64.b64decode(value).decode().partition(":")[2])]


def in_body(body):
    """The values of secret members in a JSON object or a form."""
    text = body.decode("utf-8", "replace")
    try:
        members = json.loads(text)
    except ValueError:
        members = dict(parse_qsl(text))
    members = members if isinstance(members, dict) else {}
    return [value for name, value in members.items() if name in FIELDS and isinstance(value, str)]
