"""An app behind the servers that really stand before platforms: the same tour through each, and what each refuses."""

import json
import shutil
import tempfile
import urllib.parse
import urllib.request
from functools import partial
from pathlib import Path

import appmint
import pytest
from gateways import certificate, lighttpd, nginx, sandbox, squid

HOST = "api.platform.test"


@pytest.fixture
def platform(tmp_path):
    with sandbox(tmp_path) as ready:
        yield ready


@pytest.fixture
def app(platform, tmp_path):
    """Makes an app whose platform is at a URL."""
    settings = {name: platform[name] for name in ("app_id", "client_id", "client_secret")}
    make = partial(appmint.App, "github", private_key=tmp_path / "app.pem", retries=0, timeout=20.0, **settings)
    return lambda url, **more: make(api_url=url, web_url=url, **more)


def tour(app, platform):
    """An installation, its token, a request, a list and a user: GET and POST, with a body and without."""
    source = app.installation(app.find_installation(account="octo-org").id)
    assert source.token().reveal().startswith("ghs_")
    assert source.request("GET", "/installation/repositories").json()["total_count"] > 0
    assert list(source.repositories())
    authorization = app.authorize(redirect_uri=platform["redirect_uri"])
    callback = press(authorization.url, platform)
    code = app.authorization_code(callback, authorization.state)
    token = app.exchange_code(code, code_verifier=authorization.code_verifier)
    refreshed = app.refresh(token)
    assert refreshed.reveal() != token.reveal()
    source.revoke()


def press(url, platform):
    """Presses "Authorize" on the page of this URL, at the sandbox itself."""
    parts, own = urllib.parse.urlsplit(url), urllib.parse.urlsplit(platform["url"])
    page = parts._replace(scheme=own.scheme, netloc=own.netloc).geturl()
    command = urllib.request.Request(f"{platform['admin_url']}/press", data=json.dumps({"url": page}).encode(),
                                     headers={"Content-Type": "application/json"})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(command, timeout=20) as reply:
        return json.load(reply)["location"]


def to(platform):
    return f"location / {{ proxy_pass {platform['url']}; proxy_set_header Host $http_host; }}"


def refusal(call):
    with pytest.raises(appmint.Error) as raised:
        call()
    return raised.value


# ---- before the platform

@pytest.mark.parametrize("extra", [
    "",
    "gzip on; gzip_min_length 1; gzip_proxied any; gzip_types *; gzip_http_version 1.0;",
    "keepalive_timeout 0;",
    "keepalive_requests 1;",
    "chunked_transfer_encoding off; proxy_buffering off; proxy_http_version 1.0;",
], ids=["plain", "gzip", "no-keep-alive", "one-request-per-connection", "http-1.0"])
def test_nginx(platform, app, tmp_path, extra):
    with nginx(tmp_path, "listen 127.0.0.1:{port};", extra + to(platform)) as port:
        tour(app(f"http://127.0.0.1:{port}"), platform)


def test_lighttpd_which_wants_a_length(platform, app, tmp_path):
    with lighttpd(tmp_path, platform["url"]) as port:
        tour(app(f"http://127.0.0.1:{port}"), platform)


def test_nginx_without_its_upstream(platform, app, tmp_path):
    with nginx(tmp_path, "listen 127.0.0.1:{port};", "location / { proxy_pass http://127.0.0.1:1; }") as port:
        error = refusal(app(f"http://127.0.0.1:{port}").installation(14).token)
    assert (error.kind, error.status, error.is_retryable) == ("server", 502, True)
    assert "an HTML page instead of a reason" in str(error)


def test_nginx_that_limits(platform, app, tmp_path):
    limit = "location / { return 429; }"
    with nginx(tmp_path, "listen 127.0.0.1:{port};", limit) as port:
        error = refusal(app(f"http://127.0.0.1:{port}").installation(14).token)
    assert (error.kind, error.status) == ("rate_limited", 429)


def test_a_restart_of_nginx_between_two_calls(platform, app, tmp_path):
    with nginx(tmp_path, "listen 127.0.0.1:{port};", to(platform)) as port:
        made = app(f"http://127.0.0.1:{port}")
        source = made.installation(made.find_installation(account="octo-org").id)
        source.token()
    error = refusal(lambda: made.installation(2).token())
    assert (error.kind, error.reason) == ("transport", "unreachable")
    listen = f"listen 127.0.0.1:{port}; listen 127.0.0.1:{{port}};"
    with nginx(tmp_path, listen, to(platform)):
        assert source.request("GET", "/installation/repositories").status == 200


# ---- TLS

def test_a_client_certificate(platform, app, tmp_path):
    root, key = certificate(tmp_path, "server", "localhost")
    own, own_key = certificate(tmp_path, "own")
    listen = (f"listen 127.0.0.1:{{port}} ssl; ssl_certificate {root}; ssl_certificate_key {key};"
              f"ssl_verify_client on; ssl_client_certificate {own};")
    with nginx(tmp_path, listen, to(platform)) as port:
        make = partial(app, f"https://localhost:{port}", root_certificates=root)
        tour(make(client_certificate=own, client_key=own_key), platform)
        error = refusal(make().installation(14).token)
    assert error.kind == "rejected" and error.status == 400
    assert "No required SSL certificate was sent" in str(error)


def test_a_certificate_that_nobody_vouches_for(platform, app, tmp_path):
    root, key = certificate(tmp_path, "server", "localhost")
    listen = f"listen 127.0.0.1:{{port}} ssl; ssl_certificate {root}; ssl_certificate_key {key};"
    with nginx(tmp_path, listen, to(platform)) as port:
        error = refusal(app(f"https://localhost:{port}").installation(14).token)
    assert (error.kind, error.reason, error.is_retryable) == ("transport", "tls", False)
    assert "root_certificates" in str(error)


# ---- a forward proxy

@pytest.fixture
def https(platform, tmp_path):
    """The platform over TLS, at a host that only the proxy knows: (URL, root)."""
    root, key = certificate(tmp_path, "server", HOST)
    listen = f"listen 127.0.0.1:{{port}} ssl; ssl_certificate {root}; ssl_certificate_key {key};"
    with nginx(tmp_path, listen, to(platform)) as port:
        yield f"https://{HOST}:{port}", root


def test_squid_with_a_password(platform, app, https):
    url, root = https
    with squid([HOST], users={"me": "p#w:d"}) as squid_:
        place = f"127.0.0.1:{squid_.port}"
        proxy = f"http://me:p%23w%3Ad@{place}"
        tour(app(url, root_certificates=root, proxy=proxy), platform)
        for wrong in ("me:wrong@", ""):
            error = refusal(app(url, root_certificates=root, proxy=f"http://{wrong}{place}", retries=3)
                            .installation(14).token)
            assert (error.kind, error.reason) == ("transport", "proxy_authentication_required")
            assert place in str(error) and "wrong" not in str(error) and not error.is_retryable
        refused = [line for line in squid_.connects() if "TCP_DENIED" in line]
        assert len(refused) == 2, "what was refused is not sent again"


def test_squid_by_the_environment(platform, app, https, monkeypatch):
    url, root = https
    with squid([HOST]) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        tour(app(url, root_certificates=root), platform)
        monkeypatch.setenv("NO_PROXY", f"*.{HOST.split('.', 1)[1]}")
        error = refusal(app(url, root_certificates=root).installation(14).token)
        assert proxy.connects()
    assert error.reason == "unreachable" and HOST in str(error)


def test_squid_that_may_not_go_there(platform, app, https):
    url, root = https
    with squid([HOST], rules="http_access deny all") as proxy:
        place = f"127.0.0.1:{proxy.port}"
        error = refusal(app(url, root_certificates=root, proxy=f"http://{place}").installation(14).token)
    assert (error.kind, error.reason) == ("transport", "unreachable")
    assert f"the proxy {place} refused to connect to {HOST}" in str(error)


def test_squid_by_ipv6(platform, app, https):
    url, root = https
    with squid([HOST], listen="http_port [::1]:{port}") as proxy:
        tour(app(url, root_certificates=root, proxy=f"http://[::1]:{proxy.port}"), platform)
        assert proxy.connects()


@pytest.fixture
def tls_squid(tmp_path):
    """squid that is reached over TLS, and its certificate."""
    own, key = certificate(tmp_path, "proxy", "localhost")
    for path in (own, key):
        path.chmod(0o644)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        listen = f"https_port 127.0.0.1:{{port}} tls-cert={shutil.copy(own, folder)} tls-key={shutil.copy(key, folder)}"
        with squid([HOST], listen=listen) as proxy:
            yield proxy, own


def test_squid_over_tls_before_a_platform_that_wants_a_certificate(platform, app, tls_squid, tmp_path):
    root, key = certificate(tmp_path, "server", HOST)
    own, own_key = certificate(tmp_path, "own")
    listen = (f"listen 127.0.0.1:{{port}} ssl; ssl_certificate {root}; ssl_certificate_key {key};"
              f"ssl_verify_client on; ssl_client_certificate {own};")
    proxy, proxy_root = tls_squid
    with nginx(tmp_path, listen, to(platform)) as port:
        make = partial(app, f"https://{HOST}:{port}", proxy=f"https://localhost:{proxy.port}",
                       root_certificates=root.read_bytes() + proxy_root.read_bytes())
        tour(make(client_certificate=own, client_key=own_key), platform)
        assert proxy.connects()
        untrusted = refusal(make(root_certificates=root).installation(14).token)
        assert (untrusted.kind, untrusted.reason) == ("transport", "tls")
        assert f"the proxy localhost:{proxy.port}" in str(untrusted)


def test_a_proxy_that_is_gone(platform, app, https):
    url, root = https
    with squid([HOST]) as proxy:
        place = f"127.0.0.1:{proxy.port}"
    error = refusal(app(url, root_certificates=root, proxy=f"http://{place}").installation(14).token)
    assert error.reason == "unreachable" and f"cannot reach the proxy {place}" in str(error)
