"""Git over HTTP: `git http-backend`, with an authentication that asks the sandbox.

A token opens the repositories of its installation, as the platform's git server has it: HTTP Basic with the
platform's user name. The record of requests holds no token.
"""

import base64
import json
import os
import subprocess
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Git without this machine's configuration.
ALONE = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class GitServer:
    def __init__(self, folder, sandbox):
        self.folder, self.sandbox, self.username = folder, sandbox, "x-access-token"
        self.statuses = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"git": self}))
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def create(self, name, files, submodule=None):
        """A repository with one commit, and perhaps the path and the URL of a submodule, which this server has."""
        path = self.folder / f"{name}.git"
        work = self.folder / f"{name}.work"
        work.mkdir(parents=True)
        for file, text in files.items():
            (work / file).write_text(text)
        identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
        for command in (["init", "-q", "-b", "main"], ["add", "."], *self.link(submodule), [*identity, "commit", "-q", "-m", "begin"],
                        ["clone", "-q", "--bare", ".", str(path)], ["-C", str(path), "config", "http.receivepack", "true"]):
            subprocess.run(["git", *command], cwd=work, check=True, timeout=60, env=os.environ | ALONE)
        return f"{self.url}/{name}.git"

    def link(self, submodule):
        """The commands that link a submodule's commit."""
        if not submodule:
            return []
        path, url = submodule
        repository = self.folder / url.removeprefix(self.url + "/")
        said = subprocess.run(["git", "-C", repository, "rev-parse", "HEAD"], check=True, capture_output=True, text=True, timeout=60)
        return [["update-index", "--add", "--cacheinfo", f"160000,{said.stdout.strip()},{path}"]]

    def is_allowed(self, authorization, path):
        scheme, _, credential = (authorization or "").partition(" ")
        if scheme.lower() != "basic":
            return False
        username, _, token = base64.b64decode(credential).decode().partition(":")
        repository = "/".join(path.split("/")[1:3]).removesuffix(".git")
        return username == self.username and repository in self.repositories(token)

    def repositories(self, token):
        request = urllib.request.Request(self.sandbox.ready["api_url"] + "/installation/repositories?per_page=100")
        request.add_header("Authorization", f"Bearer {token}")
        try:
            with DIRECT.open(request, timeout=60) as reply:
                return {it["full_name"] for it in json.load(reply)["repositories"]}
        except urllib.error.HTTPError:
            return set()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.serve()

    def do_POST(self):
        self.serve()

    def serve(self):
        body = self.body()
        path, _, query = self.path.partition("?")
        if not self.git.is_allowed(self.headers["Authorization"], path):
            return self.answer(401, [("WWW-Authenticate", 'Basic realm="git"')], b"")
        environment = {name: os.environ[name] for name in ("PATH",)} | {
            "GIT_PROJECT_ROOT": str(self.git.folder), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
            "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers["Content-Type"] or "", "REMOTE_USER": "app",
            "REMOTE_ADDR": "127.0.0.1", "CONTENT_LENGTH": str(len(body)), **ALONE,
            "HTTP_CONTENT_ENCODING": self.headers["Content-Encoding"] or "", "GIT_PROTOCOL": self.headers["Git-Protocol"] or "",
        }
        done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=environment, timeout=60)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [tuple(line.decode().split(": ", 1)) for line in head.split(b"\r\n") if b": " in line]
        status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
        return self.answer(status, [it for it in headers if it[0] != "Status"], content)

    def body(self):
        if (self.headers["Transfer-Encoding"] or "").lower() != "chunked":
            return self.rfile.read(int(self.headers["Content-Length"] or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def answer(self, status, headers, content):
        self.git.statuses.append(status)
        self.send_response(status)
        for name, value in [*headers, ("Content-Length", str(len(content)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass
