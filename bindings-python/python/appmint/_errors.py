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
    """An error: what failed, and what to do about it. It never holds a secret or the body of
    a response.

    The base class of appmint's errors, of which each kind has a class of its own. Its
    text is the message and the hint.

    Args:
        message: The message: a clause in lower case that says what failed.
        reason: The finer reason within the kind, such as "suspended".
        hint: The hint: a sentence that says what to do.
        status: The HTTP status of the platform's response.
        platform_code: The platform's own error code, such as "bad_verification_code".
        request_id: The platform's id of the request, for its support.
        sso_url: The page where a person authorizes the access by single sign-on.
        missing_permissions: The permissions that were missing, each as "name=level", if
            the platform lists those with which it accepts the call.
        retry_after: How long to wait before the next attempt, at most a day.
        is_retryable: Whether the same call may work later without a change.

    Attributes:
        kind (ErrorKind): The kind, which says what the caller can do.
        reason (Reason | None): The finer reason within the kind, such as "suspended".
            None if there is no finer word.
        message (str): The message: a clause in lower case that says what failed.
        hint (str | None): The hint: a sentence that says what to do. None if there is no
            advice.
        status (int | None): The HTTP status of the platform's response. None if there was
            no response.
        platform_code (str | None): The platform's own error code, such as
            "bad_verification_code". None if the platform named none.
        request_id (str | None): The platform's id of the request, for its support. None
            if the platform named none.
        sso_url (str | None): The page where a person authorizes the access by single
            sign-on. None if the platform does not ask for that.
        missing_permissions (list[str]): The permissions that were missing, each as
            "name=level", if the platform lists those with which it accepts the call. Of
            several alternatives those of the one that lacks the fewest; the hint has all
            of them.
        retry_after (timedelta | None): How long to wait before the next attempt, at most
            a day. None if the platform named no time.
        is_retryable (bool): Whether the same call may work later without a change. It may
            not after an error by which the code or refresh token that the call sent may
            be spent.
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
    """Fix the call: an argument is missing, malformed, or contradicts another."""

    kind: ClassVar[ErrorKind] = "invalid_argument"


class UnsupportedError(Error):
    """Do without it: the platform does not offer this operation or argument."""

    kind: ClassVar[ErrorKind] = "unsupported"


class PrivateKeyError(Error):
    """Fix the private key: it cannot be used, and the reason says why."""

    kind: ClassVar[ErrorKind] = "key"


class TransportError(Error, ConnectionError):
    """Try again: there was no HTTP response (DNS, connect, TLS, or the connection was lost)."""

    kind: ClassVar[ErrorKind] = "transport"


class TimeoutError(Error, builtins.TimeoutError):
    """Try again, or allow more time: the time of the call or of its caller was over."""

    kind: ClassVar[ErrorKind] = "timeout"


class CancelledError(Error):
    """Do nothing: the program cancelled the call."""

    kind: ClassVar[ErrorKind] = "cancelled"


class UnauthorizedError(Error):
    """Fix the credentials: the platform refused the JWT, the key, the client secret or the
    token.
    """

    kind: ClassVar[ErrorKind] = "unauthorized"


class ForbiddenError(Error, PermissionError):
    """Ask an owner: the installation is suspended, a permission is not granted, or a
    repository is not part of it.
    """

    kind: ClassVar[ErrorKind] = "forbidden"


class NotFoundError(Error, LookupError):
    """Install the app, or check the name: there is no such installation or object."""

    kind: ClassVar[ErrorKind] = "not_found"


class RateLimitedError(Error):
    """Wait for Error.retry_after, then try again: the quota of requests is used up."""

    kind: ClassVar[ErrorKind] = "rate_limited"


class RejectedError(Error):
    """Fix the request: the platform refused it and said why."""

    kind: ClassVar[ErrorKind] = "rejected"


class ReauthorizeError(Error):
    """Let the user authorize the app again: the authorization, the code or the refresh token
    is not valid any more.
    """

    kind: ClassVar[ErrorKind] = "reauthorize"


class DeniedError(Error):
    """Accept that the user declined."""

    kind: ClassVar[ErrorKind] = "denied"


class PendingError(Error):
    """Ask again after Error.retry_after: somebody has not finished."""

    kind: ClassVar[ErrorKind] = "pending"


class ServerError(Error):
    """Try again later: the platform failed (5xx)."""

    kind: ClassVar[ErrorKind] = "server"


class ProtocolError(Error):
    """Report it to the platform: its response cannot be understood."""

    kind: ClassVar[ErrorKind] = "protocol"


class StoreError(Error):
    """Look after the token store: it failed."""

    kind: ClassVar[ErrorKind] = "store"


class CallbackError(Error):
    """Fix the callback that you gave: it failed.

    Its exception is the __cause__.
    """

    kind: ClassVar[ErrorKind] = "callback"


class InternalError(Error):
    """Report it: this is a bug in appmint."""

    kind: ClassVar[ErrorKind] = "internal"


class ResourceExhaustedError(Error):
    """Try again later: this machine has no thread, file descriptor or memory left."""

    kind: ClassVar[ErrorKind] = "resource_exhausted"


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
