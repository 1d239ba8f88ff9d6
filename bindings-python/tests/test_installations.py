"""Installations: listing, looking up, installing, suspending and deleting."""

import gc
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import appmint
import pytest
from conftest import TOKEN, last_request, pages, requested_paths


def test_an_installation_has_what_the_platform_reports(app, platform):
    raw = {
        "id": 14,
        "account": {"path": "acme", "name": "Acme"},
        "permissions": {"contents": "write"},
        "repository_selection": "ALL",
        "created_at": "1969-12-31T23:59:59.999Z",
        "extra": [1.5, None, "ü"],
    }
    platform.respond("/app/installations", 200, [raw])
    [installation] = app.installations()
    assert (installation.id, installation.permissions) == ("14", {"contents": "write"})
    assert installation.repository_selection == "all"
    assert installation.raw == raw
    assert installation.suspended_at is None
    assert installation.created_at == datetime(1970, 1, 1, tzinfo=timezone.utc) - timedelta(
        milliseconds=1
    )
    assert [installation] == list(app.installations())


LOOKUPS = {
    "account": ("acme", "/users/acme/installation"),
    "id": (14, "/app/installations/14"),
    "organization": ("acme", "/orgs/acme/installation"),
    "user": ("acme", "/users/acme/installation"),
    "repository": ("acme/api", "/repos/acme/api/installation"),
    "enterprise": ("acme", "/enterprises/acme/installation"),
}


@pytest.mark.parametrize("name", LOOKUPS)
def test_an_installation_is_looked_up_by_one_keyword(github, platform, name):
    value, path = LOOKUPS[name]
    platform.respond(path, 200, {"id": 14, "account": {"login": "acme"}})
    found = github.find_installation(**{name: value})
    assert (found.id, found.account) == ("14", "acme")


def installations(*ids):
    return [{"id": id, "account": {"login": f"org-{id}"}} for id in ids]


def test_a_listing_requests_page_by_page(github, platform):
    paths = pages(platform, "/app/installations", installations(1, 2), installations(3))
    listing = github.installations()
    assert iter(listing) is listing and isinstance(listing, Iterator)
    assert requested_paths(platform) == []
    assert [next(listing).id, next(listing).id] == ["1", "2"]
    assert requested_paths(platform) == paths[:1]
    assert [each.account for each in listing] == ["org-3"]
    assert requested_paths(platform) == paths
    assert next(listing, None) is None and list(listing) == []
    assert requested_paths(platform) == paths


def test_a_listing_requests_no_page_that_is_not_needed(github, platform):
    paths = pages(platform, "/app/installations", installations(1, 2), installations(3))
    for each in github.installations():
        if each.id == "2":
            break
    assert requested_paths(platform) == paths[:1]
    assert len(list(github.installations())) == 3


def test_a_listing_goes_on_after_an_error(github, platform):
    paths = pages(platform, "/app/installations", installations(1), installations(2))
    response, platform.responses[paths[1]] = platform.responses[paths[1]], (500, b"{}", {})
    listing = github.installations()
    assert next(listing).id == "1"
    with pytest.raises(appmint.ServerError):
        next(listing)
    platform.responses[paths[1]] = response
    assert [each.id for each in listing] == ["2"]


def test_threads_that_share_a_listing_get_different_items(github, platform):
    first, second = installations(*range(50)), installations(*range(50, 99))
    paths = pages(platform, "/app/installations", first, second)
    listing = github.installations()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: [int(each.id) for each in listing], range(8)))
    assert sorted(id for ids in found for id in ids) == list(range(99))
    assert requested_paths(platform) == paths


def test_a_listing_can_be_annotated_but_not_made():
    assert appmint.Listing[appmint.Installation].__origin__ is appmint.Listing
    with pytest.raises(TypeError):
        appmint.Listing()


def test_an_unsupported_listing_is_refused_at_once(app, platform):
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
    assert last_request(platform)[2] == f"Bearer {TOKEN}"
    assert (api.id, api.name, api.full_name, api.owner) == ("1296269", "api", "acme/api", "acme")
    assert api.is_private is True and api.raw == raw
    assert (bare.full_name, bare.owner, bare.is_private) == (None, None, None)
    assert repr(api) == "<appmint.Repository 1296269 acme/api>"
    assert repr(bare) == "<appmint.Repository 7 b>"
    assert api == next(github.installation(14).repositories()) and api != bare
    with pytest.raises(AttributeError):
        api.name = "other"


def test_any_endpoint_has_a_list_of_json_values(github, platform):
    big = 2**63
    paths = pages(platform, "/installation/repositories", {"repositories": [{"id": big, "z": 1, "ü": [1.5]}]}, {"repositories": [None]})
    listing = github.installation(14).paginate("/installation/repositories", {"x-one": "1"}, "repositories", timeout=5)
    assert repr(listing) == "<appmint.Listing of JSON values>"
    assert list(listing) == [{"id": big, "z": 1, "ü": [1.5]}, None]
    assert last_request(platform)[2] == f"Bearer {TOKEN}"
    assert requested_paths(platform)[-2:] == paths


def test_the_error_of_a_page_comes_after_the_items_before_it(github, platform):
    platform.respond("/x?per_page=100", 200, [1, 2], link="<?page=2>; rel=next")
    platform.respond("/x?page=2", 422, {})
    listing = github.paginate("/x", token="ghu_0123456789")
    assert [next(listing), next(listing)] == [1, 2]
    for _ in range(2):
        with pytest.raises(appmint.RejectedError):
            next(listing)
    assert last_request(platform)[2] == "Bearer ghu_0123456789"


def test_a_list_of_an_endpoint_takes_no_wrong_arguments(github, platform):
    for wrong in ({"path": 7}, {"items": 7}, {"headers": 7}, {"params": 7}, {"timeout": "x"}, {"token": 7}):
        with pytest.raises(TypeError):
            github.paginate(**{"path": "/x"} | wrong)
    for wrong in ({"path": "x"}, {"items": ""}, {"token": ""}):
        with pytest.raises(appmint.InvalidArgumentError):
            github.paginate(**{"path": "/x"} | wrong)
    assert not platform.requests


@pytest.mark.parametrize(("operation", "method", "path"), [
    ("suspend_installation", "PUT", "/app/installations/14/suspended"),
    ("unsuspend_installation", "DELETE", "/app/installations/14/suspended"),
    ("delete_installation", "DELETE", "/app/installations/14"),
])
def test_an_installation_is_named_by_its_id(github, platform, operation, method, path):
    platform.respond(path, 204, None)
    for id in (14, "14"):
        assert getattr(github, operation)(id) is None
        assert last_request(platform)[:2] == (method, path)
    for wrong in (True, 14.0, b"14", None):
        with pytest.raises(TypeError, match="id must be an int or a str"):
            getattr(github, operation)(wrong)


def test_a_user_installs_the_app_and_returns(github, platform):
    authorization = github.install_url("octo-app")
    assert authorization.url == f"{platform.url}/apps/octo-app/installations/new?state={authorization.state}"
    assert len(authorization.state) > 40 and authorization.code_verifier is None
    assert github.install_url("octo-app", state="mine").state == "mine"
    platform.respond("/app/installations/14", 200, {"id": 14, "account": {"login": "acme"}})
    callback = f"https://example.com/back?installation_id=14&setup_action=install&state={authorization.state}"
    assert github.finish_install(callback, authorization.state).account == "acme"
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


def test_exactly_one_keyword_is_looked_up(app, github, platform):
    for keywords in ({}, {"account": None}, {"id": 14, "user": "acme"}, {"account": "a", "id": "b"}):
        with pytest.raises(appmint.InvalidArgumentError, match="exactly one value") as caught:
            github.find_installation(**keywords)
        assert "repository" in caught.value.hint
    for positional in (("acme",), (14,), ("acme", "other")):
        with pytest.raises(TypeError, match="positional"):
            github.find_installation(*positional)
    for name, value in {"id": 1.5, "organization": 7, "user": True, "repository": b"a/b",
                        "enterprise": ["a"]}.items():
        with pytest.raises(TypeError, match=f"{name} must be"):
            github.find_installation(**{name: value})
    for keywords in ({"repository": "api"}, {"user": ""}, {"account": ""}):
        with pytest.raises(appmint.InvalidArgumentError):
            github.find_installation(**keywords)
    with pytest.raises(appmint.UnsupportedError):
        app.find_installation(enterprise="acme")
    assert not platform.requests


def test_the_item_after_ctrl_c_is_the_next_one(settings):
    requested, go_on = threading.Event(), threading.Event()

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self):
            requested.set()
            go_on.wait(20)
            body = b'[{"id": 1}, {"id": 2}]'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        at = f"http://127.0.0.1:{server.server_port}"
        listing = appmint.App("github", **settings | {"api_url": at, "web_url": at}).installations()
        interrupt = threading.Thread(
            target=lambda: requested.wait(20) and signal.raise_signal(signal.SIGINT), daemon=True)
        interrupt.start()
        with pytest.raises(KeyboardInterrupt):
            next(listing)
        go_on.set()
        assert [each.id for each in listing] == ["1", "2"]
        server.shutdown()


def test_a_listing_keeps_the_signer_of_its_app_alive(settings, platform):
    del settings["private_key"]
    platform.respond("/app/installations?per_page=100", 200, [{"id": 14}])
    app = appmint.App("github", **settings, signer=lambda _: b"\x01" * 256)
    listing = app.installations()
    del app
    gc.collect()
    assert next(listing).id == "14"
