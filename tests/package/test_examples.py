"""The examples, built by `make examples`' makefile with the installed library, at the sandbox and at servers on this machine."""

import base64
import os
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from installing import ROOT, run

SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"


@pytest.fixture(scope="module")
def built(installed, tmp_path_factory):
    """A function that builds an example and returns it."""
    out = tmp_path_factory.mktemp("examples")
    flags = [f"APPMINT_CFLAGS={' '.join(installed.pkg_config('--cflags'))}", f"APPMINT_LIBS={' '.join(installed.pkg_config('--libs'))}"]

    def build(name):
        strict = "-Wall -Werror"
        run("make", "-f", ROOT / "examples/Makefile", f"OUT={out}", *flags, f"CFLAGS={strict}", f"CXXFLAGS={strict}", out / name)
        return out / name

    return build


@pytest.fixture(scope="module")
def env(installed, sandbox):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("APPMINT_")}
    return inherited | {
        "LD_LIBRARY_PATH": str(installed.libdir), "NO_PROXY": "127.0.0.1", "APPMINT_PLATFORM": "github",
        "APPMINT_APP_ID": sandbox.app_id, "APPMINT_PRIVATE_KEY_FILE": sandbox.key_path, "APPMINT_API_URL": sandbox.api_url,
    }  # fmt: skip


def without_key(env):
    return {name: value for name, value in env.items() if name != "APPMINT_PRIVATE_KEY_FILE"}


@pytest.fixture
def server():
    """A function that serves a handler on a port of its own, and returns the URL."""
    servers = []

    def serve(handler):
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield serve
    for it in servers:
        it.shutdown()
        it.server_close()


class Handler(BaseHTTPRequestHandler):
    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def test_threads_share_one_token(built, env, sandbox):
    assert run(built("threads"), sandbox.installations[0], env=env) == "16000 calls, 1 minted\n"


def test_repositories_by_libcurl(built, env, sandbox):
    url = f"{sandbox.api_url}/installation/repositories"
    output = run(built("repos_libcurl"), sandbox.installations[0], url, env=env)
    assert '"repositories"' in output and "HTTP status 200 after 1 requests" in output


def test_a_token_that_the_api_refuses_is_replaced_once(built, env, sandbox, server):
    seen = []

    class Refusing(Handler):
        def do_GET(self):
            seen.append(self.headers["Authorization"])
            self.answer(401 if len(seen) == 1 else 200, b"[]")

    output = run(built("repos_libcurl"), sandbox.installations[0], server(Refusing), env=env)
    assert "HTTP status 200 after 2 requests" in output
    assert len(set(seen)) == 2 and all(it.startswith("Bearer ") for it in seen)
    assert not any(it.split()[1] in output for it in seen)


def git_backend(root):
    class Backend(Handler):
        """git http-backend, for whoever comes with a password: the CGI of git."""

        tokens = []

        def do_GET(self):
            kind, _, code = (self.headers["Authorization"] or "").partition(" ")
            user, _, token = base64.b64decode(code).decode().partition(":") if kind == "Basic" else ("", "", "")
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            if user != "x-access-token" or not token:
                return self.answer(401, headers=[("WWW-Authenticate", 'Basic realm="git"')])
            self.tokens.append(token)
            path, _, query = self.path.partition("?")
            cgi = os.environ | {
                "GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
                "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers["Content-Type"] or "", "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers["Content-Encoding"] or "", "REMOTE_USER": user, "REMOTE_ADDR": "127.0.0.1",
            }  # fmt: skip
            reply = subprocess.run(["git", "http-backend"], input=body, env=cgi, capture_output=True, check=True).stdout
            head, _, content = reply.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.answer(int(headers.pop("Status", "200").split()[0]), content, headers.items())

        do_POST = do_GET

    return Backend


def test_a_repository_is_cloned_by_libgit2(built, env, sandbox, server, tmp_path):
    work, bare = tmp_path / "work", tmp_path / "served" / "tool.git"
    git = ["git", "-C", work, "-c", "user.name=a", "-c", "user.email=a@example.com"]
    run("git", "init", "-q", work)
    (work / "README").write_text("cloned with a token\n")
    run(*git, "add", "README")
    run(*git, "commit", "-q", "-m", "first")
    run("git", "clone", "-q", "--bare", work, bare)
    backend = git_backend(bare.parent)
    output = run(built("clone_libgit2"), sandbox.installations[0], f"{server(backend)}/tool.git", tmp_path / "clone", env=env)
    assert (tmp_path / "clone/README").read_text() == "cloned with a token\n"
    assert len(set(backend.tokens)) == 1 and backend.tokens[0] not in output
    assert backend.tokens[0] not in (tmp_path / "clone/.git/config").read_text()


def test_a_key_in_a_pkcs11_token_signs(built, env, sandbox, tmp_path):
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\n")
    hsm = without_key(env) | {"SOFTHSM2_CONF": str(tmp_path / "softhsm2.conf"), "PKCS11_PIN": "4711"}
    util = ["softhsm2-util", "--module", SOFTHSM]
    run(*util, "--init-token", "--free", "--label", "app", "--pin", "4711", "--so-pin", "4712", env=hsm)
    run(*util, "--import", sandbox.key_path, "--token", "app", "--label", "app-key", "--id", "01", "--pin", "4711", env=hsm)
    program = built("signer_pkcs11")
    assert re.fullmatch(r"expires at \d{13} ms\n", run(program, SOFTHSM, "app-key", sandbox.installations[0], env=hsm))
    assert "no private key is called other" in run(program, SOFTHSM, "other", sandbox.installations[0], env=hsm, status=1)


def test_a_key_in_a_kms_signs(built, env, sandbox, server):
    class Kms(Handler):
        def do_POST(self):
            message = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Authorization"] != "Bearer kms-secret":
                return self.answer(403)
            command = ["openssl", "dgst", "-sha256", "-sign", sandbox.key_path]
            self.answer(200, subprocess.run(command, input=message, capture_output=True, check=True).stdout)

    command = [built("signer_kms_cpp"), server(Kms), sandbox.installations[0]]
    allowed = without_key(env) | {"KMS_TOKEN": "kms-secret"}
    assert re.fullmatch(r"valid for \d{4} s\n", run(*command, env=allowed))
    assert "the KMS answered 403" in run(*command, env=allowed | {"KMS_TOKEN": "other-secret"}, status=1)


def test_every_example_has_a_test():
    text = "".join(path.read_text() for path in [ROOT / "tests/c/CMakeLists.txt", *(ROOT / "tests/package").glob("test_*.py")])
    for name in [path.stem for folder in ("c", "cpp") for path in (ROOT / "examples" / folder).glob("*.c*")]:
        assert name in text, name
