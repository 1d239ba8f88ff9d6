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

    One app is enough for a program: it holds the connections and the tokens, and any thread may use
    it. Making one needs no network I/O. Each operation names the credential that it lacks.

    A duration is a timedelta or a number of seconds. A key and certificates are text, bytes, or the
    Path of a file to read. Secrets are shown in no repr, error or log.

    A method that uses the network blocks its own thread, for the app's timeout at most. Its
    coroutine, such as request_async for request, is for asyncio and trio: it is sent when it is
    awaited, and cancelling it stops the waiting only. Besides the errors that it documents a method
    raises TransportError, TimeoutError, RateLimitedError, ServerError and ProtocolError, and
    UnauthorizedError, ForbiddenError or RejectedError if the platform refuses the call. An
    operation or argument that the platform does not offer raises UnsupportedError, without network
    I/O.

    Args:
        platform (str): The name of a built-in platform, see appmint.platforms(). Required unless
            platform_descriptor is given.
        environment (str): The prefix of environment variables, such as "APPMINT_". Each setting
            that is not given is read from the variable of its name in capitals (APPMINT_APP_ID); a
            long or secret one also from the file that a variable ending in _FILE names
            (APPMINT_PRIVATE_KEY_FILE). Durations have a unit (30s), switches are true or false, an
            empty variable counts as not set, and a proxy `none` is no proxy. Default: the
            environment is not read.
        platform_descriptor (str | Mapping): A descriptor of another platform, as JSON text or as
            the mapping that it stands for, instead of platform.
        host (str): The host of a platform that runs on several, such as "git.corp.example".
            Default: the platform's own; some platforms require one.
        api_url (str): The base URL of the API. Default: the platform's own. The web pages follow it
            where the platform's hosts say how; else the error asks for web_url.
        web_url (str): The base URL of the pages on which users authorize the app, and of OAuth.
            Default: the platform's own. The API follows it as the web pages follow the API.
        app_id (int | str): The app's id, as the platform's settings page shows it.
        client_id (int | str): The OAuth client id.
        client_secret (str): The OAuth client secret.
        private_key (str | bytes | PathLike): The app's RSA key, in PEM, in DER, or in any form in
            which keys are pasted. A str is the key itself, never the path of a file.
        fallback_private_key (str | bytes | PathLike): A second key, for the time of a key rotation.
            It is used once the platform does not know the first.
        private_key_passphrase (str): The passphrase of an encrypted PKCS#8 key. Its file may demand
            2 000 000 rounds of PBKDF2, or 128 MiB for scrypt, at most. That takes seconds, in which
            other threads run: asyncio.to_thread(App, …) keeps an event loop free.
        key_id (str): The platform's name of the key of private_key or signer, for platforms that
            name keys. It is the kid of the JWTs that the app signs.
        fallback_key_id (str): The platform's name of fallback_private_key.
        signer (Callable[[bytes], bytes]): Signs instead of a private key: takes the message and
            returns its RS256 signature. Called on worker threads, several at a time. An async
            function runs there, on an event loop of its own.
        jwt_back_date (timedelta | float): How far a JWT's iat lies in the past. Default: the
            platform's, 60 s on those that are built in.
        jwt_lifetime (timedelta | float): How far a JWT's exp lies in the future. Default: the
            platform's, 540 s on those that are built in, which allow 600 s at most.
        timeout (timedelta | float): The timeout of a whole call with its retries; more than 0.
            Default: 30 s.
        connect_timeout (timedelta | float): The timeout of connecting, which is lowered to three
            quarters of timeout if it is longer. Default: 10 s.
        proxy (str): The URL of a proxy, such as "http://user:password@host:port" or
            "socks5h://host:port"; "" for no proxy. Default: the proxy that HTTPS_PROXY, HTTP_PROXY
            or ALL_PROXY names, except for the hosts in NO_PROXY. This machine is always reached
            without one.
        root_certificates (str | bytes | PathLike): Root certificates that are trusted besides the
            system's and those of the file or folder in REQUESTS_CA_BUNDLE: PEM, or the DER of one.
            A server's own certificate may be its root.
        client_certificate (str | bytes | PathLike): The certificate that is shown to a server that
            wants one (mTLS), with those between it and its root: PEM, or the DER of one. Needs
            client_key.
        client_key (str | bytes | PathLike): The private key of that certificate: RSA or ECDSA, in
            PEM or DER, not encrypted.
        user_agent (str): Text that precedes appmint's own User-Agent header.
        allow_plain_http (bool): Whether to send requests without TLS to hosts other than this
            machine, where anybody on the network can read them. Default: False.
        refuse_private_addresses (bool): Whether to refuse connections to addresses that are not
            public: this machine, private networks, link-local and reserved addresses. No proxy is
            used then, and none may be given. Default: False.
        max_response_body (int): The largest accepted body of an API response, in bytes. Default:
            32 MiB.
        retries (int): How many times a request is sent again after a temporary failure or a rate
            limit. 0 sends every request once. Default: 2.
        retry_wait (timedelta | float): The wait before the first retry, which doubles with each
            further one. Default: 0.25 s.
        transport (httpx.Client | requests.Session | Callable): Sends requests instead of the
            built-in HTTP client: the client itself, or a callable that takes an
            appmint.TransportRequest. Called on worker threads, several at a time. Proxies and
            certificates are then those of the client. Default: the built-in HTTP client.
        store (str | PathLike | Store): Where tokens live between processes: "sqlite:FILE" or the
            Path of that file, "redis://…", "rediss://…" (TLS), "memory:" (which ends with the app),
            or an object with the methods of appmint.Store. A Redis URL may have ?prefix= for the
            names of its keys (default "appmint:") and ?wait_replicas=N for writes that count only
            once N replicas have them (default 0). Default: no store.
        store_key (str | bytes): The key that seals stored tokens and authorizations: 32 bytes, or
            their text in hexadecimal or base64. `openssl rand -hex 32` makes one.
        previous_store_key (str | bytes): A second key, for the time of a key rotation. It opens
            values that it sealed.
        store_unencrypted (bool): Whether the store holds tokens without a key, for everybody who
            can read it. A store that other processes can read needs this or store_key. Default:
            False.
        capacity (int): How many tokens are held in memory; at least 1. Beyond it, tokens are
            dropped that no source refers to. Default: 1,000,000.
        on_event (Callable[[Event], object]): Called with each event, on the thread on which it
            happens, which waits for it. Events are also logged to the logger "appmint".
        clock (ManualClock): A clock that shows a fixed time, for tests. Default: the system's
            clock.

    Raises:
        InvalidArgumentError: A setting is missing, malformed, or contradicts another.
        UnsupportedError: The platform does not offer a setting.
        PrivateKeyError: A private key cannot be used; the reason says why.
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
        """The platform's name."""

    def jwt(self) -> Token:
        """Signs the app's JWT. The same one is returned until 60 s before it expires.

        Returns:
            A Token of kind "jwt", whose claims can be read.

        Raises:
            InvalidArgumentError: The app has no private key, signer or id (reason
                "missing_credential").
            UnsupportedError: The platform has no JWTs of apps.
            CallbackError: The signer failed.
        """

    def jwt_async(self) -> Coroutine[Any, Any, Token]:
        """The coroutine of `jwt`: the same arguments, result and errors."""

    @property
    def fingerprint(self) -> str | None:
        """The SHA-256 fingerprint of the public key, as the platform's settings page shows it.

        None without a private key. With two keys it is that of the one in use.
        """

    @property
    def clock_offset(self) -> timedelta:
        """How far the platform's clock is ahead of this machine's, as far as is known.

        It is 0 until responses prove otherwise. JWTs are made by it; tokens live by this
        machine's own clocks.
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

        A response of any status is returned, not raised. A read is sent again after a lost
        connection, 502 to 504, and a rate limit; a write after a rate limit only.

        Args:
            method: The HTTP method.
            path: The path and query below the API's base URL, from "/" on.
            headers: Further headers. Authorization is not allowed: pass token.
            json: A value that is sent as JSON; not together with body.
            body: Bytes to send, or text that is sent as UTF-8; give its Content-Type as a header.
            token: The token to authenticate with. Default: the app's own credential.
            params: Parameters that are added to the query, as a mapping or as pairs. A sequence is
                a parameter that comes several times.
            timeout: The timeout of the whole call, as a timedelta or in seconds. Default: the
                app's.

        Returns:
            The response, with its status, headers and body.

        Raises:
            InvalidArgumentError: The method, path, headers or bodies are not valid.
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

    def quota(self) -> Quota | None:
        """Returns the quota of the requests that the app makes with its JWT or tokens of its own.

        As the platform told it in its last answer to one of them. No network I/O.

        Returns:
            The quota; None before such an answer, or if the platform does not tell it.
        """

    def stats(self) -> Stats:
        """Returns the counters of the app since it was made. No network I/O.

        Returns:
            A snapshot of the counters.
        """

    def close(self) -> None:
        """Ends the app's threads and connections, and forgets its tokens.

        Calls in progress complete; new ones raise an error. Sessions' tokens that the store did not
        take yet are offered to it until the app's timeout has passed. `with app:` closes it, too. A
        second call does nothing.
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
    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

    # ---- Installations

    def installations(self) -> Listing[Installation]:
        """Lists the installations of the app.

        Pages are requested as the listing is iterated, none before.

        Returns:
            An iterator of Installation.

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

        Args:
            account: The path, login, name or id of an account of any kind, as the platform writes
                it.
            id: The installation's id.
            organization: An organization's login.
            user: A user's login.
            repository: A repository as "owner/name".
            enterprise: An enterprise's name.

        Returns:
            The installation.

        Raises:
            InvalidArgumentError: None or several of the arguments are given, or one is malformed.
            UnsupportedError: The platform does not look up installations by this argument.
            NotFoundError: The app is not installed there.
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

        Args:
            id: The installation's id.

        Raises:
            UnsupportedError: The platform cannot suspend installations.
            NotFoundError: The app has no such installation.
        """

    def suspend_installation_async(self, id: int | str) -> Coroutine[Any, Any, None]:
        """The coroutine of `suspend_installation`: the same arguments, result and errors."""

    def unsuspend_installation(self, id: int | str) -> None:
        """Ends the suspension of an installation.

        Args:
            id: The installation's id.

        Raises:
            UnsupportedError: The platform cannot suspend installations.
            NotFoundError: The app has no such installation.
        """

    def unsuspend_installation_async(self, id: int | str) -> Coroutine[Any, Any, None]:
        """The coroutine of `unsuspend_installation`: the same arguments, result and errors."""

    def delete_installation(self, id: int | str) -> None:
        """Uninstalls the app from an account. This cannot be undone.

        Args:
            id: The installation's id.

        Raises:
            UnsupportedError: The platform does not let apps uninstall themselves.
            NotFoundError: The app has no such installation.
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
        """Makes the URL of the page on which a user installs the app. No network I/O.

        Args:
            app_slug: The app's short name, which is part of its URL.
            state: An unguessable state. Default: a fresh one of 256 random bits, or an empty one if
                the platform takes none.
            redirect_uri: The URL to which the user returns, for platforms that take one.

        Returns:
            The URL and the state. Keep the state until the user returns, for finish_install.

        Raises:
            UnsupportedError: The platform has no such page, or does not take an argument.
        """

    def finish_install(self, callback_url: str, state: str) -> Installation:
        """Returns the installation that a user made.

        The state is compared in constant time, and the platform is asked whether the installation
        is this app's: the id in a callback may be anybody's.

        Args:
            callback_url: The URL, or its query, with which the user returned.
            state: The state of install_url.

        Returns:
            The installation.

        Raises:
            ReauthorizeError: The state is another one (reason "state_mismatch").
            NotFoundError: The installation is not this app's.
            ProtocolError: The callback has no installation's id, as when an owner has yet to
                approve.
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
        """Makes a source of tokens for one installation. No network I/O.

        The installation is named by its id or by exactly one of the arguments of find_installation.
        It is then looked up when the first token is needed, and again when the platform no longer
        knows it.

        Its tokens have all access that the installation was granted, unless they are narrowed. An
        empty list or mapping is refused, since platforms understand it as everything.

        Args:
            id: The installation's id.
            account: The path, login, name or id of an account of any kind.
            organization: An organization's login.
            user: A user's login.
            repository: A repository as "owner/name".
            enterprise: An enterprise's name.
            repositories: The names of the repositories to narrow to, without their owner.
            repository_ids: The ids of the repositories to narrow to.
            permissions: The permissions to narrow to, by name with their level, such as
                {"contents": "read"}.

        Returns:
            The source. Sources of one installation and scope share one token.

        Raises:
            InvalidArgumentError: None or several of the arguments that name an installation are
                given, or an argument is empty or malformed.
            UnsupportedError: The platform cannot look up or narrow like this.
        """

    def app_tokens(
        self,
        *,
        scopes: Iterable[str] | None = None,
        subject: str | None = None,
    ) -> TokenSource:
        """Makes a source of the app's own tokens, which some platforms have. No network I/O.

        Args:
            scopes: OAuth scopes, for platforms that take the app's assertion (RFC 7523).
            subject: The user for whom the app acts, for platforms that take the app's assertion.

        Returns:
            The source, whose tokens are of kind "app".

        Raises:
            UnsupportedError: The platform has no such tokens, or does not take an argument.
        """

    def revoke_installation_token(self, token: Token | str) -> None:
        """Ends an installation token. Succeeds if the token is already invalid.

        Args:
            token: The token or its text.

        Raises:
            UnsupportedError: The platform does not offer this.
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
        """Makes the URL of the page on which a user authorizes the app. No network I/O.

        Args:
            redirect_uri: The URL to which the user returns: one of those registered for the app.
                Default: none is sent.
            state: An unguessable state. Default: 256 random bits.
            scopes: OAuth scopes, for platforms that take them.
            login_hint: The account to suggest, for platforms that take it.
            prompt: The prompt that the user sees even when logged in, such as
                "select_account", for platforms that take it.

        Returns:
            The URL, its state and its PKCE verifier. Keep it until the user returns, for
            finish_authorization.

        Raises:
            InvalidArgumentError: The app has no client id (reason "missing_credential"), or the
                state is empty.
            UnsupportedError: The platform has no OAuth, or does not take an argument.
        """

    def authorization_code(self, callback_url: str, state: str) -> str:
        """Returns the code in a callback URL, once its state was compared in constant time.

        No network I/O. finish_authorization does this and exchanges the code.

        Args:
            callback_url: The URL, or its query, with which the user returned.
            state: The state of the authorization.

        Returns:
            The authorization code.

        Raises:
            ReauthorizeError: The state is another one (reason "state_mismatch").
            DeniedError: The user declined.
        """

    def exchange_code(
        self,
        code: str,
        redirect_uri: str | None = None,
        code_verifier: str | None = None,
    ) -> Token:
        """Exchanges an authorization code for a user token.

        The code is sent once, even if the call fails, unless the platform refused the first private
        key of the client: then it is sent again with the second.

        Args:
            code: The authorization code.
            redirect_uri: The redirect URI of the authorization, if it had one.
            code_verifier: The PKCE verifier of the authorization, if it had one.

        Returns:
            A Token of kind "user".

        Raises:
            ReauthorizeError: The code is unknown, expired or used (reason "invalid_code").
            UnauthorizedError: The client id or its secret is wrong (reason "invalid_client").
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

        The state is compared in constant time, and iss if the platform sends it. An authorization
        can be finished once, on the platform on which it began.

        Args:
            authorization: The result of authorize or open_authorization.
            callback_url: The URL, or its query, with which the user returned.

        Returns:
            A Token of kind "user".

        Raises:
            ReauthorizeError: The state is another one (reason "state_mismatch"), or the
                authorization was finished before or began more than an hour ago
                ("stale_authorization").
            DeniedError: The user declined.
            InvalidArgumentError: The authorization began on another platform.
        """

    def finish_authorization_async(
        self, authorization: Authorization, callback_url: str
    ) -> Coroutine[Any, Any, Token]:
        """The coroutine of `finish_authorization`: the same arguments, result and errors."""

    def seal_authorization(self, authorization: Authorization) -> str:
        """Encrypts an authorization with the store key, to be kept in the user's cookie.

        No network I/O.

        Args:
            authorization: The result of authorize.

        Returns:
            Text that open_authorization takes, in any process with the same store key.

        Raises:
            InvalidArgumentError: The app has no store key.
        """

    def open_authorization(self, sealed: str) -> Authorization:
        """Decrypts an authorization. No network I/O.

        Args:
            sealed: The result of seal_authorization.

        Returns:
            The authorization.

        Raises:
            InvalidArgumentError: The app's store keys do not open the text.
        """

    def refresh(self, refresh_token: Token | str) -> Token:
        """Exchanges a refresh token for a new user token.

        The refresh token is sent once, even if the call fails, unless the platform refused the
        first private key of the client: then it is sent again with the second. After a lost answer
        it may be spent where the platform rotates refresh tokens: that error has `is_retryable`
        False. A session keeps what can be kept.

        Args:
            refresh_token: The refresh token's text, or the Token that it came with.

        Returns:
            A Token of kind "user".

        Raises:
            InvalidArgumentError: The Token has no refresh token.
            ReauthorizeError: The refresh token is unknown, expired or revoked (reason
                "invalid_refresh_token").
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
        """Exchanges a token of another server for one of the platform (RFC 8693).

        Such as the OIDC id token of a workload. Each call sends a request: keep the token for as
        long as it lives.

        Args:
            subject_token: The token of the other server.
            subject_token_type: Its type, a URI of RFC 8693 section 3. Default: that of a JWT.
            scopes: OAuth scopes, for platforms that take them.
            audience: The name of the service that the new token is for. Default: none is sent.
            resource: The URI of the service that the new token is for. Default: none is sent.

        Returns:
            A Token of kind "app".

        Raises:
            UnsupportedError: The platform has no token exchange.
            UnauthorizedError: The platform does not accept the token (reason "invalid_token"), or
                the client id or its secret is wrong (reason "invalid_client").
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
        """Starts the login of a user in a browser on this machine (RFC 8252). No network I/O.

        It listens on 127.0.0.1 until the browser returns. `host` is the host of the redirect URI:
        "127.0.0.1", or "localhost" for a platform that has that registered.

        Args:
            scopes: OAuth scopes, for platforms that take them.
            login_hint: The account to suggest, for platforms that take it.
            prompt: The prompt that the user sees even when logged in, such as
                "select_account", for platforms that take it.
            ports: The ports to listen on, of which the first free one is used. Default: any free
                port.
            path: The path to which the browser returns. Default: "/callback".
            host: The host of the URL to which the browser returns. Default: "127.0.0.1".

        Returns:
            The login. Use it with `with`, which closes its listener.

        Raises:
            InvalidArgumentError: The app has no client id, the path is malformed, or the host is
                another machine's.
            UnsupportedError: The platform has no OAuth, or does not take an argument.
            TransportError: No port is free.
        """

    def start_device_login(self, *, scopes: Iterable[str] | None = None) -> DeviceLogin:
        """Starts the login of a user on another device, on which they type a code (RFC 8628).

        Args:
            scopes: OAuth scopes, for platforms that take them.

        Returns:
            The login, with the code and the URL to show.

        Raises:
            UnsupportedError: The platform has no device logins.
        """

    def start_device_login_async(
        self, *, scopes: Iterable[str] | None = None
    ) -> Coroutine[Any, Any, DeviceLogin]:
        """The coroutine of `start_device_login`: the same arguments, result and errors."""

    def check_token(self, token: Token | str) -> Token:
        """Asks the platform about a user token: its scopes, its expiry and its account.

        Args:
            token: The token or its text.

        Returns:
            The token with these details, without a refresh token: keep the one that you have.

        Raises:
            ReauthorizeError: The token is not valid any more, or another app's (reason
                "invalid_token").
            UnsupportedError: The platform does not offer this.
        """

    def check_token_async(self, token: Token | str) -> Coroutine[Any, Any, Token]:
        """The coroutine of `check_token`: the same arguments, result and errors."""

    def reset_token(self, token: Token | str) -> Token:
        """Replaces a user token, which stops working.

        Args:
            token: The token or its text.

        Returns:
            The new token.

        Raises:
            ReauthorizeError: The token is not valid any more, or another app's (reason
                "invalid_token").
            UnsupportedError: The platform does not offer this.
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

        Args:
            token: The token or its text.
            target: The account's name.
            target_id: The account's id, instead of its name.
            repositories: The names of the repositories to narrow to, without their owner.
            repository_ids: The ids of the repositories to narrow to.
            permissions: The permissions to narrow to, by name with their level.

        Returns:
            The new token.

        Raises:
            InvalidArgumentError: None or both of target and target_id are given, or an argument is
                empty or malformed.
            ReauthorizeError: The token is not valid any more, or another app's (reason
                "invalid_token").
            UnsupportedError: The platform does not offer this.
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
        """Ends a user token. Succeeds if the token is already invalid.

        Args:
            token: The token or its text.

        Raises:
            UnsupportedError: The platform does not offer this.
        """

    def delete_token_async(self, token: Token | str) -> Coroutine[Any, Any, None]:
        """The coroutine of `delete_token`: the same arguments, result and errors."""

    def delete_grant(self, token: Token | str) -> None:
        """Ends a user's authorization of the app with all its tokens.

        Args:
            token: One of these tokens, or its text.

        Raises:
            UnsupportedError: The platform does not offer this.
            ReauthorizeError: The platform does not know the token (reason "invalid_token"):
                nothing was ended, and the authorization may live on.
        """

    def delete_grant_async(self, token: Token | str) -> Coroutine[Any, Any, None]:
        """The coroutine of `delete_grant`: the same arguments, result and errors."""

    def revoke_token(
        self,
        token: Token | str,
        *,
        token_type_hint: TokenTypeHint | None = None,
    ) -> None:
        """Ends an access token or a refresh token at the authorization server (RFC 7009).

        The server ends the tokens that belong to it, too. Succeeds if it does not know the token.

        Args:
            token: The token or its text.
            token_type_hint: "access_token" or "refresh_token", which saves the server a search.

        Raises:
            UnsupportedError: The platform has no such endpoint, or the server does not revoke
                tokens of this type (reason "unsupported_token_type").
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
        """Asks the authorization server about an access token or a refresh token (RFC 7662).

        A token that is invalid or another client's is no error: it is not active.

        Args:
            token: The token or its text.
            token_type_hint: "access_token" or "refresh_token", which saves the server a search.

        Returns:
            The state of the token at the server.

        Raises:
            UnsupportedError: The platform has no such endpoint.
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
        """Makes a source of one user's tokens. No network I/O.

        They live in the store under a name and are renewed before they expire, once for all
        processes that share the store.

        Args:
            name: The name that was given to start_session.

        Returns:
            The source, whose tokens are of kind "user".

        Raises:
            InvalidArgumentError: The app has no store or no client credentials, or the name is
                empty.
        """

    def start_session(
        self, name: str, token: Token, *, account_id: str | int | None = None
    ) -> None:
        """Writes a user token to the store, and replaces the session that had this name.

        With `account_id`, the user's id on the platform, apply_webhook ends the session when the
        user revokes the authorization.

        Args:
            name: A name of your choice, by which session finds the token.
            token: A Token of kind "user", with its refresh token.
            account_id: The user's id on the platform. Default: the token's account_id.

        Raises:
            InvalidArgumentError: The app has no store or no client credentials, the name is empty,
                or the token is of another kind.
            StoreError: The store failed, or it has a record of this name that cannot be opened,
                which stays (reason "wrong_store_key" if another key sealed it).
        """

    def start_session_async(
        self, name: str, token: Token, *, account_id: str | int | None = None
    ) -> Coroutine[Any, Any, None]:
        """The coroutine of `start_session`: the same arguments, result and errors."""

    def end_session(self, name: str) -> None:
        """Forgets a user's session, in memory and in the store, whether its record opens or not.

        The tokens themselves keep working: revoke_token or delete_grant ends them, on platforms
        that offer it.

        Args:
            name: The name that was given to start_session.

        Raises:
            InvalidArgumentError: The app has no store or no client credentials, or the name is
                empty.
            StoreError: The store failed.
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

        Args:
            headers: All headers of the request, with names in any case: a mapping, or pairs of text
                or of bytes, as in the scope of ASGI.
            body: The raw bytes of the request, before they are decoded or parsed.
            secrets: The webhook's secret; several while one replaces the other.

        Returns:
            The event, with its signed payload.

        Raises:
            UnauthorizedError: No signature, or one that fits none of the secrets (reason
                "invalid_signature").
            InvalidArgumentError: A secret is missing or empty.
            ProtocolError: The signed payload is not JSON.
            UnsupportedError: The platform does not sign webhooks.
        """

    def apply_webhook(self, webhook: WebhookEvent) -> int:
        """Forgets the tokens of an installation that was suspended, deleted or changed.

        A webhook about something else is ignored. The store forgets them in the background, for
        all who share it; other processes use those in their own memory until they are renewed or
        refused.

        Args:
            webhook: The result of verify_webhook.

        Returns:
            How many tokens were in memory.
        """

    def webhook_config(self) -> WebhookConfig:
        """Returns the configuration of the app's webhook.

        Returns:
            The URL and the format of deliveries. The secret is not part of it.

        Raises:
            UnsupportedError: The platform does not offer this.
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
        """Changes the configuration of the app's webhook. Arguments that are missing keep theirs.

        Args:
            url: The URL to which the platform sends events.
            content_type: The format of events: "json" or "form".
            secret: The secret that signs events.
            insecure_ssl: Whether the platform skips the check of the receiver's certificate.

        Returns:
            The new configuration.

        Raises:
            InvalidArgumentError: No argument is given.
            UnsupportedError: The platform does not offer this.
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

        Pages are requested as the listing is iterated, none before.

        Returns:
            An iterator of WebhookDelivery.

        Raises:
            UnsupportedError: The platform does not list deliveries.
        """

    def webhook_delivery(self, id: int | str) -> WebhookDelivery:
        """Returns one delivery, with its request and the receiver's response in raw.

        Args:
            id: The delivery's id, not its guid.

        Returns:
            The delivery.

        Raises:
            NotFoundError: There is no such delivery.
            UnsupportedError: The platform does not offer this.
        """

    def webhook_delivery_async(self, id: int | str) -> Coroutine[Any, Any, WebhookDelivery]:
        """The coroutine of `webhook_delivery`: the same arguments, result and errors."""

    def redeliver_webhook(self, delivery_id: int | str) -> None:
        """Has the platform send an event again.

        Args:
            delivery_id: The delivery's id, not its guid.

        Raises:
            NotFoundError: There is no such delivery.
            UnsupportedError: The platform does not offer this.
        """

    def redeliver_webhook_async(self, delivery_id: int | str) -> Coroutine[Any, Any, None]:
        """The coroutine of `redeliver_webhook`: the same arguments, result and errors."""

    # ---- Platform operations

    def registration(self) -> Registration:
        """Returns the app as it is registered on the platform.

        Returns:
            The registration, without its secrets.

        Raises:
            UnsupportedError: The platform does not offer this.
        """

    def registration_async(self) -> Coroutine[Any, Any, Registration]:
        """The coroutine of `registration`: the same arguments, result and errors."""

    def convert_manifest(self, code: str) -> Registration:
        """Exchanges the code of an app manifest for the app that it created.

        It needs no credential. The platform returns the app's key and secrets this once.

        Args:
            code: The code with which the user returned from creating the app.

        Returns:
            The registration with its key and secrets.

        Raises:
            UnsupportedError: The platform has no app manifests.
        """

    def convert_manifest_async(self, code: str) -> Coroutine[Any, Any, Registration]:
        """The coroutine of `convert_manifest`: the same arguments, result and errors."""

    def revoke_credentials(self, credentials: Iterable[Token | str]) -> None:
        """Reports leaked credentials of anybody; the platform ends them and notifies their owners.

        It needs no credential.

        Args:
            credentials: The leaked credentials.

        Raises:
            InvalidArgumentError: There are no credentials, or one is empty.
            UnsupportedError: The platform does not offer this.
        """

    def revoke_credentials_async(
        self, credentials: Iterable[Token | str]
    ) -> Coroutine[Any, Any, None]:
        """The coroutine of `revoke_credentials`: the same arguments, result and errors."""

@final
class Response:
    """A response of the platform's API, of any status."""

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
        """The headers: names in lower case, which are found in any case."""

    @property
    def body(self) -> bytes:
        """The whole body."""

    @property
    def text(self) -> str:
        """The body as text, in its charset and without a byte order mark.

        UTF-8, UTF-16 by its byte order mark or its declared charset, or ISO-8859-1 where that is
        declared. Bytes that are not valid are replaced by U+FFFD.
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
    """The quota of requests, as the platform's last answer told it."""

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
        """The kind of requests that it is for, such as "core", where there are several quotas."""

@final
class Stats:
    """Counters of an app since it was made."""

    @property
    def minted(self) -> int:
        """Tokens that were minted while a caller waited."""

    @property
    def renewed(self) -> int:
        """Tokens that were minted before their predecessor expired."""

    @property
    def failed(self) -> int:
        """Attempts to mint that failed."""

    @property
    def served_stale(self) -> int:
        """Valid tokens that lived less than was asked for, returned because minting failed."""

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
        """Distinct sources in memory: of an installation and a scope, the app, or a session."""

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
    """The names of the built-in platforms."""

def secret_pattern() -> str:
    """A regular expression that finds the secrets of the built-in platforms in a text.

    Their tokens and JWTs, for whatever scrubs logs.
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

    The metadata are those of RFC 8414 or of OpenID Connect Discovery. Keep the descriptor: an app
    that is made of it needs no request.

    Args:
        issuer: The issuer's URL, exactly as the server writes it.
        timeout: The timeout of the whole call, as a timedelta or in seconds. Default: 30 s.
        connect_timeout: The timeout of connecting, as a timedelta or in seconds. Default: 10 s.
        proxy: The URL of a proxy; "" for no proxy. Default: the environment's.
        root_certificates: Root certificates that are trusted besides the system's: text, bytes, or
            the Path of a file.
        client_certificate: The certificate that is shown to a server that wants one (mTLS).
        client_key: The private key of that certificate.
        user_agent: Text that precedes appmint's own User-Agent header.
        allow_plain_http: Whether to send requests without TLS to hosts other than this machine.
        refuse_private_addresses: Whether to refuse connections to addresses that are not public,
            for an issuer that somebody else named. Set it on the App, too: the metadata name hosts.
        retries: How many times a request is sent again. Default: 2.
        retry_wait: The wait before the first retry, as a timedelta or in seconds. Default: 0.25 s.

    Returns:
        The descriptor as JSON text, for App(platform_descriptor=…).

    Raises:
        InvalidArgumentError: The issuer is not a URL with TLS, a setting is malformed, or the host
            has no public address (reason "private_address").
        NotFoundError: The server has no metadata.
        ProtocolError: The metadata are another issuer's (reason "issuer_mismatch"), or unusable.
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

    Every platform reports the id; the other attributes are None or empty if it does not report
    them. The whole object is in raw.
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
        """The app's short name."""

    @property
    def repository_selection(self) -> RepositorySelection | None:
        """The repositories that it can access: "all" or "selected"."""

    @property
    def permissions(self) -> dict[str, str]:
        """The permissions that it was granted, by name with their level."""

    @property
    def events(self) -> list[str]:
        """The events that the app receives."""

    @property
    def created_at(self) -> datetime | None:
        """When the app was installed, in UTC."""

    @property
    def updated_at(self) -> datetime | None:
        """When the installation last changed, in UTC."""

    @property
    def suspended_at(self) -> datetime | None:
        """When an owner suspended it, in UTC; None if it is not suspended."""

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
    """The items of a paged list. Pages are requested as it is iterated.

    It is an iterator, for `for` and `async for`, which can be iterated once: threads that share it
    get different items. After an error it goes on with the page that failed. list(…) returns all
    items that are left.
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
    """A repository that an installation can access."""

    @property
    def id(self) -> str:
        """The repository's id."""

    @property
    def name(self) -> str:
        """The name without the owner, as App.installation(repositories=…) takes it."""

    @property
    def full_name(self) -> str | None:
        """The name with the owner, such as "octocat/Hello-World"."""

    @property
    def owner(self) -> str | None:
        """The account that owns it."""

    @property
    def is_private(self) -> bool | None:
        """Whether it is private; None if the platform does not report it."""

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

    A token comes from memory while it lives long enough. It is renewed in the background before it
    expires, and minted once for all callers that wait. If minting fails for a temporary reason, a
    token that is still valid is returned to its end.
    """

    @property
    def installation_id(self) -> str | None:
        """The installation's id.

        None for the app's own tokens and for a user's, and until the installation was looked up.
        """

    def token(
        self,
        min_valid: timedelta | float | None = None,
        *,
        timeout: timedelta | float | None = None,
    ) -> Token:
        """Returns a token, from memory or newly minted.

        Args:
            min_valid: How much longer the token must live at least, as a timedelta or in seconds. A
                token is minted if a new one has that much life. A life that no token of the
                platform has is refused where it is documented; elsewhere the new token is
                returned, with an event served_stale, and serves for half of its life.
                Default: 60 s, or half of a shorter life.
            timeout: How long this caller waits, as a timedelta or in seconds. Minting goes on for
                the other callers. Default: the app's timeout.

        Returns:
            The token.

        Raises:
            ForbiddenError: The installation is suspended, or was not granted a permission or a
                repository; the reason says which.
            NotFoundError: The app is not installed there.
            ReauthorizeError: For a session: the user must authorize the app again.
            TimeoutError: The timeout passed.
            CallbackError: The signer failed.
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

        Args:
            min_valid: How much longer the token must live at least, see token.
            timeout: How long this caller waits, see token.

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

        None if there is none, or if the platform did not report it.
        """

    def quota(self) -> Quota | None:
        """Returns the quota of the installation, of the app, or of the session's user.

        As the platform told it in its last answer to a request of the source, whatever the tokens
        are narrowed to. No network I/O.

        Returns:
            The quota; None before such an answer, or if the platform does not tell it.
        """

    def invalidate(self, token: str | Token | None = None) -> None:
        """Forgets a token if it is still the one in memory: the answer to a 401.

        However many callers got it, one new token is minted for all of them. Without a token,
        forgets whichever is in memory or being minted; then each of many callers would forget
        what the others have just minted. The token itself keeps working.

        Args:
            token (str | Token): The token that was refused.
        """

    def on_change(self, callback: Callable[[Token | None, Token], object]) -> Subscription:
        """Registers a callback for new tokens, until it is unsubscribed or the app is closed.

        It is called on the thread that minted the token, which waits for it. The class of an
        exception that it raises is logged.

        Args:
            callback: Takes the previous Token (None for the first) and the new one.

        Returns:
            A Subscription, whose unsubscribe takes the callback back.
        """

    def revoke(self) -> None:
        """Forgets the token in memory and ends it on the platform, for everybody who has it.

        No network I/O if there is no valid token in memory.

        Raises:
            UnsupportedError: The platform does not offer this, or these are a user's tokens: see
                delete_grant, delete_token, revoke_token and end_session.
        """

    def revoke_async(self) -> Coroutine[Any, Any, None]:
        """The coroutine of `revoke`: the same arguments, result and errors."""

    def repositories(self) -> Listing[Repository]:
        """Lists the repositories that the token can access.

        Pages are requested as the listing is iterated, none before.

        Returns:
            An iterator of Repository.

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

        A response of any status is returned, not raised. A token that the platform refuses before
        it expires is replaced once, and a new token is given a few seconds to become known.

        Args:
            method: The HTTP method.
            path: The path and query below the API's base URL, from "/" on.
            headers: Further headers. Authorization is not allowed.
            json: A value that is sent as JSON; not together with body.
            body: Bytes to send, or text that is sent as UTF-8; give its Content-Type as a header.
            params: Parameters that are added to the query, as a mapping or as pairs. A sequence is
                a parameter that comes several times.
            timeout: The timeout of the whole call, as a timedelta or in seconds. Default: the
                app's.

        Returns:
            The response, with its status, headers and body.

        Raises:
            InvalidArgumentError: The method, path, headers or bodies are not valid.
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

    def _credential_for(self, url: str) -> str | None: ...
    def _jwt(self) -> Token: ...
    def _jwt_async(self) -> Coroutine[Any, Any, Token]: ...
    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

@final
class Subscription:
    """A callback that TokenSource.on_change registered.

    A with block takes it back at its end. It stays registered when this object is deleted.
    """

    def unsubscribe(self) -> None:
        """Takes the callback back: it is not called any more.

        Blocks while the callback runs on another thread, but not inside of a callback of on_change.
        Nothing happens the second time.
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
    """

    @property
    def kind(self) -> TokenKind:
        """Its bearer: the app ("jwt" or "app"), an "installation", or a "user"."""

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
        """When it expires, in UTC; None if the platform did not report it."""

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
        """Its OAuth scopes; empty if the platform reports none."""

    @property
    def account(self) -> str | None:
        """The user's login, for results of check_token, reset_token and scope_token.

        None for other tokens, and if the platform did not report it.
        """

    @property
    def account_id(self) -> str | None:
        """The id of the user's account.

        Of a token of a session that was started with it, or of one that check_token returned.
        None for other tokens, and if the platform did not report it.
        """

    @property
    def claims(self) -> dict[str, Any] | None:
        """The payload of a JWT; None for other tokens."""

    def reveal_refresh_token(self) -> str | None:
        """Returns the refresh token itself.

        Returns:
            The refresh token's text; None if there is none.
        """

    @property
    def refresh_token_expires_at(self) -> datetime | None:
        """When the refresh token expires, in UTC; None if there is none or it is not known."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__ = None  # type: ignore[assignment]
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...
    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

# ==== OAuth & login

@final
class Authorization:
    """A URL to send a user to, and the secrets to keep until the user returns."""

    @property
    def url(self) -> str:
        """The URL to send the user's browser to."""

    @property
    def state(self) -> str:
        """The state that the callback must have; keep it in the user's session."""

    @property
    def code_verifier(self) -> str | None:
        """The PKCE verifier for exchange_code; None if the platform does not use PKCE."""

    @property
    def redirect_uri(self) -> str | None:
        """The URL to which the user returns; None if none was given."""

    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

@final
class Login:
    """A login of a user in a browser on this machine. `with` cancels it at its end."""

    @property
    def url(self) -> str:
        """The URL to send the user's browser to."""

    @property
    def redirect_uri(self) -> str:
        """The URL on 127.0.0.1 to which the browser returns."""

    def open_browser(self) -> None:
        """Opens the URL in the user's browser.

        Raises:
            UnsupportedError: There is no browser; show the URL instead.
        """

    def wait(self, timeout: timedelta | float | None = None) -> Token:
        """Waits until the browser returns, and exchanges its code for a token.

        The listener then closes; a login can be waited for once. Requests that do not belong to
        this login are refused, and the wait goes on.

        Args:
            timeout: How long to wait, as a timedelta or in seconds. Default: 5 minutes.

        Returns:
            A Token of kind "user".

        Raises:
            DeniedError: The user declined.
            TimeoutError: The timeout passed.
            CancelledError: cancel was called.
            InvalidArgumentError: This login was waited for before.
        """

    def wait_async(self, timeout: timedelta | float | None = None) -> Coroutine[Any, Any, Token]:
        """The coroutine of `wait`: the same arguments, result and errors."""

    def cancel(self) -> None:
        """Ends a wait with a CancelledError, and closes the listener."""

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
    """A login of a user on another device. `with` cancels it at its end."""

    @property
    def user_code(self) -> str:
        """The code that the user types."""

    @property
    def verification_uri(self) -> str:
        """The URL of the page on which the user types it."""

    @property
    def verification_uri_complete(self) -> str | None:
        """The same URL with the code, for a link or a QR code; None if the platform has none."""

    @property
    def expires_at(self) -> datetime | None:
        """When the code expires, in UTC."""

    def poll(self) -> Token:
        """Asks the platform once whether the user is done.

        No network I/O before the platform's interval has passed.

        Returns:
            A Token of kind "user".

        Raises:
            PendingError: The user is not done; retry_after says when to poll again.
            DeniedError: The user declined.
            ReauthorizeError: The code expired (reason "expired_device_code").
            CancelledError: cancel was called.
        """

    def poll_async(self) -> Coroutine[Any, Any, Token]:
        """The coroutine of `poll`: the same arguments, result and errors."""

    def wait(self) -> Token:
        """Polls at the platform's interval until the user is done or the code expires.

        Returns:
            A Token of kind "user".

        Raises:
            DeniedError: The user declined.
            ReauthorizeError: The code expired (reason "expired_device_code").
            CancelledError: cancel was called.
        """

    def wait_async(self) -> Coroutine[Any, Any, Token]:
        """The coroutine of `wait`: the same arguments, result and errors."""

    def cancel(self) -> None:
        """Ends a wait with a CancelledError. The code itself works until it expires."""

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
    """The state of a token at its authorization server (RFC 7662).

    Only active and raw are set for a token that is not active.
    """

    @property
    def active(self) -> bool:
        """Whether the token is valid now."""

    @property
    def scopes(self) -> list[str]:
        """The token's OAuth scopes."""

    @property
    def client_id(self) -> str | None:
        """The client that requested the token."""

    @property
    def username(self) -> str | None:
        """The display name of the user who authorized it."""

    @property
    def subject(self) -> str | None:
        """The id of the user who authorized it: sub."""

    @property
    def token_type(self) -> str | None:
        """The token's type, such as "Bearer"."""

    @property
    def issuer(self) -> str | None:
        """The server that issued it: iss."""

    @property
    def audience(self) -> list[str]:
        """The services that it is meant for: aud."""

    @property
    def expires_at(self) -> datetime | None:
        """When it expires, in UTC."""

    @property
    def issued_at(self) -> datetime | None:
        """When it was issued, in UTC."""

    @property
    def not_before(self) -> datetime | None:
        """When it begins to be valid, in UTC."""

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as the server sent it."""

# ==== Webhooks

    def as_dict(self) -> dict[str, Any]:
        """Returns the attributes by name.

        Returns:
            A new dict. Values are the attributes' own.
        """

    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class WebhookEvent:
    """An event that a platform sent, whose signature was verified.

    On most platforms the name and the delivery's id come from headers, which the signature does not
    cover: decide by the payload.
    """

    @property
    def name(self) -> str | None:
        """The event's name, such as "push"."""

    @property
    def delivery_id(self) -> str | None:
        """The delivery's id, by which one that comes twice is recognised."""

    @property
    def installation_id(self) -> str | None:
        """The id of the installation that it is about, from the signed payload."""

    @property
    def payload(self) -> Any:
        """The signed JSON: the body, or the part of it that the platform signs."""

    def as_dict(self) -> dict[str, Any]:
        """Returns the attributes by name.

        Returns:
            A new dict. Values are the attributes' own.
        """

    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class WebhookConfig:
    """The configuration of the app's webhook. The secret is not part of it."""

    @property
    def url(self) -> str | None:
        """The URL to which the platform sends events."""

    @property
    def content_type(self) -> str | None:
        """The format of events: "json" or "form"."""

    @property
    def insecure_ssl(self) -> bool | None:
        """Whether the check of the receiver's certificate is skipped; None if not reported."""

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
    """An attempt of the platform to send an event to the app."""

    @property
    def id(self) -> str:
        """The delivery's id, which webhook_delivery and redeliver_webhook take."""

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
        """Whether the event had been sent before; None if the platform does not report it."""

    @property
    def installation_id(self) -> str | None:
        """The id of the installation that it is about."""

    @property
    def repository_id(self) -> str | None:
        """The id of the repository that it is about."""

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as the platform sent it.

        A result of webhook_delivery has the request and the response in it, too.
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

    Its secrets are part of the result of convert_manifest only, and are shown by the methods
    reveal_… only.
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
        """The events that it receives."""

    @property
    def created_at(self) -> datetime | None:
        """When it was registered, in UTC."""

    @property
    def updated_at(self) -> datetime | None:
        """When it last changed, in UTC."""

    def reveal_client_secret(self) -> str | None:
        """Returns the OAuth client secret.

        Returns:
            The secret after convert_manifest, else None.
        """

    def reveal_webhook_secret(self) -> str | None:
        """Returns the secret that signs webhooks.

        Returns:
            The secret after convert_manifest, else None.
        """

    def reveal_private_key(self) -> str | None:
        """Returns the app's private key.

        Returns:
            The key in PEM after convert_manifest, else None.
        """

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as the platform sent it, without the secrets."""

    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

# ==== Events & stores: the class Store is Python's own

@final
class Event:
    """An event of an app. It never holds a secret, and can be pickled."""

    @property
    def kind(self) -> EventKind:
        """The kind.

        "minted", "renewed", "retried" and "taken_from_store" are routine. "mint_failed",
        "served_stale", "skew_found", "refused" and "store_failed" are warnings.
        """

    @property
    def installation_id(self) -> str | None:
        """The id of the installation that it is about."""

    @property
    def duration(self) -> timedelta | None:
        """How long the call took, or the wait until the request is sent again."""

    @property
    def clock_offset(self) -> timedelta | None:
        """How far the platform's clock is ahead of this machine's."""

    @property
    def quota(self) -> Quota | None:
        """The quota of requests as it was last told: the app's after minting, and that of a request
        that is sent again.
        """

    @property
    def error(self) -> Error | None:
        """The error that caused it."""

    @property
    def is_warning(self) -> bool:
        """Whether somebody should look at it. It is then logged at WARNING, else at DEBUG."""

    @property
    def text(self) -> str:
        """The event in one line, as it is logged."""

    def as_dict(self) -> dict[str, Any]:
        """Returns the attributes by name.

        Returns:
            A new dict. Values are the attributes' own.
        """

    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class ManualClock:
    """A clock for tests, which shows the same time until it is moved.

    Args:
        now: The time that it shows: a datetime with a time zone, or milliseconds since 1970.

    Raises:
        InvalidArgumentError: The datetime has no time zone, or the number is out of range.
    """

    def __new__(cls, now: datetime | int) -> Self: ...
    def now(self) -> datetime:
        """Returns the time that it shows.

        Returns:
            A datetime in UTC.
        """

    def set(self, now: datetime | int) -> None:
        """Moves it to a time, forwards or backwards.

        Args:
            now: A datetime with a time zone, or milliseconds since 1970.
        """

    def advance(self, by: timedelta | float) -> None:
        """Moves it forwards.

        Args:
            by: A timedelta, or a number of seconds.
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
