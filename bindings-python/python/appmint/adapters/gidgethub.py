"""gidgethub: ``authenticate(gidgethub.httpx.GitHubAPI(client, "octo-app"), source)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ._credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gidgethub.abc import GitHubAPI

    from .._native import TokenSource

    _Api = TypeVar("_Api", bound=GitHubAPI)
    _Answer = tuple[int, Mapping[str, str], bytes]


def authenticate(api: _Api, source: TokenSource) -> _Api:
    """Authenticates all requests of an API object with the tokens of a source.

    Args:
        api: The object, of any of gidgethub's HTTP clients.
        source: The source of the tokens.

    Returns:
        The same object.
    """
    send, credentials = api._request, Credentials(source)

    async def request(method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> _Answer:
        token = await credentials.token_async(url)
        if token is None:
            return await send(method, url, headers, body)
        answer = await send(method, url, {**headers, "authorization": token.authorization_header()}, body)
        if not credentials.is_refused(answer[0], token):
            return answer
        fresh = await source.token_async()
        return await send(method, url, {**headers, "authorization": fresh.authorization_header()}, body)

    api._request = request  # type: ignore[method-assign]
    return api
