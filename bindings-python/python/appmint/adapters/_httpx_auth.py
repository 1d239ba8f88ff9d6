"""The authentication of httpx and of httpx2, which share their interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from .._native import TokenSource


class AuthFlow:
    """Authenticates requests to the platform's API with the tokens of a source.

    Args:
        source: The source of the tokens.
    """

    def __init__(self, source: TokenSource) -> None:
        self._credentials = Credentials(source)

    def sync_auth_flow(self, request: Any) -> Generator[Any, Any, None]:
        """Sends a request with a token, and once more with another if that one is refused."""
        token = self._credentials.token(str(request.url))
        if token is None:
            yield request
            return
        sent = request.headers["Authorization"] = token.authorization_header()
        response = yield request
        if _is_answer_to(response, sent) and self._credentials.is_refused(response.status_code, token):
            if _is_replayable(request):
                fresh = self._credentials.source.token()
                request.headers["Authorization"] = fresh.authorization_header()
                yield request

    async def async_auth_flow(self, request: Any) -> AsyncGenerator[Any, Any]:
        """The same on an event loop, which is not blocked."""
        token = await self._credentials.token_async(str(request.url))
        if token is None:
            yield request
            return
        sent = request.headers["Authorization"] = token.authorization_header()
        response = yield request
        if _is_answer_to(response, sent) and self._credentials.is_refused(response.status_code, token):
            if _is_replayable(request):
                fresh = await self._credentials.source.token_async()
                request.headers["Authorization"] = fresh.authorization_header()
                yield request


def _is_answer_to(response: Any, sent: str) -> bool:
    """Whether the last request had the token: the target of a redirect to another host has not."""
    return bool(response.request.headers.get("Authorization") == sent)


def _is_replayable(request: Any) -> bool:
    """Whether the body is in memory. A stream was consumed."""
    return type(request.stream).__name__ == "ByteStream"
