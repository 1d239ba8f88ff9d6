"""The login of a user in a browser, without a framework: two requests, which may reach two processes.

What must be kept between them is sealed into a cookie of the browser that began the login: another browser cannot finish it.
The core finishes each authorization once, wherever the store is shared.
"""

from __future__ import annotations

import base64
import logging
import secrets
import time
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from .._errors import (
    DeniedError,
    Error,
    InvalidArgumentError,
    ProtocolError,
    RateLimitedError,
    ReauthorizeError,
    ServerError,
    StoreError,
    TimeoutError,
    TransportError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta

    from .._native import App, Authorization, TokenSource

LOGGER = logging.getLogger("appmint.web")

#: The URL of a callback has a code, which no other site and no cache needs to see.
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
#: How long a user may take on the platform's pages, in seconds.
PENDING_S = 600
#: A browser keeps so many logins that have begun. Further ones take the place of the oldest.
PENDING = 4
#: With the rest of the cookie, far less than the 4096 bytes that browsers keep.
LONGEST_NEXT = 1024

STATUS: dict[type[Error], int] = {
    ReauthorizeError: 400,
    DeniedError: 403,
    ServerError: 502,
    TransportError: 502,
    ProtocolError: 502,
    RateLimitedError: 503,
    StoreError: 503,
    TimeoutError: 504,
}


class LoginFailure(Exception):
    """A login that was refused, or that failed.

    Attributes:
        status (int): The HTTP status to answer with.
        message (str): A sentence for the user, without a secret.
        error (Error | None): The error that caused it. None if the request itself is refused.
        retry_after (timedelta | None): How long to wait before the next attempt, if the platform says so.
    """

    def __init__(self, status: int, message: str, error: Error | None = None) -> None:
        super().__init__(message)
        self.status: int = status
        self.message: str = message
        self.error: Error | None = error
        self.retry_after: timedelta | None = error.retry_after if error is not None else None

    def headers(self) -> dict[str, str]:
        """The headers of an answer."""
        wait = {} if self.retry_after is None else {"Retry-After": str(int(self.retry_after.total_seconds()) + 1)}
        return PRIVATE | wait


class Begun(NamedTuple):
    """A login that has begun: where the browser goes, and the cookies to set and to delete."""

    url: str
    cookie: str
    value: str
    obsolete: list[str]


class Returned(NamedTuple):
    """A browser that has returned with the cookie of its login."""

    authorization: Authorization
    query: str
    next: str
    cookie: str


class Login:
    """Begins and finishes logins. The frameworks read the requests and write the answers."""

    def __init__(
        self,
        app: App,
        redirect_uri: str,
        scopes: Iterable[str] | None,
        prompt: str | None,
        after_login: str,
        after_logout: str,
        name: str,
    ) -> None:
        self._app, self._redirect_uri = app, redirect_uri
        self._scopes, self._prompt = None if scopes is None else list(scopes), prompt
        self._after_login = own_path("after_login", after_login)
        self._after_logout = own_path("after_logout", after_logout)
        self._key = f"{name}_session"
        self._is_https = redirect_uri.startswith("https:")
        # No other host of the same domain can set a cookie with this prefix: it would finish its own login here.
        self._prefix = f"__Host-{name}-login-" if self._is_https else f"{name}-login-"
        app.session(name)  # a setting that is missing is an error now, and not at the first login
        app.seal_authorization(self._authorize())

    def _authorize(self) -> Authorization:
        return self._app.authorize(redirect_uri=self._redirect_uri, scopes=self._scopes, prompt=self._prompt)

    def _begin(self, next: str | None, cookies: Iterable[str]) -> Begun:
        """Begins a login.

        Args:
            next: The path to which the user goes afterwards.
            cookies: The names of the browser's cookies.

        Raises:
            LoginFailure: The path is none of this site.
        """
        path = self._after_login if not next else local_path(next)
        authorization = self._authorize()
        now = int(time.time())
        # The time comes first, so that names are in the order of their logins.
        cookie = f"{self._prefix}{now:010}-{state_of(authorization.state)}"
        value = f"{self._app.seal_authorization(authorization)}.{base64.urlsafe_b64encode(path.encode()).decode()}"
        pending = sorted(each for each in cookies if each.startswith(self._prefix))
        return Begun(authorization.url, cookie, value, pending[: max(0, len(pending) - PENDING + 1)])

    def _returned(self, query: str, state: str | None, cookies: Mapping[str, str]) -> Returned:
        """Finds the login that a browser finishes.

        Args:
            query: The query of the callback's URL.
            state: The state in it.
            cookies: The browser's cookies.

        Raises:
            LoginFailure: The login ended, or began in another browser.
        """
        if not state:
            raise LoginFailure(400, "This page is for the way back from a login, and the URL has no state of one.")
        end = f"-{state_of(state)}"
        for cookie, value in cookies.items():
            if cookie.startswith(self._prefix) and cookie.endswith(end):
                sealed, _, path = value.partition(".")
                try:
                    authorization = self._app.open_authorization(sealed)
                    next = local_path(base64.urlsafe_b64decode(path).decode())
                except (InvalidArgumentError, ValueError):
                    break
                return Returned(authorization, query, next, cookie)
        raise LoginFailure(400, "This login has ended, or it began in another browser.")

    def _finish(self, returned: Returned) -> str:
        """Exchanges the code, starts a session, and returns its name."""
        try:
            token = self._app.finish_authorization(returned.authorization, returned.query)
            name = new_name()
            self._app.start_session(name, token)
        except Error as error:
            raise_failure(error)
        return name

    async def _finish_async(self, returned: Returned) -> str:
        """The same, awaited."""
        try:
            token = await self._app.finish_authorization_async(returned.authorization, returned.query)
            name = new_name()
            await self._app.start_session_async(name, token)
        except Error as error:
            raise_failure(error)
        return name

    def _end(self, name: str) -> None:
        """Ends a session that another one replaces. It expires by itself if the store fails."""
        try:
            self._app.end_session(name)
        except StoreError as error:
            LOGGER.warning("a session that was replaced is still in the store: %s", error)

    async def _end_async(self, name: str) -> None:
        """The same, awaited."""
        try:
            await self._app.end_session_async(name)
        except StoreError as error:
            LOGGER.warning("a session that was replaced is still in the store: %s", error)

    def _source(self, name: object) -> TokenSource | None:
        """The source of a session's tokens, by the name in the framework's own session."""
        return self._app.session(name) if isinstance(name, str) and name else None


def new_name() -> str:
    """A name of a session that nobody can guess."""
    return secrets.token_urlsafe(32)


def state_of(state: str) -> str:
    """The part of a state that is in the name of its cookie, with the letters that such a name can have."""
    return base64.urlsafe_b64encode(state[:8].encode("utf-8", "replace")).decode().rstrip("=")


def local_path(next: str) -> str:
    """A path on this site.

    Browsers read a backslash as a slash, skip tabs and line ends, and take what follows two slashes for a host.

    Raises:
        LoginFailure: It leads elsewhere, or is longer than a cookie can keep.
    """
    is_plain = all(" " < char != "\x7f" for char in next) and "\\" not in next
    if not is_plain or not next.startswith("/") or next.startswith("//"):
        raise LoginFailure(400, "next is not a path on this site, such as /settings.")
    if len(next.encode("utf-8", "replace")) > LONGEST_NEXT:
        raise LoginFailure(400, f"next is longer than {LONGEST_NEXT} bytes.")
    return next


def own_path(name: str, path: str) -> str:
    """A setting that is a path."""
    try:
        return local_path(path)
    except LoginFailure as refusal:
        raise InvalidArgumentError(f"{name}: {path!r} is not a path on this site") from refusal


def raise_failure(error: Error) -> NoReturn:
    """Raises what an error means for the user, or the error itself if the program's operator has to act.

    Raises:
        LoginFailure: The user may try again.
        Error: It did not fail because of this user.
    """
    status = STATUS.get(type(error))
    # A user who declines, or opens an old page, is no matter of the operator's.
    LOGGER.log(logging.INFO if status in (400, 403) else logging.WARNING, "a login failed: %s", error)
    if status is None:
        raise error
    raise LoginFailure(status, f"{error.message[:1].upper()}{error.message[1:].rstrip('.')}.", error) from error
