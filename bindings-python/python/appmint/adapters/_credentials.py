"""The credential of a request: the token of a source, the JWT of its app, or none."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._native import Token, TokenSource


class Credentials:
    """Chooses the credential of each request by its URL."""

    def __init__(self, source: TokenSource) -> None:
        self.source = source

    def token(self, url: str) -> Token | None:
        """The token for a request to a URL; None if it gets none."""
        credential = self.source._credential_for(url)
        if credential == "source":
            return self.source.token()
        return self.source._jwt() if credential == "app" else None

    async def token_async(self, url: str) -> Token | None:
        """The same, awaited."""
        credential = self.source._credential_for(url)
        if credential == "source":
            return await self.source.token_async()
        return await self.source._jwt_async() if credential == "app" else None

    def is_refused(self, status: int, token: Token) -> bool:
        """Whether a response refuses a token that another one replaces: then it is forgotten."""
        if status != 401 or token.kind == "jwt":
            return False
        self.source.invalidate(token)
        return True
