"""Authenticates a program as a GitHub App, or as an app of a platform like GitHub.

A source exchanges the app's JWT for a token and keeps that token valid::

    app = appmint.App("atomgit", app_id=75, private_key=Path("app.pem"))
    source = app.installation(14)
    token = source.token(min_valid=timedelta(minutes=10))
    response = source.request("GET", "/orgs/acme/repos")

A call that uses the network blocks its own thread only, and Ctrl-C ends the wait. For asyncio and trio
each has a coroutine::

    token = await source.token_async()
    async for installation in app.installations(): ...

Threads may share every object. Every error is an ``appmint.Error``, whose class says how to react. Events of an app are
logged to the logger ``appmint``.
"""

import logging as _logging

# ==== App & settings
from ._headers import Headers
from ._native import (
    App,
    Quota,
    Response,
    Stats,
    discover,
    discover_async,
    platforms,
    secret_pattern,
    version,
)
from ._transports import Transport, TransportRequest

# ==== Installations
from ._native import Installation, Listing, Repository

# ==== Tokens
from ._native import Subscription, Token, TokenSource
from ._types import RepositorySelection, TokenKind

# ==== OAuth & login, and sessions
from ._native import Authorization, DeviceLogin, Introspection, Login
from ._types import TokenTypeHint

# ==== Webhooks
from ._native import WebhookConfig, WebhookDelivery, WebhookEvent

# ==== Platform operations
from ._native import Registration

# ==== Events & stores
from ._native import Event, ManualClock
from ._store import Store
from ._types import EventKind

# ==== Errors
from ._errors import (
    CallbackError,
    CancelledError,
    DeniedError,
    Error,
    ForbiddenError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    PendingError,
    PrivateKeyError,
    ProtocolError,
    RateLimitedError,
    ReauthorizeError,
    RejectedError,
    ResourceExhaustedError,
    ServerError,
    StoreError,
    TimeoutError,
    TransportError,
    UnauthorizedError,
    UnsupportedError,
)
from ._types import ErrorKind, Reason

# A program that configures no logging prints nothing.
_logging.getLogger("appmint").addHandler(_logging.NullHandler())

__version__ = version()

__all__ = [
    "__version__",
    # App & settings
    "App",
    "Headers",
    "Quota",
    "Response",
    "Stats",
    "Transport",
    "TransportRequest",
    "discover",
    "discover_async",
    "platforms",
    "secret_pattern",
    "version",
    # Installations
    "Installation",
    "Listing",
    "Repository",
    # Tokens
    "RepositorySelection",
    "Subscription",
    "Token",
    "TokenKind",
    "TokenSource",
    # OAuth & login, and sessions
    "Authorization",
    "DeviceLogin",
    "Introspection",
    "Login",
    "TokenTypeHint",
    # Webhooks
    "WebhookConfig",
    "WebhookDelivery",
    "WebhookEvent",
    # Platform operations
    "Registration",
    # Events & stores
    "Event",
    "EventKind",
    "ManualClock",
    "Store",
    # Errors
    "CallbackError",
    "CancelledError",
    "DeniedError",
    "Error",
    "ErrorKind",
    "ForbiddenError",
    "InternalError",
    "InvalidArgumentError",
    "NotFoundError",
    "PendingError",
    "PrivateKeyError",
    "ProtocolError",
    "RateLimitedError",
    "Reason",
    "ReauthorizeError",
    "RejectedError",
    "ResourceExhaustedError",
    "ServerError",
    "StoreError",
    "TimeoutError",
    "TransportError",
    "UnauthorizedError",
    "UnsupportedError",
]
