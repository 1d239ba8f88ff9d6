"""Runs a program at a sandbox of Acme Forge, which offers every operation, and is its user's browser.

usage: sandboxed.py PROGRAM [ARGUMENT...]
"""

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "demo"))
import demo  # noqa: E402

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main(command):
    with tempfile.TemporaryDirectory(prefix="appmint-sandboxed-") as folder:
        sandbox, ready = demo.start_sandbox("acme", Path(folder))
        try:
            return run(command, ready, environment(ready, Path(folder)))
        finally:
            sandbox.stdin.close()
            sandbox.wait(timeout=20)


def run(command, ready, env):
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env) as running:
        for line in running.stdout:
            print(line, end="", flush=True)
            if line.startswith("authorize "):
                running.stdin.write(press(ready["admin_url"], line.split()[1]) + "\n")
                running.stdin.flush()
    if running.returncode < 0:
        print("ended by", signal.Signals(-running.returncode).name)
    return running.returncode != 0


def press(admin_url, url):
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{admin_url}/press", json.dumps({"url": url}).encode(), headers)
    with DIRECT.open(request, timeout=20) as reply:
        return json.load(reply)["location"]


def environment(ready, folder):
    keys = json.loads((ROOT / "tests" / "conformance" / "keys.json").read_text())
    encrypted, roots, descriptor = folder / "encrypted.pem", folder / "roots.pem", folder / "descriptor.json"
    encrypted.write_text(keys["encrypted_scrypt"]["pem"])
    roots.write_text(keys["certificate"]["pem"])
    client, client_key = folder / "client.pem", folder / "client_key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=client",
                    "-keyout", client_key, "-out", client], check=True, capture_output=True)
    rules = json.loads((ROOT / "tests" / "platforms" / "acme.json").read_text())
    rules["oauth"]["introspection"] = {"base": "web", "path": serve_introspection()}
    descriptor.write_text(json.dumps(rules))
    # As deep as JSON is read: each level takes stack where it is read.
    body = '{"what": {"happened": "seat moved"}, "seat": {"number": 14}, "deep": ' + "[" * 125 + "]" * 125 + "}"
    seal = hmac.new(b"webhook-secret", body.encode(), hashlib.sha256).hexdigest()
    inherited = {name: value for name, value in os.environ.items()
                 if not name.startswith("APPMINT_") or name == "APPMINT_FORKS"}
    return inherited | demo.settings("acme", ready, ready["redirect_uri"]) | {
        "APPMINT_PLATFORM_DESCRIPTOR_FILE": str(descriptor),
        "APPMINT_NOW_MS": ready["now_ms"],
        "APPMINT_ENCRYPTED_KEY_FILE": str(encrypted),
        "APPMINT_PASSPHRASE": "correct horse battery staple",
        "APPMINT_ROOTS_FILE": str(roots),
        "APPMINT_CLIENT_CERTIFICATE_FILE": str(client),
        "APPMINT_CLIENT_KEY_FILE": str(client_key),
        "APPMINT_WEBHOOK_BODY": body,
        "APPMINT_WEBHOOK_SEAL": f"v1={seal}",
    }


class Introspection(BaseHTTPRequestHandler):
    """RFC 7662, which the sandbox does not have on Acme."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = json.dumps({"active": True, "scope": "read write", "aud": ["one", "two"], "sub": "h-77",
                             "client_id": "8675309", "username": "tinkers", "token_type": "Bearer"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


def serve_introspection():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Introspection)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/introspect"


sys.exit(main(sys.argv[1:]))
