"""requests: ``session.auth = Auth(source)``, or ``requests.get(url, auth=Auth(source))``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from requests.auth import AuthBase
from requests.utils import rewind_body

from ._credentials import Credentials

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

    from .._native import Token, TokenSource


class Auth(AuthBase):
    """Authenticates requests to the platform's API with the tokens of a source.

    Args:
        source: The source of the tokens.
    """

    def __init__(self, source: TokenSource) -> None:
        self._credentials = Credentials(source)

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        token = self._credentials.token(r.url or "")
        if token is not None:
            r.headers["Authorization"] = token.authorization_header()
            r.hooks["response"].append(partial(self._replay, token))
        return r

    def _replay(self, token: Token, response: Response, **settings: Any) -> Response:
        """Sends a request once more whose token was refused."""
        refused = response.request
        is_same = refused.headers.get("Authorization") == token.authorization_header()
        if not is_same or not self._credentials.is_refused(response.status_code, token):
            return response
        again = refused.copy()
        again.hooks = {"response": []}
        if not _rewind(again):
            return response
        response.content  # noqa: B018: the connection is free once the body was read
        response.close()
        fresh = self._credentials.token(again.url or "")
        if fresh is None:
            return response
        again.headers["Authorization"] = fresh.authorization_header()
        replayed: Response = response.connection.send(again, **settings)
        replayed.history.append(response)
        replayed.request = again
        return replayed


def _rewind(request: PreparedRequest) -> bool:
    """Whether the body can be sent again. A file is read from where it was."""
    if request.body is None or isinstance(request.body, (str, bytes)):
        return True
    if not isinstance(getattr(request, "_body_position", None), int):
        return False
    rewind_body(request)
    return True
