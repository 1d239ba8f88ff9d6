"""Authlib: ``session.token = to_oauth2_token(source.token())``. For a token that is always valid give its clients
an ``Auth`` of ``appmint.adapters.requests`` or ``appmint.adapters.httpx``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlib.oauth2.rfc6749 import OAuth2Token

if TYPE_CHECKING:
    from .._native import Token


def to_oauth2_token(token: Token) -> OAuth2Token:
    """Makes a token of Authlib's. It holds the secret.

    Args:
        token: The token.

    Returns:
        The access token with its type and its expiry. Without the refresh token: appmint's sessions spend it.
    """
    parts: dict[str, object] = {"access_token": token.reveal(), "token_type": "bearer", "scope": " ".join(token.scopes)}
    if token.expires_at is not None:
        parts["expires_at"] = int(token.expires_at.timestamp())
    return OAuth2Token(parts)
