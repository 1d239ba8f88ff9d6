"""httpx2: ``httpx2.Client(auth=Auth(source))`` and ``httpx2.AsyncClient(auth=Auth(source))``."""

import httpx2

from ._httpx_auth import AuthFlow


class Auth(AuthFlow, httpx2.Auth):
    """Authenticates requests to the platform's API with the tokens of a source.

    Args:
        source: The source of the tokens.
    """
