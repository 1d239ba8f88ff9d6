"""The program's own HTTP client as a transport: the requests of an app go through it.

A failure is raised as an error of appmint's, whose reason says what is known. "unreachable" and "tls" are a
promise that not one byte of the request was sent, by which a refresh token is known to be unspent.

Whatever takes long to import is imported when a transport is used, since every program imports this module.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, Protocol, Union

from ._errors import Error, ProtocolError, TimeoutError, TransportError

_Answer = tuple[int, "list[tuple[str, str]]", bytes]
_Times = tuple[float, float]


class TransportRequest:
    """A request that a transport sends, once, without following a redirect."""

    # With their documentation.
    __slots__ = {
        "method": "str: The HTTP method.",
        "url": "str: The URL.",
        "headers": "list[tuple[str, str]]: The headers, with the credential.",
        "body": "bytes | None: The body; None without one.",
        "timeout": "float: The time until the whole answer must be there, in seconds.",
        "connect_timeout": "float: The time until the request must be on its way, in seconds; afterwards it must not be sent.",
        "is_repeatable": "bool: Whether it may be sent again after a failure. A request that spends a code or a refresh token "
        "may not, whatever failed.",
        "response_limit": "int: The largest body that is accepted, in bytes.",
    }

    def __init__(
        self,
        method: str,
        url: str,
        headers: list[tuple[str, str]],
        body: bytes | None,
        timeout: float,
        connect_timeout: float,
        is_repeatable: bool,
        response_limit: int,
    ) -> None:
        self.method: str = method
        self.url: str = url
        self.headers: list[tuple[str, str]] = headers
        self.body: bytes | None = body
        self.timeout: float = timeout
        self.connect_timeout: float = connect_timeout
        self.is_repeatable: bool = is_repeatable
        self.response_limit: int = response_limit

    def __repr__(self) -> str:
        """Without the headers and the body, which hold credentials."""
        return f"TransportRequest({self.method!r}, {self.url!r}, timeout={self.timeout!r}, is_repeatable={self.is_repeatable!r})"


class HttpClient(Protocol):
    """An ``httpx.Client`` or a ``requests.Session``."""

    @property
    def headers(self) -> Any:
        """The client's own headers."""

    @property
    def send(self) -> Any:
        """Sends a prepared request."""


#: Sends requests: a client, or a callable that returns the status, the headers and the body, or an object with the
#: attributes ``status_code`` (or ``status``), ``headers`` and ``content``.
Transport = Union[Callable[[TransportRequest], object], HttpClient]

_Exchange = Callable[[TransportRequest], _Answer]


def sender(transport: Transport) -> Callable[..., _Answer]:
    """Makes the function that the core calls of a client or a callable."""
    exchange = _exchange_of(transport)

    def send(
        method: str,
        url: str,
        headers: list[tuple[str, str]],
        body: bytes | None,
        times: _Times,
        is_repeatable: bool,
        response_limit: int,
    ) -> _Answer:
        timeout, connect_timeout = (max(each, 0.001) for each in times)
        return exchange(
            TransportRequest(
                method, url, headers, body, timeout, connect_timeout, is_repeatable, response_limit
            )
        )

    return send


def _exchange_of(transport: Transport) -> _Exchange:
    names = {f"{each.__module__.partition('.')[0]}.{each.__name__}" for each in type(transport).__mro__}
    for module in ("httpx", "httpx2"):
        if f"{module}.Client" in names:
            return _Httpx(transport, module)
    if "requests.Session" in names:
        return _Requests(transport)
    if {"httpx.AsyncClient", "httpx2.AsyncClient"} & names or not callable(transport):
        expected = "an httpx.Client, a requests.Session or a callable that takes a TransportRequest"
        raise TypeError(f"transport must be {expected}, not {type(transport).__name__}")
    return _Called(transport)


class _Called:
    """A callable of the program."""

    def __init__(self, transport: Any) -> None:
        self.transport = transport

    def __call__(self, request: TransportRequest) -> _Answer:
        response = self.transport(request)
        if hasattr(response, "__await__"):
            from ._waiting import run

            response = run(response)
        if isinstance(response, tuple):
            status, headers, body = response
        else:
            status = getattr(response, "status_code", None) or response.status
            headers, body = response.headers, response.content
        if len(body) > request.response_limit:
            raise _too_large(request)
        return int(status), _pairs(headers), bytes(body)


class _Httpx:
    """An ``httpx.Client`` or ``httpx2.Client``, with its hooks, its proxies and its transport."""

    def __init__(self, client: Any, module: str) -> None:
        self.client, self.module = client, module

    def __call__(self, request: TransportRequest) -> _Answer:
        httpx = import_module(self.module)
        deadline = time.monotonic() + request.timeout
        timeout = httpx.Timeout(request.timeout, connect=request.connect_timeout, pool=request.connect_timeout)
        outgoing = self.client.build_request(
            request.method, request.url, headers=request.headers, content=request.body, timeout=timeout
        )
        try:
            response = self.client.send(outgoing, stream=True, auth=None, follow_redirects=False)
            try:
                body = _read(response.iter_bytes(), request, deadline)
            finally:
                response.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as raised:
            raise _not_connected(request, raised) from raised
        except httpx.TimeoutException as raised:
            raise _late(request) from raised
        except httpx.RequestError as raised:
            raise _lost(request, raised) from raised
        return response.status_code, _decoded(response.headers.multi_items()), body


class _Requests:
    """A ``requests.Session``, with its adapters, its proxies and its certificates."""

    def __init__(self, session: Any) -> None:
        self.session = session

    def __call__(self, request: TransportRequest) -> _Answer:
        import requests
        import urllib3

        deadline = time.monotonic() + request.timeout
        # Prepared without the session: its credentials, and those of ~/.netrc, would replace the request's.
        headers = dict(request.headers)
        outgoing = requests.Request(request.method, request.url, headers=headers, data=request.body).prepare()
        settings = self.session.merge_environment_settings(outgoing.url, {}, None, None, None)
        settings |= {"stream": True, "timeout": (request.connect_timeout, request.timeout)}
        try:
            with self.session.send(outgoing, allow_redirects=False, **settings) as response:
                body = _read(response.iter_content(65536), request, deadline)
        except requests.ConnectionError as raised:
            cause = getattr(raised.args[0] if raised.args else None, "reason", None)
            unsent = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
            if isinstance(raised, requests.ConnectTimeout) or isinstance(cause, unsent) or _is_tls(raised):
                raise _not_connected(request, raised) from raised
            raise _lost(request, raised) from raised
        except requests.Timeout as raised:
            raise _late(request) from raised
        except requests.RequestException as raised:
            raise _lost(request, raised) from raised
        return response.status_code, _decoded(response.headers.items()), body


def _read(chunks: Iterable[bytes], request: TransportRequest, deadline: float) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > request.response_limit:
            raise _too_large(request)
        if time.monotonic() > deadline:
            raise _late(request)
    return bytes(body)


def _decoded(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers of a response whose body the client has decoded."""
    return [(name, value) for name, value in headers if name.lower() not in ("content-encoding", "content-length")]


def _pairs(headers: Any) -> list[tuple[str, str]]:
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return [(str(name), str(value)) for name, value in pairs]


def _is_tls(raised: object) -> bool:
    """Whether a certificate was refused, which is before anything is sent. Clients wrap one error in another."""
    import ssl

    if isinstance(raised, ssl.SSLCertVerificationError):
        return True
    if not isinstance(raised, BaseException):
        return False
    first = raised.args[0] if raised.args else None
    return any(map(_is_tls, (first, getattr(first, "reason", None), raised.__cause__ or raised.__context__)))


def _host(request: TransportRequest) -> str:
    from urllib.parse import urlsplit

    return urlsplit(request.url).netloc


def _not_connected(request: TransportRequest, raised: BaseException) -> Error:
    what = f"no connection to {_host(request)} ({type(raised).__name__})"
    return TransportError(what, reason="tls" if _is_tls(raised) else "unreachable")


def _late(request: TransportRequest) -> Error:
    return TimeoutError(f"no complete answer came from {_host(request)} in time")


def _lost(request: TransportRequest, raised: BaseException) -> Error:
    what = f"the exchange with {_host(request)} failed ({type(raised).__name__})"
    return TransportError(what, reason="connection_lost")


def _too_large(request: TransportRequest) -> Error:
    what = f"the answer of {_host(request)} is longer than {request.response_limit} bytes"
    return ProtocolError(what, reason="body_too_large")


TransportRequest.__module__ = "appmint"
