"""What an app does beside finding installations and getting tokens, seen from Python."""

import base64
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import appmint
import pytest
from conftest import CLIENT_SECRET, NOW_MS, TOKEN, url

USER_TOKEN = "ghu_0f1e2d3c4b5a69788796a5b4c3d2e1f0abcd"
NOW = datetime.fromtimestamp(NOW_MS / 1000, timezone.utc)
SENT = datetime(2025, 11, 20, 12, 30, tzinfo=timezone.utc)
OF_CLIENT = "Basic " + base64.b64encode(f"Iv1.0:{CLIENT_SECRET}".encode()).decode()


def pages(platform, path, *bodies):
    """A list in pages, each linked to the next; the addresses of all."""
    first = f"{path}?per_page=100"
    paths = [first, *(f"{first}&page={n}" for n in range(2, len(bodies) + 1))]
    for this, after, body in zip(paths, [*paths[1:], None], bodies):
        link = {"Link": f'<{platform.url}{after}>; rel="next"'} if after else {}
        platform.answer(this, 200, body, **link)
    return paths


def asked(platform):
    return [path for _, path, _, _ in platform.requests]


def last(platform):
    method, path, headers, body = platform.requests[-1]
    return method, path, headers.get("authorization"), json.loads(body) if body else None


def installations(*ids):
    return [{"id": id, "account": {"login": f"org-{id}"}} for id in ids]


def test_a_list_is_asked_for_page_by_page(github, platform):
    paths = pages(platform, "/app/installations", installations(1, 2), installations(3))
    listing = github.installations()
    assert iter(listing) is listing and isinstance(listing, Iterator)
    assert asked(platform) == []
    assert [next(listing).id, next(listing).id] == ["1", "2"]
    assert asked(platform) == paths[:1]
    assert [each.account for each in listing] == ["org-3"]
    assert asked(platform) == paths
    assert next(listing, None) is None and list(listing) == []
    assert asked(platform) == paths


def test_whoever_stops_asking_saves_the_other_pages(github, platform):
    paths = pages(platform, "/app/installations", installations(1, 2), installations(3))
    for each in github.installations():
        if each.id == "2":
            break
    assert asked(platform) == paths[:1]
    assert len(list(github.installations())) == 3


def test_a_list_goes_on_after_an_error(github, platform):
    paths = pages(platform, "/app/installations", installations(1), installations(2))
    answer, platform.answers[paths[1]] = platform.answers[paths[1]], (500, b"{}", {})
    listing = github.installations()
    assert next(listing).id == "1"
    with pytest.raises(appmint.ServerError):
        next(listing)
    platform.answers[paths[1]] = answer
    assert [each.id for each in listing] == ["2"]


def test_threads_that_share_a_list_get_different_items(github, platform):
    first, second = installations(*range(50)), installations(*range(50, 99))
    paths = pages(platform, "/app/installations", first, second)
    listing = github.installations()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: [int(each.id) for each in listing], range(8)))
    assert sorted(id for ids in found for id in ids) == list(range(99))
    assert asked(platform) == paths


def test_a_list_can_be_annotated_but_not_made():
    assert appmint.Listing[appmint.Installation].__origin__ is appmint.Listing
    with pytest.raises(TypeError):
        appmint.Listing()


def test_what_a_platform_does_not_list_is_refused_at_once(app, platform):
    for listed in (app.webhook_deliveries, app.installation(14).repositories):
        with pytest.raises(appmint.UnsupportedError):
            listed()
    assert not platform.requests


def test_repositories_are_listed_with_the_token(github, platform):
    raw = {"id": 1296269, "name": "api", "full_name": "acme/api", "owner": {"login": "acme"},
           "private": True, "extra": ["ü"]}
    pages(platform, "/installation/repositories", {"repositories": [raw, {"id": 7, "name": "b"}]})
    listing = github.installation(14).repositories()
    assert repr(listing) == "<appmint.Listing of repositories>"
    api, bare = listing
    assert last(platform)[2] == f"Bearer {TOKEN}"
    assert (api.id, api.name, api.full_name, api.owner) == ("1296269", "api", "acme/api", "acme")
    assert api.is_private is True and api.raw == raw
    assert (bare.full_name, bare.owner, bare.is_private) == (None, None, None)
    assert repr(api) == "<appmint.Repository 1296269 acme/api>"
    assert repr(bare) == "<appmint.Repository 7 b>"
    assert api == next(github.installation(14).repositories()) and api != bare
    with pytest.raises(AttributeError):
        api.name = "other"


DELIVERY = {"id": 12345678, "guid": "0b989ba4", "delivered_at": "2025-11-20T12:30:00Z",
            "redelivery": False, "status": "OK", "status_code": 200, "event": "issues",
            "action": "opened", "installation_id": 14, "repository_id": 7}


def test_deliveries_are_listed_shown_and_sent_again(github, platform):
    pages(platform, "/app/hook/deliveries", [DELIVERY, {"id": 1}])
    first, bare = github.webhook_deliveries()
    assert (first.id, first.guid) == ("12345678", "0b989ba4")
    assert (first.event, first.action) == ("issues", "opened")
    assert (first.status, first.status_code, first.is_redelivery) == ("OK", 200, False)
    assert (first.delivered_at, first.installation_id, first.repository_id) == (SENT, "14", "7")
    assert (bare.status_code, bare.delivered_at, bare.is_redelivery) == (None, None, None)
    assert repr(first) == "<appmint.WebhookDelivery 12345678 of issues>"
    whole = DELIVERY | {"request": {"payload": {"a": [1.5]}}, "response": {"payload": "ok"}}
    platform.answer("/app/hook/deliveries/12345678", 200, whole)
    platform.answer("/app/hook/deliveries/12345678/attempts", 202, {})
    for id in (12345678, first.id):
        assert github.webhook_delivery(id).raw == whole
        assert github.redeliver_webhook(id) is None
        assert last(platform)[:2] == ("POST", "/app/hook/deliveries/12345678/attempts")


def test_a_webhooks_configuration_is_changed_in_part(github, platform):
    raw = {"url": "https://example.com/hook?key=hunter2", "content_type": "json", "insecure_ssl": "0"}
    platform.answer("/app/hook/config", 200, raw)
    config = github.webhook_config()
    assert (config.url, config.content_type, config.insecure_ssl) == (raw["url"], "json", False)
    assert config.raw == raw and config == github.webhook_config()
    assert "hunter2" not in repr(config)
    github.update_webhook_config(secret="s", insecure_ssl=True)
    assert last(platform)[3] == {"secret": "s", "insecure_ssl": "1"}
    github.update_webhook_config(url="https://example.com", content_type="form")
    assert last(platform)[3] == {"url": "https://example.com", "content_type": "form"}
    sent = len(platform.requests)
    with pytest.raises(appmint.InvalidArgumentError, match="nothing of the webhook"):
        github.update_webhook_config()
    for name, wrong in {"insecure_ssl": "0", "url": b"https://example.com", "secret": 7}.items():
        with pytest.raises(TypeError, match=f"{name} must be"):
            github.update_webhook_config(**{name: wrong})
    with pytest.raises(TypeError):
        github.update_webhook_config("https://example.com")
    assert len(platform.requests) == sent


SECRETS = {"client_secret": "c1ient-s3cret-of-37", "webhook_secret": "w3bhook-s3cret-of-37",
           "pem": "-----BEGIN-37"}


def test_a_manifests_secrets_are_shown_when_they_are_asked_for(github, platform):
    raw = {"id": 37, "slug": "octo-app", "name": "Octo", "client_id": "Iv1.37",
           "owner": {"login": "acme"}, "permissions": {"contents": "read"}, "events": ["push"],
           "created_at": "2025-11-20T12:30:00Z", "updated_at": None}
    platform.answer("/app-manifests/a-code/conversions", 201, raw | SECRETS)
    made = github.convert_manifest("a-code")
    assert last(platform)[2] is None
    assert (made.id, made.slug, made.name, made.client_id) == ("37", "octo-app", "Octo", "Iv1.37")
    assert (made.owner, made.permissions, made.events) == ("acme", {"contents": "read"}, ["push"])
    assert (made.created_at, made.updated_at) == (SENT, None)
    assert made.reveal_client_secret() == SECRETS["client_secret"]
    assert made.reveal_webhook_secret() == SECRETS["webhook_secret"]
    assert made.reveal_private_key() == SECRETS["pem"]
    for view in (repr(made), str(made), f"{[made]}", json.dumps(made.raw)):
        assert not any(secret in view for secret in SECRETS.values())
    assert repr(made) == "<appmint.Registration 37 of octo-app>"
    assert not hasattr(made, "__dict__")
    platform.answer("/app", 200, raw)
    known = github.registration()
    assert (known.id, known.raw) == ("37", raw)
    assert known.reveal_client_secret() is None and known.reveal_webhook_secret() is None
    assert known.reveal_private_key() is None


@pytest.mark.parametrize(("operation", "method", "path"), [
    ("suspend_installation", "PUT", "/app/installations/14/suspended"),
    ("unsuspend_installation", "DELETE", "/app/installations/14/suspended"),
    ("delete_installation", "DELETE", "/app/installations/14"),
])
def test_an_installation_is_named_by_its_id(github, platform, operation, method, path):
    platform.answer(path, 204, None)
    for id in (14, "14"):
        assert getattr(github, operation)(id) is None
        assert last(platform)[:2] == (method, path)
    for wrong in (True, 14.0, b"14", None):
        with pytest.raises(TypeError, match="id must be an int or a str"):
            getattr(github, operation)(wrong)


TOLD = {"token": USER_TOKEN, "scopes": ["repo"], "user": {"login": "octocat"},
        "expires_at": "2025-11-21T12:00:00Z"}


@pytest.fixture
def own_token(github, platform):
    """A user's token, as the platform tells of it."""
    platform.answer("/applications/Iv1.0/token", 200, TOLD)
    return github.check_token(USER_TOKEN)


def test_a_token_is_given_as_text_or_as_what_it_came_in(github, platform, own_token):
    assert (own_token.kind, own_token.account) == ("user", "octocat")
    assert own_token.expires_at == NOW + timedelta(hours=8)
    platform.answer("/applications/Iv1.0/grant", 204, None)
    for operation, method, path in (
        (github.check_token, "POST", "token"),
        (github.reset_token, "PATCH", "token"),
        (github.delete_token, "DELETE", "token"),
        (github.delete_grant, "DELETE", "grant"),
    ):
        for token in (own_token, USER_TOKEN):
            operation(token)
            expected = method, f"/applications/Iv1.0/{path}", OF_CLIENT, {"access_token": USER_TOKEN}
            assert last(platform) == expected
        for wrong in (b"token", 7, None, [USER_TOKEN]):
            with pytest.raises(TypeError, match="token must be a str or a Token"):
                operation(wrong)
        for invalid in ("", "\ud800"):
            with pytest.raises(appmint.InvalidArgumentError):
                operation(invalid)


def test_a_token_is_scoped_to_one_account(github, platform, own_token):
    platform.answer("/applications/Iv1.0/token/scoped", 200, TOLD)
    scoped = github.scope_token(own_token, target="acme", repositories=["api"],
                                permissions={"pull-requests": "read"})
    assert scoped.reveal() == USER_TOKEN
    assert last(platform)[3] == {"access_token": USER_TOKEN, "target": "acme", "repositories": ["api"],
                                 "permissions": {"pull_requests": "read"}}
    for id in (7, "7"):
        github.scope_token(USER_TOKEN, target_id=id, repository_ids=(1, "2"))
        body = {"access_token": USER_TOKEN, "target_id": 7, "repository_ids": [1, 2]}
        assert last(platform)[3] == body
    for target in ({}, {"target": "acme", "target_id": 7}):
        with pytest.raises(appmint.InvalidArgumentError, match="exactly one account"):
            github.scope_token(own_token, **target)
    for wrong in ({"target": 7}, {"target_id": 1.5}, {"target": "acme", "repositories": "api"}):
        with pytest.raises(TypeError, match="must be"):
            github.scope_token(own_token, **wrong)
    with pytest.raises(TypeError):
        github.scope_token(own_token, "acme")


def test_credentials_that_leaked_are_reported_together(github, platform, own_token):
    platform.answer("/credentials/revoke", 202, {})
    both = [own_token, "ghp_other"]
    for several in (both, iter(both), (USER_TOKEN, "ghp_other")):
        assert github.revoke_credentials(several) is None
        assert last(platform)[2:] == (None, {"credentials": [USER_TOKEN, "ghp_other"]})
    for wrong in (USER_TOKEN, own_token, b"ghp_other", [7], [b"ghp_other"], None):
        with pytest.raises(TypeError, match="credentials must be"):
            github.revoke_credentials(wrong)
    for empty in ([], [""]):
        with pytest.raises(appmint.InvalidArgumentError, match="no credential to revoke"):
            github.revoke_credentials(empty)


def test_a_person_is_sent_to_install_and_comes_back(github, platform):
    place = github.install_url("octo-app")
    assert place.url == f"{platform.url}/apps/octo-app/installations/new?state={place.state}"
    assert len(place.state) > 40 and place.code_verifier is None
    assert github.install_url("octo-app", state="mine").state == "mine"
    platform.answer("/app/installations/14", 200, {"id": 14, "account": {"login": "acme"}})
    callback = f"https://example.com/back?installation_id=14&setup_action=install&state={place.state}"
    assert github.finish_install(callback, place.state).account == "acme"
    sent = len(platform.requests)
    with pytest.raises(appmint.ReauthorizeError) as caught:
        github.finish_install(callback, "another")
    assert caught.value.reason == "state_mismatch"
    with pytest.raises(appmint.UnsupportedError):
        github.install_url("octo-app", redirect_uri="https://example.com")
    for wrong in ({"app_slug": 7}, {"state": 7}, {"redirect_uri": b""}):
        with pytest.raises(TypeError, match=f"{next(iter(wrong))} must be a str"):
            github.install_url(**{"app_slug": "octo-app"} | wrong)
    with pytest.raises(TypeError):
        github.install_url("octo-app", "state")
    assert len(platform.requests) == sent


def test_a_source_knows_its_token_and_ends_it(github, platform):
    source = github.installation(14)
    assert source.expires_at is None
    assert source.revoke() is None  # nothing to end
    assert not platform.requests
    assert source.authorization_header() == f"Bearer {TOKEN}"
    assert source.authorization_header(min_valid=timedelta(minutes=10)) == source.token().authorization_header()
    assert source.expires_at == source.token().expires_at == NOW + timedelta(hours=1)
    assert len(platform.requests) == 1
    platform.answer("/installation/token", 204, None)
    assert source.revoke() is None
    assert last(platform)[:3] == ("DELETE", "/installation/token", f"Bearer {TOKEN}")
    assert source.expires_at is None
    for token in (source.token(), TOKEN):
        assert github.revoke_installation_token(token) is None
        assert last(platform)[:3] == ("DELETE", "/installation/token", f"Bearer {TOKEN}")


def test_an_app_may_have_tokens_of_its_own(settings, platform, app):
    icr = appmint.App("icr", **settings)
    minted = {"token": "icr-app-token", "expiresAt": "2025-11-21T06:00:00Z"}
    platform.answer("/app/accessTokens", 201, minted)
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
    for ask in (source.token, source.authorization):
        for timeout in (0, 0.001, timedelta(milliseconds=1)):
            with pytest.raises(appmint.TimeoutError):
                ask(timeout=timeout)
    assert signing.wait()
    go_on.set()
    assert source.token(timeout=20).reveal() == TOKEN
    assert source.token(timeout=0).reveal() == TOKEN  # from memory
    assert len(platform.requests) == 1


def test_a_call_may_have_a_timeout_of_its_own(settings, silence):
    app = appmint.App("atomgit", **settings | {"api_url": url(silence)})
    for timeout in (0.01, timedelta(milliseconds=10)):
        for request in (app.request, app.installation(14).request):
            with pytest.raises(appmint.TimeoutError):
                request("GET", "/", timeout=timeout)
    for timeout, error in ((-1, appmint.InvalidArgumentError), ("1", TypeError), (True, TypeError)):
        for call in (app.installation(14).token, app.installation(14).authorization):
            with pytest.raises(error, match="timeout"):
                call(timeout=timeout)
        with pytest.raises(error, match="timeout"):
            app.request("GET", "/", timeout=timeout)


def test_further_attempts_wait_as_long_as_they_are_told(settings, platform):
    settings |= {"retries": 2, "retry_wait": timedelta(milliseconds=1)}
    platform.answer("/busy", 503, {})
    assert appmint.App("github", **settings).request("GET", "/busy").status == 503
    assert asked(platform) == ["/busy"] * 3


def test_a_token_that_the_platform_does_not_know_is_told_so(github, platform):
    platform.answer("/applications/Iv1.0/token", 404, {"message": "Not Found"})
    with pytest.raises(appmint.ReauthorizeError) as caught:
        github.check_token(USER_TOKEN)
    assert caught.value.reason == "invalid_token"
    assert github.delete_token(USER_TOKEN) is None
