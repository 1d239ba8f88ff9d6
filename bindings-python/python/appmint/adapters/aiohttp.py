"""aiohttp: ``aiohttp.ClientSession(middlewares=[Auth(source)])``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._credentials import Credentials

if TYPE_CHECKING:
    from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

    from .._native import TokenSource


class Auth:
    """A client middleware that authenticates requests to the platform's API with the tokens of a source.

    It sees each hop of a redirect by itself, so that a hop to another host gets no token.

    Args:
        source: The source of the tokens.
    """

    def __init__(self, source: TokenSource) -> None:
        self._credentials = Credentials(source)

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        token = await self._credentials.token_async(str(request.url))
        if token is None:
            return await handler(request)
        request.headers["Authorization"] = token.authorization_header()
        response = await handler(request)
        if not self._credentials.is_refused(response.status, token) or not _is_replayable(request):
            return response
        response.release()
        fresh = await self._credentials.source.token_async()
        request.headers["Authorization"] = fresh.authorization_header()
        return await handler(request)


def _is_replayable(request: ClientRequest) -> bool:
    """Whether the body can be written again. A stream was consumed."""
    return not getattr(request.body, "consumed", False)
