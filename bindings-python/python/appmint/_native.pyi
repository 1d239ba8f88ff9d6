from collections.abc import (
    AsyncIterator,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from datetime import datetime, timedelta
from os import PathLike
from types import GenericAlias, TracebackType
from typing import Any, TypeVar, final

from typing_extensions import Never, Self

from ._errors import Error
from ._headers import Headers
from ._store import Store
from ._transports import Transport
from ._types import (
    EventKind,
    Params,
    RepositorySelection,
    RequestHeaders,
    Signer,
    TokenKind,
    TokenTypeHint,
)

__all__ = [
    "App",
    "Authorization",
    "DeviceLogin",
    "Event",
    "Installation",
    "Introspection",
    "Listing",
    "Login",
    "ManualClock",
    "Quota",
    "Registration",
    "Repository",
    "Response",
    "Stats",
    "Subscription",
    "Token",
    "TokenSource",
    "WebhookConfig",
    "WebhookDelivery",
    "WebhookEvent",
    "discover",
    "discover_async",
    "event_kinds",
    "kinds",
    "platforms",
    "reasons",
    "restored_app",
    "restored_event",
    "restored_value",
    "secret_pattern",
    "token_kinds",
    "version",
]

_T_co = TypeVar("_T_co", covariant=True)

# ==== App & settings

@final
class App:
    """An app that authenticates on a platform.

    One app is enough for a program: it holds the connections and the tokens. Making one
    needs no network I/O. Each operation names the credential that it lacks.

    Any thread may use it, and several at once.

    A duration is a timedelta or a number of seconds. A key and certificates are text,
    bytes, or the Path of a file to read. Secrets are shown in no repr, error or log.

    A method that uses the network blocks its own thread, for the app's timeout at most.
    Its coroutine, such as request_async for request, is for asyncio and trio: it is sent
    when it is awaited, and cancelling it stops the waiting only.

    Besides the errors that it documents, every call over the network raises
    TransportError, TimeoutError, RateLimitedError, ServerError and ProtocolError;
    UnauthorizedError, ForbiddenError or RejectedError if the platform refuses it;
    InvalidArgumentError if the app lacks a credential for it (reason
    "missing_credential") or is closed; and UnsupportedError, without network I/O, if the
    platform does not offer it.

    It can be pickled, for another process, which makes an app of its own, if no secret
    and no object was given to it: its secrets come from the environment, or from files
    that are named by a Path.

    See
    https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app

    Args:
        platform (str): The name of a built-in platform, such as "github": see
            appmint.platforms. Required unless platform_descriptor is given. Default:
            none.
        environment (str): The prefix of environment variables, such as "APPMINT_", from
            which each setting that is not given is read. Each is read from the variable
            of its name in capitals (APPMINT_APP_ID); a long or secret one also from the
            file that a variable ending in _FILE names (APPMINT_PRIVATE_KEY_FILE), up to
            16 MiB. Durations have a unit (30s), switches are true or false, an empty
            variable counts as not set, and a proxy "none" is no proxy. Default: the
            environment is not read.
        platform_descriptor (str | Mapping): A descriptor of another platform as JSON
            text, instead of platform. A mapping stands for the same object. Default:
            none.
        host (str): The host of a platform that can be at several, such as
            "git.corp.example". Default: the platform's own; some platforms require one.
        api_url (str): The base URL of the API. The web pages follow it where the
            platform's hosts say how; else the error asks for web_url. Default: the
            platform's own.
        web_url (str): The base URL of the pages on which users authorize the app, and of
            OAuth. The API follows it as the web pages follow the API. Default: the
            platform's own.
        app_id (int | str): The app's id, as the platform's settings page shows it. JWTs
            need it. Default: none.
        client_id (int | str): The OAuth client id. Users' tokens need it. Default: none.
        client_secret (str): The OAuth client secret. Default: none.
        private_key (str | bytes | PathLike): The app's RSA key: PEM (PKCS#1, PKCS#8,
            encrypted PKCS#8), DER, or any form in which keys are pasted. A str is the key
            itself, never the path of a file. Default: none.
        fallback_private_key (str | bytes | PathLike): A second key during a key rotation,
            in any form that the first may have. It is used from the moment when the
            platform does not know the first. Default: none.
        private_key_passphrase (str): The passphrase of an encrypted PKCS#8 key. A key
            whose file demands more than 2 000 000 rounds of PBKDF2, or more than 128 MiB
            for scrypt, is refused; reading one within that may take seconds. Other
            threads run meanwhile: asyncio.to_thread(App, …) keeps an event loop free.
            Default: none.
        key_id (str): The platform's name of the key, for platforms that name keys: the
            kid of the JWTs that the app signs. Default: none.
        fallback_key_id (str): The platform's name of fallback_private_key. Default: none.
        signer (Callable[[bytes], bytes]): Signs instead of a private key, such as a KMS
            or an HSM: takes the message and returns its RS256 signature. If it fails, the
            call fails with CallbackError. It is called on worker threads, several at a
            time, and may block. An async function runs there, on an event loop of its
            own. Default: none.
        jwt_back_date (timedelta | float): How far a JWT's iat lies in the past. Default:
            the platform's, 60 s on those that are built in.
        jwt_lifetime (timedelta | float): How far a JWT's exp lies in the future. Default:
            the platform's, 540 s on those that are built in, which allow 600 s at most.
        timeout (timedelta | float): The time for a whole call with its retries; more than
            0. Default: 30 s.
        connect_timeout (timedelta | float): The time to connect, which is lowered to
            three quarters of timeout if it is longer. Default: 10 s.
        proxy (str): The URL of a proxy, such as "http://user:password@host:port" or
            "socks5h://host:port"; an empty text for no proxy. Its scheme is http, https,
            socks5 or socks5h. This machine is always reached without a proxy. Default:
            the one that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names, except for the hosts
            in NO_PROXY.
        root_certificates (str | bytes | PathLike): Root certificates that are trusted
            besides the system's: PEM, or the DER of one. A server's own certificate may
            be its root. A store in Redis over TLS trusts them, too. The environment
            variables SSL_CERT_FILE and SSL_CERT_DIR name others in the place of the
            system's. Those of the file or folder in REQUESTS_CA_BUNDLE are trusted, too.
            Default: none.
        client_certificate (str | bytes | PathLike): The certificate that is shown to a
            server that wants one (mTLS), with those between it and its root: PEM, or the
            DER of one. Needs client_key. A store in Redis over TLS that wants one gets
            it, too. Default: none.
        client_key (str | bytes | PathLike): The private key of client_certificate: RSA or
            ECDSA, in PEM or DER, not encrypted. Default: none.
        user_agent (str): Text that precedes appmint's own User-Agent header. Default:
            none.
        allow_plain_http (bool): Whether to send requests without TLS to hosts other than
            this machine. Anybody on the way can then read and change what is sent, tokens
            included. Default: False.
        refuse_private_addresses (bool): Whether to refuse connections to addresses that
            are not public: this machine, private networks, link-local and reserved
            addresses. For a host that somebody else named. The address that is connected
            to is checked, so no proxy is used, and none may be given. The call that would
            connect fails with InvalidArgumentError ("private_address"). Default: False.
        max_response_body (int): The largest accepted body of an API response, in bytes.
            Default: 33 554 432 (32 MiB).
        retries (int): How many times a request is sent again after a temporary failure or
            a rate limit, if repeating it is safe. 0 sends every request once, except
            after a refused signature. Default: 2.
        retry_wait (timedelta | float): The wait before the first retry, which doubles
            with each further one. Default: 0.25 s.
        transport (httpx.Client | requests.Session | Callable): Sends all requests by the
            program's own HTTP client instead of the built-in one. It takes the method,
            the URL, the headers, the body, the time that is left, and whether the request
            may be sent twice, and returns the status, the headers and the body, or says
            how it failed: not sent, or perhaps sent. It must not send a request a second
            time by itself that may be sent once only: a refresh token would be spent
            twice. Proxies and certificates are those of the client, and the settings for
            them are refused beside it. It is called on worker threads, several at a time.
            It is the client itself, or a callable that takes an appmint.TransportRequest.
            Default: the built-in HTTP client.
        store (str | PathLike | Store): Where tokens live between processes:
            "sqlite:FILE", "redis://…" or "rediss://…" (TLS); "memory:" keeps them in this
            process. A Redis URL may have "?prefix=" for the names of its keys (default
            "appmint:") and "?wait_replicas=N" for writes that count only once N replicas
            have them (default 0). It may hold a password, and is treated as a secret. A
            store that other processes can read needs store_key or store_unencrypted. If
            the store fails, installation tokens are minted as without it, while the calls
            of a session fail. The Path of an SQLite file, or an object with the methods
            of appmint.Store, are taken, too. Default: none.
        store_key (str | bytes): The key that seals stored tokens and authorizations: 32
            bytes in hexadecimal or base64. "openssl rand -hex 32" makes one.
            "keychain:NAME" takes the key of that name from the system's keychain: that of
            macOS or Windows, where it is made if it is missing, or the kernel's keyring
            on Linux, where somebody puts it. A key that has sealed records and was
            deleted is not made anew. Whoever builds the app waits for the keychain, until
            timeout at most, while a person may be asked to unlock it. The 32 bytes
            themselves are taken, too. Default: none.
        previous_store_key (str | bytes): The previous key during a rotation of store_key.
            It opens what it has sealed, and seals nothing. "keychain:NAME" is one that
            the keychain has already. Default: none.
        store_unencrypted (bool): Whether the store holds tokens without encryption,
            readable for everybody who can read the store. Default: False.
        capacity (int): How many tokens are held in memory; at least 1. Beyond it, tokens
            are dropped that no source refers to. Default: 1 000 000.
        on_event (Callable[[Event], object]): Is called with each event, which never holds
            a secret. It is called on the thread on which the event happens, which waits
            for it, and on several at once: it must be quick, and must not wait for a
            token. Events are also logged to the logger "appmint". Default: none.
        clock (ManualClock): A clock that shows a fixed time, for tests. Default: the
            system's clock.

    Raises:
        InvalidArgumentError: A setting is missing, malformed, or contradicts another; the
            message names it.
        UnsupportedError: The platform does not take a setting.
        PrivateKeyError: A private key cannot be used; the reason says why (reason
            "not_a_private_key", "damaged_key", "passphrase_needed", "wrong_passphrase" or
            "unsuitable_key").
        StoreError: The system's keychain gives no key for the store.
        OSError: A file cannot be read, such as FileNotFoundError.
        TypeError: An argument has another type.
    """

    def __new__(
        cls,
        platform: str | None = None,
        *,
        environment: str | None = None,
        platform_descriptor: str | Mapping[str, Any] | None = None,
        host: str | None = None,
        api_url: str | None = None,
        web_url: str | None = None,
        app_id: int | str | None = None,
        client_id: int | str | None = None,
        client_secret: str | None = None,
        private_key: str | bytes | bytearray | memoryview | PathLike[str] | None = None,
        fallback_private_key: str | bytes | bytearray | memoryview | PathLike[str] | None = None,
        private_key_passphrase: str | None = None,
        key_id: str | None = None,
        fallback_key_id: str | None = None,
        signer: Signer | None = None,
        jwt_back_date: timedelta | float | None = None,
        jwt_lifetime: timedelta | float | None = None,
        timeout: timedelta | float | None = None,
        connect_timeout: timedelta | float | None = None,
        proxy: str | None = None,
        root_certificates: str | bytes | bytearray | memoryview | PathLike[str] | None = None,
        client_certificate: str | bytes | bytearray | memoryview | PathLike[str] | None = None,
        client_key: str | bytes | bytearray | memoryview | PathLike[str] | None = None,
        user_agent: str | None = None,
        allow_plain_http: bool = False,
        refuse_private_addresses: bool = False,
        max_response_body: int | None = None,
        retries: int | None = None,
        retry_wait: timedelta | float | None = None,
        transport: Transport | None = None,
        store: str | PathLike[str] | Store | None = None,
        store_key: str | bytes | bytearray | memoryview | None = None,
        previous_store_key: str | bytes | bytearray | memoryview | None = None,
        store_unencrypted: bool = False,
        capacity: int | None = None,
        on_event: Callable[[Event], object] | None = None,
        clock: ManualClock | None = None,
    ) -> Self: ...
    @classmethod
    def from_env(cls, *, prefix: str = "APPMINT_", **settings: Any) -> Self:
        """Makes an app of environment variables, such as APPMINT_PRIVATE_KEY_FILE.

        A setting that is given here takes precedence over its variable.

        Args:
            prefix: What the names of the variables begin with.
            **settings: Settings of App.

        Returns:
            The app.

        Raises:
            InvalidArgumentError: A variable is malformed, or a setting is missing.
        """

    @property
    def platform_name(self) -> str:
        """The platform's name, such as "github"."""

    def jwt(self) -> Token:
        """Signs the app's JWT. The same one is returned until 60 s before it expires.

        It is signed once for all callers that need one at the same time. No network I/O,
        unless the signer does some.

        See https://www.rfc-editor.org/rfc/rfc7519,
        https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app

        Returns:
            A token of kind "jwt", whose claims can be read.

        Raises:
            InvalidArgumentError: The app has no private key, signer or id (reason
                "missing_credential").
            UnsupportedError: The platform has no JWTs of apps.
            CallbackError: The signer failed.
            PrivateKeyError: The signer's signature cannot be used.
            Error: As every call over the network does, see App.
        """

    def jwt_async(self) -> Coroutine[Any, Any, Token]:
        """The coroutine of `jwt`: the same arguments, result and errors."""

    @property
    def fingerprint(self) -> str | None:
        """The SHA-256 fingerprint of the public key, as the platform's settings page shows it.
        With two keys it is that of the one in use.

        None if the app has no private key, or a signer that does not know it.
        """

    @property
    def clock_offset(self) -> timedelta:
        """How far the platform's clock is ahead of this machine's, as far as is known.

        It is 0 until a difference was found, and again once it has ended. JWTs are made by
        it; tokens live by this machine's own clocks. It is learned from the Date header: when
        the platform rejects a JWT because of its times, and when two answers in a row agree
        on a difference of half a minute or more, or on none.
        """

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: str | bytes | bytearray | memoryview | None = None,
        token: Token | str | None = None,
        *,
        params: Params | None = None,
        timeout: timedelta | float | None = None,
    ) -> Response:
        """Calls the platform's API as the app, or with a token.

        Every HTTP status is a response and no error. A read is sent again after a lost
        connection, 502 to 504, and a rate limit; a write after a rate limit only. A path that
        the platform reserves for the OAuth client is called with its id and secret.

        See
        https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api

        Args:
            method: The HTTP method, such as "GET".
            path: A path of the API that begins with "/", with its query, or a URL on one of
                the platform's own hosts.
            headers: Further headers. Authorization is refused: give token. Default: none.
            json: A value that is sent as JSON, instead of body. Default: no body.
            body: Bytes to send, instead of json; their type belongs into a Content-Type
                header. Default: no body.
            token: The token to authenticate with, such as a user's. Default: the credential
                that the platform wants for the path, such as the app's JWT.
            params: Parameters that are added to the query, as a mapping or as pairs. A
                sequence is a parameter that comes several times. Default: none.
            timeout: The time for the whole call with its retries, as a timedelta or in
                seconds. Default: the app's timeout.

        Returns:
            The response, with its status, headers and body.

        Raises:
            InvalidArgumentError: The method, path, headers or body cannot be sent.
            InvalidArgumentError: The URL is on another host than the platform's (reason
                "foreign_host").
            Error: As every call over the network does, see App.
        """

    def request_async(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: str | bytes | bytearray | memoryview | None = None,
        token: Token | str | None = None,
        *,
        params: Params | None = None,
        timeout: timedelta | float | None = None,
    ) -> Coroutine[Any, Any, Response]:
        """The coroutine of `request`: the same arguments, result and errors."""

    def paginate(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        items: str | None = None,
        token: Token | str | None = None,
        *,
        params: Params | None = None,
        timeout: timedelta | float | None = None,
    ) -> Listing[Any]:
        """Lists the items of any endpoint of the API, as the app, or with a token.

        The items are the list that the endpoint answers, or the only member of its answer
        that is a list, such as "repositories" beside a "total_count". Each one is a JSON
        value: the order of its members, and the digits of a number beyond 64 bits, are not
        kept.

        A next page is the one that the answer's Link header names, which must be on the same
        host and for the same credential, or as api.paging of the platform's descriptor says:
        by its number, until a page has no items or those of the page before, or by a cursor.
        As many items are asked for at once as the platform allows, unless the path's query
        has that parameter already. An item that moves to another page while the list is read
        may come twice, or not at all.

        A page that is refused is an error after the items of the pages before it. So is a
        link to another host, to which nothing is sent, and one to a page that was read
        already. Pages are requested as the items are asked for, none before.

        See
        https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api,
        https://www.rfc-editor.org/rfc/rfc8288#section-3

        Args:
            path: A path of the API that begins with "/", with its query, or a URL on one of
                the platform's own hosts.
            headers: Further headers. Authorization is refused: give token. Default: none.
            items: The member of an answer that is the list, or a JSON pointer to it (RFC
                6901), where an answer has several lists. Default: the only list in the
                answer.
            token: The token to authenticate with, such as a user's. Default: the credential
                that the platform wants for the path, such as the app's JWT.
            params: Parameters that are added to the query, as a mapping or as pairs. A
                sequence is a parameter that comes several times. Default: none.
            timeout: The time for the requests of one item, with their retries, as a timedelta
                or in seconds. Default: the app's timeout.

        Returns:
            The items, each the value that its JSON is.

        Raises:
            InvalidArgumentError: The path or headers cannot be sent, or the name of the
                member is empty.
            InvalidArgumentError: The URL is on another host than the platform's (reason
                "foreign_host").
        """

    def quota(self) -> Quota | None:
        """Returns the quota of the requests that the app makes with its JWT or tokens of its
        own.

        It is as the platform told it in its last answer to one of them. None if there was no
        such answer yet, or the platform does not tell it. No network I/O.

        See https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api

        Returns:
            The quota.
        """

    def stats(self) -> Stats:
        """Returns the counters of the app since it was made. No network I/O.

        Returns:
            A snapshot of the counters.
        """

    def close(self) -> None:
        """Ends the app's threads and connections, and forgets its tokens, whatever sources of it
        exist.

        Calls in progress complete; new ones fail with InvalidArgumentError. Sessions' tokens
        that the store did not take yet are offered to it until the app's timeout has passed.
        A second call does nothing. No network I/O.

        with app: closes it, too.
        """

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
        /,
    ) -> None: ...
    def __aenter__(self) -> Coroutine[Any, Any, Self]: ...
    def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
        /,
    ) -> Coroutine[Any, Any, None]: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

    # ---- Installations

    def installations(self) -> Listing[Installation]:
        """Lists the installations of the app.

        Pages are requested as the items are asked for, none before.

        See
        https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app

        Returns:
            The installations.

        Raises:
            UnsupportedError: The platform has no installations.
        """

    def find_installation(
        self,
        *,
        account: int | str | None = None,
        id: int | str | None = None,
        organization: str | None = None,
        user: str | None = None,
        repository: str | None = None,
        enterprise: str | None = None,
    ) -> Installation:
        """Looks up one installation, by exactly one argument.

        See https://docs.github.com/en/rest/apps/apps

        Args:
            account: The path, login, name or id of an account of any kind, as the platform
                writes it.
            id: The installation's id.
            organization: An organization's login.
            user: A user's login.
            repository: A repository, as "owner/name".
            enterprise: An enterprise's short name.

        Returns:
            The installation.

        Raises:
            InvalidArgumentError: None or several of the arguments are given, or one is
                malformed.
            UnsupportedError: The platform does not look up installations by this argument.
            NotFoundError: The app is not installed there (reason "not_installed").
            Error: As every call over the network does, see App.
        """

    def find_installation_async(
        self,
        *,
        account: int | str | None = None,
        id: int | str | None = None,
        organization: str | None = None,
        user: str | None = None,
        repository: str | None = None,
        enterprise: str | None = None,
    ) -> Coroutine[Any, Any, Installation]:
        """The coroutine of `find_installation`: the same arguments, result and errors."""

    def suspend_installation(self, id: int | str) -> None:
        """Suspends an installation: its tokens stop working until it is unsuspended.

        See https://docs.github.com/en/rest/apps/apps#suspend-an-app-installation

        Args:
            id: The installation's id.

        Raises:
            UnsupportedError: The platform cannot suspend installations.
            NotFoundError: The app has no such installation.
            Error: As every call over the network does, see App.
        """

    def suspend_installation_async(self, id: int | str) -> Coroutine[Any, Any, None]:
        """The coroutine of `suspend_installation`: the same arguments, result and errors."""

    def unsuspend_installation(self, id: int | str) -> None:
        """Ends the suspension of an installation.

        See https://docs.github.com/en/rest/apps/apps#unsuspend-an-app-installation

        Args:
            id: The installation's id.

        Raises:
            UnsupportedError: The platform cannot suspend installations.
            NotFoundError: The app has no such installation.
            Error: As every call over the network does, see App.
        """

    def unsuspend_installation_async(self, id: int | str) -> Coroutine[Any, Any, None]:
        """The coroutine of `unsuspend_installation`: the same arguments, result and errors."""

    def delete_installation(self, id: int | str) -> None:
        """Uninstalls the app from an installation's account. This cannot be undone.

        See
        https://docs.github.com/en/rest/apps/apps#delete-an-installation-for-the-authenticated-app

        Args:
            id: The installation's id.

        Raises:
            UnsupportedError: The platform does not let apps uninstall themselves.
            NotFoundError: The app has no such installation.
            Error: As every call over the network does, see App.
        """

    def delete_installation_async(self, id: int | str) -> Coroutine[Any, Any, None]:
        """The coroutine of `delete_installation`: the same arguments, result and errors."""

    def install_url(
        self,
        app_slug: str,
        *,
        state: str | None = None,
        redirect_uri: str | None = None,
    ) -> Authorization:
        """Makes the URL of the page on which a user installs the app.

        Keep its state until the user returns, for finish_install. The state is empty if the
        platform takes none. No network I/O.

        See https://docs.github.com/en/apps/sharing-github-apps/sharing-your-github-app

        Args:
            app_slug: The app's short name, which is part of its URL: Registration.slug.
            state: A state of your own, which nobody must be able to guess. Default: 256
                random bits, or an empty one if the platform takes none.
            redirect_uri: The URL to which the user returns, on a platform that takes one.
                Default: none is sent.

        Returns:
            The URL and the state.

        Raises:
            UnsupportedError: The platform has no such page, or does not take an argument.
        """

    def finish_install(self, callback_url: str, state: str) -> Installation:
        """Returns the installation that a user has made.

        The state is compared in constant time, and the platform is asked whether the
        installation is this app's: anybody could have written the id in a callback.

        See https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app

        Args:
            callback_url: The URL with which the user returned, or its query.
            state: The state of install_url.

        Returns:
            The installation.

        Raises:
            ReauthorizeError: The callback has another state (reason "state_mismatch").
            NotFoundError: The installation is not this app's.
            ProtocolError: The callback has no installation's id (reason "missing_member").
            PendingError: An owner of the account has yet to approve (reason
                "installation_requested").
            Error: As every call over the network does, see App.
        """

    def finish_install_async(
        self, callback_url: str, state: str
    ) -> Coroutine[Any, Any, Installation]:
        """The coroutine of `finish_install`: the same arguments, result and errors."""

    # ---- Tokens

    def installation(
        self,
        id: int | str | None = None,
        *,
        account: int | str | None = None,
        organization: str | None = None,
        user: str | None = None,
        repository: str | None = None,
        enterprise: str | None = None,
        repositories: Iterable[str] | None = None,
        repository_ids: Iterable[int | str] | None = None,
        permissions: Mapping[str, str] | None = None,
    ) -> TokenSource:
        """Makes a source of tokens for one installation.

        The installation is named by its id or by exactly one of the arguments of
        find_installation. One that is not named by its id is looked up when the first token
        is needed, and again when the platform no longer knows the id that was found.

        The tokens have all access that the installation was granted, unless they are
        narrowed. An empty list of repositories or permissions is refused, since platforms
        understand it as everything. No network I/O.

        See
        https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app

        Args:
            id: The installation's id.
            account: The path, login, name or id of an account of any kind, as the platform
                writes it.
            organization: An organization's login.
            user: A user's login.
            repository: A repository, as "owner/name".
            enterprise: An enterprise's short name.
            repositories: The names of the repositories to narrow to, without their owner.
                Default: all that the installation has.
            repository_ids: The ids of the repositories to narrow to. Default: all that the
                installation has.
            permissions: The permissions to narrow to, by name with their level, such as
                "contents" with "read". Default: all that the installation was granted.

        Returns:
            The source. Sources of one installation and scope share one token.

        Raises:
            InvalidArgumentError: No argument or several name an installation, or an argument
                is empty or malformed.
            UnsupportedError: The platform has no installations, no lookup by this argument,
                or no tokens that are narrowed like this.
        """

    def app_tokens(
        self,
        *,
        scopes: Iterable[str] | None = None,
        subject: str | None = None,
    ) -> TokenSource:
        """Makes a source of the app's own tokens, on a platform that has them beside the JWT.

        They are minted for the JWT, for an assertion that the app signs (RFC 7523: a service
        account), or for the OAuth client itself (RFC 6749 section 4.4), as the platform has
        it. No network I/O.

        See https://www.rfc-editor.org/rfc/rfc7523#section-2.1,
        https://www.rfc-editor.org/rfc/rfc6749#section-4.4

        Args:
            scopes: OAuth scopes, on a platform that takes the app's assertion. Default: none.
            subject: The user for whom the app acts, on a platform that takes the app's
                assertion. Default: the app itself.

        Returns:
            The source, whose tokens are of kind "app".

        Raises:
            UnsupportedError: The platform has no such tokens, or does not take an argument.
        """

    def revoke_installation_token(self, token: Token | str) -> None:
        """Ends an installation token on the platform. It succeeds if the token is already
        invalid.

        See
        https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token

        Args:
            token: The token or its text.

        Raises:
            UnsupportedError: The platform does not offer this.
            Error: As every call over the network does, see App.
        """

    def revoke_installation_token_async(self, token: Token | str) -> Coroutine[Any, Any, None]:
        """The coroutine of `revoke_installation_token`: the same arguments, result and errors."""

    # ---- OAuth & login

    def authorize(
        self,
        *,
        redirect_uri: str | None = None,
        state: str | None = None,
        scopes: Iterable[str] | None = None,
        login_hint: str | None = None,
        prompt: str | None = None,
    ) -> Authorization:
        """Makes the URL of the page on which a user authorizes the app, with a fresh state.

        On a platform with PKCE (RFC 7636) it has a fresh code verifier, too. Keep the result
        until the user returns, for finish_authorization. No network I/O.

        See https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1,
        https://www.rfc-editor.org/rfc/rfc7636#section-4.3

        Args:
            redirect_uri: The URL to which the user returns: one of those registered for the
                app. Default: none is sent.
            state: A state of your own, which nobody must be able to guess. Default: 256
                random bits.
            scopes: OAuth scopes, on a platform that takes them. Default: none.
            login_hint: The account to suggest, on a platform that takes it. Default: none.
            prompt: The prompt that the user sees even when logged in, such as
                "select_account", on a platform that takes it (OpenID Connect Core section
                3.1.2.1). Default: none.

        Returns:
            The URL, its state and its PKCE verifier.

        Raises:
            InvalidArgumentError: The app has no client id (reason "missing_credential").
            InvalidArgumentError: The state is empty.
            UnsupportedError: The platform has no OAuth, or does not take an argument.
        """

    def authorization_code(self, callback_url: str, state: str) -> str:
        """Returns the code in a callback URL, once its state was compared in constant time.

        finish_authorization does this and exchanges the code. No network I/O.

        See https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2,
        https://www.rfc-editor.org/rfc/rfc9207#section-2.4

        Args:
            callback_url: The URL with which the user returned, or its query.
            state: The state of the authorization.

        Returns:
            The authorization code.

        Raises:
            ReauthorizeError: The callback has another state, or comes from another server
                (RFC 9207) (reason "state_mismatch").
            DeniedError: The user declined (reason "access_denied").
            RejectedError: The redirect URI is not registered for the app (reason
                "redirect_uri_mismatch").
            RejectedError: The platform refused the authorization for another cause.
            ProtocolError: The callback holds no code and no error (reason "missing_member").
        """

    def exchange_code(
        self,
        code: str,
        redirect_uri: str | None = None,
        code_verifier: str | None = None,
    ) -> Token:
        """Exchanges an authorization code for a user token.

        The code is sent once, even if the call fails, unless the platform refused the
        client's first private key: then it is sent again with the second.

        See https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3,
        https://www.rfc-editor.org/rfc/rfc7636#section-4.5

        Args:
            code: The authorization code.
            redirect_uri: The redirect URI of the authorization, if it had one. Default: none
                is sent.
            code_verifier: The PKCE verifier of the authorization, if it had one. Default:
                none is sent.

        Returns:
            A token of kind "user".

        Raises:
            ReauthorizeError: The code is unknown, expired or used (reason "invalid_code").
            UnauthorizedError: The client id or its secret is wrong (reason "invalid_client").
            Error: As every call over the network does, see App.
        """

    def exchange_code_async(
        self,
        code: str,
        redirect_uri: str | None = None,
        code_verifier: str | None = None,
    ) -> Coroutine[Any, Any, Token]:
        """The coroutine of `exchange_code`: the same arguments, result and errors."""

    def finish_authorization(self, authorization: Authorization, callback_url: str) -> Token:
        """Exchanges the code with which a user returned for a user token.

        The state is compared in constant time, and iss if the platform sends it (RFC 9207).
        An authorization can be finished once, in one of the processes that share the store,
        within an hour, on the platform on which it began.

        See https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2,
        https://www.rfc-editor.org/rfc/rfc9207#section-2.4

        Args:
            authorization: The result of authorize or open_authorization.
            callback_url: The URL with which the user returned, or its query.

        Returns:
            A token of kind "user".

        Raises:
            ReauthorizeError: The callback has another state, or comes from another server
                (reason "state_mismatch").
            ReauthorizeError: The authorization was finished before, or began more than an
                hour ago (reason "stale_authorization").
            ReauthorizeError: The code is unknown, expired or used (reason "invalid_code").
            DeniedError: The user declined (reason "access_denied").
            InvalidArgumentError: The authorization began on another platform.
            StoreError: The store failed to record that the authorization is finished; nothing
                was sent.
            UnauthorizedError: The client id or its secret is wrong (reason "invalid_client").
            Error: As every call over the network does, see App.
        """

    def finish_authorization_async(
        self, authorization: Authorization, callback_url: str
    ) -> Coroutine[Any, Any, Token]:
        """The coroutine of `finish_authorization`: the same arguments, result and errors."""

    def seal_authorization(self, authorization: Authorization) -> str:
        """Encrypts an authorization with the app's store key, to be kept in the user's cookie or
        web session. No network I/O.

        Args:
            authorization: The result of authorize.

        Returns:
            Text that open_authorization takes, in any process with the same store key.

        Raises:
            InvalidArgumentError: The app has no store key (reason "missing_credential").
        """

    def open_authorization(self, sealed: str) -> Authorization:
        """Decrypts an authorization, in any process with the same store key. No network I/O.

        Args:
            sealed: The result of seal_authorization.

        Returns:
            The authorization.

        Raises:
            InvalidArgumentError: The app has no store key (reason "missing_credential").
            InvalidArgumentError: The app's store keys do not open the text.
        """

    def refresh(self, refresh_token: Token | str) -> Token:
        """Exchanges a refresh token for a new user token.

        The refresh token is sent once, even if the call fails, unless the platform refused
        the client's first private key: then it is sent again with the second. After a lost
        answer it may be spent where the platform rotates refresh tokens: that error is not
        retryable. A session keeps what can be kept. The answer is returned even if its access
        token has expired, because its refresh token works.

        See https://www.rfc-editor.org/rfc/rfc6749#section-6,
        https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app

        Args:
            refresh_token: The refresh token's text, or the Token that it came with.

        Returns:
            A token of kind "user".

        Raises:
            ReauthorizeError: The refresh token is unknown, expired or revoked (reason
                "invalid_refresh_token").
            InvalidArgumentError: There is no refresh token.
            UnauthorizedError: The client id or its secret is wrong (reason "invalid_client").
            Error: As every call over the network does, see App.
        """

    def refresh_async(self, refresh_token: Token | str) -> Coroutine[Any, Any, Token]:
        """The coroutine of `refresh`: the same arguments, result and errors."""

    def exchange_token(
        self,
        subject_token: str,
        *,
        subject_token_type: str | None = None,
        scopes: Iterable[str] | None = None,
        audience: str | None = None,
        resource: str | None = None,
    ) -> Token:
        """Exchanges a token of another server, such as the OIDC id token of a workload, for one
        of the platform.

        The app's OAuth client authenticates if the app has a client id. Each call sends a
        request: keep the token for as long as it lives.

        See https://www.rfc-editor.org/rfc/rfc8693#section-2.1

        Args:
            subject_token: The token of the other server.
            subject_token_type: Its type, a URI of RFC 8693 section 3. Default: that of a JWT.
            scopes: OAuth scopes, on a platform that takes them. Default: none.
            audience: The name of the service that the new token is for. Default: none is
                sent.
            resource: The URI of the service that the new token is for. Default: none is sent.

        Returns:
            A token of kind "app".

        Raises:
            UnsupportedError: The platform has no token exchange.
            UnauthorizedError: The platform does not accept the token (reason
                "invalid_token").
            UnauthorizedError: The client id or its secret is wrong (reason "invalid_client").
            Error: As every call over the network does, see App.
        """

    def exchange_token_async(
        self,
        subject_token: str,
        *,
        subject_token_type: str | None = None,
        scopes: Iterable[str] | None = None,
        audience: str | None = None,
        resource: str | None = None,
    ) -> Coroutine[Any, Any, Token]:
        """The coroutine of `exchange_token`: the same arguments, result and errors."""

    def start_login(
        self,
        *,
        scopes: Iterable[str] | None = None,
        login_hint: str | None = None,
        prompt: str | None = None,
        ports: Iterable[int] | None = None,
        path: str | None = None,
        host: str | None = None,
    ) -> Login:
        """Starts the login of a user in a browser on this machine.

        It listens on 127.0.0.1 until the browser returns. No network I/O.

        See https://www.rfc-editor.org/rfc/rfc8252#section-7.3

        Args:
            scopes: OAuth scopes, on a platform that takes them. Default: none.
            login_hint: The account to suggest, on a platform that takes it. Default: none.
            prompt: The prompt that the user sees even when logged in, such as
                "select_account", on a platform that takes it. Default: none.
            ports: The ports of 127.0.0.1 to listen on, of which the first free one is used.
                Default: any free port.
            path: The path of the redirect URI. Default: "/callback".
            host: The host of the redirect URI, on a platform that compares it to the letter:
                "127.0.0.1" or "localhost". The listener is on 127.0.0.1 either way. Default:
                "127.0.0.1".

        Returns:
            The login. Cancel it, or wait for it, so that its listener closes.

        Raises:
            InvalidArgumentError: The app has no client id (reason "missing_credential").
            InvalidArgumentError: The path is malformed, or the host is another machine's.
            UnsupportedError: The platform has no OAuth, or does not take an argument.
            TransportError: No port is free (reason "unreachable").
        """

    def start_device_login(self, *, scopes: Iterable[str] | None = None) -> DeviceLogin:
        """Starts the login of a user on another device, on which they type a code.

        See https://www.rfc-editor.org/rfc/rfc8628#section-3.1

        Args:
            scopes: OAuth scopes, on a platform that takes them. Default: none.

        Returns:
            The login, with the code and the URL to show.

        Raises:
            UnsupportedError: The platform has no device logins.
            Error: As every call over the network does, see App.
        """

    def start_device_login_async(
        self, *, scopes: Iterable[str] | None = None
    ) -> Coroutine[Any, Any, DeviceLogin]:
        """The coroutine of `start_device_login`: the same arguments, result and errors."""

    def check_token(self, token: Token | str) -> Token:
        """Asks the platform about a user token: its scopes, its expiry and its account.

        See https://docs.github.com/en/rest/apps/oauth-applications#check-a-token

        Args:
            token: The token or its text.

        Returns:
            The token with these details, without a refresh token: keep the one that you have.

        Raises:
            ReauthorizeError: The token is not valid any more, or another app's (reason
                "invalid_token").
            UnsupportedError: The platform does not offer this.
            Error: As every call over the network does, see App.
        """

    def check_token_async(self, token: Token | str) -> Coroutine[Any, Any, Token]:
        """The coroutine of `check_token`: the same arguments, result and errors."""

    def reset_token(self, token: Token | str) -> Token:
        """Replaces a user token, which stops working.

        See https://docs.github.com/en/rest/apps/oauth-applications#reset-a-token

        Args:
            token: The token or its text.

        Returns:
            The new token.

        Raises:
            ReauthorizeError: The token is not valid any more, or another app's (reason
                "invalid_token").
            UnsupportedError: The platform does not offer this.
            Error: As every call over the network does, see App.
        """

    def reset_token_async(self, token: Token | str) -> Coroutine[Any, Any, Token]:
        """The coroutine of `reset_token`: the same arguments, result and errors."""

    def scope_token(
        self,
        token: Token | str,
        *,
        target: str | None = None,
        target_id: int | str | None = None,
        repositories: Iterable[str] | None = None,
        repository_ids: Iterable[int | str] | None = None,
        permissions: Mapping[str, str] | None = None,
    ) -> Token:
        """Makes a user token with a part of a token's access, on exactly one account.

        See https://docs.github.com/en/rest/apps/apps#create-a-scoped-access-token

        Args:
            token: The token or its text.
            target: The account's name.
            target_id: The account's id, instead of its name.
            repositories: The names of the repositories to narrow to, without their owner.
                Default: all that the token reaches there.
            repository_ids: The ids of the repositories to narrow to. Default: all that the
                token reaches there.
            permissions: The permissions to narrow to, by name with their level. Default: all
                that the token has.

        Returns:
            The new token.

        Raises:
            InvalidArgumentError: None or both of target and target_id are given, or an
                argument is empty or malformed.
            ReauthorizeError: The token is not valid any more, or another app's (reason
                "invalid_token").
            UnsupportedError: The platform does not offer this.
            Error: As every call over the network does, see App.
        """

    def scope_token_async(
        self,
        token: Token | str,
        *,
        target: str | None = None,
        target_id: int | str | None = None,
        repositories: Iterable[str] | None = None,
        repository_ids: Iterable[int | str] | None = None,
        permissions: Mapping[str, str] | None = None,
    ) -> Coroutine[Any, Any, Token]:
        """The coroutine of `scope_token`: the same arguments, result and errors."""

    def delete_token(self, token: Token | str) -> None:
        """Ends a user token on the platform. It succeeds if the token is already invalid.

        See https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token

        Args:
            token: The token or its text.

        Raises:
            UnsupportedError: The platform does not offer this.
            Error: As every call over the network does, see App.
        """

    def delete_token_async(self, token: Token | str) -> Coroutine[Any, Any, None]:
        """The coroutine of `delete_token`: the same arguments, result and errors."""

    def delete_grant(self, token: Token | str) -> None:
        """Ends a user's authorization of the app with all its tokens.

        See
        https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization

        Args:
            token: One of these tokens, or its text, which must work.

        Raises:
            ReauthorizeError: The platform does not know the token; nothing was ended, and the
                authorization may live on (reason "invalid_token").
            UnsupportedError: The platform does not offer this.
            Error: As every call over the network does, see App.
        """

    def delete_grant_async(self, token: Token | str) -> Coroutine[Any, Any, None]:
        """The coroutine of `delete_grant`: the same arguments, result and errors."""

    def revoke_token(
        self,
        token: Token | str,
        *,
        token_type_hint: TokenTypeHint | None = None,
    ) -> None:
        """Ends an access token or a refresh token at the authorization server.

        The server ends the tokens that belong to it, too. It succeeds if the server does not
        know the token.

        See https://www.rfc-editor.org/rfc/rfc7009#section-2.1

        Args:
            token: The token or its text.
            token_type_hint: "access_token" or "refresh_token", which saves the server a
                search. Default: none is sent.

        Raises:
            UnsupportedError: The platform has no such endpoint.
            UnsupportedError: The server does not revoke tokens of this type (reason
                "unsupported_token_type").
            Error: As every call over the network does, see App.
        """

    def revoke_token_async(
        self,
        token: Token | str,
        *,
        token_type_hint: TokenTypeHint | None = None,
    ) -> Coroutine[Any, Any, None]:
        """The coroutine of `revoke_token`: the same arguments, result and errors."""

    def introspect_token(
        self,
        token: Token | str,
        *,
        token_type_hint: TokenTypeHint | None = None,
    ) -> Introspection:
        """Asks the authorization server about an access token or a refresh token.

        A token that has expired, was revoked, is unknown or another client's is no error: it
        is not Introspection.active.

        See https://www.rfc-editor.org/rfc/rfc7662#section-2.1

        Args:
            token: The token or its text.
            token_type_hint: "access_token" or "refresh_token", which saves the server a
                search. Default: none is sent.

        Returns:
            The state of the token at the server.

        Raises:
            UnsupportedError: The platform has no such endpoint.
            Error: As every call over the network does, see App.
        """

    def introspect_token_async(
        self,
        token: Token | str,
        *,
        token_type_hint: TokenTypeHint | None = None,
    ) -> Coroutine[Any, Any, Introspection]:
        """The coroutine of `introspect_token`: the same arguments, result and errors."""

    # ---- Sessions

    def session(self, name: str) -> TokenSource:
        """Makes a source of one user's tokens, which are in the store under a name.

        They are renewed before they expire, once for all processes that share the store: a
        refresh token is spent once, whatever dies when. Before start_session the source's
        calls fail with ReauthorizeError ("no_session"); when the session has ended, with
        "rotation_interrupted" or "invalid_refresh_token", and the user must authorize the app
        again. No network I/O.

        See https://www.rfc-editor.org/rfc/rfc9700#section-4.14,
        https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app

        Args:
            name: The name that was given to start_session.

        Returns:
            The source, whose tokens are of kind "user".

        Raises:
            InvalidArgumentError: The app has no store or no client credentials (reason
                "missing_credential").
            InvalidArgumentError: The name is empty.
            UnsupportedError: The platform has no OAuth.
        """

    def start_session(
        self, name: str, token: Token, *, account_id: str | int | None = None
    ) -> None:
        """Writes a user token to the store under a name, in the place of any session that had
        it.

        From now on session returns and renews it. A record that cannot be opened stays: that
        session may go on elsewhere. With the user's id on the platform apply_webhook ends the
        session when the user revokes the authorization.

        Args:
            name: A name of your choice, by which session finds the token.
            token: A token of kind "user", with its refresh token.
            account_id: The user's id on the platform. Default: the token's Token.account_id.

        Raises:
            InvalidArgumentError: The app has no store or no client credentials (reason
                "missing_credential").
            InvalidArgumentError: The name is empty, or the token is of another kind.
            StoreError: The store failed, or its record of this name cannot be opened.
            StoreError: Another key sealed its record of this name (reason "wrong_store_key").
            Error: As every call over the network does, see App.
        """

    def start_session_async(
        self, name: str, token: Token, *, account_id: str | int | None = None
    ) -> Coroutine[Any, Any, None]:
        """The coroutine of `start_session`: the same arguments, result and errors."""

    def end_session(self, name: str) -> None:
        """Forgets a user's session, in memory and in the store, even if its record cannot be
        opened there.

        The tokens themselves keep working: revoke_token or delete_grant ends them, on
        platforms that offer it.

        Args:
            name: The name that was given to start_session.

        Raises:
            InvalidArgumentError: The app has no store or no client credentials (reason
                "missing_credential").
            InvalidArgumentError: The name is empty.
            StoreError: The store failed.
            Error: As every call over the network does, see App.
        """

    def end_session_async(self, name: str) -> Coroutine[Any, Any, None]:
        """The coroutine of `end_session`: the same arguments, result and errors."""

    # ---- Webhooks

    def verify_webhook(
        self,
        headers: RequestHeaders,
        body: bytes | bytearray | memoryview,
        secrets: str | Sequence[str],
    ) -> WebhookEvent:
        """Verifies the signature of a webhook. No network I/O.

        The headers are a mapping, or pairs of text or of bytes, as in the scope of ASGI.

        See https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries

        Args:
            headers: All headers of the request, with names in any case; it depends on the
                platform which of them count.
            body: The raw bytes of the request, before anything parses them: a body that was
                parsed and written again has another signature.
            secrets: The webhook's secret; several while one replaces the other.

        Returns:
            The event, with its signed payload.

        Raises:
            UnauthorizedError: There is no signature, or one that fits none of the secrets
                (reason "invalid_signature").
            InvalidArgumentError: A secret is missing or empty.
            ProtocolError: The signed payload is not JSON (reason "not_json").
            UnsupportedError: The platform does not sign webhooks.
        """

    def apply_webhook(self, webhook: WebhookEvent) -> int:
        """Forgets the tokens that a webhook makes obsolete, so that new ones are minted.

        They are those of an installation that was suspended, deleted, or given other
        permissions or repositories, and those of a user who revoked the authorization of the
        app, whose sessions end if they were started with the id of the user's account. A
        webhook about something else is ignored.

        In the store they are forgotten in the background, for all who share it; if the store
        fails, that is an event store_failed, and this process tries again before it looks
        there. Other processes use those in their own memory until they are renewed or
        refused: apply the webhook there, too.

        The signature does not cover the event's name. A forged name causes no more than
        tokens minted anew: a revocation is recognised by the signed payload. No network I/O.

        See https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation

        Args:
            webhook: The result of verify_webhook.

        Returns:
            How many of these tokens were in memory.
        """

    def webhook_config(self) -> WebhookConfig:
        """Returns the configuration of the app's webhook.

        See
        https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app

        Returns:
            The URL and the format of deliveries. The secret is not part of it.

        Raises:
            UnsupportedError: The platform does not offer this.
            Error: As every call over the network does, see App.
        """

    def webhook_config_async(self) -> Coroutine[Any, Any, WebhookConfig]:
        """The coroutine of `webhook_config`: the same arguments, result and errors."""

    def update_webhook_config(
        self,
        *,
        url: str | None = None,
        content_type: str | None = None,
        secret: str | None = None,
        insecure_ssl: bool | None = None,
    ) -> WebhookConfig:
        """Changes the configuration of the app's webhook. What is not given stays as it is.

        See
        https://docs.github.com/en/rest/apps/webhooks#update-a-webhook-configuration-for-an-app

        Args:
            url: The URL to which the platform sends events. Default: unchanged.
            content_type: The format of events: "json" or "form". Default: unchanged.
            secret: The secret that signs events. Default: unchanged.
            insecure_ssl: Whether the platform skips the check of the receiver's certificate,
                so that anybody on the way can pose as it. Default: unchanged.

        Returns:
            The new configuration.

        Raises:
            InvalidArgumentError: No change is given.
            UnsupportedError: The platform does not offer this.
            Error: As every call over the network does, see App.
        """

    def update_webhook_config_async(
        self,
        *,
        url: str | None = None,
        content_type: str | None = None,
        secret: str | None = None,
        insecure_ssl: bool | None = None,
    ) -> Coroutine[Any, Any, WebhookConfig]:
        """The coroutine of `update_webhook_config`: the same arguments, result and errors."""

    def webhook_deliveries(self) -> Listing[WebhookDelivery]:
        """Lists the events that were sent to the app, newest first.

        Pages are requested as the items are asked for, none before.

        See https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook

        Returns:
            The deliveries.

        Raises:
            UnsupportedError: The platform does not list deliveries.
        """

    def webhook_delivery(self, id: int | str) -> WebhookDelivery:
        """Returns one delivery, with its request and the receiver's response in
        WebhookDelivery.raw.

        See https://docs.github.com/en/rest/apps/webhooks#get-a-delivery-for-an-app-webhook

        Args:
            id: The delivery's id, not its guid.

        Returns:
            The delivery.

        Raises:
            NotFoundError: There is no such delivery.
            UnsupportedError: The platform does not offer this.
            Error: As every call over the network does, see App.
        """

    def webhook_delivery_async(self, id: int | str) -> Coroutine[Any, Any, WebhookDelivery]:
        """The coroutine of `webhook_delivery`: the same arguments, result and errors."""

    def redeliver_webhook(self, delivery_id: int | str) -> None:
        """Has the platform send an event again.

        See
        https://docs.github.com/en/rest/apps/webhooks#redeliver-a-delivery-for-an-app-webhook

        Args:
            delivery_id: The delivery's id, not its guid.

        Raises:
            NotFoundError: There is no such delivery.
            UnsupportedError: The platform does not offer this.
            Error: As every call over the network does, see App.
        """

    def redeliver_webhook_async(self, delivery_id: int | str) -> Coroutine[Any, Any, None]:
        """The coroutine of `redeliver_webhook`: the same arguments, result and errors."""

    # ---- Platform operations

    def registration(self) -> Registration:
        """Returns the app as it is registered on the platform.

        See https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app

        Returns:
            The registration, without its secrets.

        Raises:
            UnsupportedError: The platform does not offer this.
            Error: As every call over the network does, see App.
        """

    def registration_async(self) -> Coroutine[Any, Any, Registration]:
        """The coroutine of `registration`: the same arguments, result and errors."""

    def convert_manifest(self, code: str) -> Registration:
        """Exchanges the code of an app manifest for the app that it created.

        It needs no credential. A code works once, and the platform returns the app's key and
        secrets this once.

        See https://docs.github.com/en/apps/sharing-github-apps

        Args:
            code: The code with which the user returned from creating the app.

        Returns:
            The registration with its key and secrets.

        Raises:
            NotFoundError: The code is unknown or was used.
            UnsupportedError: The platform has no app manifests.
            Error: As every call over the network does, see App.
        """

    def convert_manifest_async(self, code: str) -> Coroutine[Any, Any, Registration]:
        """The coroutine of `convert_manifest`: the same arguments, result and errors."""

    def revoke_credentials(self, credentials: Iterable[Token | str]) -> None:
        """Reports leaked credentials of anybody; the platform ends them and notifies their
        owners.

        It needs no credential.

        See https://docs.github.com/en/rest/credentials/revoke

        Args:
            credentials: The leaked credentials.

        Raises:
            InvalidArgumentError: There are no credentials, or one is empty.
            UnsupportedError: The platform does not offer this.
            Error: As every call over the network does, see App.
        """

    def revoke_credentials_async(
        self, credentials: Iterable[Token | str]
    ) -> Coroutine[Any, Any, None]:
        """The coroutine of `revoke_credentials`: the same arguments, result and errors."""

@final
class Response:
    """A response of the platform's API, of any status.

    See https://www.rfc-editor.org/rfc/rfc9110#section-15
    """

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def ok(self) -> bool:
        """Whether the status is below 400."""

    def raise_for_status(self) -> None:
        """Raises an error if the status is 400 or more.

        Raises:
            UnauthorizedError: The status is 401.
            ForbiddenError: The status is 403.
            NotFoundError: The status is 404 or 410.
            RateLimitedError: The status is 429.
            ServerError: The status is 500 or more.
            RejectedError: Another status from 400 on.
        """

    @property
    def headers(self) -> Headers:
        """The headers, with names in lower case.

        A name is found in any case.
        """

    @property
    def body(self) -> bytes:
        """The whole body."""

    @property
    def text(self) -> str:
        """The body as text, in its charset and without a byte order mark.

        UTF-8, UTF-16 by its byte order mark or its declared charset, or ISO-8859-1 where that
        is declared. Bytes that are not valid are replaced by U+FFFD.
        """

    def json(self) -> Any:
        """Parses the body as JSON.

        Returns:
            The value.

        Raises:
            ProtocolError: The body is not JSON (reason "not_json").
        """

    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

@final
class Quota:
    """The quota of requests, as the platform's last answer told it.

    See https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """

    @property
    def limit(self) -> int | None:
        """The number of requests that are allowed in one period."""

    @property
    def remaining(self) -> int:
        """The number of requests that are left."""

    @property
    def reset_at(self) -> datetime | None:
        """When the quota is full again, by the platform's clock, in UTC."""

    @property
    def resource(self) -> str | None:
        """The kind of requests that it is for, such as "core", on a platform that has several
        quotas.

        None if the platform has one quota.
        """

@final
class Stats:
    """Counters of an app since it was made: a snapshot."""

    @property
    def minted(self) -> int:
        """Tokens that were minted while a caller waited."""

    @property
    def renewed(self) -> int:
        """Tokens that were minted before their predecessor expired."""

    @property
    def failed(self) -> int:
        """Attempts to mint a token that failed."""

    @property
    def served_stale(self) -> int:
        """Tokens that were returned although they live for less than was asked for: no new one
        could be minted, or new ones live no longer.
        """

    @property
    def retried(self) -> int:
        """Requests that were sent again."""

    @property
    def joined(self) -> int:
        """Callers that waited for a token that was being minted already."""

    @property
    def refused(self) -> int:
        """Tokens that the platform refused before they expired."""

    @property
    def from_store(self) -> int:
        """Tokens that were read from the store."""

    @property
    def store_failed(self) -> int:
        """Calls of the store that failed."""

    @property
    def sources(self) -> int:
        """Installations with a scope, and sessions, that have a place in memory."""

    def as_dict(self) -> dict[str, Any]:
        """Returns the attributes by name.

        Returns:
            A new dict. Values are the attributes' own.
        """

    def __reduce__(self) -> tuple[Any, ...]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__ = None  # type: ignore[assignment]

def version() -> str:
    """The library's version."""

def platforms() -> list[str]:
    """The names of the built-in platforms, one of which is the setting platform."""

def secret_pattern() -> str:
    """A regular expression that finds the secrets of the built-in platforms in a text: their
    tokens, of any length and with the dots of a JWT in them, and JWTs, for whatever
    scrubs logs.

    It uses no more than POSIX extended regular expressions have, so it works in every
    language.
    """

def discover(
    issuer: str,
    *,
    timeout: timedelta | float | None = None,
    connect_timeout: timedelta | float | None = None,
    proxy: str | None = None,
    root_certificates: str | bytes | bytearray | memoryview | PathLike[str] | None = None,
    client_certificate: str | bytes | bytearray | memoryview | PathLike[str] | None = None,
    client_key: str | bytes | bytearray | memoryview | PathLike[str] | None = None,
    user_agent: str | None = None,
    allow_plain_http: bool = False,
    refuse_private_addresses: bool = False,
    retries: int | None = None,
    retry_wait: timedelta | float | None = None,
) -> str:
    """Makes a platform's descriptor from the metadata of its authorization server.

    The metadata are those of RFC 8414 or of OpenID Connect Discovery. Keep the
    descriptor, or change it: an app that is made of it by platform_descriptor needs no
    request. For an issuer that somebody else named set refuse_private_addresses here, and
    on the app, too: the metadata name hosts.

    See https://www.rfc-editor.org/rfc/rfc8414#section-3,
    https://openid.net/specs/openid-connect-discovery-1_0.html

    Args:
        issuer: The issuer's URL, exactly as the server writes it.

    Returns:
        The descriptor as JSON text.

    Raises:
        InvalidArgumentError: The issuer is not a URL with TLS, or a setting is malformed.
        InvalidArgumentError: The host has no public address, and private ones are refused
            (reason "private_address").
        NotFoundError: The server has no metadata.
        ProtocolError: The metadata are another issuer's, or cannot be used (reason
            "issuer_mismatch").
        Error: As every call over the network does, see App.
    """

def discover_async(
    issuer: str,
    *,
    timeout: timedelta | float | None = None,
    connect_timeout: timedelta | float | None = None,
    proxy: str | None = None,
    root_certificates: str | bytes | bytearray | memoryview | PathLike[str] | None = None,
    client_certificate: str | bytes | bytearray | memoryview | PathLike[str] | None = None,
    client_key: str | bytes | bytearray | memoryview | PathLike[str] | None = None,
    user_agent: str | None = None,
    allow_plain_http: bool = False,
    refuse_private_addresses: bool = False,
    retries: int | None = None,
    retry_wait: timedelta | float | None = None,
) -> Coroutine[Any, Any, str]:
    """The coroutine of `discover`: the same arguments, result and errors."""

# ==== Installations

@final
class Installation:
    """An installation of the app on an account.

    Only its id is certain; platforms differ in the other members. The whole object is in
    raw.

    See
    https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app
    """

    @property
    def id(self) -> str:
        """The installation's id."""

    @property
    def account(self) -> str | None:
        """The account's path or login."""

    @property
    def account_name(self) -> str | None:
        """The account's display name."""

    @property
    def account_id(self) -> str | None:
        """The account's id."""

    @property
    def target_id(self) -> str | None:
        """The id of the account or other object on which the app is installed."""

    @property
    def app_id(self) -> str | None:
        """The app's id."""

    @property
    def app_slug(self) -> str | None:
        """The app's short name, which is part of its URL."""

    @property
    def repository_selection(self) -> RepositorySelection | None:
        """The repositories that it can access: "all" or "selected"."""

    @property
    def permissions(self) -> dict[str, str]:
        """The permissions that it was granted, by name with their level."""

    @property
    def events(self) -> list[str]:
        """The names of the webhook events that the app receives."""

    @property
    def created_at(self) -> datetime | None:
        """When the app was installed, in UTC."""

    @property
    def updated_at(self) -> datetime | None:
        """When the installation last changed, in UTC."""

    @property
    def suspended_at(self) -> datetime | None:
        """When an owner suspended it, in UTC.

        None if it is not suspended, or the platform does not report it.
        """

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as the platform sent it."""

    def as_dict(self) -> dict[str, Any]:
        """Returns the attributes by name.

        Returns:
            A new dict. Values are the attributes' own.
        """

    def __reduce__(self) -> tuple[Any, ...]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__ = None  # type: ignore[assignment]

@final
class Listing(Iterator[_T_co], AsyncIterator[_T_co]):
    """The items of a paged list. Pages are requested as the items are asked for.

    It can be read once: threads that share it get different items. After an error it goes
    on with the page that failed.

    It is an iterator, for for and async for. list(…) returns all items that are left.

    See https://www.rfc-editor.org/rfc/rfc8288#section-3
    """

    def __iter__(self) -> Self: ...
    def __next__(self) -> _T_co: ...
    def __aiter__(self) -> Self: ...
    def __anext__(self) -> Coroutine[Any, Any, _T_co]: ...
    @classmethod
    def __class_getitem__(cls, item: Any, /) -> GenericAlias: ...
    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

@final
class Repository:
    """A repository that an installation can access.

    Only its id and its name are certain.

    See https://docs.github.com/en/rest/apps/installations
    """

    @property
    def id(self) -> str:
        """The repository's id."""

    @property
    def name(self) -> str:
        """Its name without its owner, as the argument "repositories" of App.installation takes
        it.
        """

    @property
    def full_name(self) -> str | None:
        """Its name with its owner, such as "octocat/Hello-World"."""

    @property
    def owner(self) -> str | None:
        """The account that owns it."""

    @property
    def is_private(self) -> bool | None:
        """Whether it is private."""

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as the platform sent it."""

    def as_dict(self) -> dict[str, Any]:
        """Returns the attributes by name.

        Returns:
            A new dict. Values are the attributes' own.
        """

    def __reduce__(self) -> tuple[Any, ...]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__ = None  # type: ignore[assignment]

# ==== Tokens

@final
class TokenSource:
    """Keeps one token valid: an installation's, the app's own, or a user's.

    A token comes from memory while it lives long enough. It is renewed in the background
    before it expires, and minted once for all callers that wait. If minting fails for a
    temporary reason, a token that is still valid is returned to its end. Sources of one
    installation and scope share one token.
    """

    @property
    def installation_id(self) -> str | None:
        """The installation's id.

        None if these are the app's own tokens or a user's, or the installation was not looked
        up yet.
        """

    def token(
        self,
        min_valid: timedelta | float | None = None,
        *,
        timeout: timedelta | float | None = None,
    ) -> Token:
        """Returns a token that lives at least min_valid longer, from memory or newly minted.

        It is minted once for all callers that need one at the same time. Near its end a token
        is renewed in the background, and the caller goes on with the one in memory. If
        renewing fails for a reason that will pass, the token in memory is returned until it
        expires. A failure counts for every caller for one second, or for as long as a rate
        limit says, but at most for a minute.

        Where the platform documents how long its tokens live, a longer min_valid is refused.
        Elsewhere a new token that lives for less is returned, with an event served_stale, and
        serves for half of its life.

        Args:
            min_valid: How much longer the token must live at least, as a timedelta or in
                seconds. Default: 60 s, or half of a life of less than two minutes.
            timeout: How long this caller waits, as a timedelta or in seconds. Minting goes on
                for the other callers. Default: the app's timeout.

        Returns:
            The token.

        Raises:
            UnauthorizedError: The platform does not accept the app's credentials (reason
                "app_key_mismatch" or "app_not_found").
            ForbiddenError: The installation is suspended, or lacks what was asked for (reason
                "suspended", "permission_not_granted" or "repository_not_accessible").
            NotFoundError: The app is not installed there (reason "not_installed").
            RejectedError: The platform refuses the repositories or permissions to narrow to.
            ReauthorizeError: A session has ended; the user must authorize the app again
                (reason "no_session", "invalid_refresh_token" or "rotation_interrupted").
            StoreError: The store of a session failed; installation tokens are minted without
                it.
            PrivateKeyError: The signer's signature cannot be used.
            CallbackError: The signer failed.
            InvalidArgumentError: No token of the platform lives for min_valid.
            Error: As every call over the network does, see App.
        """

    def token_async(
        self,
        min_valid: timedelta | float | None = None,
        *,
        timeout: timedelta | float | None = None,
    ) -> Coroutine[Any, Any, Token]:
        """The coroutine of `token`: the same arguments, result and errors.

        A token from memory is there at once: no thread, no turn of the event loop.
        """

    def authorization_header(
        self,
        min_valid: timedelta | float | None = None,
        *,
        timeout: timedelta | float | None = None,
    ) -> str:
        """Returns the value of an Authorization header with such a token. It is secret.

        See https://www.rfc-editor.org/rfc/rfc6750#section-2.1

        Args:
            min_valid: How much longer the token must live at least, as in token, as a
                timedelta or in seconds. Default: 60 s, or half of a life of less than two
                minutes.
            timeout: How long this caller waits, as in token, as a timedelta or in seconds.
                Default: the app's timeout.

        Returns:
            The header's value.

        Raises:
            Error: As token does.
        """

    def authorization_header_async(
        self,
        min_valid: timedelta | float | None = None,
        *,
        timeout: timedelta | float | None = None,
    ) -> Coroutine[Any, Any, str]:
        """The coroutine of `authorization_header`: the same arguments, result and errors."""

    @property
    def expires_at(self) -> datetime | None:
        """When the token in memory expires, in UTC.

        None if there is none, or the platform did not report it.
        """

    def quota(self) -> Quota | None:
        """Returns the quota of the source's requests, as the platform told it in its last answer
        to one of them.

        It is that of the installation, whatever its tokens are narrowed to, of the app, or of
        the session's user. None if there was no such answer yet, or the platform does not
        tell it. No network I/O.

        See https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api

        Returns:
            The quota.
        """

    def invalidate(self, token: str | Token | None = None) -> None:
        """Forgets a token if it is still the one in memory: the answer to a 401 of a request
        that was made with it.

        However many callers got it, one new token is minted for all of them. Without a token,
        forgets whichever is in memory or being minted, so that the next call mints one; then
        each of many callers would forget what the others have just minted. A token that was
        already returned still works. No network I/O.

        Args:
            token: The token that was refused, or its text. Nothing happens if it is another
                one's. Default: whichever is in memory.
        """

    def on_change(self, callback: Callable[[Token | None, Token], object]) -> Subscription:
        """Registers a callback for new tokens, until it is taken back or the app is closed.

        A source with a lookup calls back once the installation was found.

        The callback runs on the thread that fetched the token, for which other callers may be
        waiting: it must be quick, and must not wait for a token. No network I/O.

        The class of an exception that it raises is logged.

        Args:
            callback: Takes the token before, which is missing for the first one, and the new
                token.

        Returns:
            The registration, which takes the callback back.
        """

    def revoke(self) -> None:
        """Forgets the token in memory and ends it on the platform, for everybody who has it.

        It succeeds if the token is already invalid. No network I/O without a valid token in
        memory. A token that is being minted is not revoked.

        See
        https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token

        Raises:
            UnsupportedError: The platform does not offer this, or these are a user's tokens
                or others of the token endpoint: see App.delete_grant, App.delete_token,
                App.revoke_token and App.end_session.
            Error: As every call over the network does, see App.
        """

    def revoke_async(self) -> Coroutine[Any, Any, None]:
        """The coroutine of `revoke`: the same arguments, result and errors."""

    def repositories(self) -> Listing[Repository]:
        """Lists the repositories that the token can access.

        Pages are requested as the items are asked for, none before.

        See https://docs.github.com/en/rest/apps/installations

        Returns:
            The repositories.

        Raises:
            UnsupportedError: The platform does not list them.
        """

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: str | bytes | bytearray | memoryview | None = None,
        *,
        params: Params | None = None,
        timeout: timedelta | float | None = None,
    ) -> Response:
        """Calls the platform's API with the source's token.

        Every HTTP status is a response and no error. A token that the platform refuses before
        it expires is replaced once, and a new token is given a few seconds to become known. A
        path that the platform reserves for the app or the OAuth client is called with that
        credential.

        See
        https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api

        Args:
            method: The HTTP method, such as "GET".
            path: A path of the API that begins with "/", with its query, or a URL on one of
                the platform's own hosts.
            headers: Further headers; Authorization is refused. Default: none.
            json: A value that is sent as JSON, instead of body. Default: no body.
            body: Bytes to send, instead of json; their type belongs into a Content-Type
                header. Default: no body.
            params: Parameters that are added to the query, as a mapping or as pairs. A
                sequence is a parameter that comes several times. Default: none.
            timeout: The time for the whole call with its retries, as a timedelta or in
                seconds. Default: the app's timeout.

        Returns:
            The response, with its status, headers and body.

        Raises:
            InvalidArgumentError: The method, path, headers or body cannot be sent.
            InvalidArgumentError: The URL is on another host than the platform's (reason
                "foreign_host").
            Error: As token does.
        """

    def request_async(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: str | bytes | bytearray | memoryview | None = None,
        *,
        params: Params | None = None,
        timeout: timedelta | float | None = None,
    ) -> Coroutine[Any, Any, Response]:
        """The coroutine of `request`: the same arguments, result and errors."""

    def paginate(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        items: str | None = None,
        *,
        params: Params | None = None,
        timeout: timedelta | float | None = None,
    ) -> Listing[Any]:
        """Lists the items of any endpoint of the API, with the source's token.

        The items are the list that the endpoint answers, or the only member of its answer
        that is a list, such as "repositories" beside a "total_count". Each one is a JSON
        value: the order of its members, and the digits of a number beyond 64 bits, are not
        kept.

        A next page is the one that the answer's Link header names, which must be on the same
        host and for the same credential, or as api.paging of the platform's descriptor says:
        by its number, until a page has no items or those of the page before, or by a cursor.
        As many items are asked for at once as the platform allows, unless the path's query
        has that parameter already. An item that moves to another page while the list is read
        may come twice, or not at all.

        Each page is asked for with the token that the source has by then, and one that is
        refused is replaced, as in request.

        A page that is refused is an error after the items of the pages before it. So is a
        link to another host, to which nothing is sent, and one to a page that was read
        already. Pages are requested as the items are asked for, none before.

        See
        https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api,
        https://www.rfc-editor.org/rfc/rfc8288#section-3

        Args:
            path: A path of the API that begins with "/", with its query, or a URL on one of
                the platform's own hosts.
            headers: Further headers; Authorization is refused. Default: none.
            items: The member of an answer that is the list, or a JSON pointer to it (RFC
                6901), where an answer has several lists. Default: the only list in the
                answer.
            params: Parameters that are added to the query, as a mapping or as pairs. A
                sequence is a parameter that comes several times. Default: none.
            timeout: The time for the requests of one item, with their retries, as a timedelta
                or in seconds. Default: the app's timeout.

        Returns:
            The items, each the value that its JSON is.

        Raises:
            InvalidArgumentError: The path or headers cannot be sent, or the name of the
                member is empty.
            InvalidArgumentError: The URL is on another host than the platform's (reason
                "foreign_host").
        """

    def _credential_for(self, url: str) -> str | None: ...
    def _jwt(self) -> Token: ...
    def _jwt_async(self) -> Coroutine[Any, Any, Token]: ...
    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

@final
class Subscription:
    """A callback that TokenSource.on_change registered.

    A with block takes it back at its end. It stays registered when this object is
    deleted.
    """

    def unsubscribe(self) -> None:
        """Takes the callback back: it is not called any more, and is not running on another
        thread.

        Blocks while the callback runs on another thread, so do not hold a lock that the
        callback takes. Inside of a callback of TokenSource.on_change it does not wait,
        because two callbacks that take each other back would wait for ever. Nothing happens
        the second time.
        """

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...

@final
class Token:
    """A token: a secret, its permissions, and its expiry. It never changes.

    Its secrets are shown by reveal, reveal_refresh_token and authorization_header only.

    See https://www.rfc-editor.org/rfc/rfc6749#section-1.4
    """

    @property
    def kind(self) -> TokenKind:
        """Its holder: the app ("jwt": a JWT that it signed; "app": a token that the platform
        issued to it), an "installation", or a "user".
        """

    def reveal(self) -> str:
        """Returns the secret itself.

        Returns:
            The token's text.
        """

    def authorization_header(self) -> str:
        """Returns the value of an Authorization header. It is secret.

        Returns:
            The header's value.
        """

    @property
    def expires_at(self) -> datetime | None:
        """When the token expires, in UTC."""

    @property
    def permissions(self) -> dict[str, str]:
        """Its permissions, by name with their level."""

    @property
    def repository_selection(self) -> RepositorySelection | None:
        """The repositories that it can access: "all" or "selected"."""

    @property
    def repositories(self) -> list[str]:
        """The names of the repositories that it was narrowed to; empty if it was not."""

    @property
    def scopes(self) -> list[str]:
        """The OAuth scopes that it was granted; empty if the platform reports none."""

    @property
    def account(self) -> str | None:
        """The login of the user's account, of a token that App.check_token, App.reset_token or
        App.scope_token returned.

        None if it is another token, or the platform did not report it.
        """

    @property
    def account_id(self) -> str | None:
        """The id of the user's account: of a token of a session that was started with it, or of
        one that App.check_token and its kin returned.

        None if it is another token, or the platform did not report it.
        """

    @property
    def claims(self) -> dict[str, Any] | None:
        """The payload of a JWT, which holds no secret.

        None if it is another token.
        """

    def reveal_refresh_token(self) -> str | None:
        """Returns the refresh token itself.

        None if none came with the token.

        Returns:
            The refresh token's text.
        """

    @property
    def refresh_token_expires_at(self) -> datetime | None:
        """When the refresh token expires, in UTC.

        None if there is none, or its end is not known.
        """

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__ = None  # type: ignore[assignment]
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...
    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

# ==== OAuth & login

@final
class Authorization:
    """A URL to send a user to, and the secrets to keep until the user returns.

    It can be finished once, and within an hour by the wall clock, since it may be sealed
    and opened by another process. A clock that is set ahead ends it sooner; one that is
    set back prolongs it by as much. One that began more than five minutes in the future
    is refused, so that a wrong date cannot prolong it for days.

    See https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1
    """

    @property
    def url(self) -> str:
        """The URL to send the user's browser to."""

    @property
    def state(self) -> str:
        """The state that the callback must have; keep it in the user's web session."""

    @property
    def code_verifier(self) -> str | None:
        """The PKCE verifier for App.exchange_code, a secret.

        None if the platform does not use PKCE.
        """

    @property
    def redirect_uri(self) -> str | None:
        """The URL to which the user returns.

        None if none was given.
        """

    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

@final
class Login:
    """A login of a user in a browser on this machine, which waits for the browser to return.

    with cancels it at its end.

    See https://www.rfc-editor.org/rfc/rfc8252#section-7.3
    """

    @property
    def url(self) -> str:
        """The URL to send the user's browser to."""

    @property
    def redirect_uri(self) -> str:
        """The URL on this machine to which the browser returns."""

    def open_browser(self) -> None:
        """Opens the URL in the user's browser.

        See https://www.rfc-editor.org/rfc/rfc8252#section-4.1

        Raises:
            UnsupportedError: There is no browser; show the URL instead.
        """

    def wait(self, timeout: timedelta | float | None = None) -> Token:
        """Waits until the browser returns, and exchanges its code for a token.

        The listener then closes; a login can be waited for once. Requests that do not belong
        to this login are refused, and the wait goes on. The browser is answered from the
        start of the login on, whether anybody waits or not. Each request for the token gets
        the app's timeout, or what is left of this one.

        See https://www.rfc-editor.org/rfc/rfc8252#section-7.3

        Args:
            timeout: How long to wait for the user, as a timedelta or in seconds. Default:
                300 s.

        Returns:
            A token of kind "user".

        Raises:
            DeniedError: The user declined (reason "access_denied").
            TimeoutError: The browser did not return in time.
            CancelledError: The login was cancelled.
            InvalidArgumentError: This login was waited for before, or begun by another
                process.
            Error: As App.exchange_code does.
        """

    def wait_async(self, timeout: timedelta | float | None = None) -> Coroutine[Any, Any, Token]:
        """The coroutine of `wait`: the same arguments, result and errors."""

    def cancel(self) -> None:
        """Ends a wait with an error of kind CancelledError, and closes the listener."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
        /,
    ) -> None: ...
    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

@final
class DeviceLogin:
    """A login of a user on another device, on which they type a code.

    with cancels it at its end.

    See https://www.rfc-editor.org/rfc/rfc8628
    """

    @property
    def user_code(self) -> str:
        """The code that the user types."""

    @property
    def verification_uri(self) -> str:
        """The URL of the page on which the user types the code."""

    @property
    def verification_uri_complete(self) -> str | None:
        """The same URL with the code, for a link or a QR code.

        None if the platform has none.
        """

    @property
    def expires_at(self) -> datetime | None:
        """When the code expires, in UTC."""

    def poll(self) -> Token:
        """Asks the platform once whether the user is done.

        No network I/O before the platform's interval has passed.

        See https://www.rfc-editor.org/rfc/rfc8628#section-3.4

        Returns:
            A token of kind "user".

        Raises:
            PendingError: The user is not done; the error says when to poll again (reason
                "authorization_pending" or "slow_down").
            DeniedError: The user declined (reason "access_denied").
            ReauthorizeError: The code expired (reason "expired_device_code").
            CancelledError: The login was cancelled.
            Error: As every call over the network does, see App.
        """

    def poll_async(self) -> Coroutine[Any, Any, Token]:
        """The coroutine of `poll`: the same arguments, result and errors."""

    def wait(self) -> Token:
        """Polls at the platform's interval until the user is done or declines, or the code
        expires.

        Each request gets the app's timeout. Between the requests no thread of the library
        waits.

        See https://www.rfc-editor.org/rfc/rfc8628#section-3.5

        Returns:
            A token of kind "user".

        Raises:
            DeniedError: The user declined (reason "access_denied").
            ReauthorizeError: The code expired (reason "expired_device_code").
            CancelledError: The login was cancelled.
            Error: As every call over the network does, see App.
        """

    def wait_async(self) -> Coroutine[Any, Any, Token]:
        """The coroutine of `wait`: the same arguments, result and errors."""

    def cancel(self) -> None:
        """Ends a wait with an error of kind CancelledError. The code itself works until it
        expires.
        """

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
        /,
    ) -> None: ...
    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

@final
class Introspection:
    """The state of a token at its authorization server.

    Only active and raw are set for a token that is not active.

    See https://www.rfc-editor.org/rfc/rfc7662#section-2.2
    """

    @property
    def active(self) -> bool:
        """Whether the token works now. If it does not, all other members but raw are empty."""

    @property
    def scopes(self) -> list[str]:
        """The OAuth scopes that the token was granted (scope)."""

    @property
    def client_id(self) -> str | None:
        """The client that requested the token (client_id)."""

    @property
    def username(self) -> str | None:
        """The display name of the user who authorized it (username)."""

    @property
    def subject(self) -> str | None:
        """The subject of the token, usually the id of the user who authorized it (sub)."""

    @property
    def token_type(self) -> str | None:
        """The token's type, such as "Bearer" (token_type)."""

    @property
    def issuer(self) -> str | None:
        """The server that issued it (iss)."""

    @property
    def audience(self) -> list[str]:
        """The services that it is meant for (aud)."""

    @property
    def expires_at(self) -> datetime | None:
        """When the token expires (exp), in UTC."""

    @property
    def issued_at(self) -> datetime | None:
        """When the token was issued (iat), in UTC."""

    @property
    def not_before(self) -> datetime | None:
        """When the token begins to be valid (nbf), in UTC."""

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as the server sent it."""

    def as_dict(self) -> dict[str, Any]:
        """Returns the attributes by name.

        Returns:
            A new dict. Values are the attributes' own.
        """

    def __reduce__(self) -> tuple[Any, ...]: ...

# ==== Webhooks

@final
class WebhookEvent:
    """An event that a platform sent, whose signature was verified.

    On most platforms the name and the delivery's id come from headers, which the
    signature does not cover: decide by the payload.

    See https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
    """

    @property
    def name(self) -> str | None:
        """The event's name, such as "push". Most platforms send it in a header, which the
        signature does not cover.
        """

    @property
    def delivery_id(self) -> str | None:
        """The delivery's id, by which one that comes twice is recognised. It comes from a
        header, too.
        """

    @property
    def installation_id(self) -> str | None:
        """The id of the installation that it is about, from the signed payload.

        None if it is about none.
        """

    @property
    def payload(self) -> Any:
        """The signed JSON: the body, the part of it that the platform signs, or the field of a
        body that is a form.
        """

    def as_dict(self) -> dict[str, Any]:
        """Returns the attributes by name.

        Returns:
            A new dict. Values are the attributes' own.
        """

    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class WebhookConfig:
    """The configuration of the app's webhook. The secret is not part of it.

    See
    https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app
    """

    @property
    def url(self) -> str | None:
        """The URL to which the platform sends events."""

    @property
    def content_type(self) -> str | None:
        """The format of events: "json" or "form"."""

    @property
    def insecure_ssl(self) -> bool | None:
        """Whether the platform skips the check of the receiver's certificate."""

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as the platform sent it."""

    def as_dict(self) -> dict[str, Any]:
        """Returns the attributes by name.

        Returns:
            A new dict. Values are the attributes' own.
        """

    def __reduce__(self) -> tuple[Any, ...]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__ = None  # type: ignore[assignment]

@final
class WebhookDelivery:
    """An attempt of the platform to send an event to the app.

    Only its id is certain.

    See https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
    """

    @property
    def id(self) -> str:
        """The delivery's id, which App.webhook_delivery and App.redeliver_webhook take."""

    @property
    def guid(self) -> str | None:
        """The id that the receiver gets, which is the same for each attempt."""

    @property
    def event(self) -> str | None:
        """The event's name, such as "push"."""

    @property
    def action(self) -> str | None:
        """The event's action, such as "opened"."""

    @property
    def status(self) -> str | None:
        """The outcome, in the platform's words."""

    @property
    def status_code(self) -> int | None:
        """The HTTP status of the receiver's response."""

    @property
    def delivered_at(self) -> datetime | None:
        """When it was sent, in UTC."""

    @property
    def is_redelivery(self) -> bool | None:
        """Whether the event had been sent before."""

    @property
    def installation_id(self) -> str | None:
        """The id of the installation that it is about."""

    @property
    def repository_id(self) -> str | None:
        """The id of the repository that it is about."""

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as the platform sent it. That of App.webhook_delivery has the request
        and the response in it, too.
        """

    def as_dict(self) -> dict[str, Any]:
        """Returns the attributes by name.

        Returns:
            A new dict. Values are the attributes' own.
        """

    def __reduce__(self) -> tuple[Any, ...]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__ = None  # type: ignore[assignment]

# ==== Platform operations

@final
class Registration:
    """An app as it is registered on the platform.

    Only its id is certain. Its secrets are part of the result of App.convert_manifest
    only, and are shown by reveal_client_secret, reveal_webhook_secret and
    reveal_private_key only.

    See https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app
    """

    @property
    def id(self) -> str:
        """The app's id."""

    @property
    def slug(self) -> str | None:
        """The app's short name, which is part of its URL."""

    @property
    def name(self) -> str | None:
        """The app's display name."""

    @property
    def client_id(self) -> str | None:
        """The OAuth client id."""

    @property
    def owner(self) -> str | None:
        """The account that owns the app."""

    @property
    def permissions(self) -> dict[str, str]:
        """The permissions that it requests, by name with their level."""

    @property
    def events(self) -> list[str]:
        """The names of the webhook events that it receives."""

    @property
    def created_at(self) -> datetime | None:
        """When the app was registered, in UTC."""

    @property
    def updated_at(self) -> datetime | None:
        """When the registration last changed, in UTC."""

    def reveal_client_secret(self) -> str | None:
        """Returns the OAuth client secret itself.

        None if it is not the result of App.convert_manifest.

        Returns:
            The secret.
        """

    def reveal_webhook_secret(self) -> str | None:
        """Returns the secret that signs webhooks.

        None if it is not the result of App.convert_manifest.

        Returns:
            The secret.
        """

    def reveal_private_key(self) -> str | None:
        """Returns the app's private key itself, in PEM.

        None if it is not the result of App.convert_manifest.

        Returns:
            The key in PEM.
        """

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as the platform sent it, without the secrets."""

    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

# ==== Events & stores: the class Store is Python's own

@final
class Event:
    """An event in an app's work. It never holds a secret.

    It can be pickled.
    """

    @property
    def kind(self) -> EventKind:
        """The kind of the event.

        "minted", "renewed", "retried" and "taken_from_store" are routine. "mint_failed",
        "served_stale", "skew_found", "refused" and "store_failed" are warnings.
        """

    @property
    def installation_id(self) -> str | None:
        """The id of the installation that the event is about.

        None if it is about none.
        """

    @property
    def duration(self) -> timedelta | None:
        """How long the call took, or the wait until the request is sent again.

        None if the event has none.
        """

    @property
    def clock_offset(self) -> timedelta | None:
        """How far the platform's clock is ahead of this machine's.

        None if the event is not about clocks.
        """

    @property
    def quota(self) -> Quota | None:
        """The quota of requests as it was last told: the app's after minting, and that of a
        request that is sent again.

        None if the platform told none.
        """

    @property
    def error(self) -> Error | None:
        """The error that caused the event.

        None if no error did.
        """

    @property
    def is_warning(self) -> bool:
        """Whether an operator should look into it.

        It is then logged at WARNING, else at DEBUG.
        """

    @property
    def text(self) -> str:
        """The event in one line, for a log."""

    def as_dict(self) -> dict[str, Any]:
        """Returns the attributes by name.

        Returns:
            A new dict. Values are the attributes' own.
        """

    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class ManualClock:
    """A clock for tests, which shows the same time until it is moved.

    It takes a datetime with a time zone, or milliseconds since 1970; another argument
    raises InvalidArgumentError.
    """

    def __new__(cls, now: datetime | int) -> Self: ...
    def now(self) -> datetime:
        """Returns the time that the clock shows, in UTC.

        Returns:
            The time.
        """

    def set(self, now: datetime | int) -> None:
        """Sets the time, forwards or backwards, for every app that was made with this clock.

        Args:
            now: A datetime with a time zone, or milliseconds since 1970.
        """

    def advance(self, by: timedelta | float) -> None:
        """Moves the time forwards, for every app that was made with this clock.

        Args:
            by: How far to move it, as a timedelta or in seconds.

        Raises:
            InvalidArgumentError: The duration is negative.
        """

# ==== Private: for the package's own modules and its tests

def token_kinds() -> list[str]:
    """Every kind of token."""

def event_kinds() -> list[str]:
    """Every kind of event."""

def kinds() -> list[str]:
    """Every kind of error."""

def reasons() -> list[str]:
    """Every reason of an error."""

def restored_app(settings: dict[str, Any]) -> App:
    """Makes an app of the settings in a pickle."""

def restored_value(class_: str, text: str) -> object:
    """Makes a value from the parts in a pickle."""

def restored_event(
    kind: str,
    installation_id: str | None,
    measured: tuple[timedelta | None, int | None, tuple[Any, ...] | None],
    error: Error | None,
    is_warning: bool,
    text: str,
) -> Event:
    """Makes an event from the parts in a pickle."""
