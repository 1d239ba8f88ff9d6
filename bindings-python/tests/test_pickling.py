"""An app is pickled if its secrets stay where they are: in the environment, or in files."""

import copy
import inspect
import json
import multiprocessing
import os
import pickle
import subprocess
from datetime import timedelta
from pathlib import Path

import appmint
import pytest
from api import Api
from conftest import CLIENT_SECRET, STORE_KEY

KEY = "-----BEGIN PRIVATE KEY-----"


@pytest.fixture
def api():
    api = Api()
    yield api
    api.close()


@pytest.fixture
def environment(api, key_file, monkeypatch):
    for name in [name for name in os.environ if name.startswith("APPMINT_")]:
        monkeypatch.delenv(name)
    settings = {"PLATFORM": "github", "API_URL": api.url, "WEB_URL": api.url, "APP_ID": "75", "PRIVATE_KEY": key_file.read_text(),
                "CLIENT_ID": "Iv1.0", "CLIENT_SECRET": CLIENT_SECRET, "STORE_KEY": STORE_KEY, "STORE": "memory:", "PROXY": "none"}
    for name, value in settings.items():
        monkeypatch.setenv(f"APPMINT_{name}", value)


def test_an_app_of_the_environment_is_pickled_without_its_secrets(environment, api):
    with appmint.App.from_env(timeout=timedelta(seconds=20), allow_plain_http=True, retries=1) as app:
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            text = pickle.dumps(app, protocol)
            assert not [secret for secret in (CLIENT_SECRET, STORE_KEY, KEY) if secret.encode() in text]
        with pickle.loads(text) as same:
            assert same.installation(14).token().kind == "installation"
            assert same.fingerprint == app.fingerprint
            assert pickle.loads(pickle.dumps(same)).platform_name == "github"


def test_an_app_of_paths_is_pickled(api, key_file, tmp_path):
    settings = {"api_url": api.url, "web_url": api.url, "app_id": 75, "private_key": key_file, "proxy": "", "store": tmp_path / "tokens.db",
                "store_unencrypted": True, "jwt_lifetime": 300, "user_agent": "octo"}
    descriptor = Path(__file__).parents[2].joinpath("core/platforms/github.json").read_text("utf-8")
    for platform in ({"platform": "github"}, {"platform_descriptor": descriptor}, {"platform_descriptor": json.loads(descriptor)}):
        with appmint.App(**platform, **settings) as app:
            text = pickle.dumps(app)
            assert KEY.encode() not in text
            with pickle.loads(text) as same:
                assert same.installation(14).token() == app.installation(14).token(), "they share the store"
    assert api.minted == 1


def work(app, installation):
    with app:
        return app.installation(installation).token().kind, os.getpid()


@pytest.mark.parametrize("start", ["spawn", "forkserver"])
def test_a_pool_gets_the_app(environment, api, start):
    with appmint.App.from_env() as app, multiprocessing.get_context(start).Pool(1) as pool:
        kind, process = pool.apply_async(work, (app, 14)).get(60)
    assert kind == "installation" and process != os.getpid() and api.minted == 1


@pytest.mark.parametrize(("setting", "value"), [
    ("private_key", "KEY"), ("private_key", b"KEY"), ("fallback_private_key", "KEY"), ("client_secret", "hunter2-hunter2"),
    ("proxy", "http://octo:hunter2@127.0.0.1:9"), ("store", "redis://:hunter2@127.0.0.1:9/"), ("store_key", STORE_KEY), ("store_key", bytes(32)),
    ("store", "redis+unix:///run/redis.sock?pass=hunter2"),
    ("store", "redis://127.0.0.1:9/?password=hunter2"),
])
def test_an_app_with_a_secret_of_its_own_is_not_pickled(settings, setting, value, key_file):
    keys = {"KEY": key_file.read_text(), b"KEY": key_file.read_bytes()}
    del settings["client_secret"], settings["clock"]
    more = {"store_key": {"store": "memory:"}, "store": {"store_unencrypted": True}}.get(setting, {})
    app = appmint.App("github", **settings | more | {setting: keys.get(value, value)})
    with pytest.raises(TypeError, match=f"holds a secret, {setting}. Make the app by App.from_env") as caught:
        pickle.dumps(app)
    assert "hunter2" not in str(caught.value) and STORE_KEY not in str(caught.value)


@pytest.mark.parametrize("read", [Path.read_text, Path.read_bytes, lambda path: path.read_text().encode("utf-16")])
def test_a_key_that_was_pasted_beside_a_certificate_is_not_pickled(settings, read, tmp_path):
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=octo", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    del settings["client_secret"], settings["clock"], settings["private_key"]
    for setting in ("root_certificates", "client_certificate"):
        more = {"client_key": key} if setting == "client_certificate" else {}
        assert pickle.dumps(appmint.App("github", **settings | more | {setting: read(certificate)}))
        both = tmp_path / "both.pem"
        both.write_text(certificate.read_text() + key.read_text())
        app = appmint.App("github", **settings | more | {setting: read(both)})
        with pytest.raises(TypeError, match=f"holds a secret, {setting}"):
            pickle.dumps(app)


class OwnStore:
    def get(self, _key):
        return None

    put = remove = lock = unlock = get


@pytest.mark.parametrize(("setting", "value"), [
    ("signer", lambda message: bytes(256)), ("transport", lambda request: (200, {}, b"")), ("on_event", print),
    ("store", OwnStore()), ("clock", appmint.ManualClock(0)),
])
def test_an_app_with_an_object_of_its_process_is_not_pickled(settings, setting, value):
    del settings["client_secret"], settings["clock"]
    if setting == "signer":
        del settings["private_key"]
    if setting == "transport":
        del settings["proxy"]
    more = {"store_unencrypted": True} if setting == "store" else {}
    app = appmint.App("github", **settings | more | {setting: value})
    with pytest.raises(TypeError, match=f"its {setting} is an object of this process. Make an App in each process"):
        pickle.dumps(app)


def test_every_setting_is_decided(settings):
    """A setting that is added counts as a secret until somebody says otherwise."""
    source = Path(__file__).parents[1].joinpath("src/app/recipe.rs").read_text("utf-8")
    others = {"client_secret", "private_key_passphrase"}
    assert [name for name in inspect.signature(appmint.App).parameters if f'"{name}"' not in source and name not in others] == []


def test_a_copy_is_the_app_itself(app):
    assert copy.copy(app) is app and copy.deepcopy({"app": app})["app"] is app
