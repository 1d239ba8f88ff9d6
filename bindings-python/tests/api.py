"""An API on loopback whose tokens can be made invalid, for tests of clients that replay a 401."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Api:
    """Mints tokens, accepts the latest, answers 401 to others, and redirects to another host."""

    def __init__(self):
        self.lock, self.minted, self.requests, self.elsewhere = threading.Lock(), 0, [], None
        self.waiting, self.expires_at = None, "2099-11-21T05:30:00Z"

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(handler):
                length = int(handler.headers.get("content-length") or 0)
                handler.answer(*self.answer(handler.command, handler.path, handler.headers, handler.rfile.read(length)))

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do

            def answer(handler, status, body, headers):
                content = json.dumps(body).encode()
                handler.send_response(status)
                for name, value in {"content-type": "application/json", **headers, "content-length": len(content)}.items():
                    handler.send_header(name, str(value))
                handler.end_headers()
                handler.wfile.write(content)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 256

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, method, path, headers, body):
        authorization = headers.get("authorization")
        with self.lock:
            self.requests.append((method, path, authorization, body))
            if path == "/app/installations/404/access_tokens":
                return 404, {"message": "Not Found"}, {}
            if path.partition("?")[0] == "/app/installations":
                return 200, [{"id": 14, "account": {"login": "octo-org"}}], {}
            if path.endswith("/access_tokens"):
                self.minted += 1
                token = {"token": self.token(), "expires_at": self.expires_at, "permissions": {"contents": "read"}}
                return 201, token, {}
            right = f"Bearer {self.token()}"
        if path == "/elsewhere":
            return 302, {}, {"location": f"{self.elsewhere.url}/file"}
        if path == "/file":
            return 200, {}, {}
        if path == "/refused":
            return 302, {}, {"location": f"{self.elsewhere.url}/repos"}
        if path == "/app":
            return 200, {"id": 1, "authorization": authorization}, {}
        if authorization != right:
            if self.waiting is not None:
                self.waiting.wait(30)  # all hold the dead token before the first is refused
            return 401, {"message": "Bad credentials"}, {"x-github-request-id": "1"}
        return 200, {"authorization": authorization, "body": body.decode()}, {}

    def token(self):
        return f"ghs_{self.minted:036}"

    def end_tokens(self):
        """Makes the token that was minted last one that is refused."""
        with self.lock:
            self.minted += 1

    def made(self, path):
        return [each for each in self.requests if each[1].partition("?")[0] == path]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
