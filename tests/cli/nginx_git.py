"""Git over HTTPS as a platform has it: nginx in front of `git http-backend`, whose `auth_request` asks the sandbox.

`slow` makes each answer last as long as the token that it was asked for with: it drips until the sandbox has ended
that token. Files of Git LFS are fetched by two requests: the batch API, with git's own credential, says where a file
is and with which `Authorization`, and the second request has that one only.
"""

import base64
import hashlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from git_server import GitServer

LIMIT = 40  # seconds until a server that does not start is a failure
BACKEND = subprocess.run(["/usr/bin/git", "--exec-path"], capture_output=True, text=True).stdout.strip() + "/git-http-backend"

CONFIGURATION = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; {user}
events {{ worker_connections 256; }}
http {{
  access_log off; client_max_body_size 0; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;
    location = /auth {{
      internal; proxy_pass {asking}/auth; proxy_pass_request_body off;
      proxy_set_header Content-Length ""; proxy_set_header X-Original-URI $request_uri;
    }}
    location /lfs-files/ {{ proxy_pass {asking}; }}
    location ~ /info/lfs/ {{ auth_request /auth; proxy_pass {asking}; proxy_set_header X-Base https://127.0.0.1:{port}; }}
    location / {{
      auth_request /auth; auth_request_set $asked $upstream_http_x_asked;
      fastcgi_param ASKED $asked; fastcgi_param HTTP_AUTHORIZATION "";
      fastcgi_pass unix:{folder}/cgi; fastcgi_buffering off; fastcgi_read_timeout 600s;
      fastcgi_param SCRIPT_FILENAME {folder}/backend; fastcgi_param GIT_PROJECT_ROOT {repositories};
      fastcgi_param GIT_HTTP_EXPORT_ALL 1; fastcgi_param PATH_INFO $uri; fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method; fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length; fastcgi_param REMOTE_USER app; fastcgi_param REMOTE_ADDR $remote_addr;
      fastcgi_param GIT_PROTOCOL $http_git_protocol;
    }}
  }}
}}
"""

SCRIPT = """#!/bin/sh
if [ -e {slow} ]; then exec {python} {folder}/drip; fi
exec {backend}
"""

DRIP = """
import os, subprocess, sys, time, urllib.request
out = subprocess.run([{backend!r}], stdout=subprocess.PIPE).stdout
write = sys.stdout.buffer
direct = urllib.request.build_opener(urllib.request.ProxyHandler({{}}))

def is_alive():
    return direct.open({asking!r} + "/alive/" + os.environ["ASKED"]).read() == b"true"

at = max(len(out) // 2, out.index(b"\\r\\n\\r\\n") + 4)
write.write(out[:at])
while is_alive():
    if at < len(out) - 1:
        write.write(out[at:at + 1])
        at += 1
    write.flush()
    time.sleep(0.05)
write.write(out[at:])
write.flush()
"""


class NginxGit(GitServer):
    """The server; its Python part is asked by nginx, and answers nobody else."""

    def __init__(self, folder, sandbox):
        super().__init__(folder, sandbox)
        self.server.server_close()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Asked,), {"git": self}))
        self.asking = f"http://127.0.0.1:{self.server.server_port}"
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.files, self.file_requests, self.lives, self.asked = {}, [], set(), []
        self.own = Path(tempfile.mkdtemp(prefix="appmint-git-"))
        self.slow = self.own / "slow"

    def __enter__(self):
        super().__enter__()
        certificate = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                       "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.own / "server.key",
                       "-out", self.own / "server.pem"]
        subprocess.run(certificate, check=True, capture_output=True, timeout=LIMIT)
        script = self.own / "backend"
        script.write_text(SCRIPT.format(python=sys.executable, backend=BACKEND, folder=self.own, slow=self.slow))
        script.chmod(0o700)
        (self.own / "drip").write_text(DRIP.format(backend=BACKEND, asking=self.asking))
        user = "user root;" if os.geteuid() == 0 else ""
        (self.own / "nginx.conf").write_text(CONFIGURATION.format(
            folder=self.own, user=user, port=self.port, asking=self.asking, repositories=self.folder))
        environment = {"PATH": os.environ["PATH"] + ":/usr/sbin", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
        self.processes = [
            # Each with a process group of its own, which ends whole: fcgiwrap would leave its children behind.
            subprocess.Popen(command, env=environment, start_new_session=True)
            for command in (["fcgiwrap", "-c", "32", "-s", f"unix:{self.own}/cgi"],
                            ["nginx", "-c", self.own / "nginx.conf", "-e", self.own / "nginx.log"])
        ]
        self.wait_until_it_answers()
        return self

    def wait_until_it_answers(self):
        give_up_at = time.monotonic() + LIMIT
        trusting = ssl.create_default_context(cafile=str(self.certificates))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting))
        while True:
            assert time.monotonic() < give_up_at, (self.own / "nginx.log").read_text()
            try:
                opener.open(f"{self.url}/x/y.git/info/refs", timeout=LIMIT)
            except urllib.error.HTTPError as refused:
                assert refused.code == 401
                return
            except OSError:
                time.sleep(0.05)

    def __exit__(self, *_):
        for process in reversed(self.processes):
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=LIMIT)
        super().__exit__()
        shutil.rmtree(self.own, ignore_errors=True)

    @property
    def certificates(self):
        return self.own / "server.pem"

    def is_allowed(self, authorization, path):
        allowed = super().is_allowed(authorization, path)
        if allowed:
            self.lives.add((path.split("/")[1], authorization))
        return allowed

    def lfs_file(self, content):
        """A file of Git LFS: the text that stands for it in the repository."""
        name = hashlib.sha256(content).hexdigest()
        self.files[name] = content
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{name}\nsize {len(content)}\n"


class Asked(BaseHTTPRequestHandler):
    """The answers to nginx, and to the slow script."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/auth":
            path = self.headers["X-Original-URI"].partition("?")[0]
            is_allowed = self.git.is_allowed(self.headers["Authorization"], path)
            if not is_allowed:
                return self.answer(401, b"", [("WWW-Authenticate", 'Basic realm="git"')])
            self.git.asked.append(self.token())
            return self.answer(200, b"", [("X-Asked", str(len(self.git.asked) - 1))])
        if self.path.startswith("/alive/"):
            token = self.git.asked[int(self.path.removeprefix("/alive/"))]
            return self.answer(200, json.dumps(bool(self.git.repositories(token))).encode())
        return self.lfs_file(self.path.rpartition("/")[2])

    def token(self):
        return base64.b64decode(self.headers["Authorization"].partition(" ")[2]).decode().partition(":")[2]

    def lfs_file(self, name):
        authorization = self.headers["Authorization"]
        self.git.file_requests.append(authorization)
        if authorization != f"RemoteAuth of-{name[:8]}" or name not in self.git.files:
            return self.answer(403, b"")
        return self.answer(200, self.git.files[name])

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.path.endswith("/info/lfs/objects/batch") or asked["operation"] != "download":
            return self.answer(404, b"{}")
        objects = [it | {"authenticated": True, "actions": {"download": self.action(it["oid"])}} for it in asked["objects"]]
        return self.answer(200, json.dumps({"transfer": "basic", "objects": objects}).encode(),
                           [("Content-Type", "application/vnd.git-lfs+json")])

    def action(self, name):
        return {"href": f"{self.headers['X-Base']}/lfs-files/{name}", "header": {"Authorization": f"RemoteAuth of-{name[:8]}"}}

    def answer(self, status, content, headers=()):
        self.git.statuses.append(status)
        self.send_response(status)
        for name, value in [*headers, ("Content-Length", str(len(content)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
