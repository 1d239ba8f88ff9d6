"""Sources of tokens: minting, narrowing, lookups, callbacks and revocation."""

import asyncio
import gc
import json
import threading
import time
import weakref
from datetime import datetime, timedelta, timezone

import appmint
import pytest
from conftest import NOW_MS, TOKEN, last_request

NOW = datetime.fromtimestamp(NOW_MS / 1000, timezone.utc)
MINT = "/app/installations/14/access_tokens"


def mints(platform):
    return sum(path == MINT for _, path, _, _ in platform.requests)


def test_many_threads_on_a_cold_source_send_one_post(app, platform):
    source, start, tokens = app.installation(14), threading.Barrier(64), []

    def mint():
        start.wait()
        tokens.append(source.token().reveal())

    threads = [threading.Thread(target=mint) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tokens == [TOKEN] * 64
    assert mints(platform) == 1
    assert app.stats().minted == 1 and app.stats().sources == 1


def test_many_tasks_on_a_cold_source_send_one_post(app, platform):
    source = app.installation(14)

    async def mint():
        return await asyncio.gather(*(asyncio.to_thread(source.token) for _ in range(64)))

    assert {token.reveal() for token in asyncio.run(mint())} == {TOKEN}
    assert mints(platform) == 1


def test_a_source_looks_its_installation_up(github, platform):
    platform.respond("/repos/acme/api/installation", 200, {"id": 14, "account": {"login": "acme"}})
    source = github.installation(repository="acme/api")
    assert source.installation_id is None and "None" not in repr(source)
    assert not platform.requests
    assert source.token().reveal() == TOKEN
    assert source.installation_id == "14" and "14" in repr(source)
    assert source.token() == github.installation(14).token()
    assert mints(platform) == 1


@pytest.mark.parametrize("keywords", [{}, {"id": 14, "account": "acme"}, {"user": "a", "enterprise": "b"}])
def test_a_source_has_exactly_one_installation(github, keywords):
    with pytest.raises(appmint.InvalidArgumentError, match="exactly one value"):
        github.installation(**keywords)


def test_only_the_token_that_is_named_is_forgotten(app, platform):
    source = app.installation(14)
    token = source.token()
    source.invalidate("ats_another")
    assert source.token() == token
    platform.respond(MINT, 201, {"token": "ats_next", "expires_at": "2025-11-21T14:00:00.000+08:00"})
    source.invalidate(token)
    source.invalidate(token.reveal())
    assert source.token().reveal() == "ats_next"
    with pytest.raises(TypeError, match="token must be a str or a Token, not int"):
        source.invalidate(1)


def test_on_change_is_called_with_each_new_token(app, platform):
    changes = []
    source = app.installation(14)
    source.on_change(lambda before, token: changes.append((before, token)))
    token = source.token()
    assert changes == [(None, token)]
    source.token()
    assert changes == [(None, token)]
    minted = {"token": "ats_next", "expires_at": "2025-11-21T14:00:00.000+08:00"}
    platform.respond(MINT, 201, minted)
    source.invalidate()
    assert changes == [(None, token), (token, source.token())]
    assert changes[1][1].reveal() == "ats_next"


def test_on_change_is_called_after_a_lookup_too(github, platform):
    platform.respond("/users/acme/installation", 200, {"id": 14})
    changes = []
    source = github.installation(user="acme")
    source.on_change(lambda *change: changes.append(change))
    token = source.token()
    assert changes == [(None, token)] == [(None, source.token())]


def test_an_on_change_callback_may_use_appmint(app):
    changes = []
    source = app.installation(14)
    source.on_change(lambda _before, _token: changes.append(source.token(timeout=5)))
    assert source.token() == changes[0]


def test_a_callback_that_was_taken_back_is_not_called_and_is_freed(app):
    changes = []
    source = app.installation(14)
    kept = source.on_change(lambda *change: changes.append(change))
    taken = lambda *change: changes.append("taken back")  # noqa: E731
    is_alive = weakref.ref(taken)
    with source.on_change(taken) as subscription:
        del taken
        assert is_alive()
    assert is_alive() is None
    subscription.unsubscribe()
    token = source.token()
    assert changes == [(None, token)]
    kept.unsubscribe()
    source.invalidate()
    source.token()
    assert len(changes) == 1 and repr(kept) == "<appmint.Subscription>"


def test_unsubscribing_waits_for_the_callback_on_another_thread(app):
    began, release, order = threading.Event(), threading.Event(), []

    def callback(_before, _token):
        began.set()
        release.wait(20)
        order.append("returned")

    source = app.installation(14)
    subscription = source.on_change(callback)
    minting = threading.Thread(target=source.token)
    minting.start()
    assert began.wait(20)
    ending = threading.Thread(target=lambda: (subscription.unsubscribe(), order.append("unsubscribed")))
    ending.start()
    release.set()
    ending.join(20)
    minting.join(20)
    assert order == ["returned", "unsubscribed"]


def test_a_callback_may_take_itself_back(app):
    changes = []
    source = app.installation(14)
    subscription = source.on_change(lambda *_: (changes.append(1), subscription.unsubscribe()))
    source.token()
    source.invalidate()
    source.token()
    assert changes == [1]


def test_on_change_takes_a_callable(app):
    with pytest.raises(TypeError, match="callback must be a callable that takes the previous Token .* and the new Token, not int"):
        app.installation(14).on_change(1)


class Program:
    """Refers to an app that calls it back: a reference cycle."""

    def __init__(self, settings, **more):
        self.calls = []
        self.app = appmint.App("atomgit", **settings, **more, on_event=self.callback)
        self.source = self.app.installation(14)
        self.source.on_change(self.callback)
        self.listing = self.app.installations()

    def callback(self, *arguments):
        self.calls.append(arguments)


def test_a_reference_cycle_of_an_app_and_its_callbacks_is_collected(settings):
    del settings["private_key"]

    class Everything(Program):
        def __init__(self):
            super().__init__(settings, signer=self.sign, store=self, store_unencrypted=True)

        def sign(self, _):
            return b"\x01" * 256

        def get(self, *_):
            return None

        def put(self, *_):
            return True

        lock, remove, unlock = put, get, get

    program = Everything()
    assert program.source.token().reveal() == TOKEN
    assert len(program.calls) == 2
    seen = [weakref.ref(program), weakref.ref(program.app), weakref.ref(program.source)]
    del program
    deadline = time.monotonic() + 20  # a worker may refer to them for an instant
    while any(ref() for ref in seen) and time.monotonic() < deadline:
        gc.collect()
    assert [ref() for ref in seen] == [None] * 3


@pytest.mark.parametrize("kept", ["app", "source"])
def test_callbacks_live_as_long_as_an_app_or_its_source(settings, kept):
    kinds = []
    app = appmint.App("atomgit", **settings, on_event=lambda event: kinds.append(event.kind))
    part = app if kept == "app" else app.installation(14)
    del app
    gc.collect()
    (part.installation(14) if kept == "app" else part).token()
    assert kinds == ["minted"]


def test_a_source_keeps_one_token_valid(app, platform, clock):
    source = app.installation(14)
    token = source.token(min_valid=timedelta(minutes=10))
    assert (token.kind, token.reveal()) == ("installation", TOKEN)
    assert token.expires_at == datetime(2025, 11, 21, 5, tzinfo=timezone.utc)
    assert token.permissions == {"contents": "write"}
    assert token.claims is None
    assert app.installation("14").token() == token
    assert len(platform.requests) == 1
    source.invalidate()
    source.token()
    clock.advance(timedelta(minutes=50))
    source.token(min_valid=600.5)
    assert len(platform.requests) == 3


def test_a_token_is_narrowed(github, platform):
    minted = {"token": TOKEN, "expires_at": "2025-11-21T05:00:00Z", "repositories": [{"name": "api"}]}
    platform.respond("/app/installations/14/access_tokens", 201, minted)
    source = github.installation(14, repositories=("api",), repository_ids=[7, "8"],
                                 permissions={"pull-requests": "read"})
    assert source.token().repositories == ["api"]
    body = {"repositories": ["api"], "repository_ids": [7, 8],
             "permissions": {"pull_requests": "read"}}
    assert json.loads(platform.requests[-1][3]) == body
    assert source.token() == github.installation(
        "14", permissions={"pull_requests": "read"}, repository_ids={8, 7}, repositories=iter(["api"]),
    ).token()
    assert len(platform.requests) == 1
    github.installation(14).token()
    assert platform.requests[-1][3] == b""
    for empty in ({"repositories": []}, {"repository_ids": ()}, {"permissions": {}}):
        with pytest.raises(appmint.InvalidArgumentError, match="is empty"):
            github.installation(14, **empty)
    assert len(platform.requests) == 2


def test_a_token_that_was_not_narrowed_names_no_repositories(app):
    assert app.installation(14).token().repositories == []


def test_arguments_that_narrow_a_token_are_checked(app, github, platform):
    for name, value in {"repositories": "api", "repository_ids": "7"}.items():
        with pytest.raises(TypeError, match=f"{name} must be a list or another iterable of .*, not str"):
            github.installation(14, **{name: value})
    for name, values in {
        "repositories": [b"api", [7], [None], 7],
        "repository_ids": [7, [1.5], [True], b"7"],
        "permissions": ["contents:read", ["contents"], {"contents": 1}, {1: "read"}],
    }.items():
        for value in values:
            with pytest.raises(TypeError, match=f"{name} must be"):
                github.installation(14, **{name: value})
    with pytest.raises(TypeError):
        github.installation(14, ["api"])
    for narrowed in ({"repositories": ["acme/api"]}, {"repositories": [""]},
                     {"repository_ids": range(501)}, {"permissions": {"contents": ""}}):
        with pytest.raises(appmint.InvalidArgumentError):
            github.installation(14, **narrowed)
    with pytest.raises(appmint.UnsupportedError):
        app.installation(14, repositories=["api"])
    assert not platform.requests


def test_a_source_revokes_its_token(github, platform):
    source = github.installation(14)
    assert source.expires_at is None
    assert source.revoke() is None  # nothing to end
    assert not platform.requests
    assert source.authorization_header() == f"Bearer {TOKEN}"
    assert source.authorization_header(min_valid=timedelta(minutes=10)) == source.token().authorization_header()
    assert source.expires_at == source.token().expires_at == NOW + timedelta(hours=1)
    assert len(platform.requests) == 1
    platform.respond("/installation/token", 204, None)
    assert source.revoke() is None
    assert last_request(platform)[:3] == ("DELETE", "/installation/token", f"Bearer {TOKEN}")
    assert source.expires_at is None
    for token in (source.token(), TOKEN):
        assert github.revoke_installation_token(token) is None
        assert last_request(platform)[:3] == ("DELETE", "/installation/token", f"Bearer {TOKEN}")


def test_an_app_may_have_tokens_of_its_own(settings, platform, app):
    icr = appmint.App("icr", **settings)
    minted = {"token": "icr-app-token", "expiresAt": "2025-11-21T06:00:00Z"}
    platform.respond("/app/accessTokens", 201, minted)
    source = icr.app_tokens()
    assert source.installation_id is None
    assert repr(source) == "<appmint.TokenSource>"
    assert (source.token().kind, source.token().reveal()) == ("app", "icr-app-token")
    with pytest.raises(appmint.UnsupportedError):
        app.app_tokens()


def test_one_caller_stops_waiting_while_minting_goes_on(settings, platform):
    signing, go_on = threading.Event(), threading.Event()

    def sign(_message):
        signing.set()
        return go_on.wait() and b"\x01" * 256

    del settings["private_key"]
    source = appmint.App("atomgit", signer=sign, **settings).installation(14)
    for fetch in (source.token, source.authorization_header):
        for timeout in (0, 0.001, timedelta(milliseconds=1)):
            with pytest.raises(appmint.TimeoutError):
                fetch(timeout=timeout)
    assert signing.wait()
    go_on.set()
    assert source.token(timeout=20).reveal() == TOKEN
    assert source.token(timeout=0).reveal() == TOKEN  # from memory
    assert len(platform.requests) == 1
