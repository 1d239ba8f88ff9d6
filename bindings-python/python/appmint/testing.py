"""A platform for tests, without an account and offline: the package ``appmint-sandbox``, which has a program for each machine.

With pytest, the fixture ``appmint_sandbox`` starts one for each test that takes it::

    def test_a_token_is_minted(appmint_sandbox):
        with appmint.App(**appmint_sandbox.settings) as app:
            assert app.installation(organization="octo-org").token()

Elsewhere ``start_sandbox`` does so::

    with start_sandbox("github") as sandbox, appmint.App(**sandbox.settings) as app: ...
"""

try:
    from appmint_sandbox import Sandbox, start_sandbox
except ModuleNotFoundError as _error:
    if _error.name != "appmint_sandbox":
        raise
    raise ModuleNotFoundError(
        "appmint.testing needs the package appmint-sandbox: pip install appmint-sandbox", name=_error.name
    ) from None

__all__ = ["Sandbox", "start_sandbox"]
