"""Operations of the platform on the app itself."""

import json
from datetime import datetime, timezone

import appmint
import pytest
from conftest import last_request

CREATED = datetime(2025, 11, 20, 12, 30, tzinfo=timezone.utc)
SECRETS = {"client_secret": "c1ient-s3cret-of-37", "webhook_secret": "w3bhook-s3cret-of-37",
           "pem": "-----BEGIN-37"}


def test_a_manifests_secrets_are_shown_by_reveal_only(github, platform):
    raw = {"id": 37, "slug": "octo-app", "name": "Octo", "client_id": "Iv1.37",
           "owner": {"login": "acme"}, "permissions": {"contents": "read"}, "events": ["push"],
           "created_at": "2025-11-20T12:30:00Z", "updated_at": None}
    platform.respond("/app-manifests/a-code/conversions", 201, raw | SECRETS)
    registration = github.convert_manifest("a-code")
    assert last_request(platform)[2] is None
    assert (registration.id, registration.slug, registration.name, registration.client_id) == ("37", "octo-app", "Octo", "Iv1.37")
    assert (registration.owner, registration.permissions, registration.events) == ("acme", {"contents": "read"}, ["push"])
    assert (registration.created_at, registration.updated_at) == (CREATED, None)
    assert registration.reveal_client_secret() == SECRETS["client_secret"]
    assert registration.reveal_webhook_secret() == SECRETS["webhook_secret"]
    assert registration.reveal_private_key() == SECRETS["pem"]
    for view in (repr(registration), str(registration), f"{[registration]}", json.dumps(registration.raw)):
        assert not any(secret in view for secret in SECRETS.values())
    assert repr(registration) == "<appmint.Registration 37 of octo-app>"
    assert not hasattr(registration, "__dict__")
    platform.respond("/app", 200, raw)
    known = github.registration()
    assert (known.id, known.raw) == ("37", raw)
    assert known.reveal_client_secret() is None and known.reveal_webhook_secret() is None
    assert known.reveal_private_key() is None


def test_leaked_credentials_are_reported_together(github, platform, user_token):
    platform.respond("/credentials/revoke", 202, {})
    both = [user_token, "ghp_other"]
    for several in (both, iter(both), (user_token.reveal(), "ghp_other")):
        assert github.revoke_credentials(several) is None
        assert last_request(platform)[2:] == (None, {"credentials": [user_token.reveal(), "ghp_other"]})
    for wrong in (user_token.reveal(), user_token, b"ghp_other", [7], [b"ghp_other"], None):
        with pytest.raises(TypeError, match="credentials must be"):
            github.revoke_credentials(wrong)
    for empty in ([], [""]):
        with pytest.raises(appmint.InvalidArgumentError, match="the list of credentials is empty"):
            github.revoke_credentials(empty)
