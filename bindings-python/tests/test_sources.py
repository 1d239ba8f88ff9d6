"""Sources under many callers, lookups, what is told of new tokens, and how an app ends."""

import asyncio
import gc
import hmac
import json
import threading
import time
import weakref

import appmint
import pytest
from conftest import TOKEN

MINT = "/app/installations/14/access_tokens"


def mints(platform):
    return sum(path == MINT for _, path, _, _ in platform.requests)


def test_many_threads_on_a_cold_source_send_one_post(app, platform):
    source, start, tokens = app.installation(14), threading.Barrier(64), []

    def ask():
        start.wait()
        tokens.append(source.token().reveal())

    threads = [threading.Thread(target=ask) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tokens == [TOKEN] * 64
    assert mints(platform) == 1
    assert app.stats().minted == 1 and app.stats().sources == 1


def test_many_tasks_on_a_cold_source_send_one_post(app, platform):
    source = app.installation(14)

    async def ask():
        return await asyncio.gather(*(asyncio.to_thread(source.token) for _ in range(64)))

    assert {token.reveal() for token in asyncio.run(ask())} == {TOKEN}
    assert mints(platform) == 1


def test_a_source_is_found_by_what_the_app_is_installed_on(github, platform):
    platform.answer("/repos/acme/api/installation", 200, {"id": 14, "account": {"login": "acme"}})
    source = github.installation(repository="acme/api")
    assert source.installation_id is None and "None" not in repr(source)
    assert not platform.requests
    assert source.token().reveal() == TOKEN
    assert source.installation_id == "14" and "14" in repr(source)
    assert source.token() == github.installation(14).token()
    assert mints(platform) == 1


@pytest.mark.parametrize("given", [{}, {"id": 14, "account": "acme"}, {"user": "a", "enterprise": "b"}])
def test_a_source_is_of_exactly_one_thing(github, given):
    with pytest.raises(appmint.InvalidArgumentError, match="exactly one thing"):
        github.installation(**given)


def test_a_new_token_is_told(app, platform):
    told = []
    source = app.installation(14)
    source.on_change(lambda before, token: told.append((before, token)))
    token = source.token()
    assert told == [(None, token)]
    source.token()
    assert told == [(None, token)]
    minted = {"token": "ats_next", "expires_at": "2025-11-21T14:00:00.000+08:00"}
    platform.answer(MINT, 201, minted)
    source.invalidate()
    assert told == [(None, token), (token, source.token())]
    assert told[1][1].reveal() == "ats_next"


def test_a_lookup_tells_of_its_tokens_too(github, platform):
    platform.answer("/users/acme/installation", 200, {"id": 14})
    told = []
    source = github.installation(user="acme")
    source.on_change(lambda *change: told.append(change))
    token = source.token()
    assert told == [(None, token)] == [(None, source.token())]


def test_who_is_told_of_a_token_may_use_appmint(app):
    told = []
    source = app.installation(14)
    source.on_change(lambda _before, _token: told.append(source.token(timeout=5)))
    assert source.token() == told[0]


def test_what_cannot_be_called_is_not_told(app):
    with pytest.raises(TypeError, match="callback must be callable: the Token before .* and the new Token in, not int"):
        app.installation(14).on_change(1)


def test_a_webhook_forgets_tokens(github, platform):
    body = json.dumps({"action": "suspend", "installation": {"id": 14}}).encode()
    headers = {"X-GitHub-Event": "installation",
               "X-Hub-Signature-256": "sha256=" + hmac.new(b"s", body, "sha256").hexdigest()}
    webhook = github.verify_webhook(headers, body, "s")
    assert github.apply_webhook(webhook) == 0
    source = github.installation(14)
    source.token()
    assert github.apply_webhook(webhook) == 1
    assert source.expires_at is None
    with pytest.raises(TypeError, match="webhook must be a WebhookEvent, not dict"):
        github.apply_webhook({})


def test_stats_are_equal_by_their_numbers(app, settings):
    assert app.stats() == appmint.App("atomgit", **settings).stats()
    app.installation(14).token()
    stats = app.stats()
    assert (stats.minted, stats.renewed, stats.failed, stats.sources) == (1, 0, 0, 1)
    assert repr(stats) == "<appmint.Stats 1 minted, 0 renewed, 0 failed, 1 sources>"
    with pytest.raises(AttributeError):
        stats.minted = 2


def test_a_closed_app_refuses(app, platform):
    source = app.installation(14)
    source.token()
    app.close()
    app.close()
    assert source.expires_at is None
    with pytest.raises(appmint.Error, match="closed"):
        source.token()
    assert mints(platform) == 1


def test_with_closes_whatever_was_raised(settings, platform):
    with appmint.App("atomgit", **settings) as app:
        source = app.installation(14)
        assert source.token().reveal() == TOKEN
    with pytest.raises(appmint.Error, match="closed"):
        source.token()
    with pytest.raises(LookupError, match="mine"), appmint.App("atomgit", **settings) as app:
        raise LookupError("mine")
    with pytest.raises(appmint.Error, match="closed"):
        app.jwt()


class Program:
    """Holds an app that calls it back: a ring."""

    def __init__(self, settings, **more):
        self.told = []
        self.app = appmint.App("atomgit", **settings, **more, on_event=self.hear)
        self.source = self.app.installation(14)
        self.source.on_change(self.hear)
        self.listing = self.app.installations()

    def hear(self, *what):
        self.told.append(what)


def test_a_ring_of_an_app_and_its_callbacks_is_collected(settings):
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
    assert len(program.told) == 2
    seen = [weakref.ref(program), weakref.ref(program.app), weakref.ref(program.source)]
    del program
    deadline = time.monotonic() + 20  # a worker may hold what it told for an instant yet
    while any(ref() for ref in seen) and time.monotonic() < deadline:
        gc.collect()
    assert [ref() for ref in seen] == [None] * 3


@pytest.mark.parametrize("kept", ["app", "source"])
def test_callbacks_live_as_long_as_anything_of_the_app(settings, kept):
    told = []
    app = appmint.App("atomgit", **settings, on_event=lambda event: told.append(event.kind))
    part = app if kept == "app" else app.installation(14)
    del app
    gc.collect()
    (part.installation(14) if kept == "app" else part).token()
    assert told == ["minted"]


def test_a_list_keeps_the_signer_of_its_app(settings, platform):
    del settings["private_key"]
    platform.answer("/app/installations?per_page=100", 200, [{"id": 14}])
    app = appmint.App("github", **settings, signer=lambda _: b"\x01" * 256)
    listing = app.installations()
    del app
    gc.collect()
    assert next(listing).id == "14"
