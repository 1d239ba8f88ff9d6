"""Types for annotations: closed sets of names, which the tests compare with the core's own lists, and inputs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Literal, Union

#: The kind of a token: ``Token.kind``.
TokenKind = Literal["jwt", "app", "installation", "user"]

#: The repositories that an installation or its token can access: ``Token.repository_selection``.
RepositorySelection = Literal["all", "selected"]

#: The type of a token at an authorization server (RFC 7009 section 2.1).
TokenTypeHint = Literal["access_token", "refresh_token"]

#: The kind of an event: ``Event.kind``.
EventKind = Literal[
    "minted",
    "renewed",
    "mint_failed",
    "served_stale",
    "retried",
    "skew_found",
    "refused",
    "taken_from_store",
    "store_failed",
]

#: The kind of an error, which says what the caller can do: ``Error.kind``.
ErrorKind = Literal[
    "invalid_argument",
    "unsupported",
    "key",
    "transport",
    "timeout",
    "cancelled",
    "unauthorized",
    "forbidden",
    "not_found",
    "rate_limited",
    "rejected",
    "reauthorize",
    "denied",
    "pending",
    "server",
    "protocol",
    "store",
    "callback",
    "internal",
    "resource_exhausted",
]

#: The reason of an error, which tells cases of one kind apart: ``Error.reason``.
Reason = Literal[
    "clock_skew",
    "app_key_mismatch",
    "no_public_key",
    "app_not_found",
    "invalid_token",
    "invalid_client",
    "suspended",
    "not_installed",
    "permission_not_granted",
    "repository_not_accessible",
    "rate_limit",
    "invalid_code",
    "invalid_refresh_token",
    "rotation_interrupted",
    "state_mismatch",
    "redirect_uri_mismatch",
    "access_denied",
    "not_a_private_key",
    "damaged_key",
    "passphrase_needed",
    "wrong_passphrase",
    "unsuitable_key",
    "unreachable",
    "tls",
    "connection_lost",
    "body_too_large",
    "not_json",
    "missing_member",
    "expired_on_arrival",
    "redirect",
    "unknown_platform",
    "invalid_descriptor",
    "missing_credential",
    "foreign_host",
    "invalid_signature",
    "no_session",
    "authorization_pending",
    "slow_down",
    "expired_device_code",
    "stale_authorization",
    "duplicate_member",
    "invalid_assertion",
    "unsupported_token_type",
    "issuer_mismatch",
    "wrong_store_key",
    "private_address",
    "proxy_authentication_required",
    "installation_requested",
]

#: Parameters of a query.
Params = Union[Mapping[str, Any], Iterable[tuple[str, Any]]]

#: The headers of a request that a program received: WSGI's and most frameworks' mappings, or ASGI's pairs.
RequestHeaders = Union[Mapping[str, str], Iterable[tuple[str, str]], Iterable[tuple[bytes, bytes]]]

_Bytes = Union[bytes, bytearray, memoryview]

#: Signs a message with RS256.
Signer = Union[Callable[[bytes], _Bytes], Callable[[bytes], Awaitable[_Bytes]]]
