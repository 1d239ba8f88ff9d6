"""Starlette and FastAPI: ``Mount("/auth", routes=WebLogin(app, …).routes)``, ``FastAPI(routes=Webhooks(app, …).routes)``."""

from __future__ import annotations

from inspect import isawaitable, iscoroutinefunction
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from .._native import TokenSource
from . import _login, _webhooks
from ._login import LoginFailure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from .._native import App, WebhookEvent

__all__ = ["LoginFailure", "WebLogin", "Webhooks"]


class WebLogin(_login.Login):
    """Logs users in by the platform, without blocking the event loop.

    Its routes are ``/login``, which goes to the platform and takes a path as ``next``; ``/callback``, to which the platform
    returns; and ``/logout``, which is a POST. The session of Starlette's ``SessionMiddleware`` holds the name of the user's
    session, never a token. It is emptied when a login replaces another one, and at the end.

    Args:
        app: The app, with a client, a store and a store key. All processes need the same store.
        redirect_uri: The URL of ``/callback``, as it is registered for the app. A login needs https, or this machine.
        scopes: OAuth scopes, on a platform that takes them. Default: none.
        prompt: The prompt that the user sees even when logged in, on a platform that takes it. Default: none.
        after_login: The path to which the user goes, unless the login has a ``next``. Default: "/".
        after_logout: The path to which the user goes after a logout. Default: "/".
        on_login: Is called with the callback's request and the source of the user's tokens, when they have logged in, and
            awaited if it is async. It may write to ``request.session``. A LoginFailure that it raises refuses the user.
            Default: none.
        on_failure: Makes the answer to a login that failed, of its request and the failure. Default: one sentence as plain text.
        name: The prefix of the names of routes and cookies. Default: "appmint".

    Raises:
        InvalidArgumentError: The app has no client, no store or no store key (reason "missing_credential").
        UnsupportedError: The platform has no OAuth, or does not take an argument.
    """

    def __init__(
        self,
        app: App,
        *,
        redirect_uri: str,
        scopes: Iterable[str] | None = None,
        prompt: str | None = None,
        after_login: str = "/",
        after_logout: str = "/",
        on_login: Callable[[Request, TokenSource], object] | None = None,
        on_failure: Callable[[Request, LoginFailure], Response | Awaitable[Response]] | None = None,
        name: str = "appmint",
    ) -> None:
        super().__init__(app, redirect_uri, scopes, prompt, after_login, after_logout, name)
        self._on_login, self._on_failure = on_login, on_failure or refused
        self._name = f"{name}_login"
        self.routes: list[Route] = [
            Route("/login", self._answering(self._start), methods=["GET"], name=self._name),
            Route("/callback", self._answering(self._callback), methods=["GET"], name=f"{name}_callback"),
            Route("/logout", self._logout, methods=["POST"], name=f"{name}_logout"),
        ]

    def current_session(self, request: Request) -> TokenSource | None:
        """The source of the tokens of the user who sent a request. It is a dependency of FastAPI's, too.

        Args:
            request: The request.

        Returns:
            The source. None if nobody is logged in.
        """
        return self._source(request.session.get(self._key))

    async def log_in_again(self, request: Request, error: object = None) -> Response:
        """Sends the user through the login, and back to this page.

        It can be the handler of the error that ends a session:
        ``web.add_exception_handler(appmint.ReauthorizeError, login.log_in_again)``.

        Args:
            request: The request.
            error: Is not used.

        Returns:
            A redirect.
        """
        request.session.pop(self._key, None)
        url = request.url_for(self._name)
        if request.method == "GET":
            query = f"?{request.url.query}" if request.url.query else ""
            url = url.include_query_params(next=request.url.path + query)
        return RedirectResponse(f"{url.path}?{url.query}" if url.query else url.path, 303)

    def _answering(self, endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint whose failure has an answer."""

        async def answer(request: Request) -> Response:
            try:
                return private(await endpoint(request))
            except LoginFailure as failure:
                answer = self._on_failure(request, failure)
                return private(await answer if isawaitable(answer) else answer)

        return answer

    async def _start(self, request: Request) -> Response:
        begun = self._begin(request.query_params.get("next"), request.cookies)
        answer = RedirectResponse(begun.url, 302)
        for name in begun.obsolete:
            self._delete_cookie(answer, name)
        answer.set_cookie(begun.cookie, begun.value, max_age=_login.PENDING_S, httponly=True, samesite="lax",
                          secure=self._is_https)  # fmt: skip
        return answer

    async def _callback(self, request: Request) -> Response:
        returned = self._returned(request.url.query, request.query_params.get("state"), request.cookies)
        name = await self._finish_async(returned)
        before = request.session.get(self._key)
        if before:
            request.session.clear()
            await self._end_async(before)
        request.session[self._key] = name
        await self._welcome(request, name)
        answer = RedirectResponse(returned.next, 302)
        self._delete_cookie(answer, returned.cookie)
        return answer

    async def _welcome(self, request: Request, name: str) -> None:
        """Calls the program's own function; a user whom it refuses has no session."""
        if self._on_login is None:
            return
        try:
            await call(self._on_login, request, self._app.session(name))
        except BaseException:
            request.session.clear()
            await self._end_async(name)
            raise

    async def _logout(self, request: Request) -> Response:
        name = request.session.get(self._key)
        if name:
            await self._app.end_session_async(name)
            request.session.clear()
        return private(RedirectResponse(self._after_logout, 303))

    def _delete_cookie(self, answer: Response, name: str) -> None:
        answer.delete_cookie(name, httponly=True, samesite="lax", secure=self._is_https)


class Webhooks(_webhooks.Dispatcher):
    """Verifies the platform's webhooks, and calls the program's functions for them.

    An async function is awaited, another one runs in a thread. The answer is 200 when all functions have ended, 401 without a
    valid signature, 400 if the payload is not JSON, and 413 for more than 25 MiB. An exception of a function is the
    framework's, which answers with 500.

    Args:
        app: The app. It forgets the tokens that an event ends, before a function is called.
        secrets: The webhook's secret; several while one replaces the other.
        path: The path to which the platform posts. Default: "/webhook".
        name: The route's name. Default: "appmint_webhooks".

    Raises:
        InvalidArgumentError: A secret is missing or empty.
        UnsupportedError: The platform does not sign webhooks.
    """

    def __init__(self, app: App, secrets: str | Sequence[str], *, path: str = "/webhook", name: str = "appmint_webhooks") -> None:
        super().__init__(app, secrets)
        self.routes: list[Route] = [Route(path, self._receive, methods=["POST"], name=name)]

    async def _receive(self, request: Request) -> Response:
        try:
            # A body of 25 MiB takes a tenth of a second, and nobody knows yet who sent it.
            event = await run_in_threadpool(self._verify, request.headers.raw, await body(request))
        except _webhooks.Refusal as refusal:
            return PlainTextResponse(refusal.message, refusal.status)
        await self._dispatch_async(event, call)
        return PlainTextResponse("ok")


async def call(handler: Callable[..., Any], *args: object) -> None:
    """Calls a function: an async one on the event loop, another one in a thread."""
    if iscoroutinefunction(handler):
        await handler(*args)
        return
    result = await run_in_threadpool(handler, *args)
    if isawaitable(result):
        await result


async def body(request: Request) -> bytes:
    """The bytes of the request, as far as they may be read."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > _webhooks.LARGEST_BODY:
            raise _webhooks.Refusal(413, _webhooks.TOO_LARGE)
    return bytes(found)


def refused(_request: Request, failure: LoginFailure) -> Response:
    """The answer to a login that failed."""
    return PlainTextResponse(failure.message, failure.status, failure.headers())


def private(answer: Response) -> Response:
    """An answer whose URL, or whose request's, is nobody else's business."""
    answer.headers.update(_login.PRIVATE)
    return answer
