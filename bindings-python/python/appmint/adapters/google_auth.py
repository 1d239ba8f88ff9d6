"""google-auth: ``google.auth.transport.requests.AuthorizedSession(Credentials(source))``."""

from __future__ import annotations

import threading
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import google.auth.credentials

from . import _credentials

if TYPE_CHECKING:
    from .._native import Token, TokenSource


class Credentials(google.auth.credentials.Credentials):
    """Authenticates requests to the platform's API with the tokens of a source.

    Args:
        source: The source of the tokens.
    """

    def __init__(self, source: TokenSource) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._credentials = _credentials.Credentials(source)
        self._used = threading.local()

    def refresh(self, request: Any) -> None:
        """Forgets the token that this thread used last, which was refused, and takes another.

        An AuthorizedSession calls it after a 401, and sends the request again, twice at most.
        """
        used = getattr(self._used, "token", None)
        if used is not None:
            self._credentials.source.invalidate(used)
        self._take(self._credentials.source.token())

    def before_request(self, request: Any, method: str, url: str, headers: Any) -> None:
        """Adds the credential, if the URL is the platform's."""
        token = self._used.token = self._credentials.token(url)
        if token is not None:
            headers["authorization"] = token.authorization_header()

    def apply(self, headers: Any, token: str | None = None) -> None:
        """Adds a token's header, whatever the URL."""
        if token is None:
            headers["authorization"] = self._credentials.source.authorization_header()
        else:
            headers["authorization"] = f"Bearer {token}"

    def _take(self, token: Token) -> None:
        expires_at = token.expires_at
        self.token: str | None = token.reveal()
        self.expiry: datetime | None = expires_at and expires_at.astimezone(timezone.utc).replace(tzinfo=None)
