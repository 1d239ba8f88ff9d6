"""urllib3: ``PoolManager(source).request("GET", url)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import urllib3
from urllib3._collections import HTTPHeaderDict

from ._credentials import Credentials

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

    from .._native import TokenSource


class PoolManager(urllib3.PoolManager):
    """A pool manager that authenticates requests to the platform's API with the tokens of a source.

    Args:
        source: The source of the tokens.
        **settings: Those of ``urllib3.PoolManager``.
    """

    def __init__(self, source: TokenSource, **settings: Any) -> None:
        super().__init__(**settings)
        self._credentials = Credentials(source)

    def urlopen(self, method: str, url: str, redirect: bool = True, **kw: Any) -> BaseHTTPResponse:  # type: ignore[override]
        """Sends a request. A redirect comes through here again, and is looked at by itself."""
        token = self._credentials.token(url)
        if token is None:
            return super().urlopen(method, url, redirect=redirect, **kw)
        headers = HTTPHeaderDict(self.headers if kw.get("headers") is None else kw["headers"])
        headers["Authorization"] = token.authorization_header()
        response = super().urlopen(method, url, redirect=redirect, **kw | {"headers": headers})
        is_elsewhere = bool(response.retries and response.retries.history)
        if is_elsewhere or not self._credentials.is_refused(response.status, token):
            return response
        if not isinstance(kw.get("body"), (str, bytes, type(None))):
            return response  # a stream was consumed
        response.drain_conn()
        headers["Authorization"] = self._credentials.source.token().authorization_header()
        return super().urlopen(method, url, redirect=redirect, **kw | {"headers": headers})
