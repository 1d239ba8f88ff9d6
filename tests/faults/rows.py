"""The faults: a name, and what is done to an app."""

import contextlib
import gzip
import json
import socket
import sqlite3
import ssl
import subprocess
import time
import warnings

import appmint

from server import (LIFE_S, TOKEN, Server, answers, at_once, breaks_off_after, drips, falls_silent_after, response,
                    sends)
from world import KEY, TIMEOUT, mint, outcome, passes, session

GOOD = response(201, TOKEN)
HTML = b"<!DOCTYPE html><html><body>Bad gateway</body></html>"


def rows():
    """All of them: (group, name, function of the world)."""
    return [*network(), *tls(), *proxies(), *answers_to_minting(), *living_tokens(), *sessions(), *stores(), *signers()]


# ---- minting from a platform that fails

def minting(name, fault, *, group="network", **settings):
    def run(world):
        server = Server(fault)
        given = world.settings(f"http://127.0.0.1:{server.port}", **settings)
        return outcome(appmint.App("github", **given), mint, server, lambda: appmint.App("github", **given))
    return group, name, run


def network():
    yield "network", "nothing listens at the port", unreachable
    yield "network", "the host has no address", no_address
    yield "network", "the port takes no more connections", full_backlog
    yield minting("the server hangs up at once", at_once(breaks_off_after()))
    yield minting("the server hangs up after the request", breaks_off_after())
    yield minting("it hangs up in the status line", breaks_off_after(GOOD[:7]))
    yield minting("it hangs up in the headers", breaks_off_after(GOOD[:40]))
    yield minting("it hangs up in the body", breaks_off_after(GOOD[:-5]))
    yield minting("it ends the connection in the body", sends(GOOD[:-5]))
    yield minting("no answer comes", falls_silent_after())
    yield minting("the answer stops in the headers", falls_silent_after(GOOD[:40]))
    yield minting("the answer stops in the body", falls_silent_after(GOOD[:-5]))
    yield minting("the answer drips, and takes too long", drips(GOOD, 0.2))
    yield minting("another protocol answers", at_once(sends(b"SSH-2.0-OpenSSH_9.2\r\n")))
    yield minting("the body is longer than it says", sends(GOOD.replace(b"content-length: ", b"content-length: 9") + b"x"))
    yield minting("the length is there twice", sends(GOOD.replace(b"content-type", b"content-length: 7\r\ncontent-type")))
    chunked = b"HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}"
    yield minting("the chunks are broken", sends(chunked))
    yield minting("a header of a megabyte", answers(201, TOKEN, x_long="x" * (1 << 20)))
    yield minting("an endless body", sends(b"HTTP/1.1 201 Created\r\n\r\n" + b"[" * (1 << 23)), max_response_body=1 << 20)
    yield minting("a redirect to another host", answers(302, b"", location="http://localhost:1/"))


def unreachable(world):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return at_another_place(world, f"http://127.0.0.1:{port}")


def no_address(world):
    return at_another_place(world, "https://api.invalid")


def full_backlog(world):
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    address = listener.getsockname()
    waiting = [socket.socket() for _ in range(4)]
    for connection in waiting:
        connection.setblocking(False)
        connection.connect_ex(address)
    with listener, contextlib.ExitStack() as stack:
        for connection in waiting:
            stack.enter_context(connection)
        return at_another_place(world, f"http://127.0.0.1:{address[1]}")


def at_another_place(world, url, **settings):
    """A platform that is not where the app looks for it, and is there afterwards."""
    server = Server(None)
    there = world.settings(f"http://127.0.0.1:{server.port}")
    app = appmint.App("github", **world.settings(url, **settings))
    return outcome(app, mint, server, lambda: appmint.App("github", **there))


# ---- TLS

def tls():
    yield "TLS", "the certificate signs itself", over_tls(lambda world: world.certificate())
    yield "TLS", "it has expired", over_tls(lambda world: world.certificate(days=-1), trusted=True)
    yield "TLS", "it is another host's", over_tls(lambda world: world.certificate(host="other.example"), trusted=True)
    yield "TLS", "it is signed with SHA-1", over_tls(
        lambda world: world.certificate(digest="sha1"), trusted=True, change=without_security_level)
    yield "TLS", "the server speaks TLS 1.1 only", over_tls(
        lambda world: world.certificate(), trusted=True, change=old_protocol)
    yield "TLS", "the server wants a client's certificate", over_tls(
        lambda world: world.certificate(), trusted=True, change=wants_client)
    yield "TLS", "the server hangs up in the handshake", over_tls(
        lambda world: world.certificate(), fault=at_once(breaks_off_after()))
    yield "TLS", "the handshake never ends", over_tls(lambda world: world.certificate(), fault=at_once(falls_silent_after()))
    yield "TLS", "the port speaks plain HTTP", plain_port


def over_tls(make, *, trusted=False, fault=None, change=lambda context: None):
    def run(world):
        certificate, key = make(world)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        change(context)
        context.load_cert_chain(certificate, key)
        server = Server(fault, context=context, before_tls=True)
        more = {"root_certificates": certificate.read_bytes()} if trusted else {}
        return at_another_place(world, f"https://localhost:{server.port}", **more)
    return run


def without_security_level(context):
    context.set_ciphers("DEFAULT:@SECLEVEL=0")


def old_protocol(context):
    without_security_level(context)
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1


def wants_client(context):
    context.verify_mode = ssl.CERT_REQUIRED


def plain_port(world):
    return at_another_place(world, f"https://127.0.0.1:{Server(None).port}")


# ---- proxies

def proxies():
    def through(fault):
        def run(world):
            proxy = Server(fault)
            return at_another_place(world, "https://api.invalid", proxy=f"http://user:pass@127.0.0.1:{proxy.port}")
        return run

    yield "proxy", "it refuses the password", through(answers(407, b"", proxy_authenticate="Basic realm=x"))
    yield "proxy", "it cannot reach the platform", through(answers(502, b""))
    yield "proxy", "it hangs up", through(breaks_off_after())
    yield "proxy", "it never answers", through(falls_silent_after())
    yield "proxy", "nothing listens there", lambda world: at_another_place(
        world, "https://api.invalid", proxy="http://127.0.0.1:9")


# ---- answers

def answers_to_minting():
    for name, fault in {
        "an HTML page with 200": answers(200, HTML, content_type="text/html"),
        "an HTML page with 502": answers(502, HTML, content_type="text/html"),
        "an empty body with 201": answers(201, b""),
        "204 and no body": sends(b"HTTP/1.1 204 No Content\r\n\r\n"),
        "half of a JSON object": answers(201, b'{"token": "ghs_'),
        "a JSON list": answers(201, []),
        "the token twice": answers(201, b'{"token": "a", "token": "b", "expires_at": "2999-01-01T01:00:00Z"}'),
        "a token that is no text": answers(201, TOKEN | {"token": 7}),
        "two hundred levels": answers(201, b"[" * 200 + b"]" * 200),
        "no token": answers(201, {"expires_at": TOKEN["expires_at"]}),
        "no expiry": answers(201, {"token": "ghs_x"}),
        "an expiry that is no time": answers(201, TOKEN | {"expires_at": "soon"}),
        "a token that has expired": answers(201, TOKEN | {"expires_at": "2998-12-31T00:00:00Z"}),
        "a compressed answer": answers(201, gzip.compress(b"{}"), content_encoding="gzip"),
        "400": answers(400, {"message": "Problems parsing JSON"}),
        "401, bad credentials": answers(401, {"message": "Bad credentials"}),
        "401, expired": answers(401, {"message": "'Expiration time' claim ('exp') must be a numeric value in the future"}),
        "403, suspended": answers(403, {"message": "This installation has been suspended"}),
        "403, rate limit": answers(403, {"message": "API rate limit exceeded"}, x_ratelimit_remaining=0),
        "404": answers(404, {"message": "Not Found"}),
        "422": answers(422, {"message": "Validation Failed"}),
        "429 for an hour": answers(429, {"message": "slow down"}, retry_after=3600),
        "429 until a date that has passed": answers(429, {}, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),
        "429 for a billion years": answers(429, {}, retry_after="99999999999999999999"),
        "500": answers(500, {"message": "Server Error"}),
        "503": answers(503, b"no healthy upstream", content_type="text/plain"),
        "504": answers(504, b"", content_type="text/plain"),
        "a refusal of a megabyte": answers(403, {"message": "ghs_" * (1 << 18)}),
    }.items():
        yield minting(name, fault, group="answer")


# ---- a token lives, and the platform is down

def living_tokens():
    for name, fault in {
        "the platform hangs up": breaks_off_after(),
        "the platform says 503": answers(503, b""),
        "the platform never answers": falls_silent_after(),
        "the platform says 429": answers(429, {}, retry_after=3600),
    }.items():
        yield "a token lives", name, with_token(fault)


def with_token(fault):
    def run(world):
        server = Server(None)
        settings = world.settings(f"http://127.0.0.1:{server.port}")
        app = appmint.App("github", **settings)
        mint(app)
        passes(settings["clock"], minutes=55)
        server.fault, server.requests = fault, 0

        def renewal():
            while not server.requests:
                time.sleep(0.01)
        return outcome(app, mint, server, lambda: appmint.App("github", **settings), settle=renewal)
    return run


# ---- sessions: a refresh of a refresh token that works once, and ends the old access token

def sessions():
    invalid = {"error": "bad_refresh_token", "error_description": "The refresh token passed is incorrect or expired."}
    odd = {"access_token": "ghu_2", "refresh_token": "ghr_2", "expires_in": "soon"}
    for name, fault in {
        "the refresh is refused with 429": answers(429, {}, retry_after=1),
        "the refresh token is refused": answers(200, invalid),
        "the answer is lost, and nothing was done": breaks_off_after(),
        "a gateway says 503, and nothing was done": answers(503, b""),
        "the answer is lost, and the refresh was carried out": spends(breaks_off_after()),
        "a gateway says 503, and the refresh was carried out": spends(answers(503, b"")),
        "the answer has an expiry that is no time": spends(answers(200, odd)),
        "the answer has a number that is too large": spends(answers(200, json.dumps(odd).replace('"soon"', "1e400").encode())),
        "nothing listens at the port": None,
    }.items():
        yield "session, its token near the end", name, with_session(fault, left_s=300)
        yield "session, its token has expired", name, with_session(fault, left_s=-1)


def spends(fault):
    """The platform carries the refresh out before the fault."""
    def after_the_work(connection):
        fault(connection)
    after_the_work.spends = True
    return after_the_work


def with_session(fault, left_s):
    def run(world):
        server = Server(None)
        settings = world.settings(f"http://127.0.0.1:{server.port}", store=f"sqlite:{world.place() / 'tokens.db'}",
                                  store_key=KEY)
        app = appmint.App("github", **settings)
        app.start_session("alice", app.exchange_code("code"))
        passes(settings["clock"], seconds=LIFE_S - left_s)
        server.requests, server.fault = 0, refreshes_only(server, fault)
        if fault is None:
            server.stop_listening()

        def heal():
            server.heal()
            if fault is None:
                server.listen()

        def again():
            passes(settings["clock"], minutes=1)  # a request that was on its way has arrived or is gone
            return appmint.App("github", **settings)
        return outcome(app, session, server, again, heal=heal)
    return run


def refreshes_only(server, fault):
    """The fault, of the first request only: the next one is the check of the old token."""
    if fault is None:
        return None

    def first(connection):
        server.heal()
        server.number += getattr(fault, "spends", False)
        fault(connection)
    return first


# ---- stores

def stores():
    yield "store", "the file is no database", stored(lambda file: file.write_bytes(b"x" * 4096))
    yield "store", "the folder is not there", stored(lambda file: file.parent.rmdir())
    yield "store", "the file is locked by somebody else", locked_file
    yield "store", "Redis is not there", with_redis(lambda: "redis://127.0.0.1:9/0")
    yield "store", "Redis never answers", silent_redis
    yield "store", "Redis refuses the password", refusing_redis
    for name, method in {"an own store raises": raising, "an own store answers with a number": a_number}.items():
        yield "store", name, own_store(method)


def with_store(world, store, heal=lambda: None, **more):
    """Minting goes on without a store; what is lost is a session."""
    server = Server(None)
    settings = world.settings(f"http://127.0.0.1:{server.port}", store=store, **more)

    def app():
        return appmint.App("github", **settings)

    try:
        made = app()
    except appmint.Error as error:
        raised = error

        class Refused:
            def installation(self, _id):
                raise raised

            def close(self):
                pass
        made = Refused()
    return outcome(made, mint, server, app, heal=heal)


def stored(spoil):
    def run(world):
        file = world.place() / "tokens.db"
        spoil(file)

        def heal():
            file.parent.mkdir(exist_ok=True)
            file.unlink(missing_ok=True)
        return with_store(world, f"sqlite:{file}", heal, store_key=KEY)
    return run


def locked_file(world):
    file = world.place() / "tokens.db"
    with contextlib.closing(appmint.App("github", **world.settings(
            "http://127.0.0.1:1", store=f"sqlite:{file}", store_key=KEY))) as app, contextlib.suppress(appmint.Error):
        app.session("nobody").token()
    other = sqlite3.connect(file, check_same_thread=False)
    other.execute("begin exclusive")
    return with_store(world, f"sqlite:{file}", other.close, store_key=KEY)


def with_redis(url, **more):
    return lambda world: with_store(world, url(), store_key=KEY, **more)


def silent_redis(world):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    return with_store(world, f"redis://127.0.0.1:{listener.getsockname()[1]}/0", listener.close, store_key=KEY)


def refusing_redis(world):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", "right"]
    with subprocess.Popen([*command, "--dir", str(world.place())], stdout=subprocess.DEVNULL) as redis:
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)):
                time.sleep(0.02)
            return with_store(world, f"redis://:wrong@127.0.0.1:{port}/0", store_key=KEY)
        finally:
            redis.kill()


class OwnStore:
    def __init__(self, method):
        self.get = self.put = self.remove = self.lock = self.unlock = method


def raising(*_, **__):
    raise OSError("disk failure")


def a_number(*_, **__):
    return 7


def own_store(method):
    return lambda world: with_store(world, OwnStore(method), store_unencrypted=True)


# ---- signers

def signers():
    def with_signer(signer):
        def run(world):
            server = Server(None)
            settings = world.settings(f"http://127.0.0.1:{server.port}")
            failing = {name: value for name, value in settings.items() if name != "private_key"}
            app = appmint.App("github", **failing, signer=signer)
            return outcome(app, mint, server, lambda: appmint.App("github", **settings))
        return run

    yield "signer", "it raises", with_signer(raising)
    yield "signer", "it returns a number", with_signer(a_number)
    yield "signer", "it returns nothing", with_signer(lambda _: b"")
    yield "signer", "it takes longer than the call has", with_signer(lambda _: time.sleep(TIMEOUT + 1) or b"x" * 256)
