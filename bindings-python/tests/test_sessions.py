"""Users' sessions: tokens that live in the store under a name."""

import appmint
import pytest
from conftest import USER_TOKEN


def test_a_session_lives_in_the_store_under_its_name(oauth_app, platform):
    session = oauth_app.session("octocat")
    with pytest.raises(appmint.ReauthorizeError) as caught:
        session.token()
    assert caught.value.reason == "no_session"
    assert oauth_app.start_session("octocat", oauth_app.exchange_code("a-code")) is None
    assert session.token().reveal() == USER_TOKEN
    platform.respond("/user", 200, {"login": "octocat"})
    assert oauth_app.session("octocat").request("GET", "/user").json() == {"login": "octocat"}
    assert platform.requests[-1][2]["authorization"].endswith(USER_TOKEN)
    assert oauth_app.end_session("octocat") is None
    with pytest.raises(appmint.ReauthorizeError):
        oauth_app.session("octocat").token()


def test_a_session_needs_a_store_and_a_users_token(oauth_app, github):
    with pytest.raises(appmint.InvalidArgumentError, match="store"):
        github.session("octocat")
    with pytest.raises(appmint.InvalidArgumentError, match="installation"):
        oauth_app.start_session("octocat", oauth_app.installation(14).token())
    with pytest.raises(appmint.InvalidArgumentError, match="empty"):
        oauth_app.session("")
