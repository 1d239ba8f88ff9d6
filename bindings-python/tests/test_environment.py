"""What the environment names is used, or named in an error: never ignored in silence."""

import os
import socket
import ssl
import subprocess
import sys
import threading

import pytest

BODY = b'{"token":"ats_x","expires_at":"2099-01-01T00:00:00Z"}'
ANSWER = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
MINT = """
import sys, appmint
url = sys.argv[1]
try:
    app = appmint.App("atomgit", app_id=75, signer=lambda _: bytes(256), api_url=url, web_url=url, retries=0, timeout=9)
    app.installation(1).token()
    print("a token")
except appmint.Error as error:
    print(error.kind, error.reason, error)
"""
NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


def serve(answer, context=None):
    """A server on this machine; returns its port and the list of what it was sent first."""
    listener, seen = socket.create_server(("127.0.0.1", 0)), []

    def attend(connection):
        try:
            connection = context.wrap_socket(connection, server_side=True) if context else connection
            seen.append(connection.recv(65536))
            connection.sendall(answer)
            connection.close()
        except OSError:
            pass

    def accept():
        while True:
            threading.Thread(target=attend, args=[listener.accept()[0]], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1], seen


def mint(url, **environment):
    inherited = {name: value for name, value in os.environ.items() if name.upper() not in NAMES}
    done = subprocess.run([sys.executable, "-c", MINT, url], env=inherited | environment, capture_output=True,
                          check=True, text=True, timeout=60)
    return done.stdout.strip()


@pytest.mark.parametrize("no_proxy", ["", "corp.example:8443", "it.corp.example", "10.0.0.0/8"])
def test_a_named_proxy_is_asked(no_proxy):
    port, seen = serve(b"HTTP/1.1 503 no\r\nContent-Length: 0\r\n\r\n")
    said = mint("https://git.corp.example", HTTPS_PROXY=f"http://127.0.0.1:{port}", NO_PROXY=no_proxy)
    assert f"the proxy 127.0.0.1:{port}" in said
    assert [request.split(b"\r\n")[0] for request in seen] == [b"CONNECT git.corp.example:443 HTTP/1.1"]


@pytest.mark.parametrize("no_proxy", ["*.invalid", ".invalid", "git.invalid:443", "a.example git.invalid", "*"])
def test_a_host_in_no_proxy_is_reached_directly(no_proxy):
    port, seen = serve(b"")
    said = mint("https://git.invalid", HTTPS_PROXY=f"http://127.0.0.1:{port}", NO_PROXY=no_proxy)
    assert seen == []
    assert "cannot reach git.invalid" in said


@pytest.mark.parametrize("url", ["http://user:hunter2#w@127.0.0.1:3128", "true", "ftp://127.0.0.1", "'http://127.0.0.1:3128'"])
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_cannot_be_read_is_an_error_that_names_the_variable(name, url):
    said = mint("https://git.invalid", **{name: url})
    assert said.startswith(f"invalid_argument None {name} ")
    assert "hunter2" not in said


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A server's certificate that is its own authority, as `openssl req -x509` makes it: (certificate, key)."""
    folder = tmp_path_factory.mktemp("authority")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


def test_the_roots_of_requests_are_trusted(authority, tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority)
    port, _ = serve(ANSWER, context)
    url = f"https://localhost:{port}"
    assert "is signed by itself" in mint(url)
    assert mint(url, REQUESTS_CA_BUNDLE=str(authority[0])) == "a token"
    folder = tmp_path / "roots"
    folder.mkdir()
    (folder / "one.pem").write_bytes(b"\xef\xbb\xbf" + authority[0].read_bytes())
    (folder / "README").write_text("roots", "utf-8")
    assert mint(url, REQUESTS_CA_BUNDLE=str(folder)) == "a token"


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_file_of_roots_that_is_not_there_is_an_error_that_names_the_variable(name, tmp_path):
    said = mint("https://git.invalid", **{name: str(tmp_path / "none.pem")})
    assert said.startswith(f"invalid_argument None {name} names a file")
