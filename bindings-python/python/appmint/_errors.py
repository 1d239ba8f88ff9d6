"""The classes of errors: one for each kind, which says what the caller can do."""

from __future__ import annotations

import builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import timedelta
    from typing import ClassVar


class Error(Exception):
    """Why something did not work, and what to do about it.

    It never holds a secret or an answer's body.
    """

    #: The stable name of what the caller can do; each class has its own.
    kind: ClassVar[str] = "internal"

    #: A finer word for programs that tell cases of one kind apart, such as "suspended".
    reason: str | None
    #: What happened.
    message: str
    #: What to do about it, as a sentence.
    hint: str | None
    #: The HTTP status, if there was an answer.
    status: int | None
    #: The platform's own error code, such as "bad_verification_code".
    platform_code: str | None
    #: The platform's id of the request, to give to its support.
    request_id: str | None
    #: How long to wait before trying again, if the platform said so.
    retry_after: timedelta | None
    #: Whether the same call may work later without a change.
    is_retryable: bool

    def __init__(
        self,
        message: str = "",
        *,
        reason: str | None = None,
        hint: str | None = None,
        status: int | None = None,
        platform_code: str | None = None,
        request_id: str | None = None,
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
        self.retry_after = retry_after
        self.is_retryable = is_retryable

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


class InvalidArgumentError(Error, ValueError):
    """Fix the call: a missing, malformed or contradictory argument."""

    kind = "invalid_argument"


class UnsupportedError(Error):
    """The platform does not offer this operation or argument."""

    kind = "unsupported"


class PrivateKeyError(Error):
    """Fix the private key."""

    kind = "key"


class TransportError(Error):
    """Retry: no HTTP answer (DNS, connect, TLS, connection lost)."""

    kind = "transport"


class TimeoutError(Error, builtins.TimeoutError):
    """Retry or wait longer: the deadline passed."""

    kind = "timeout"


class CancelledError(Error):
    """The caller cancelled the call."""

    kind = "cancelled"


class UnauthorizedError(Error):
    """Fix the credentials: JWT rejected, key of another app, client secret wrong."""

    kind = "unauthorized"


class ForbiddenError(Error):
    """Ask an owner: suspended, permission not granted, repository outside the installation."""

    kind = "forbidden"


class NotFoundError(Error):
    """Install the app: no such installation."""

    kind = "not_found"


class RateLimitedError(Error):
    """Wait ``retry_after``, then retry."""

    kind = "rate_limited"


class RejectedError(Error):
    """Fix the request: the platform refused it and said why."""

    kind = "rejected"


class ReauthorizeError(Error):
    """Send the user through authorization again: dead code or refresh token."""

    kind = "reauthorize"


class DeniedError(Error):
    """Accept that the user said no."""

    kind = "denied"


class PendingError(Error):
    """Poll again after ``retry_after``."""

    kind = "pending"


class ServerError(Error):
    """Retry later: the platform failed (5xx)."""

    kind = "server"


class ProtocolError(Error):
    """Report it: an answer that makes no sense."""

    kind = "protocol"


class StoreError(Error):
    """Look after the token store."""

    kind = "store"


class CallbackError(Error):
    """Look at the callback you gave: it failed. What it raised is the ``__cause__``."""

    kind = "callback"


class InternalError(Error):
    """Report a bug in appmint."""

    kind = "internal"


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
    )
}

# People see them, catch them and pickle them by their public names.
Error.__module__ = "appmint"
for _error in BY_KIND.values():
    _error.__module__ = "appmint"
