"""Authenticate as a platform app.

A grant, put to a platform, yields a token. A source keeps one valid.

    app = appmint.App("atomgit", app_id=75, private_key=Path("app.pem"))
    source = app.installation(14)
    token = source.token(min_valid=timedelta(minutes=10))
    reply = source.request("GET", "/orgs/acme/repos")

Calls that go out block their own thread only; Ctrl-C ends the wait. Every object may be shared by
threads. Every error is an ``appmint.Error``, and its class says what can be done about it. What an
app does is logged to the logger ``appmint``.
"""

import logging as _logging

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
    ServerError,
    StoreError,
    TimeoutError,
    TransportError,
    UnauthorizedError,
    UnsupportedError,
)
from ._headers import Headers
from ._native import (
    App,
    Authorization,
    DeviceLogin,
    Event,
    WebhookConfig,
    WebhookDelivery,
    Installation,
    Introspection,
    Listing,
    Login,
    ManualClock,
    Registration,
    Repository,
    Response,
    Stats,
    Token,
    TokenSource,
    WebhookEvent,
    discover,
    platforms,
    version,
)
from ._store import Store

# A program that does not care about logs hears nothing.
_logging.getLogger("appmint").addHandler(_logging.NullHandler())

__version__ = version()

__all__ = [
    "App",
    "Authorization",
    "CallbackError",
    "CancelledError",
    "DeniedError",
    "DeviceLogin",
    "Error",
    "Event",
    "ForbiddenError",
    "Headers",
    "WebhookConfig",
    "WebhookDelivery",
    "Installation",
    "InternalError",
    "Introspection",
    "InvalidArgumentError",
    "Listing",
    "Login",
    "ManualClock",
    "NotFoundError",
    "PendingError",
    "PrivateKeyError",
    "ProtocolError",
    "RateLimitedError",
    "ReauthorizeError",
    "Registration",
    "RejectedError",
    "Repository",
    "Response",
    "ServerError",
    "Stats",
    "Store",
    "StoreError",
    "TimeoutError",
    "Token",
    "TokenSource",
    "TransportError",
    "UnauthorizedError",
    "UnsupportedError",
    "WebhookEvent",
    "__version__",
    "discover",
    "platforms",
    "version",
]
