"""The runner itself: what is wrong is found, and what is right is left alone."""

import base64
import copy
import json
import re
import sys

import pytest

from runner import cases, compare, keys, leaks, replay, run, times
from runner.browser import Browser

# A driver that answers each command with a line of its script, after making the request it is told.
FAKE = """
import sys, urllib.request
script = {script!r}
for line in sys.stdin:
    url, answer = script[line.split(" ")[0].strip()]
    if url:
        port = line and urls.get("api")
        request = urllib.request.Request(port + url, method="GET", headers={{"X-Note": "here"}})
        try: urllib.request.urlopen(request).read()
        except OSError: pass
    if line.startswith("config"):
        from urllib.parse import unquote
        urls = {{"api": unquote(line.split("api_url=")[1].split(" ")[0])}}
    print(answer, flush=True)
{end}
"""
RAW = {
    "id": "fake", "claims": "a call makes a request and has a result",
    "settings": {"api_url": "{api}", "client_secret": "hunter2-hunter2"},
    "steps": [{
        "call": "platform_name",
        "exchanges": [{"request": {"method": "GET", "path": "/a?b=c", "headers": {"x-note": "here"}},
                       "reply": {"status": 200, "json": {}}}],
        "result": {"value": "fake"}}],
}


def problems(tmp_path, change=None, script=None, end=""):
    raw = copy.deepcopy(RAW)
    if change:
        change(raw)
    lines = {"config": ("", "ok"), "app": ("", "ok"), "call": ("/a?b=c", "ok value=fake")} | (script or {})
    driver = tmp_path / "driver.py"
    driver.write_text(FAKE.format(script=lines, end=end), "utf-8")
    return run.run(cases.of("fake", "none", {}, raw), [sys.executable, str(driver)])


def test_a_right_driver_passes(tmp_path):
    assert problems(tmp_path) == []


@pytest.mark.parametrize(("path", "value", "complaint"), [
    (("result", "value"), "other", "value is 'fake', not 'other'"),
    (("result", "value"), None, "not absent"),
    (("result", "more"), "x", "more is absent"),
    (("exchanges", 0, "request", "path"), "/other", "came as"),
    (("exchanges", 0, "request", "method"), "POST", "came as"),
    (("exchanges", 0, "request", "base"), "web", "came as"),
    (("exchanges", 0, "request", "headers"), {"x-note": "there"}, "header x-note"),
    (("exchanges", 0, "request", "headers"), {"x-note": None}, "not absent"),
    (("exchanges", 0, "request", "headers"), {"x-none": "y"}, "x-none is absent"),
    (("exchanges", 0, "request", "json"), {}, "content type"),
    (("exchanges", 0, "request", "jwt"), {}, "no JWT"),
    (("exchanges",), [], "unexpected request"),
])
def test_a_wrong_case_fails(tmp_path, path, value, complaint):
    def change(raw):
        place = raw["steps"][0]
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = value
        if path[-1] == "jwt":
            raw["steps"][0]["exchanges"][0]["request"]["scheme"] = ""
    found = problems(tmp_path, change)
    assert any(complaint in problem for problem in found), found


def test_a_missing_request_fails(tmp_path):
    def change(raw):
        raw["steps"][0]["exchanges"] *= 2
    assert any("never came" in problem for problem in problems(tmp_path, change))


# Makes its request some time after its answer, and knows of it after some more.
TARDY = """
import sys, threading, time, urllib.request
from urllib.parse import unquote
done = 0
def fetch():
    global done
    time.sleep(0.05)
    try: urllib.request.urlopen(api + "/later").read()
    except OSError: pass
    done = 1
for line in sys.stdin:
    if line.startswith("config"):
        api = unquote(line.split("api_url=")[1].split()[0])
    if line.startswith("call op=start"):
        threading.Thread(target=fetch).start()
    print("ok value=%d" % done, flush=True)
"""


def tardy(tmp_path, *steps):
    driver = tmp_path / "driver.py"
    driver.write_text(TARDY, "utf-8")
    raw = {"claims": "x", "settings": {"api_url": "{api}"}, "steps": steps}
    return run.run(cases.of("tardy", "none", {}, raw), [sys.executable, str(driver)])


def test_what_happens_in_the_background_is_waited_for(tmp_path, monkeypatch):
    later = [{"request": {"method": "GET", "path": "/later"}, "reply": {"status": 200, "json": {}}}]
    start = {"call": "start", "later": later, "result": {}}
    assert tardy(tmp_path, start, {"call": "look", "soon": True, "result": {"value": 1}}) == []
    monkeypatch.setattr(run, "TIMEOUT_S", 0.2)
    assert any("never came" in p for p in tardy(tmp_path, {**start, "later": later * 2}))
    assert any("value is" in p for p in tardy(tmp_path, {"call": "look", "soon": True, "result": {"value": 2}}))


def test_a_request_that_comes_between_two_steps_is_unexpected(tmp_path):
    start = {"call": "start", "result": {}}
    wait = {"call": "look", "soon": True, "result": {"value": 1}}
    look = {"call": "look", "result": {"value": 1}}
    for steps in ([start, wait], [start, wait, look]):
        assert any("unexpected request: GET /later" in problem for problem in tardy(tmp_path, *steps))


def test_a_further_app_has_the_settings_with_changes_and_the_time_that_it_is():
    case = cases.of("x", "none", {}, {"claims": "x", "settings": {"host": "a", "proxy": "{api}"}})
    words = cases.words_of_settings(case, {"api": "p"}, {"host": "b", "proxy": None}, 7)
    assert words == {"host": "b", "clock_ms": 7}


def test_a_case_whose_driver_keeps_something_has_one_of_its_own():
    def keeps(**raw):
        return cases.leaves_traces(cases.of("x", "none", {}, {"claims": "x", **raw}))
    assert keeps(settings={"own_store": "ok"}) and keeps(steps=[{"app": {"on_event": True}}])
    assert keeps(steps=[{"call": "watch", "result": {}}])
    assert not keeps(steps=[{"call": "stats", "result": {}}, {"app": {}}])


def test_an_unexpected_success_fails(tmp_path):
    def change(raw):
        del raw["steps"][0]["result"]
        raw["steps"][0]["error"] = {"kind": "server", "reason": None}
    assert any("but it worked" in problem for problem in problems(tmp_path, change))


@pytest.mark.parametrize("secret", [
    "hunter2-hunter2", "hunter2%2Dhunter2", "hunter2%252Dhunter2", "aHVudGVyMi1odW50ZXIy",
    "eGh1bnRlcjItaHVudGVyMnk", "68756e746572322d68756e74657232"])
def test_a_leak_is_found(tmp_path, secret):
    found = problems(tmp_path, script={"app": ("", f"ok shown=App({secret})")})
    assert any("shows the secret" in problem for problem in found), found


def test_a_leak_on_standard_error_is_found(tmp_path):
    found = problems(tmp_path, end="print('hunter2-hunter2', file=sys.stderr)")
    assert any("standard error shows" in problem for problem in found), found


def test_a_secret_may_be_revealed_but_not_twice(tmp_path):
    once = "ok value=fake reveal.token=ats_0123456789"
    assert problems(tmp_path, script={"call": ("/a?b=c", once)}) == []
    found = problems(tmp_path, script={"call": ("/a?b=c", f"{once} shown=ats_0123456789")})
    assert any("shows the secret" in problem for problem in found)


@pytest.mark.parametrize(("end", "complaint"), [
    ("sys.exit(3)", "exit code is 3"), ("print('warning', file=sys.stderr)", "printed on standard error")])
def test_a_driver_ends_quietly(tmp_path, end, complaint):
    assert any(complaint in problem for problem in problems(tmp_path, end=end))


def test_a_driver_with_unreadable_output_fails(tmp_path):
    assert any("begins with ok or error" in p for p in problems(tmp_path, script={"app": ("", "hello")}))


def test_errors_are_compared():
    wanted = {"kind": "server", "reason": None, "message": ["five", "502"]}
    came = {"kind": "server", "message": "five times 502", "is_retryable": "true"}
    assert compare.of_error(wanted, came) == []
    for wrong in ({"is_retryable": "false"}, {"message": "five times 503"}, {"message": "Five. 502."},
                  {"reason": "x"}):
        assert compare.of_error(wanted, came | wrong)


def jwt(claims, **header):
    """A JWT that nobody signed."""
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256", "typ": "JWT", **header}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in [*parts, b"unsigned"])


def put(body):
    return replay.Recorded("web", "POST", "/token", [("content-type", compare.FORM)], body.encode())


def test_a_jwt_in_a_form_is_compared():
    claims = {"iss": "app", "jti": "one"}
    wanted = {"header": {"kid": "k"}, "claims": {"iss": "app", "jti": {"matches": "[a-z]+"}}, "fresh": ["jti"]}
    request = {"method": "POST", "path": "/token", "base": "web", "form": {"a": "b", "assertion": {"jwt": wanted}}}
    seen = set()

    def problems(token, more=""):
        return compare.of_request(request, put(f"a=b&assertion={token}{more}"), seen)
    assert problems(jwt(claims, kid="k")) == []
    assert any("earlier JWT" in problem for problem in problems(jwt(claims, kid="k")))
    assert problems(jwt(claims | {"jti": "two"}, kid="k")) == []
    for wrong, complaint in [
            (jwt(claims | {"jti": "3"}, kid="k"), "claims are"), (jwt({"iss": "app"}, kid="k"), "claims are"),
            (jwt(claims | {"jti": "x", "sub": "y"}, kid="k"), "claims are"), (jwt(claims | {"jti": "z"}), "header is"),
            ("x", "no JWT"), (jwt(claims | {"jti": "v"}, kid="other"), "header is")]:
        assert any(complaint in problem for problem in problems(wrong)), wrong
    assert any("differs in ['assertion']" in p for p in problems(jwt(claims | {"jti": "w"}, kid="k"), "&assertion=x"))
    assert compare.of_request(request, put("a=b"), seen) == ["the body differs in ['assertion']"]


def test_a_jwt_in_a_form_is_a_secret():
    token = jwt({})
    assert compare.assertions([put(f"assertion={token}&a=b"), put("client_assertion=x")]) == {token, "x"}


def test_a_field_that_comes_twice_is_found():
    request = {"method": "POST", "path": "/token", "base": "web", "form": {"a": "b"}}
    assert compare.of_request(request, put("a=c&a=b"), set())


def test_members_of_a_json_text_are_compared():
    def difference(wanted):
        return compare.difference("x", {"json_at": wanted}, '{"a": {"b": [1], "c": null}}', {})
    assert difference({"/a/b": [1], "/a/c": None, "/d": None, "/a/b/0": None}) is None
    assert "/a/b is [1]" in difference({"/a/b": 1}) and "/d is None" in difference({"/d": {}})


def test_an_exchanges_reply_may_be_changed():
    profile = {"exchanges": {"one": {"request": {"path": "/1"}, "reply": {"status": 200, "json": {"a": 1, "b": 2}}}}}
    case = profile_case(**profile)
    written = cases.exchanges_of(case, [{"use": "one", "change": {"/a": None, "/c": "{x}"}}, {"use": "one"}], {"x": "y"})
    assert [exchange["reply"]["json"] for exchange in written] == [{"b": 2, "c": "y"}, {"a": 1, "b": 2}]


# Learns what a platform is where it is told, and shows what it was told before that and before an app.
DISCOVERER = """
import sys
told = ""
for line in sys.stdin:
    command, *words = line.split()
    told = ",".join(sorted(word.split("=")[0] for word in words)) if command == "config" else told
    print("error kind=protocol message=x is_retryable=false" if command == "app" and "client_id" not in told
          else "ok value=" + told, flush=True)
"""


def test_a_case_may_discover_before_there_is_an_app(tmp_path):
    driver = tmp_path / "driver.py"
    driver.write_text(DISCOVERER, "utf-8")

    def problems(*steps):
        raw = {"claims": "x", "settings": {"client_id": "x", "retries": 0}, "steps": steps}
        case = cases.of("discoverer", "none", {}, raw)
        return cases.leaves_traces(case), run.run(case, [sys.executable, str(driver)])
    discover = {"call": "discover", "result": {"value": "clock_ms,retries"}}
    after = {"call": "look", "result": {"value": "client_id,clock_ms,retries"}}
    assert problems(discover, {"app": {}}, after) == (True, [])
    assert problems(discover, {"app": {"client_id": None}})[1] == [
        "step 2, app: expected a result, but: protocol (None): x"]
    assert problems(after) == (False, [])


def test_rfc_7636_appendix_b():
    challenge = compare.challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_jwt_of_another_key_or_time_is_found():
    case = next(case for case in cases.load_all() if case.id.startswith("jwt/vectors/octokit-epoch0-iss-number"))
    token = case.steps[0]["result"]["reveal.token"]
    claims = {"iat": -30, "exp": 570, "iss": 1}
    assert compare.of_jwt({"key": "octokit_pkcs1", "claims": claims}, token) == []
    assert compare.of_jwt({"key": "pygithub"}, token)
    assert compare.of_jwt({"claims": claims | {"iss": "1"}}, token)
    assert compare.of_jwt({"some": {"iss": "1"}}, token)
    assert compare.of_jwt({"key": "octokit_pkcs1"}, token[:-8] + "AAAAAAAA")


def test_times_are_written_in_every_form():
    start = times.clock_ms("2026-11-21T04:00:00Z")
    assert times.moment("@+1h", start) == start + 3_600_000
    assert times.moment("@-60s|epoch_s", start) == 1795233540
    assert times.moment("@+1h|rfc3339+08:00", start) == "2026-11-21T13:00:00.000+08:00"
    assert times.moment("@+10s|http_date", start) == "Sat, 21 Nov 2026 04:00:10 GMT"
    assert times.moment("someone@+1h", start) is None


def test_names_in_braces_are_filled_and_others_left():
    scope = {"api": "http://x", "reply": {"at": "@+1s|epoch_ms"}}
    assert cases.fill(["{api}/y", "{nothing}", '{"code":1}', "{reply}"], scope, 0) == [
        "http://x/y", "{nothing}", '{"code":1}', {"at": 1000}]


def test_key_lines_are_secrets():
    lines = leaks.of_keys({"private_key": keys.pem("octokit_pkcs8")})
    assert len(lines) > 20
    assert leaks.found({"output": "x" + next(iter(lines)) + "y"}, lines)


def test_a_verifier_is_compared_with_its_challenge():
    """RFC 7636 appendix B."""
    wanted = {"challenged_by": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert compare.proved(wanted, verifier) == verifier
    assert compare.proved(wanted, verifier[:-1]) == wanted
    assert compare.proved(wanted, None) == wanted


def test_what_is_to_be_hidden_is_found_encoded():
    assert compare.difference("x", {"hides": ["state-4711"]}, "nothing", {}) is None
    shown = base64.urlsafe_b64encode(b"1state-4711").decode()
    assert "hides" in compare.difference("x", {"hides": ["state-4711"]}, shown, {})


def test_a_browser_tells_what_it_got():
    with replay.Replay() as server:
        server.expect([{"reply": {"status": 404, "text": "nothing"}}])
        found = Browser([{"url": f"{server.urls()['web']}/x", "status": 200, "page": "welcome"}]).problems()
    assert [part for part in ("404", "welcome", "cache") if part in " ".join(found)] == ["404", "welcome", "cache"]
    assert Browser([]).problems() == []


def test_a_case_that_tests_nothing_is_refused():
    with pytest.raises(ValueError, match="kind and its reason"):
        cases.check("x", {"steps": [{"call": "jwt", "error": {"kind": "key"}}]})
    with pytest.raises(ValueError, match="a result or an error"):
        cases.check("x", {"steps": [{"call": "jwt"}]})
    with pytest.raises(ValueError, match="unknown members"):
        cases.check("x", {"steps": [{"call": "jwt", "result": {}, "expect": []}]})
    with pytest.raises(ValueError, match="has no exchanges"):
        cases.check("x", {"steps": [{"call": "jwt", "result": {}, "soon": True, "later": []}]})


def test_every_generic_case_runs_on_every_platform_that_can_have_it():
    files = [file for file in (cases.SUITE / "cases" / "generic").glob("*.json")]
    written = {case.id for file in files for case in cases.load(file, cases.SUITE / "cases")}
    run_somewhere = {case.id for case in cases.load_all() if case.id.startswith("generic/")}
    for name in written - run_somewhere:
        platform = name.rpartition("@")[2]
        assert any(name.startswith(part) for part in cases.load_profile(platform)["leaves_out"]), name
    for platform in ("atomgit", "acme", "github", "github-enterprise", "icr"):
        assert len([name for name in written if name.endswith(f"@{platform}")]) > 100


REAL = sorted((cases.ROOT / "core/platforms").glob("*.json"))
# Words of which there are only two or three: acme cannot differ from every platform.
ENUMERATED = {"schema", "as_of", "verified", "jwt.issuer", "jwt.issuer_type", "installations.list.paging.style",
              "lists.repositories.paging.style", "api.paging.style",
              "installation_token.body", "oauth.authorize.base", "oauth.authorize.pkce", "oauth.token.base",
              "oauth.token.encoding", "oauth.exchange.grant_type", "oauth.exchange.redirect_uri",
              "oauth.reply.expires.format", "oauth.refresh.rotates", "oauth.authorize.parameters.response_type"}
# What acme does in another way: a grace period, an expiry that is always told, pages by a cursor and not by numbers.
OTHERWISE = {"oauth.refresh.ends_old_token", "oauth.device.reply.expires.default_life_s", "api.paging.page", "api.paging.first_page"}
# Whose credential an operation takes follows from what it does, and reading is done by a GET.
READS = {f"operations.{name}.method" for name in ("registration", "webhook_config", "webhook_delivery")}

# Their members are names of the platform's own.
NAMED_BY_THE_PLATFORM = ("api.headers.", "install.requested.", "webhook.revocation.payload.")


def is_enumerated(member):
    return member in ENUMERATED | READS or (member.startswith("operations.") and member.endswith(".as"))


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_the_fictional_platform_differs_in_every_member(path):
    """Where the two were alike, a value could be hard-wired and nobody would see it."""
    real = {member: value for member, value in flat(json.loads(path.read_text("utf-8"))).items() if value is not None}
    acme = flat(json.loads((cases.ROOT / "tests/platforms/acme.json").read_text("utf-8")))
    alike = {member for member in real.keys() & acme.keys() if real[member] == acme[member]}
    assert not {member for member in alike if not is_enumerated(member)}
    assert path.stem != "atomgit" or alike <= {"schema", "as_of"}
    missing = {member for member in real.keys() - acme.keys()
               if not member.startswith(NAMED_BY_THE_PLATFORM) and ".body." not in member}
    assert missing <= {"extends", "notes", "installations.list.json_in_string", "jwt.extra_claims.alg", *OTHERWISE}


def flat(value, path=""):
    if not isinstance(value, dict):
        return {path: value}
    return {key: leaf for name, member in value.items()
            for key, leaf in flat(member, f"{path}.{name}".lstrip(".")).items()}


def profile_case(**changes):
    """A case on a platform with an exchange that another follows."""
    profile = {"exchanges": {
        "one": {"request": {"path": "/1"}, "reply": {"status": 200}, "then": [{"use": "two"}]},
        "two": {"request": {"path": "/2"}, "reply": {"status": 204}},
        "same": {"as": "two"}}}
    return cases.Case("x", "none", "", "", {}, 0, [], {}, [], profile | changes)


def test_an_exchange_may_be_followed_by_another():
    def paths(*exchanges):
        written = cases.exchanges_of(profile_case(), exchanges, {})
        return [exchange["request"]["path"] for exchange in written]
    assert paths({"use": "one"}) == ["/1", "/2"]
    assert paths({"use": "one", "reply": {"status": 500}}, {"use": "same"}) == ["/1", "/2"]
    with pytest.raises(ValueError, match="no exchange three"):
        paths({"use": "three"})


def test_a_profile_may_leave_cases_out_but_only_those_there_are():
    case = profile_case(leaves_out={"x": "it cannot"})
    assert cases.left_out(case) and not cases.left_out(profile_case())
    assert cases.overlaid({"a": {"b": 1, "c": 2}}, {"a": {"c": None}}) == {"a": {"b": 1, "c": None}}


def test_the_platforms_clock_goes_with_the_cases():
    head, _ = replay.encode({"status": 200}, "Thu, 01 Jan 1970 00:00:00 GMT")
    assert b"Date: Thu, 01 Jan 1970 00:00:00 GMT" in head
    head, _ = replay.encode({"status": 200, "headers": {"Date": None}}, "Thu, 01 Jan 1970 00:00:00 GMT")
    assert b"Date" not in head


def test_every_case_that_the_vectors_name_is_there():
    known = {case.id.split("@")[0] for case in cases.load_all()}
    named = re.findall(r"`((?:generic|github|atomgit|setup|hostile|webhooks|acme|discovery|google|bare)/[a-z_-]+/[a-z0-9-]+)`",
                       (cases.SUITE / "VECTORS.md").read_text("utf-8"))
    assert len(named) > 80 and set(named) <= known, sorted(set(named) - known)
