"""appmint in a process that is somebody else's: its signals, its interpreters."""

import socket
import ssl
import struct
import subprocess
import sys
import threading

import pytest

BODY = b'{"token":"ats_x","expires_at":"2099-01-01T00:00:00Z"}'
ANSWER = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)

MINTS = """
import signal, sys
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
handled_by = []
signal.signal(signal.SIGALRM, lambda *_: handled_by.append(None))
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
import appmint
app = appmint.App("atomgit", app_id=75, signer=lambda _: bytes(256), api_url=sys.argv[1], proxy="", retries=0,
                  root_certificates=open(sys.argv[2]).read())
minted = failed = 0
for number in range(1, 301):
    try:
        app.installation(number).token()
        minted += 1
    except appmint.Error:
        failed += 1
app.close()
del app
signal.setitimer(signal.ITIMER_REAL, 0)
print(minted > 10, failed > 10, len(handled_by) > 0)
"""


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.socket.close(connection)


def attend(connection, context, number):
    """Resets the connection: at once, in the answer, after it, or when the next request comes."""
    try:
        if number % 4 != 0:
            connection = context.wrap_socket(connection, server_side=True)
            connection.recv(65536)
            connection.sendall(ANSWER[:20] if number % 4 == 1 else ANSWER)
        if number % 4 == 3:
            connection.recv(1)
        reset(connection)
    except OSError:
        connection.close()


@pytest.fixture
def certificate(tmp_path):
    path = tmp_path / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE",
                    "-keyout", tmp_path / "key.pem", "-out", path], check=True, capture_output=True)
    return path


@pytest.fixture
def resetting_server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        def serve():
            for number in range(1_000_000):
                try:
                    connection = listener.accept()[0]
                except OSError:
                    return
                threading.Thread(target=attend, args=(connection, context, number), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield "https://localhost:%d" % listener.getsockname()[1]


def run(program, *arguments):
    return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=120)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_server_that_hangs_up_ends_no_program_with_default_signals(resetting_server, certificate):
    done = run(MINTS, resetting_server, certificate)
    assert (done.returncode, done.stdout) == (0, "True True True\n"), done.stderr


INTERPRETERS = """
import sys
try:
    import _xxsubinterpreters as interpreters
    create, run = lambda: interpreters.create(isolated=False), interpreters.run_string
except ImportError:
    import _interpreters as interpreters
    create, run = lambda: interpreters.create("legacy"), interpreters.exec
IMPORT = "import sys; sys.path = %r\\nimport appmint; print(appmint.version())" % sys.path
"""
OUTLIVED = INTERPRETERS + """
run(create(), IMPORT)
print("the main interpreter ends")
"""
SECOND = INTERPRETERS + """
import appmint
other = create()
run(other, "try:\\n    %s\\nexcept ImportError as error: print(error)" % IMPORT.replace("\\n", "\\n    "))
interpreters.destroy(other)
print(appmint.App("github", app_id=1, signer=lambda _: bytes(256)).jwt().kind)
"""


def test_an_interpreter_that_outlives_the_main_one_ends_too():
    done = run(OUTLIVED)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("the main interpreter ends\n")


def test_a_second_interpreter_is_refused_and_the_first_goes_on():
    done = run(SECOND)
    refusal = "another interpreter of this process has imported appmint, and only one can use it\n"
    assert (done.returncode, done.stdout) == (0, refusal + "jwt\n"), done.stderr
