"""httpx: ``httpx.Client(auth=Auth(source))`` and ``httpx.AsyncClient(auth=Auth(source))``."""

import httpx

from ._httpx_auth import AuthFlow


class Auth(AuthFlow, httpx.Auth):
    """Authenticates requests to the platform's API with the tokens of a source.

    Args:
        source: The source of the tokens.
    """
