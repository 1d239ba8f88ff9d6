"""PyGithub: ``Github(auth=SourceAuth(source))`` and ``GithubIntegration(auth=AppAuth(app))``.

PyGithub does not show its responses to an authentication: after a ``BadCredentialsException`` call
``source.invalidate()``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github import Auth

if TYPE_CHECKING:
    from .._native import App, TokenSource


class SourceAuth(Auth.Auth):
    """Authenticates with the tokens of a source: of an installation, or of a user's session.

    Args:
        source: The source of the tokens.
    """

    def __init__(self, source: TokenSource) -> None:
        self._source = source

    @property
    def token_type(self) -> str:
        """The scheme of the header."""
        return self._source.token().authorization_header().partition(" ")[0]

    @property
    def token(self) -> str:
        """A token that is valid, from memory or newly minted."""
        return self._source.token().reveal()

    def authentication(self, headers: dict[str, Any]) -> None:
        """Adds the header."""
        headers["Authorization"] = self._source.authorization_header()


class AppAuth(Auth.AppAuth):
    """Authenticates as the app, with its JWT.

    Args:
        app: The app. Its key, signer and clock make the JWT.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    @property
    def app_id(self) -> int | str:
        """The issuer of the JWT."""
        issuer: int | str = (self._app.jwt().claims or {}).get("iss", "")
        return issuer

    @property
    def token(self) -> str:
        """The JWT."""
        return self._app.jwt().reveal()

    def create_jwt(self, expiration: int | None = None) -> str:
        """The JWT, whose life is a setting of the app."""
        return self._app.jwt().reveal()
