"""Each kind of error is a class, and wrong arguments are refused at once."""

import builtins
import pickle
from datetime import datetime, timedelta
from pathlib import Path

import appmint
import pytest
from conftest import url


def test_an_error_has_its_class_and_details(app, platform):
    platform.respond("/app/installations/14/access_tokens", 403,
                    {"message": "This installation has been suspended"}, X_Request_Id="r-1")
    with pytest.raises(appmint.ForbiddenError) as caught:
        app.installation(14).token()
    error = caught.value
    assert (error.kind, error.status) == ("forbidden", 403)
    assert error.is_retryable is False
    assert str(error) == (f"{error.message}. {error.hint}" if error.hint else error.message)


def test_an_error_says_how_long_to_wait(app, platform):
    platform.respond("/app/installations/14/access_tokens", 429, {"message": "slow down"},
                    Retry_After="7")
    with pytest.raises(appmint.RateLimitedError) as caught:
        app.installation(14).token()
    assert caught.value.retry_after == timedelta(seconds=7)
    assert caught.value.is_retryable is True


def test_errors_are_also_pythons_own_classes(settings, unresponsive):
    with pytest.raises(ValueError, match="no built-in platform"):
        appmint.App("nowhere")
    app = appmint.App("atomgit", **settings | {"api_url": url(unresponsive), "timeout": 0.01})
    with pytest.raises(builtins.TimeoutError) as caught:
        app.installation(14).token()
    assert isinstance(caught.value, appmint.TimeoutError)
    assert (caught.value.kind, caught.value.is_retryable) == ("timeout", True)


def test_errors_can_be_made_and_pickled():
    error = appmint.TimeoutError("too late", reason="r", hint="Wait.", is_retryable=True)
    same = pickle.loads(pickle.dumps(error))
    assert (str(same), same.reason, same.is_retryable) == ("too late. Wait.", "r", True)
    assert type(same) is appmint.TimeoutError and same.args == ("too late",)


INVALID = {
    "jwt_lifetime": [-1, timedelta(seconds=-1), float("nan"), float("inf"), 10**400, 601],
    "timeout": [0, -0.5],
    "retries": [-1, 2**40],
    "retry_wait": [-1, timedelta(seconds=-1), float("nan")],
    "max_response_body": [-1, 2**80],
    "host": ["\ud800"],
    "api_url": ["not a url", "http://example.com", "\ud800"],
    "client_secret": ["\ud800"],
    "app_id": ["", 2**200],
    "root_certificates": ["no certificate", b"\xff"],
    "proxy": ["not a url"],
    "platform_descriptor": ["{}"],
}
WRONG = {
    "app_id": [True, 7.0, b"75"],
    "client_secret": [b"bytes", 7],
    "private_key": [7, ["-----BEGIN"]],
    "fallback_private_key": [7, ["-----BEGIN"]],
    "host": [7, b"git.corp.example", ["git.corp.example"]],
    "signer": ["not callable"],
    "timeout": ["30", True, None.__class__],
    "retries": [True, 1.5, "2"],
    "retry_wait": ["1", True],
    "clock": [7],
    "allow_plain_http": ["yes", 1],
    "api_url": [b"https://example.com", Path("x")],
}


def cases(table):
    return [(name, value) for name, values in table.items() for value in values]


@pytest.mark.parametrize(("name", "value"), cases(INVALID))
def test_a_value_out_of_range_is_an_invalid_argument(settings, name, value):
    with pytest.raises(appmint.InvalidArgumentError) as caught:
        appmint.App("atomgit", **settings | {name: value})
    assert len(caught.value.message.split()) > 2


@pytest.mark.parametrize(("name", "value"), cases(WRONG))
def test_a_value_of_a_wrong_type_is_a_type_error(settings, name, value):
    with pytest.raises(TypeError, match=name):
        appmint.App("atomgit", **settings | {name: value})


def test_ids_are_no_bools_and_no_floats(app):
    for wrong in (True, 14.0, b"14"):
        with pytest.raises(TypeError, match="id must be an int or a str"):
            app.installation(wrong)
    with pytest.raises(appmint.InvalidArgumentError, match="exactly one value"):
        app.installation(None)
    with pytest.raises(TypeError, match="account must be an int or a str"):
        app.find_installation(account=False)


def test_arguments_of_calls_are_checked(app, user_token):
    source = app.installation(14)
    invalid = [
        lambda: app.installation(""),
        lambda: source.token(min_valid=-1),
        lambda: source.request("GET", "no-slash"),
        lambda: source.request("GET", "/", {"Authorization": "mine"}),
        lambda: source.request("GET", "/", {"a b": "c"}),
        lambda: source.request("GET", "/", json={}, body=b""),
        lambda: app.request("GET", "/", token=""),
        lambda: app.authorize(state=""),
        lambda: app.refresh(app.jwt()),
        lambda: appmint.ManualClock(datetime(2026, 1, 1)),
        lambda: appmint.ManualClock(2**70),
        lambda: appmint.ManualClock(0).advance(-1),
    ]
    for call in invalid:
        with pytest.raises(appmint.InvalidArgumentError) as caught:
            call()
        assert len(caught.value.message.split()) > 2
    wrong = [
        lambda: source.token(min_valid="60"),
        lambda: source.request("GET", "/", headers=[("a", "b")]),
        lambda: source.request("GET", "/", headers={"a": 1}),
        lambda: source.request("GET", "/", json={1, 2}),
        lambda: source.request("GET", "/", body=7),
        lambda: app.request("GET", "/", token=b"token"),
        lambda: app.authorize(scopes="repo"),
        lambda: app.authorize(scopes=[1]),
        lambda: app.exchange_code(b"code"),
        lambda: appmint.ManualClock(1.5),
        lambda: appmint.Token(),
    ]
    for call in wrong:
        with pytest.raises(TypeError):
            call()


@pytest.mark.parametrize("name", ["private_key", "fallback_private_key"])
def test_a_missing_key_file_is_not_found(settings, tmp_path, name):
    with pytest.raises(FileNotFoundError) as caught:
        appmint.App("atomgit", **settings | {name: tmp_path / "none.pem"})
    assert caught.value.filename == str(tmp_path / "none.pem")


@pytest.mark.parametrize("name", ["private_key", "fallback_private_key"])
def test_a_path_as_text_is_not_a_private_key(settings, name):
    with pytest.raises(appmint.PrivateKeyError) as caught:
        appmint.App("atomgit", **settings | {name: "app.pem"})
    assert caught.value.reason == "not_a_private_key"


def test_a_descriptor_may_be_a_dict_or_text():
    for descriptor in ({"name": "x"}, '{"name": "x"}'):
        with pytest.raises(appmint.InvalidArgumentError) as caught:
            appmint.App(platform_descriptor=descriptor)
        assert caught.value.reason == "invalid_descriptor"


@pytest.mark.parametrize(("name", "builtin"), [
    ("TimeoutError", builtins.TimeoutError), ("TransportError", ConnectionError), ("ForbiddenError", PermissionError),
    ("NotFoundError", LookupError), ("InvalidArgumentError", ValueError),
])
def test_an_error_is_also_the_builtin_one_that_programs_catch(name, builtin):
    error = getattr(appmint, name)("went wrong", reason="r", hint="Do it.")
    assert isinstance(error, builtin) and isinstance(error, appmint.Error)
    same = pickle.loads(pickle.dumps(error))
    assert (type(same), str(same), same.reason) == (type(error), "went wrong. Do it.", "r")
