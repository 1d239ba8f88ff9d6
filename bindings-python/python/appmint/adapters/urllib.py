"""The standard library: ``urllib.request.build_opener(AuthHandler(source))``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.request import BaseHandler, Request

from ._credentials import Credentials

if TYPE_CHECKING:
    from .._native import TokenSource


class AuthHandler(BaseHandler):
    """A handler that authenticates requests to the platform's API with the tokens of a source.

    The header is not copied to the target of a redirect, which is looked at by itself.

    Args:
        source: The source of the tokens.
    """

    def __init__(self, source: TokenSource) -> None:
        self._credentials = Credentials(source)

    def http_request(self, request: Request) -> Request:
        """Adds the credential."""
        token = self._credentials.token(request.full_url)
        if token is not None:
            request.add_unredirected_header("Authorization", token.authorization_header())
        request.__dict__["appmint_token"] = token
        return request

    https_request = http_request

    def http_error_401(self, request: Request, _response: Any, *_details: Any) -> Any:
        """Sends a request once more whose token was refused, if its body can be sent again."""
        token = request.__dict__.get("appmint_token")
        if token is None or not self._credentials.is_refused(401, token):
            return None
        if request.__dict__.get("appmint_is_second") or not isinstance(request.data, (bytes, type(None))):
            return None
        request.__dict__["appmint_is_second"] = True
        return self.parent.open(request, timeout=request.timeout or None)
