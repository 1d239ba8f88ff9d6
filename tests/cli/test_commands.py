"""The commands against the sandbox: what they print, and the exit code of what fails."""

import hashlib
import hmac
import json
import subprocess

import pytest

from conftest import ROOT, start_sandbox

KEYS = json.loads((ROOT / "tests/conformance/keys.json").read_text())


def test_a_key_is_recognised_with_its_fingerprint(home, sandbox):
    report = home.json("key", "check", sandbox.ready["key_path"])
    assert report["form"] == "PKCS#8 in PEM" and report["bits"] == 2048 and report["warning"] is None
    der = subprocess.run(["openssl", "pkey", "-in", sandbox.ready["key_path"], "-pubout", "-outform", "DER"],
                         check=True, capture_output=True).stdout
    digest = subprocess.run(["openssl", "base64", "-A"], input=hashlib.sha256(der).digest(), capture_output=True).stdout
    assert report["fingerprint"] == "SHA256:" + digest.decode()


def test_a_pasted_key_comes_by_standard_input_and_its_change_is_told(home, sandbox):
    pem = open(sandbox.ready["key_path"]).read()
    report = home.json("key", "check", "-", stdin=pem.strip().replace("\n", "\\n"))
    assert "changed on its way" in report["form"]


def test_an_encrypted_key_needs_its_passphrase(newcomer):
    pem = KEYS["encrypted_scrypt"]["pem"]
    error = newcomer.error("key", "check", "-", stdin=pem)
    assert (error["code"], error["kind"], error["reason"]) == (13, "key", "passphrase_needed")
    report = newcomer.json("key", "check", "-", stdin=pem, APPMINT_PRIVATE_KEY_PASSPHRASE="correct horse battery staple")
    assert report["form"] == "encrypted PKCS#8 in PEM"


def test_something_else_than_a_key_is_named_with_a_hint_on_standard_error(newcomer):
    done = newcomer.appmint("key", "check", "-", stdin=KEYS["certificate"]["pem"], code=13)
    message, hint = done.stderr.splitlines()
    assert message.startswith("appmint: ") and "certificate" in message and hint.startswith("  ")


def test_an_open_key_file_is_warned_of(newcomer, sandbox):
    copy = newcomer.folder / "open.pem"
    copy.write_text(open(sandbox.ready["key_path"]).read())
    copy.chmod(0o644)
    assert "chmod 600" in newcomer.json("key", "check", copy)["warning"]


def test_a_jwt_authenticates_as_the_app(home, sandbox):
    printed = home.json("jwt")
    assert printed["claims"]["iss"] in (1, "1")
    assert home.appmint("jwt").stdout.count(".") == 2


def test_installations_are_listed_and_found(home, sandbox):
    listed = home.json("installations")
    assert [it["id"] for it in listed] == sandbox.ready["installations"]
    for flag, value in (("--org", "github"), ("--id", "1"), ("--repo", "github/docs"), ("--account", "github")):
        assert home.json("installation", flag, value)["id"] == "1"
    assert "github" in home.appmint("installations").stdout
    assert home.error("installation")["message"] == "no installation was named"
    assert home.appmint("installation", "--org", "github", "--id", "1", code=2).stdout == ""


def test_a_token_is_printed_in_four_forms_and_minted_once(home, sandbox):
    token = home.appmint("token", "--org", "github").stdout.strip()
    assert sandbox.is_alive(token)
    assert home.appmint("token", "--org", "github", "--format", "header").stdout == f"Authorization: Bearer {token}\n"
    exported = home.appmint("token", "--org", "github", "--format", "env").stdout
    assert exported.splitlines() == [f"export GITHUB_TOKEN='{token}'", f"export GH_TOKEN='{token}'"]
    as_json = json.loads(home.appmint("token", "--org", "github", "--format", "json").stdout)
    assert as_json["token"] == token and as_json == home.json("token", "--org", "github")
    assert sandbox.count("mint_installation_token") == 1


def test_a_token_is_narrowed(home):
    token = home.json("token", "--org", "github", "--repositories", "docs", "--permissions", "contents=read,metadata=read")
    assert token["repositories"] == ["docs"] and token["permissions"] == {"contents": "read", "metadata": "read"}
    assert home.appmint("token", "--org", "github", "--permissions", "contents", code=2).stdout == ""


def test_a_token_lives_as_long_as_was_asked_for(home, sandbox):
    first = home.json("token", "--id", "1")["token"]
    assert home.json("token", "--id", "1", "--min-valid", "30m")["token"] == first
    error = home.error("token", "--id", "1", "--min-valid", "2h")
    assert (error["code"], error["kind"]) == (2, "invalid_argument")
    assert home.error("token", "--id", "1", "--min-valid", "5h", APPMINT_STORE="memory:")["kind"] == "invalid_argument"


@pytest.mark.parametrize("arguments, code, kind", [
    (["token", "--org", "nobody"], 19, "not_found"),
    (["token", "--org", "suspended-org"], 18, "forbidden"),
    (["token", "--app"], 12, "unsupported"),
    (["token", "--session", "nobody"], 22, "reauthorize"),
    (["api", "GET", "/x y"], 2, "invalid_argument"),
    (["api", "GET", "https://elsewhere.example/"], 2, "invalid_argument"),
    (["token", "--id", "1", "--app-id", "99"], 17, "unauthorized"),
    (["token", "--id", "1", "--api-url", "http://127.0.0.1:1"], 14, "transport"),
    (["token", "--id", "1", "--platform", "githup"], 2, "invalid_argument"),
    (["discover", "http://127.0.0.1:1"], 14, "transport"),
])
def test_each_failure_has_the_exit_code_of_its_kind(home, arguments, code, kind):
    error = home.error(*arguments)
    assert (error["code"], error["kind"]) == (code, kind)
    assert home.appmint(*arguments, code=code).stderr.startswith(f"appmint: {error['message'][:20]}")


def test_a_server_that_fails_has_a_code_of_its_own(home, sandbox):
    sandbox.control("/faults", {"operation": "mint_installation_token", "count": 9, "kind": "status", "status": 503})
    error = home.error("token", "--id", "1", "--timeout", "10s", APPMINT_RETRIES="0")
    assert (error["code"], error["kind"], error["status"], error["is_retryable"]) == (25, "server", 503, True)


def test_the_api_is_called_as_the_app_and_as_an_installation(home):
    assert json.loads(home.appmint("api", "GET", "/app").stdout)["id"] == 1
    repositories = json.loads(home.appmint("api", "GET", "/installation/repositories", "--org", "github").stdout)
    assert repositories["repositories"][0]["full_name"] == "github/docs"
    done = home.appmint("api", "get", "/nothing", code=1)
    assert json.loads(done.stdout)["message"] == "Not Found"
    assert home.appmint("api", "GET", "/app", "--include").stdout.startswith("HTTP 200\n")
    assert home.error("api", "GET", "/app", "--as", "installation")["message"] == "no installation was named"


def test_all_pages_are_one_array(home, sandbox):
    sandbox.control("/quirks", {"extra_installations": 250})
    items = json.loads(home.appmint("api", "GET", "/app/installations", "--paginate", "-f", "per_page=100").stdout)
    assert len(items) == len({it["id"] for it in items}) == 250 + len(sandbox.ready["installations"])
    one = json.loads(home.appmint("api", "GET", "/installation/repositories", "--org", "github", "--paginate", "-f",
                                  "per_page=1").stdout)
    assert len(one) == 3


def test_a_further_page_that_fails_is_an_error_and_not_a_short_list(home, sandbox):
    sandbox.control("/quirks", {"extra_installations": 250})
    sandbox.control("/faults", {"operation": "list_installations", "after": 1, "count": 9, "kind": "status", "status": 503})
    error = home.error("api", "GET", "/app/installations", "--paginate", "-f", "per_page=100", APPMINT_RETRIES="0")
    assert (error["code"], error["kind"]) == (25, "server")


def test_fields_are_a_body_or_a_query(home, sandbox):
    home.appmint("api", "PATCH", "/app/hook/config", "-f", "url=https://example.com/hook", "-F", 'insecure_ssl="0"')
    entry = [it for it in sandbox.control("/ledger") if it["path"] == "/app/hook/config"][-1]
    assert entry["body_names"] == ["insecure_ssl", "url"] and entry["status"] == 200
    body = home.folder / "body.json"
    body.write_text('{"content_type": "json"}')
    changed = json.loads(home.appmint("api", "PATCH", "/app/hook/config", "--input", body).stdout)
    assert changed["content_type"] == "json" and changed["url"] == "https://example.com/hook"
    assert "not JSON" in home.error("api", "POST", "/x", "-F", "a=b")["message"]
    assert home.error("api", "GET", "/x", "-f", "novalue")["kind"] == "invalid_argument"


def test_a_token_is_revoked_by_standard_input(home, sandbox):
    token = home.appmint("token", "--id", "1").stdout
    assert home.json("revoke", stdin=token) == {"revoked": True}
    assert not sandbox.is_alive(token.strip())
    assert home.error("revoke", stdin="Bearer x")["kind"] == "invalid_argument"
    assert home.error("revoke", stdin="\n")["kind"] == "invalid_argument"


def test_a_webhook_is_verified(home):
    body = home.folder / "body"
    body.write_bytes(b'{"installation": {"id": 7}}')
    signature = hmac.new(b"s3cret", body.read_bytes(), hashlib.sha256).hexdigest()
    headers = ["-H", f"X-Hub-Signature-256: sha256={signature}", "-H", "X-GitHub-Event: push"]
    event = home.json("webhook", "verify", body, *headers, APPMINT_WEBHOOK_SECRET="s3cret")
    assert (event["name"], event["installation_id"]) == ("push", "7")
    error = home.error("webhook", "verify", body, *headers, APPMINT_WEBHOOK_SECRET="other")
    assert (error["code"], error["reason"]) == (17, "invalid_signature")
    assert "--secret-file" in home.error("webhook", "verify", body, *headers)["hint"]


def test_platforms_are_listed_and_descriptors_checked(newcomer):
    assert "github" in [it["name"] for it in newcomer.json("platforms")]
    acme = newcomer.json("platform", "check", ROOT / "tests/platforms/acme.json")
    assert acme["git_username"] == "tinker" and acme["features"]["check_token"] is True
    written = json.loads((ROOT / "tests/platforms/acme.json").read_text())
    assert {it["name"] for it in acme["members"]} == set(written) and all(it["does"] for it in acme["members"])
    wrong = json.loads((ROOT / "tests/platforms/acme.json").read_text()) | {"schema": 9}
    error = newcomer.error("platform", "check", "-", stdin=json.dumps(wrong))
    assert error["reason"] == "invalid_descriptor" and "schema" in error["message"]


def test_an_issuer_is_discovered(tmp_path, newcomer):
    for issuer in start_sandbox("issuer", tmp_path / "issuer"):
        realm = issuer.ready["url"] + "/realms/main"
        descriptor = newcomer.json("discover", realm)
        assert descriptor["oauth"]["token"]["path"].startswith(realm)
        checked = newcomer.json("platform", "check", "-", stdin=json.dumps(descriptor))
        assert checked["features"]["authorize"] is True


def test_the_doctor_finds_nothing_and_then_each_problem(home, sandbox):
    def states(*arguments, **options):
        report = home.json("doctor", *arguments, **options)
        return {it["about"]: it["state"] for it in report["findings"]}
    good = states("--org", "github")
    assert set(good.values()) == {"ok"} and {"key", "clock", "network", "permissions", "quota"} <= set(good)
    assert states("--app-id", "99", code=1)["app"] == "problem"
    assert states("--api-url", "http://127.0.0.1:1", code=1)["network"] == "problem"
    assert states("--org", "suspended-org", code=1)["permissions"] == "problem"
    sandbox.control("/clock", {"advance_ms": 120_000})
    assert states(code=1)["clock"] == "problem"


def test_the_sandbox_is_started_with_its_own_arguments(newcomer):
    assert newcomer.appmint("sandbox", "--version").stdout.startswith("appmint-sandbox ")


def test_no_command_but_token_and_jwt_prints_a_credential(home, sandbox):
    token = home.appmint("token", "--org", "github").stdout.strip()
    secrets = [token, sandbox.ready["client_secret"], "PRIVATE KEY", "eyJ"]
    for command in (["installations"], ["installation", "--id", "1"], ["config", "explain"], ["doctor", "--org", "github"],
                    ["platforms"], ["sessions"], ["git", "setup"], ["api", "GET", "/app"]):
        for flags in ([], ["--json"]):
            done = home.appmint(*flags, *command)
            assert not any(secret in done.stdout + done.stderr for secret in secrets), command
