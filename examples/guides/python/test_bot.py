"""Tests of a program that uses appmint, against the sandbox: no account, no network, no waiting."""

from collections.abc import Iterator
from datetime import timedelta

import appmint
import pytest
from appmint.testing import Sandbox


# --8<-- [start:fixture]
@pytest.fixture
def app(appmint_sandbox: Sandbox) -> Iterator[appmint.App]:
    with appmint.App(**appmint_sandbox.settings) as app:
        yield app
# --8<-- [end:fixture]


# --8<-- [start:tests]
def test_a_token_that_has_expired_is_replaced(appmint_sandbox: Sandbox, app: appmint.App) -> None:
    source = app.installation(organization="octo-org")
    before = source.token()
    appmint_sandbox.advance(timedelta(hours=2))
    assert source.request("GET", "/orgs/octo-org/repos").status == 200
    assert source.token() != before


def test_a_failure_of_the_platform_is_retried(appmint_sandbox: Sandbox, app: appmint.App) -> None:
    appmint_sandbox.fail("mint_installation_token", status=503)
    assert app.installation(1).token()
    assert app.stats().retried == 1


def test_a_suspended_installation_is_forbidden(appmint_sandbox: Sandbox, app: appmint.App) -> None:
    appmint_sandbox.suspend(1)
    with pytest.raises(appmint.ForbiddenError) as refused:
        app.installation(1).token()
    assert refused.value.reason == "suspended"
# --8<-- [end:tests]
