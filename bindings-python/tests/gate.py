"""A platform on loopback whose answers wait until a test lets them go."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from conftest import TOKEN


class Gate:
    """A platform that answers mints when it is told to, each with a token of its own."""

    def __init__(self):
        self.opened, self.changed = threading.Event(), threading.Condition()
        self.waiting = self.most = self.answered = 0

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(handler):
                handler.rfile.read(int(handler.headers["content-length"] or 0))
                self.enter()
                self.opened.wait(60)
                number = self.leave()
                body = json.dumps({"token": f"{TOKEN}{number}", "expires_at": "2025-11-21T13:00:00+08:00"}).encode()
                handler.send_response(201)
                handler.send_header("content-length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 1024

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def enter(self):
        with self.changed:
            self.waiting += 1
            self.most = max(self.most, self.waiting)
            self.changed.notify_all()

    def leave(self):
        with self.changed:
            self.waiting -= 1
            self.answered += 1
            return self.answered

    def wait_for(self, count):
        """Blocks until so many requests wait for their answer at once."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.waiting >= count, 60), self.waiting

    async def wait_for_async(self, count):
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as pool:
            await loop.run_in_executor(pool, self.wait_for, count)
