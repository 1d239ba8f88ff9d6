"""The classes of errors: one for each kind, which says how the caller can react."""

from __future__ import annotations

import builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta
    from typing import ClassVar

    from ._types import ErrorKind, Reason


class Error(Exception):
    """The base class of appmint's errors, of which each kind has a class of its own.

    An error never holds a secret or the body of a response. Its text is the message and the hint.

    Args:
        message: What failed, as a lower-case clause.
        reason: The case within the kind.
        hint: A sentence that says what to do.
        status: The HTTP status.
        platform_code: The platform's error code.
        request_id: The platform's id of the request.
        sso_url: The page of single sign-on.
        missing_permissions: The permissions that were missing.
        retry_after: How long to wait before a retry.
        is_retryable: Whether a retry may succeed.

    Attributes:
        kind (ErrorKind): The stable name of the kind, which is the class's.
        reason (Reason | None): The case within the kind, such as "suspended"; None if it has no name.
        message (str): What failed, as a lower-case clause.
        hint (str | None): A sentence that says what to do.
        status (int | None): The HTTP status, if there was a response.
        platform_code (str | None): The platform's error code, such as "bad_verification_code".
        request_id (str | None): The platform's id of the request, for its support.
        sso_url (str | None): The page where a person authorizes the access by single sign-on, if the platform
            asks for that.
        missing_permissions (list[str]): The permissions that were missing, each as "name=level", if the platform
            lists those with which it accepts the call. Of several alternatives the one that lacks the fewest;
            the hint has all of them.
        retry_after (timedelta | None): How long to wait before a retry, if the platform said so.
        is_retryable (bool): Whether the same call may succeed later.
    """

    kind: ClassVar[ErrorKind] = "internal"

    reason: Reason | None
    message: str
    hint: str | None
    status: int | None
    platform_code: str | None
    request_id: str | None
    sso_url: str | None
    missing_permissions: list[str]
    retry_after: timedelta | None
    is_retryable: bool

    def __init__(
        self,
        message: str = "",
        *,
        reason: Reason | None = None,
        hint: str | None = None,
        status: int | None = None,
        platform_code: str | None = None,
        request_id: str | None = None,
        sso_url: str | None = None,
        missing_permissions: Iterable[str] = (),
        retry_after: timedelta | None = None,
        is_retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.hint = hint
        self.status = status
        self.platform_code = platform_code
        self.request_id = request_id
        self.sso_url = sso_url
        self.missing_permissions = list(missing_permissions)
        self.retry_after = retry_after
        self.is_retryable = is_retryable

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


class InvalidArgumentError(Error, ValueError):
    """An argument is missing, malformed, or contradicts another: fix the call."""

    kind = "invalid_argument"


class UnsupportedError(Error):
    """The platform does not offer this operation or argument."""

    kind = "unsupported"


class PrivateKeyError(Error):
    """The private key cannot be used: fix it. The reason says why."""

    kind = "key"


class TransportError(Error, ConnectionError):
    """No HTTP response came (DNS, connect, TLS, connection lost): retry."""

    kind = "transport"


class TimeoutError(Error, builtins.TimeoutError):
    """The timeout passed: retry, or wait longer."""

    kind = "timeout"


class CancelledError(Error):
    """The program cancelled the call."""

    kind = "cancelled"


class UnauthorizedError(Error):
    """The platform rejected a credential (JWT, key of another app, client secret): fix it."""

    kind = "unauthorized"


class ForbiddenError(Error, PermissionError):
    """An owner must act: suspended, permission or repository not granted. The reason says which."""

    kind = "forbidden"


class NotFoundError(Error, LookupError):
    """There is no such installation or object: install the app, or check the name."""

    kind = "not_found"


class RateLimitedError(Error):
    """A rate limit: wait for ``retry_after``, then retry."""

    kind = "rate_limited"


class RejectedError(Error):
    """The platform refused the request: fix it as the message says."""

    kind = "rejected"


class ReauthorizeError(Error):
    """The user must authorize the app again: the code, token or refresh token is invalid."""

    kind = "reauthorize"


class DeniedError(Error):
    """The user declined."""

    kind = "denied"


class PendingError(Error):
    """The user is not done on the other device: poll again after ``retry_after``."""

    kind = "pending"


class ServerError(Error):
    """The platform failed (5xx): retry later."""

    kind = "server"


class ProtocolError(Error):
    """A response that the protocol does not allow: report it to the platform."""

    kind = "protocol"


class StoreError(Error):
    """The token store failed: repair it."""

    kind = "store"


class CallbackError(Error):
    """A callback of the program failed: fix it. Its exception is the ``__cause__``."""

    kind = "callback"


class InternalError(Error):
    """A bug in appmint: report it."""

    kind = "internal"


class ResourceExhaustedError(Error):
    """This machine has no thread, file descriptor or memory left: try again later."""

    kind = "resource_exhausted"


BY_KIND: dict[str, type[Error]] = {
    error.kind: error
    for error in (
        InvalidArgumentError,
        UnsupportedError,
        PrivateKeyError,
        TransportError,
        TimeoutError,
        CancelledError,
        UnauthorizedError,
        ForbiddenError,
        NotFoundError,
        RateLimitedError,
        RejectedError,
        ReauthorizeError,
        DeniedError,
        PendingError,
        ServerError,
        ProtocolError,
        StoreError,
        CallbackError,
        InternalError,
        ResourceExhaustedError,
    )
}

# Tracebacks and pickles name them by their public module.
Error.__module__ = "appmint"
for _error in BY_KIND.values():
    _error.__module__ = "appmint"
