from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from os import PathLike
from types import GenericAlias, TracebackType
from typing import Any, TypeVar, final

from typing_extensions import Never, Self

from ._errors import Error
from ._headers import Headers
from ._store import Store

__all__ = [
    "App",
    "Authorization",
    "DeviceLogin",
    "Event",
    "WebhookConfig",
    "WebhookDelivery",
    "Installation",
    "Introspection",
    "Listing",
    "Login",
    "ManualClock",
    "Registration",
    "Repository",
    "Response",
    "Stats",
    "Token",
    "TokenSource",
    "WebhookEvent",
    "discover",
    "event_kinds",
    "kinds",
    "platforms",
    "reasons",
    "restored_event",
    "version",
]

_T_co = TypeVar("_T_co", covariant=True)

@final
class App:
    """A program's app on a platform.

    One is enough for a program: it holds the connections and the tokens, and any thread may use
    it. Times are timedeltas or seconds; a key or certificates are text, bytes or a Path to read.
    """

    def __new__(
        cls,
        platform: str | None = None,
        *,
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
        signer: Callable[[bytes], bytes | bytearray | memoryview] | None = None,
        jwt_back_date: timedelta | float | None = None,
        jwt_lifetime: timedelta | float | None = None,
        timeout: timedelta | float | None = None,
        connect_timeout: timedelta | float | None = None,
        proxy: str | None = None,
        root_certificates: str | bytes | bytearray | memoryview | PathLike[str] | None = None,
        user_agent: str | None = None,
        allow_plain_http: bool = False,
        max_response_body: int | None = None,
        retries: int | None = None,
        retry_wait: timedelta | float | None = None,
        store: str | PathLike[str] | Store | None = None,
        store_key: str | bytes | bytearray | memoryview | None = None,
        previous_store_key: str | bytes | bytearray | memoryview | None = None,
        store_unencrypted: bool = False,
        capacity: int | None = None,
        on_event: Callable[[Event], object] | None = None,
        clock: ManualClock | None = None,
    ) -> Self: ...
    @property
    def fingerprint(self) -> str | None:
        """SHA-256 of the public key as the settings page shows it; None with an external signer."""

    @property
    def platform_name(self) -> str:
        """The platform's name."""

    @property
    def clock_offset(self) -> timedelta:
        """How far the platform's clock is ahead of ours, as far as is known; 0 at first."""

    def jwt(self) -> Token:
        """The app's own JWT, reused until 60 s before it expires."""

    def installations(self) -> Listing[Installation]:
        """The installations of the app, fetched page by page as they are asked for."""

    def find_installation(
        self,
        account: int | str | None = None,
        *,
        id: int | str | None = None,
        organization: str | None = None,
        user: str | None = None,
        repository: str | None = None,
        enterprise: str | None = None,
    ) -> Installation:
        """The installation on exactly one of: an account of any kind (as the platform writes it: path,
        login, name or id), an installation's id, an organization, a user, a repository
        (owner/name), an enterprise."""

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
        """A source of tokens for one installation, by its id or by exactly one of what
        find_installation takes; nothing goes out yet.

        Its tokens reach all that the installation was granted, or only the repositories (by name
        without owner, or by id) and permissions (names to levels) given. One that is given but
        empty is refused: to a platform it would mean everything.

        What is looked up is looked up once, kept through failures, and looked up again when the
        platform no longer knows it.
        """

    def app_tokens(
        self,
        *,
        scopes: Iterable[str] | None = None,
        subject: str | None = None,
    ) -> TokenSource:
        """A source of the app's own tokens, where the platform has them beside the JWT; nothing goes
        out yet.

        On a platform that takes the app's assertion (RFC 7523: a service account) they may be asked
        for with OAuth scopes, and for a user whom the app acts for.
        """

    def registration(self) -> Registration:
        """The app as the platform has it registered."""

    def convert_manifest(self, code: str) -> Registration:
        """The app that a manifest's code stands for, with its key and secrets, which are told once.
        Needs no credential."""

    def suspend_installation(self, id: int | str) -> None:
        """Suspends an installation: its tokens stop working until it is unsuspended."""

    def unsuspend_installation(self, id: int | str) -> None:
        """Lets a suspended installation work again."""

    def delete_installation(self, id: int | str) -> None:
        """Uninstalls the app from where this installation is. There is no way back."""

    def webhook_config(self) -> WebhookConfig:
        """Where the platform sends the app's events."""

    def update_webhook_config(
        self,
        *,
        url: str | None = None,
        content_type: str | None = None,
        secret: str | None = None,
        insecure_ssl: bool | None = None,
    ) -> WebhookConfig:
        """Changes where and how the platform sends the app's events. What is not given stays."""

    def webhook_deliveries(self) -> Listing[WebhookDelivery]:
        """The events that were sent to the app, newest first, fetched page by page as they are asked
        for."""

    def webhook_delivery(self, id: int | str) -> WebhookDelivery:
        """One of them, with what was sent and what the receiver answered in its raw."""

    def redeliver_webhook(self, delivery_id: int | str) -> None:
        """Has an event sent once more."""

    def check_token(self, token: Token | str) -> Token:
        """A user's token as the platform knows it: its scopes, its expiry and whose it is.

        A ReauthorizeError with reason "invalid_token" when it is no longer valid, or another app's. The
        refresh token is not told: keep the one you have.
        """

    def reset_token(self, token: Token | str) -> Token:
        """A new token in the place of a user's token, which stops working."""

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
        """A user token that reaches a part of what token does, on exactly one account: its name
        (target) or its id."""

    def delete_token(self, token: Token | str) -> None:
        """Ends a user's token. One that is not valid any more counts as ended."""

    def delete_grant(self, token: Token | str) -> None:
        """Ends a user's authorization of the app with all its tokens, given one of them."""

    def revoke_token(self, token: Token | str, *, token_type_hint: str | None = None) -> None:
        """Ends an access or a refresh token at the authorization server (RFC 7009), with what the
        server ties to it. One that the server does not know counts as ended.

        The hint is "access_token" or "refresh_token" and saves the server a search.
        """

    def introspect_token(
        self,
        token: Token | str,
        *,
        token_type_hint: str | None = None,
    ) -> Introspection:
        """What the authorization server knows of an access or a refresh token (RFC 7662). One that is
        over, or somebody else's, is not an error: it is not active.

        The hint is "access_token" or "refresh_token" and saves the server a search.
        """

    def revoke_credentials(self, credentials: Iterable[Token | str]) -> None:
        """Reports credentials that have leaked, whosever they are; the platform ends them and tells
        their owners. Needs no credential."""

    def revoke_installation_token(self, token: Token | str) -> None:
        """Ends an installation token. One that is not valid any more counts as ended."""

    def install_url(
        self,
        app_slug: str,
        *,
        state: str | None = None,
        redirect_uri: str | None = None,
    ) -> Authorization:
        """The URL where a person installs the app; nothing goes out.

        Its state is a fresh one where the platform takes one, else empty.
        """

    def finish_install(self, callback_url: str, state: str) -> Installation:
        """The installation that a person came back from making, once the state is proven equal and
        the platform has confirmed that it is this app's."""

    def verify_webhook(
        self,
        headers: Mapping[str, str],
        body: bytes | bytearray | memoryview,
        secrets: str | Sequence[str],
    ) -> WebhookEvent:
        """A webhook whose signature proved right with one of the secrets; nothing goes out.

        The headers' names may be in any case; the body is the bytes as they came, before anything
        decoded or parsed them. Two secrets are for the time while one replaces the other.
        """

    def apply_webhook(self, webhook: WebhookEvent) -> int:
        """Forgets the tokens of an installation that a webhook says was suspended, deleted or
        changed; how many."""

    def stats(self) -> Stats:
        """How often things happened since the app was made."""

    def close(self) -> None:
        """Ends the app's threads and forgets its tokens. Calls that are on their way come to their
        end; new ones are refused. `with app:` does so at its end."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
        /,
    ) -> None: ...
    def authorize(
        self,
        redirect_uri: str | None = None,
        state: str | None = None,
        scopes: Iterable[str] | None = None,
        login_hint: str | None = None,
    ) -> Authorization:
        """The URL where a user authorizes the app, with a fresh state."""

    def authorization_code(self, callback_url: str, state: str) -> str:
        """The code out of a callback URL, once its state is proven equal."""

    def exchange_code(
        self,
        code: str,
        redirect_uri: str | None = None,
        code_verifier: str | None = None,
    ) -> Token:
        """A user token for an authorization code, which is sent once, whatever happens; again only
        with the second key, where the first was refused as the client's."""

    def finish_authorization(self, authorization: Authorization, callback_url: str) -> Token:
        """The user token that an authorization brought, given the URL that the user came back with.

        The state is compared in constant time, `iss` where the platform sends one, the platform must
        be the same, and it works once. A DeniedError when the user said no.
        """

    def seal_authorization(self, authorization: Authorization) -> str:
        """An authorization as text that only the app's store_key opens, for the user's cookie or
        session until they come back, to whichever process."""

    def open_authorization(self, sealed: str) -> Authorization:
        """The authorization that was sealed."""

    def start_login(
        self,
        *,
        scopes: Iterable[str] | None = None,
        login_hint: str | None = None,
        ports: Iterable[int] | None = None,
        path: str | None = None,
    ) -> Login:
        """Begins a login of the person at this machine: a listener on 127.0.0.1 that their browser
        comes back to. Nothing goes out yet.

        The ports are tried in order (default: any free one); the path is /callback if it is not
        given.
        """

    def start_device_login(self, *, scopes: Iterable[str] | None = None) -> DeviceLogin:
        """Begins a login on another device: shows a code to type there."""

    def session(self, name: str) -> TokenSource:
        """A source of one user's tokens, which live in the store under a name of your choice and are
        renewed ahead of their end; nothing goes out yet. Processes that share the store renew once."""

    def start_session(self, name: str, token: Token) -> None:
        """Writes a user's Token down: from now on session gives it and renews it. It takes the place
        of what was there."""

    def end_session(self, name: str) -> None:
        """Forgets a user's session, here and in the store. The tokens themselves go on working:
        delete_grant ends them, where the platform has it."""

    def refresh(self, refresh_token: Token | str) -> Token:
        """A new user token for a refresh token, or for a token that has one; it is sent once,
        whatever happens; again only with the second key, where the first was refused as the
        client's."""

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: str | bytes | bytearray | memoryview | None = None,
        token: Token | str | None = None,
        *,
        timeout: timedelta | float | None = None,
    ) -> Response:
        """An API call as the app, or with the token given; any status is an answer. The timeout
        (default: the app's) is for the whole of it."""

    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

@final
class TokenSource:
    """Keeps one token of an installation, of the app itself or of a user valid: from memory while it
    lives long enough, else newly minted, by one caller for all who ask meanwhile.
    """

    @property
    def installation_id(self) -> str | None:
        """The installation's id; None for the app's own tokens and a user's, and for what was not looked up yet."""

    def token(
        self,
        min_valid: timedelta | float | None = None,
        *,
        timeout: timedelta | float | None = None,
    ) -> Token:
        """A token that lives at least min_valid longer: a timedelta or seconds, default 60 s.

        It comes from memory, or is newly minted. After the timeout (default: the app's) this caller
        stops waiting, while minting goes on for the others.
        """

    def authorization_header(
        self,
        min_valid: timedelta | float | None = None,
        *,
        timeout: timedelta | float | None = None,
    ) -> str:
        """The value for an Authorization header, with such a token."""

    @property
    def expires_at(self) -> datetime | None:
        """When the token in memory stops working, in UTC; None without one, or if the platform did not
        say."""

    def invalidate(self) -> None:
        """Forgets the token: the next call mints. A token already handed out still works."""

    def on_change(self, callback: Callable[[Token | None, Token], object]) -> None:
        """Calls back with the Token before (None for the first) and the new Token, in this order, on
        the thread that fetched it: be quick. Ends with the app.

        What is looked up is told of once it has been found. What the callback raises is noted in
        the log by its class.
        """

    def revoke(self) -> None:
        """Forgets the token in memory and has the platform end it, wherever it was handed out.

        Nothing goes out without one that still works.
        """

    def repositories(self) -> Listing[Repository]:
        """The repositories that the token reaches, fetched page by page as they are asked for."""

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: str | bytes | bytearray | memoryview | None = None,
        *,
        timeout: timedelta | float | None = None,
    ) -> Response:
        """An API call as the installation; any status is an answer. The timeout (default: the app's)
        is for the whole of it."""

    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

@final
class Token:
    """A token: a snapshot of a secret, what it may do, and until when.

    It shows its secret to reveal() and authorization() only.
    """

    @property
    def kind(self) -> str:
        """What it stands for: "jwt", "app", "installation" or "user"."""

    def reveal(self) -> str:
        """The secret itself."""

    def authorization_header(self) -> str:
        """The value for an Authorization header."""

    @property
    def expires_at(self) -> datetime | None:
        """When it stops working, in UTC; None if the platform did not say."""

    @property
    def permissions(self) -> dict[str, str]:
        """What it may do: permission names to levels."""

    @property
    def repository_selection(self) -> str | None:
        """Which repositories it reaches: "all" or "selected"."""

    @property
    def repositories(self) -> list[str]:
        """Names of the repositories it was narrowed to; empty when it was not."""

    @property
    def scopes(self) -> list[str]:
        """OAuth scopes granted; empty where the platform names none."""

    @property
    def account(self) -> str | None:
        """The account whose token it is, where the platform was asked (check_token, reset_token,
        scope_token) and said so."""

    @property
    def claims(self) -> dict[str, Any] | None:
        """A JWT's payload; None for other tokens."""

    def reveal_refresh_token(self) -> str | None:
        """The refresh token itself; None if there is none."""

    @property
    def refresh_token_expires_at(self) -> datetime | None:
        """When the refresh token stops working, in UTC."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__ = None  # type: ignore[assignment]
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...
    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

@final
class Installation:
    """One installation of the app on an account.

    Only the id is certain; what else a platform says differs, and all of it is in raw.
    """

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def account(self) -> str | None:
        """The account's path or login."""

    @property
    def account_name(self) -> str | None:
        """The account's name for people."""

    @property
    def account_id(self) -> str | None:
        """The account's id."""

    @property
    def target_id(self) -> str | None:
        """The id of what the app is installed on."""

    @property
    def app_id(self) -> str | None:
        """The app's id."""

    @property
    def app_slug(self) -> str | None:
        """The app's short name."""

    @property
    def repository_selection(self) -> str | None:
        """Which repositories it reaches: "all" or "selected"."""

    @property
    def permissions(self) -> dict[str, str]:
        """What was granted: permission names to levels."""

    @property
    def events(self) -> list[str]:
        """The events that the app hears of."""

    @property
    def created_at(self) -> datetime | None:
        """When the app was installed, in UTC."""

    @property
    def updated_at(self) -> datetime | None:
        """When the installation last changed, in UTC."""

    @property
    def suspended_at(self) -> datetime | None:
        """When an owner suspended it, in UTC; None if nobody did."""

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as the platform sent it."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__ = None  # type: ignore[assignment]

@final
class Introspection:
    """What an authorization server knows of a token (RFC 7662)."""

    @property
    def active(self) -> bool:
        """Whether the token works now; if not, nothing else is told."""

    @property
    def scopes(self) -> list[str]:
        """The OAuth scopes that it was granted."""

    @property
    def client_id(self) -> str | None:
        """The client that asked for it."""

    @property
    def username(self) -> str | None:
        """Who authorized it, for people."""

    @property
    def subject(self) -> str | None:
        """Who authorized it, for machines: sub."""

    @property
    def token_type(self) -> str | None:
        """How it is used, such as "Bearer"."""

    @property
    def issuer(self) -> str | None:
        """Who issued it: iss."""

    @property
    def audience(self) -> list[str]:
        """Whom it is meant for: aud."""

    @property
    def expires_at(self) -> datetime | None:
        """When it stops working, in UTC."""

    @property
    def issued_at(self) -> datetime | None:
        """When it was issued, in UTC."""

    @property
    def not_before(self) -> datetime | None:
        """From when on it works, in UTC."""

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as the server sent it."""

@final
class Event:
    """Something that happened. It never holds a secret."""

    @property
    def kind(self) -> str:
        """What: "minted", "renewed", "mint_failed", "served_stale", "retried", "skew_found",
        "refused", "taken_from_store" or "store_failed"."""

    @property
    def installation_id(self) -> str | None:
        """The installation that it is about."""

    @property
    def duration(self) -> timedelta | None:
        """How long the call took, or the wait until it is sent again."""

    @property
    def clock_offset(self) -> timedelta | None:
        """How far the platform's clock is ahead."""

    @property
    def error(self) -> Error | None:
        """Why."""

    @property
    def is_warning(self) -> bool:
        """Whether somebody should look at it."""

    @property
    def text(self) -> str:
        """The event in a line, as a log wants it."""

    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class Stats:
    """How often things happened since the app was made."""

    @property
    def minted(self) -> int:
        """Tokens minted because somebody waited."""

    @property
    def renewed(self) -> int:
        """Tokens minted ahead of time."""

    @property
    def failed(self) -> int:
        """Mintings that failed."""

    @property
    def served_stale(self) -> int:
        """Live tokens handed out beyond their margin because no new one came."""

    @property
    def retried(self) -> int:
        """Requests sent again."""

    @property
    def joined(self) -> int:
        """Callers who joined a minting that was on its way."""

    @property
    def refused(self) -> int:
        """Tokens that the platform refused before their time."""

    @property
    def from_store(self) -> int:
        """Tokens taken from the store."""

    @property
    def store_failed(self) -> int:
        """What the store did not do."""

    @property
    def sources(self) -> int:
        """Keys (an installation and a scope) that have a place in memory."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__ = None  # type: ignore[assignment]

@final
class Listing(Iterator[_T_co]):
    """The items of a long list, fetched page by page as they are asked for.

    An iterator: it is walked once, and threads that share it get different items. After an error
    it goes on with the page that did not come.
    """

    def __iter__(self) -> Self: ...
    def __next__(self) -> _T_co: ...
    @classmethod
    def __class_getitem__(cls, item: Any, /) -> GenericAlias: ...
    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

@final
class Registration:
    """An app's registration.

    Its secrets are told once, when a manifest becomes an app, and shown to reveal_… only.
    """

    @property
    def id(self) -> str:
        """The app's id."""

    @property
    def slug(self) -> str | None:
        """Its short name, which stands in URLs."""

    @property
    def name(self) -> str | None:
        """Its name for people."""

    @property
    def client_id(self) -> str | None:
        """The OAuth client id."""

    @property
    def owner(self) -> str | None:
        """The account that owns it."""

    @property
    def permissions(self) -> dict[str, str]:
        """What it asks for: permission names to levels."""

    @property
    def events(self) -> list[str]:
        """The events that it hears of."""

    @property
    def created_at(self) -> datetime | None:
        """When it was registered, in UTC."""

    @property
    def updated_at(self) -> datetime | None:
        """When it last changed, in UTC."""

    def reveal_client_secret(self) -> str | None:
        """The OAuth client secret, told by convert_manifest only."""

    def reveal_webhook_secret(self) -> str | None:
        """The secret that signs webhooks, told by convert_manifest only."""

    def reveal_private_key(self) -> str | None:
        """The app's key as PEM, told by convert_manifest only."""

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as the platform sent it, without the secrets."""

    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

@final
class Repository:
    """A repository that an installation reaches."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def name(self) -> str:
        """Its name without its owner, as installation(repositories=…) takes it."""

    @property
    def full_name(self) -> str | None:
        """Its name with its owner: "octocat/Hello-World"."""

    @property
    def owner(self) -> str | None:
        """The account that owns it."""

    @property
    def is_private(self) -> bool | None:
        """Whether it is hidden from the public; None if the platform did not say."""

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as the platform sent it."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__ = None  # type: ignore[assignment]

@final
class WebhookConfig:
    """Where the platform sends the app's events. The secret is never told."""

    @property
    def url(self) -> str | None:
        """The URL that events are sent to."""

    @property
    def content_type(self) -> str | None:
        """How they are written: "json" or "form"."""

    @property
    def insecure_ssl(self) -> bool | None:
        """Whether the receiver's certificate is left unchecked; None if the platform did not say."""

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as the platform sent it."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__ = None  # type: ignore[assignment]

@final
class WebhookDelivery:
    """An event that was sent to the app, or was tried to be."""

    @property
    def id(self) -> str:
        """The delivery's id, which redeliver_webhook takes."""

    @property
    def guid(self) -> str | None:
        """The id that the receiver saw; the same for each attempt."""

    @property
    def event(self) -> str | None:
        """The event's name, such as "push"."""

    @property
    def action(self) -> str | None:
        """What happened, such as "opened"."""

    @property
    def status(self) -> str | None:
        """What became of it, in the platform's words."""

    @property
    def status_code(self) -> int | None:
        """The HTTP status that the receiver answered."""

    @property
    def delivered_at(self) -> datetime | None:
        """When it was sent, in UTC."""

    @property
    def is_redelivery(self) -> bool | None:
        """Whether it had been sent before; None if the platform did not say."""

    @property
    def installation_id(self) -> str | None:
        """The id of the installation that it is about."""

    @property
    def repository_id(self) -> str | None:
        """The id of the repository that it is about."""

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as the platform sent it; of a single delivery with request and response."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__ = None  # type: ignore[assignment]

@final
class Authorization:
    """A place to send a user to, and what must be kept until the user comes back."""

    @property
    def url(self) -> str:
        """Where to send the user's browser."""

    @property
    def state(self) -> str:
        """What the callback must bring back; keep it with the user's session."""

    @property
    def code_verifier(self) -> str | None:
        """The PKCE verifier to hand to exchange_code, where the platform has PKCE."""

    @property
    def redirect_uri(self) -> str | None:
        """Where the user returns to, as far as it was said."""

    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

@final
class Login:
    """A login that waits for a browser to come back.

    `with` cancels it at its end, whatever that is.
    """

    @property
    def url(self) -> str:
        """Where the person is to go."""

    @property
    def redirect_uri(self) -> str:
        """Where the browser comes back to."""

    def open_browser(self) -> None:
        """Opens the person's browser there; an UnsupportedError where there is none."""

    def wait(self, timeout: timedelta | float | None = None) -> Token:
        """The person's token, once the browser has come back; the listener then closes.

        The timeout (a timedelta or seconds) is five minutes if it is not given. Requests of
        strangers are turned away and waited past; a DeniedError when the person said no.
        """

    def cancel(self) -> None:
        """Ends the waiting with a CancelledError, and closes the listener."""

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
    """A login that waits for a person to type a code at another place.

    `with` cancels it at its end, whatever that is.
    """

    @property
    def user_code(self) -> str:
        """What the person types."""

    @property
    def verification_uri(self) -> str:
        """Where the person types it."""

    @property
    def verification_uri_complete(self) -> str | None:
        """The same with the code in it, for a link or a QR code; None where the platform has it not."""

    @property
    def expires_at(self) -> datetime | None:
        """When the code stops working, in UTC."""

    def poll(self) -> Token:
        """Asks once whether the person is done; a PendingError with the time to wait when not.

        Asked too early it answers that without asking the platform.
        """

    def wait(self) -> Token:
        """Asks in the platform's pace until the person is done, says no, or the code expires."""

    def cancel(self) -> None:
        """Ends the waiting with a CancelledError. The code itself goes on working until it expires."""

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
class Response:
    """An answer, whatever its status."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Headers:
        """Names, which are in lower case but found in any, and values."""

    @property
    def body(self) -> bytes:
        """The whole body."""

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 in it is replaced."""

    def json(self) -> Any:
        """The value that the body holds as JSON; a ProtocolError if it holds none."""

    def __reduce_ex__(self, _protocol: object, /) -> Never: ...

@final
class WebhookEvent:
    """An event that a platform sent, with a signature that was proved.

    The event's name and the delivery's id come from headers on most platforms, which no signature
    covers: the payload decides.
    """

    @property
    def name(self) -> str | None:
        """The event's name, such as "push"."""

    @property
    def delivery_id(self) -> str | None:
        """The delivery's id, to recognise one that comes twice."""

    @property
    def installation_id(self) -> str | None:
        """The id of the installation that it is about, from the part that was signed."""

    @property
    def payload(self) -> Any:
        """What was signed: the body, or the part of it that the platform signs."""

@final
class ManualClock:
    """A clock that stands still until it is moved, for tests.

    Times are datetimes with a time zone, or milliseconds since 1970.
    """

    def __new__(cls, now: datetime | int) -> Self: ...
    def now(self) -> datetime:
        """The time it shows."""

    def set(self, now: datetime | int) -> None:
        """Moves it to a time, forwards or back."""

    def advance(self, by: timedelta | float) -> None:
        """Moves it forwards by a timedelta or a number of seconds."""

def version() -> str:
    """The library's version."""

def platforms() -> list[str]:
    """The names of the built-in platforms."""

def discover(
    issuer: str,
    *,
    timeout: timedelta | float | None = None,
    connect_timeout: timedelta | float | None = None,
    proxy: str | None = None,
    root_certificates: str | bytes | bytearray | memoryview | PathLike[str] | None = None,
    user_agent: str | None = None,
    allow_plain_http: bool = False,
    retries: int | None = None,
    retry_wait: timedelta | float | None = None,
) -> str:
    """The descriptor, as JSON text for platform_descriptor, of the platform that an authorization
    server says it is (RFC 8414, or OpenID Connect Discovery).

    The issuer is its URL as the server writes it; the rest says how to reach the network, as it
    does to an App. A NotFoundError where there is no metadata; a ProtocolError for metadata of
    another issuer, or that cannot be used.
    """

def kinds() -> list[str]:
    """Every kind that an error can have."""

def reasons() -> list[str]:
    """Every reason that an error can have."""

def event_kinds() -> list[str]:
    """Every kind that an event can have."""

def restored_event(
    kind: str,
    installation_id: str | None,
    duration: timedelta | None,
    clock_offset_ms: int | None,
    error: Error | None,
    is_warning: bool,
    text: str,
) -> Event:
    """An event out of a pickle."""
