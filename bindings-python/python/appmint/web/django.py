"""Django: ``urlpatterns = [path("auth/", WebLogin(app, …).urls), path("webhook", Webhooks(app, …).view)]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgiref.sync import async_to_sync, iscoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from . import _login, _webhooks
from ._login import LoginFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .._native import App, TokenSource, WebhookEvent

__all__ = ["LoginFailure", "WebLogin", "Webhooks"]


class WebLogin(_login.Login):
    """Logs users in by the platform.

    Its URLs are ``login``, which goes to the platform and takes a path as ``next``; ``callback``, to which the platform returns;
    and ``logout``, which is a POST with Django's CSRF token. Django's session holds the name of the user's session, never
    a token. It gets a new key with each login, and is emptied when a login replaces another one, and at the end.

    Args:
        app: The app, with a client, a store and a store key. All processes need the same store.
        redirect_uri: The URL of ``callback``, as it is registered for the app. A login needs https, or this machine.
        scopes: OAuth scopes, on a platform that takes them. Default: none.
        prompt: The prompt that the user sees even when logged in, on a platform that takes it. Default: none.
        after_login: The path to which the user goes, unless the login has a ``next``. Default: "/".
        after_logout: The path to which the user goes after a logout. Default: "/".
        on_login: Is called with the callback's request and the source of the user's tokens, when they have logged in. It may
            call ``django.contrib.auth.login``. A LoginFailure that it raises refuses the user. Default: none.
        on_failure: Makes the answer to a login that failed, of its request and the failure. Default: one sentence as plain text.
        name: The namespace of the URLs, and the prefix of the names of cookies. Default: "appmint".

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
        on_login: Callable[[HttpRequest, TokenSource], object] | None = None,
        on_failure: Callable[[HttpRequest, LoginFailure], HttpResponse] | None = None,
        name: str = "appmint",
    ) -> None:
        super().__init__(app, redirect_uri, scopes, prompt, after_login, after_logout, name)
        self._on_login, self._on_failure, self._name = on_login, on_failure or refused, name
        patterns = [
            path("login", require_GET(self._answering(self._start)), name="login"),
            path("callback", require_GET(self._answering(self._callback)), name="callback"),
            path("logout", require_POST(self._answering(self._logout)), name="logout"),
        ]
        self.urls: tuple[list[Any], str, str] = (patterns, name, name)

    def current_session(self, request: HttpRequest) -> TokenSource | None:
        """The source of the tokens of the user who sent a request.

        Args:
            request: The request.

        Returns:
            The source. None if nobody is logged in.
        """
        return self._source(request.session.get(self._key))

    def log_in_again(self, request: HttpRequest) -> HttpResponse:
        """Sends the user through the login, and back to this page, such as after an appmint.ReauthorizeError.

        Args:
            request: The request.

        Returns:
            A redirect.
        """
        request.session.pop(self._key, None)
        next = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
        return HttpResponseRedirect(reverse(f"{self._name}:login") + next)

    def _answering(self, view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
        """A view whose failure has an answer."""

        def answer(request: HttpRequest) -> HttpResponse:
            try:
                return private(view(request))
            except LoginFailure as failure:
                return private(self._on_failure(request, failure))

        return answer

    def _start(self, request: HttpRequest) -> HttpResponse:
        begun = self._begin(request.GET.get("next"), request.COOKIES)
        answer = HttpResponseRedirect(begun.url)
        for name in begun.obsolete:
            self._delete_cookie(answer, name)
        answer.set_cookie(begun.cookie, begun.value, max_age=_login.PENDING_S, httponly=True, samesite="Lax",
                          secure=self._is_https)  # fmt: skip
        return answer

    def _callback(self, request: HttpRequest) -> HttpResponse:
        returned = self._returned(request.META["QUERY_STRING"], request.GET.get("state"), request.COOKIES)
        name = self._finish(returned)
        before = request.session.get(self._key)
        if before:
            request.session.flush()
            self._end(before)
        request.session.cycle_key()  # whoever knew the key before the login has no use of it
        request.session[self._key] = name
        self._welcome(request, name)
        answer = HttpResponseRedirect(returned.next)
        self._delete_cookie(answer, returned.cookie)
        return answer

    def _welcome(self, request: HttpRequest, name: str) -> None:
        """Calls the program's own function; a user whom it refuses has no session."""
        if self._on_login is None:
            return
        try:
            self._on_login(request, self._app.session(name))
            if self._key not in request.session:  # django.contrib.auth.login empties what another user had
                request.session[self._key] = name
        except BaseException:
            request.session.flush()
            self._end(name)
            raise

    def _logout(self, request: HttpRequest) -> HttpResponse:
        name = request.session.get(self._key)
        if name:
            self._app.end_session(name)
            request.session.flush()
        return HttpResponseRedirect(self._after_logout)

    def _delete_cookie(self, answer: HttpResponse, name: str) -> None:
        # `delete_cookie` itself sets Secure by the prefix of the name.
        answer.delete_cookie(name, samesite="Lax")


class Webhooks(_webhooks.Dispatcher):
    """Verifies the platform's webhooks, and calls the program's functions for them.

    ``view`` needs no CSRF token. The answer is 200 when all functions have ended, 401 without a valid signature, 400 if the
    payload is not JSON, and 413 for more than 25 MiB, whatever DATA_UPLOAD_MAX_MEMORY_SIZE says. An exception of a
    function is Django's, which answers with 500.

    Args:
        app: The app. It forgets the tokens that an event ends, before a function is called.
        secrets: The webhook's secret; several while one replaces the other.

    Raises:
        InvalidArgumentError: A secret is missing or empty.
        UnsupportedError: The platform does not sign webhooks.
    """

    def __init__(self, app: App, secrets: str | Sequence[str]) -> None:
        super().__init__(app, secrets)
        self.view: Callable[[HttpRequest], HttpResponse] = csrf_exempt(require_POST(self._receive))

    def _receive(self, request: HttpRequest) -> HttpResponse:
        try:
            event = self._verify(request.headers, body(request))
        except _webhooks.Refusal as refusal:
            return text(refusal.message, refusal.status)
        self._dispatch(event, call)
        return text("ok", 200)


def call(handler: Callable[[WebhookEvent], Any], event: WebhookEvent) -> None:
    """Calls a function, which may be async."""
    if iscoroutinefunction(handler):
        async_to_sync(handler)(event)
    else:
        handler(event)


def body(request: HttpRequest) -> bytes:
    """The bytes of the request, as far as they may be read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    declared = int(length) if length.isdecimal() else 0  # as Django reads it
    found: bytes = b"" if declared > _webhooks.LARGEST_BODY else request.read(_webhooks.LARGEST_BODY + 1)
    if max(declared, len(found)) > _webhooks.LARGEST_BODY:
        raise _webhooks.Refusal(413, _webhooks.TOO_LARGE)
    if declared and not found:
        raise _webhooks.Refusal(500, _webhooks.ALREADY_READ)
    return found


def refused(_request: HttpRequest, failure: LoginFailure) -> HttpResponse:
    """The answer to a login that failed."""
    return HttpResponse(
        failure.message, status=failure.status, headers=failure.headers(), content_type="text/plain; charset=utf-8"
    )


def text(message: str, status: int) -> HttpResponse:
    """An answer in plain text."""
    return HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")


def private(answer: HttpResponse) -> HttpResponse:
    """An answer whose URL, or whose request's, is nobody else's business."""
    for name, value in _login.PRIVATE.items():
        answer.headers[name] = value
    return answer
