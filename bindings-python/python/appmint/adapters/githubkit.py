"""githubkit: ``GitHub(SourceAuthStrategy(source))``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from githubkit.auth.base import BaseAuthStrategy

from .httpx import Auth

if TYPE_CHECKING:
    import httpx
    from githubkit import GitHubCore

    from .._native import TokenSource


class SourceAuthStrategy(BaseAuthStrategy):
    """Authenticates with the tokens of a source: of an installation, or of a user's session.

    Args:
        source: The source of the tokens.
    """

    def __init__(self, source: TokenSource) -> None:
        self._auth = Auth(source)

    def get_auth_flow(self, github: GitHubCore[Any]) -> httpx.Auth:
        """The same for every request."""
        return self._auth
