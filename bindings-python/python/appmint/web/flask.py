"""Flask: ``web.register_blueprint(WebLogin(app, …).blueprint)``, ``web.register_blueprint(Webhooks(app, …).blueprint)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask

from . import _login, _webhooks
from ._login import LoginFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from werkzeug.wrappers import Response

    from .._native import App, TokenSource, WebhookEvent

__all__ = ["LoginFailure", "WebLogin", "Webhooks"]


class WebLogin(_login.Login):
    """Logs users in by the platform.

    Its blueprint has ``/login``, which goes to the platform and takes a path as ``next``; ``/callback``, to which the platform
    returns; and ``/logout``, which is a POST. Flask's session holds the name of the user's session, never a token. It is
    emptied when a login replaces another one, and at the end.

    Args:
        app: The app, with a client, a store and a store key. All processes need the same store.
        redirect_uri: The URL of ``/callback``, as it is registered for the app. A login needs https, or this machine.
        scopes: OAuth scopes, on a platform that takes them. Default: none.
        prompt: The prompt that the user sees even when logged in, on a platform that takes it. Default: none.
        after_login: The path to which the user goes, unless the login has a ``next``. Default: "/".
        after_logout: The path to which the user goes after a logout. Default: "/".
        on_login: Is called with the source of the user's tokens, when they have logged in. It may write to
            ``flask.session``. A LoginFailure that it raises refuses the user. Default: none.
        on_failure: Makes the answer to a login that failed. Default: one sentence as plain text.
        name: The blueprint's name, and the prefix of the names of cookies. Default: "appmint".

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
        on_login: Callable[[TokenSource], object] | None = None,
        on_failure: Callable[[LoginFailure], Any] | None = None,
        name: str = "appmint",
    ) -> None:
        super().__init__(app, redirect_uri, scopes, prompt, after_login, after_logout, name)
        self._on_login, self._on_failure = on_login, on_failure or refused
        self.blueprint: flask.Blueprint = flask.Blueprint(name, __name__)
        self.blueprint.add_url_rule("/login", "login", self._start)
        self.blueprint.add_url_rule("/callback", "callback", self._callback)
        self.blueprint.add_url_rule("/logout", "logout", self._logout, methods=["POST"])
        self.blueprint.register_error_handler(LoginFailure, self._failed)

    def current_session(self) -> TokenSource | None:
        """The source of the tokens of the user who sent this request.

        Returns:
            The source. None if nobody is logged in.
        """
        return self._source(flask.session.get(self._key))

    def log_in_again(self, error: object = None) -> Response:
        """Sends the user through the login, and back to this page.

        It can be the handler of the error that ends a session:
        ``web.register_error_handler(appmint.ReauthorizeError, login.log_in_again)``.

        Args:
            error: Is not used.

        Returns:
            A redirect.
        """
        flask.session.pop(self._key, None)
        here = flask.request.script_root + flask.request.full_path.rstrip("?")
        next = here if flask.request.method == "GET" else None
        return flask.redirect(flask.url_for(f"{self.blueprint.name}.login", next=next), 303)

    def _start(self) -> Response:
        begun = self._begin(flask.request.args.get("next"), flask.request.cookies)
        answer = private(flask.redirect(begun.url))
        for name in begun.obsolete:
            self._delete_cookie(answer, name)
        answer.set_cookie(begun.cookie, begun.value, max_age=_login.PENDING_S, httponly=True, samesite="Lax",
                          secure=self._is_https)  # fmt: skip
        return answer

    def _callback(self) -> Response:
        query = flask.request.query_string.decode("ascii", "replace")
        returned = self._returned(query, flask.request.args.get("state"), flask.request.cookies)
        name = self._finish(returned)
        before = flask.session.get(self._key)
        if before:
            flask.session.clear()
            self._end(before)
        flask.session[self._key] = name
        self._welcome(name)
        answer = private(flask.redirect(returned.next))
        self._delete_cookie(answer, returned.cookie)
        return answer

    def _welcome(self, name: str) -> None:
        """Calls the program's own function; a user whom it refuses has no session."""
        if self._on_login is None:
            return
        try:
            self._on_login(self._app.session(name))
        except BaseException:
            flask.session.clear()
            self._end(name)
            raise

    def _logout(self) -> Response:
        name = flask.session.get(self._key)
        if name:
            self._app.end_session(name)
            flask.session.clear()
        return private(flask.redirect(self._after_logout, 303))

    def _failed(self, failure: LoginFailure) -> Any:
        return private(flask.make_response(self._on_failure(failure)))

    def _delete_cookie(self, answer: Response, name: str) -> None:
        answer.delete_cookie(name, httponly=True, samesite="Lax", secure=self._is_https)


class Webhooks(_webhooks.Dispatcher):
    """Verifies the platform's webhooks, and calls the program's functions for them.

    The answer is 200 when all functions have ended, 401 without a valid signature, 400 if the payload is not JSON, and 413 for
    more than 25 MiB. An exception of a function is Flask's, which answers with 500. A check of forms for all of the
    program's pages, such as Flask-WTF's, must leave the blueprint out.

    Args:
        app: The app. It forgets the tokens that an event ends, before a function is called.
        secrets: The webhook's secret; several while one replaces the other.
        path: The path to which the platform posts. Default: "/webhook".
        name: The blueprint's name. Default: "appmint_webhooks".

    Raises:
        InvalidArgumentError: A secret is missing or empty.
        UnsupportedError: The platform does not sign webhooks.
    """

    def __init__(self, app: App, secrets: str | Sequence[str], *, path: str = "/webhook", name: str = "appmint_webhooks") -> None:
        super().__init__(app, secrets)
        self.blueprint: flask.Blueprint = flask.Blueprint(name, __name__)
        self.blueprint.add_url_rule(path, "receive", self._receive, methods=["POST"])

    def _receive(self) -> Any:
        try:
            event = self._verify(flask.request.headers, body())
        except _webhooks.Refusal as refusal:
            return text(refusal.message, refusal.status)
        self._dispatch(event, call)
        return text("ok", 200)


def call(handler: Callable[[WebhookEvent], Any], event: WebhookEvent) -> None:
    """Calls a function, which may be async if Flask was installed with that."""
    flask.current_app.ensure_sync(handler)(event)


def body() -> bytes:
    """The bytes of the request, as far as they may be read."""
    length = flask.request.content_length
    if length is None:  # in chunks, whose end is not known before
        found = flask.request.stream.read(_webhooks.LARGEST_BODY + 1)
        length = len(found)
    elif length <= _webhooks.LARGEST_BODY:
        found = flask.request.get_data()
    if length > _webhooks.LARGEST_BODY:
        raise _webhooks.Refusal(413, _webhooks.TOO_LARGE)
    if length and not found:
        raise _webhooks.Refusal(500, _webhooks.ALREADY_READ)
    return found


def refused(failure: LoginFailure) -> Response:
    """The answer to a login that failed."""
    answer = text(failure.message, failure.status)
    answer.headers.update(failure.headers())
    return answer


def text(message: str, status: int) -> Response:
    """An answer in plain text."""
    return flask.Response(message, status, mimetype="text/plain")


def private(answer: Response) -> Response:
    """An answer whose URL, or whose request's, is nobody else's business."""
    answer.headers.update(_login.PRIVATE)
    return answer
