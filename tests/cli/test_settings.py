"""Where settings come from: flags before variables before profiles, each with its place."""

import re
import stat

import pytest


SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"


def origins(home, *flags, **variables):
    explained = home.json(*flags, "config", "explain", **variables)
    return {it["name"]: (it["value"], it["from"]) for it in explained["settings"]}


def test_a_flag_comes_before_a_variable_and_that_before_a_profile(newcomer):
    newcomer.configure('[profiles.main]\nplatform = "github"\napp_id = 1\nclient_id = "profile"\n')
    assert origins(newcomer)["app_id"] == ("1", "profile main")
    assert origins(newcomer, APPMINT_APP_ID="2")["app_id"] == ("2", "APPMINT_APP_ID")
    found = origins(newcomer, "--app-id", "3", APPMINT_APP_ID="2")
    assert found["app_id"] == ("3", "--app-id") and found["client_id"] == ("profile", "profile main")


def test_what_is_explained_is_what_is_used(home, sandbox):
    """A profile with a wrong id, which a variable and then a flag replace."""
    home.configure('[profiles.main]\napp_id = 99\n')
    assert home.json("jwt")["claims"]["iss"] in (1, "1")
    del home.environment["APPMINT_APP_ID"]
    assert home.json("jwt")["claims"]["iss"] in (99, "99")
    assert home.json("jwt", "--app-id", "7")["claims"]["iss"] in (7, "7")


def test_a_setting_that_excludes_another_outranks_it(newcomer, sandbox):
    key = sandbox.ready["key_path"]
    newcomer.configure(f'[profiles.main]\nplatform = "github"\napp_id = 1\nsigner = "command: false"\nprivate_key_file = "{key}"\n')
    assert "private_key or signer" in newcomer.error("jwt")["message"]
    newcomer.configure('[profiles.main]\nplatform = "github"\napp_id = 1\nsigner = "command: false"\n')
    assert newcomer.error("jwt")["kind"] == "callback"
    newcomer.appmint("jwt", APPMINT_PRIVATE_KEY_FILE=key)
    newcomer.appmint("jwt", "--private-key-file", key)
    newcomer.appmint("jwt", "--private-key-file", "-", stdin=open(key).read())


def test_a_command_signs(newcomer, sandbox, tmp_path):
    key = sandbox.ready["key_path"]
    newcomer.configure(f'[profiles.main]\nplatform = "github"\napp_id = 1\napi_url = "{sandbox.ready["api_url"]}"\n'
                       f'web_url = "{sandbox.ready["web_url"]}"\nsigner = "command: openssl dgst -sha256 -sign {key}"\n')
    assert sandbox.is_alive(newcomer.appmint("token", "--id", "1").stdout.strip())


def test_a_key_in_an_hsm_signs(newcomer, sandbox):
    """SoftHSM with the app's key, which the profile names by its URI."""
    newcomer.environment["SOFTHSM2_CONF"] = str(newcomer.folder / "softhsm2.conf")
    (newcomer.folder / "softhsm2.conf").write_text(f"directories.tokendir = {newcomer.folder}/tokens\n")
    (newcomer.folder / "tokens").mkdir()
    (newcomer.folder / "pin").write_text("4711\n")
    util = ["softhsm2-util", "--module", SOFTHSM]
    newcomer.run(*util, "--init-token", "--free", "--label", "acme token", "--pin", "4711", "--so-pin", "4711")
    pkcs8 = newcomer.folder / "pkcs8.pem"
    newcomer.run("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", sandbox.ready["key_path"], "-out", pkcs8)
    newcomer.run(*util, "--import", pkcs8, "--token", "acme token", "--label", "app", "--id", "01", "--pin", "4711")
    profile = ('[profiles.main]\nplatform = "github"\napp_id = 1\n'
               f'api_url = "{sandbox.ready["api_url"]}"\nweb_url = "{sandbox.ready["web_url"]}"\nsigner = "pkcs11:%s"\n')
    newcomer.configure(profile % f"token=acme%20token;object=app?module-path={SOFTHSM}&pin-source=file:{newcomer.folder}/pin")
    assert sandbox.is_alive(newcomer.appmint("token", "--id", "1").stdout.strip())
    for uri, complaint in ((f"token=acme%20token;object=other?module-path={SOFTHSM}&pin-source=file:{newcomer.folder}/pin", "no private key"),
                           (f"token=other;object=app?module-path={SOFTHSM}", "no token"),
                           ("object=app?module-path=/nonexistent.so", "cannot be used")):
        newcomer.configure(profile % uri)
        error = newcomer.error("jwt")
        assert error["kind"] == "callback" and complaint in error["message"] and "4711" not in str(error)


def test_a_file_beside_the_configuration_holds_a_secret(newcomer, sandbox):
    newcomer.configure('[profiles.main]\nplatform = "github"\napp_id = 1\nprivate_key_file = "app.pem"\n')
    assert newcomer.error("jwt")["message"].startswith("profile main: ")
    (newcomer.folder / "config/appmint/app.pem").write_text(open(sandbox.ready["key_path"]).read())
    newcomer.appmint("jwt")
    value, origin = origins(newcomer)["private_key"]
    assert value == "set" and origin.endswith("/config/appmint/app.pem")


def test_a_secret_in_a_file_for_everybody_is_refused(newcomer):
    newcomer.configure('[profiles.main]\nplatform = "github"\nclient_secret = "hunter2"\n')
    assert "hunter2" not in newcomer.appmint("config", "explain").stdout
    (newcomer.folder / "config/appmint/config.toml").chmod(0o644)
    error = newcomer.error("config", "explain")
    assert "chmod 600" in error["message"] and "hunter2" not in str(error)


@pytest.mark.parametrize("text, complaint", [
    ("profiles = 1", "profiles"),
    ("[profiles.a]\nap_id = 1", "profiles.a.ap_id: there is no such setting"),
    ("[profiles.a]\ntimeout = 5", "500ms, 30s, 9m"),
    ("[profiles.a]\nowners = 'b'", "profiles.a.owners"),
    ("[profiles.a]\nx = s3cret", "line 2"),
])
def test_a_mistake_in_the_configuration_is_named_and_nothing_quoted(newcomer, text, complaint):
    newcomer.configure(text)
    error = newcomer.error("jwt")
    assert (error["code"], error["kind"]) == (2, "invalid_argument")
    assert complaint in error["message"] + (error["hint"] or "") and "s3cret" not in str(error)


def test_profiles_are_chosen_by_name(newcomer):
    newcomer.configure('default_profile = "a"\n[profiles.a]\napp_id = 1\n[profiles.b]\napp_id = 2\n')
    assert origins(newcomer)["app_id"][0] == "1"
    assert origins(newcomer, "--profile", "b")["app_id"][0] == "2"
    assert origins(newcomer, APPMINT_PROFILE="b")["app_id"][0] == "2"
    assert "a, b" in newcomer.error("jwt", "--profile", "c")["hint"]


def test_the_own_store_is_sealed_and_private(home, sandbox):
    token = home.appmint("token", "--id", "1").stdout.strip()
    folder = home.folder / "state/appmint"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert token.encode() not in path.read_bytes()
    assert re.fullmatch(r"[0-9a-f]{64}", (folder / "store.key").read_text())


def test_without_a_store_each_process_mints_and_nothing_is_written(home, sandbox):
    assert home.appmint("token", "--id", "1", "--no-store").stdout != home.appmint("token", "--id", "1", "--no-store").stdout
    assert not (home.folder / "state").exists()


def test_a_store_that_is_given_is_used(home, sandbox):
    key = "ab" * 32
    variables = {"APPMINT_STORE": f"sqlite:{home.folder}/own.db", "APPMINT_STORE_KEY": key}
    assert home.appmint("token", "--id", "1", **variables).stdout == home.appmint("token", "--id", "1", **variables).stdout
    assert not (home.folder / "state").exists()
    (home.folder / "url").write_text(variables["APPMINT_STORE"] + "\n")
    (home.folder / "key").write_text(key + "\n")
    flags = ["--store-file", home.folder / "url", "--store-key-file", home.folder / "key"]
    assert home.appmint("token", "--id", "1", *flags).stdout == home.appmint("token", "--id", "1", **variables).stdout
    assert "store_key" in home.error("token", "--id", "1", APPMINT_STORE=variables["APPMINT_STORE"])["message"]


def test_an_empty_variable_is_one_that_is_not_set(newcomer):
    newcomer.configure('[profiles.main]\napp_id = 1\n')
    assert origins(newcomer, APPMINT_APP_ID="")["app_id"] == ("1", "profile main")
