"""Webhooks without a framework: verified, applied, and the functions to call for each."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar

from .._errors import InvalidArgumentError, ProtocolError, UnauthorizedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._native import App, WebhookEvent
    from .._types import RequestHeaders

_Handler = TypeVar("_Handler", bound="Callable[[WebhookEvent], Any]")

LOGGER = logging.getLogger("appmint.web")

#: GitHub sends no larger payload.
LARGEST_BODY = 25 << 20
#: The name of the functions that are called with every event.
ANY = "*"


class Refusal(Exception):
    """A request that is no webhook of the platform's.

    Args:
        status: The HTTP status to answer with.
        message: The text of the answer.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


TOO_LARGE = "the body is larger than 25 MiB"
#: Something before the webhook, such as a check of forms, has read the body, whose bytes are what is signed.
ALREADY_READ = "the body was read before its signature could be verified: let nothing parse it before the webhook"


class Dispatcher:
    """Verifies webhooks and finds the program's functions for them."""

    def __init__(self, app: App, secrets: str | Sequence[str]) -> None:
        self._app, self._secrets = app, secrets
        self._handlers: dict[str, list[Callable[[WebhookEvent], Any]]] = {}
        try:
            app.verify_webhook({}, b"{}", secrets)  # a setting that is missing is an error now
        except UnauthorizedError:
            pass

    def on(self, *names: str) -> Callable[[_Handler], _Handler]:
        """Has a function called with each event of these names.

        Functions are called one after the other, in the order in which they were given. If one raises, the others are called
        all the same; the first exception is the framework's then, which answers with 500, so that the platform shows the
        delivery as failed and can send it again.

        Args:
            *names: Names of events, such as "issues", or with one action of it, such as "issues.opened".

        Returns:
            A decorator, which returns the function itself.

        Raises:
            InvalidArgumentError: There is no name, or an empty one.
        """
        if not names or not all(names):
            raise InvalidArgumentError("the name of an event is missing or empty")

        def decorate(handler: _Handler) -> _Handler:
            for name in names:
                self._handlers.setdefault(name, []).append(handler)
            return handler

        return decorate

    def on_any(self, handler: _Handler) -> _Handler:
        """Has a function called with every event.

        Args:
            handler: The function.

        Returns:
            The function itself.
        """
        return self.on(ANY)(handler)

    def _verify(self, headers: RequestHeaders, body: bytes) -> WebhookEvent:
        """Verifies a webhook, and forgets the tokens that it ends before anybody sees it.

        Raises:
            Refusal: It has no valid signature, or is not JSON.
        """
        try:
            event = self._app.verify_webhook(headers, body, self._secrets)
        except UnauthorizedError as error:
            raise Refusal(401, error.message) from error
        except (InvalidArgumentError, ProtocolError) as error:
            raise Refusal(400, error.message) from error
        self._app.apply_webhook(event)
        return event

    def _handlers_of(self, event: WebhookEvent) -> list[Callable[[WebhookEvent], Any]]:
        """The functions for an event, each once."""
        action = event.payload.get("action") if isinstance(event.payload, dict) else None
        names = [event.name, f"{event.name}.{action}" if isinstance(action, str) else None, ANY]
        return list(dict.fromkeys(each for name in names if name for each in self._handlers.get(name, [])))

    def _dispatch(self, event: WebhookEvent, call: Callable[[Callable[[WebhookEvent], Any], WebhookEvent], object]) -> None:
        """Calls the functions for an event, and raises the first exception of one after all were called."""
        failures = Failures(event)
        for handler in self._handlers_of(event):
            try:
                call(handler, event)
            except Exception as error:
                failures.add(error)
        failures.raise_first()

    async def _dispatch_async(self, event: WebhookEvent, call: Callable[..., Any]) -> None:
        """The same, with a function that is awaited."""
        failures = Failures(event)
        for handler in self._handlers_of(event):
            try:
                await call(handler, event)
            except Exception as error:
                failures.add(error)
        failures.raise_first()


class Failures:
    """The exceptions of the functions for one event: the framework gets the first, and further ones are logged."""

    def __init__(self, event: WebhookEvent) -> None:
        self._event = event
        self._first: Exception | None = None

    def add(self, error: Exception) -> None:
        """Takes one of them."""
        if self._first is None:
            self._first = error
            return
        LOGGER.error("another handler of the webhook %s failed, too", self._event.name, exc_info=error)

    def raise_first(self) -> None:
        """Raises the first, if there is one."""
        if self._first is not None:
            raise self._first
