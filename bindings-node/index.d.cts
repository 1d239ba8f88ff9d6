// The surface of appmint in Node, by room: App & settings, Installations, Tokens, OAuth & login,
// Sessions, Webhooks, Platform operations, Events & stores, Errors.
//
// Conventions:
// - A duration is a number of milliseconds, and its name ends in `Ms`. A point in time is a `Date`.
// - A call over the network returns a Promise. It blocks neither the event loop nor a thread of
//   libuv's, and a pending one keeps the process alive. Everything else returns at once, without
//   network I/O.
// - An option that does not exist is refused with an {@link InvalidArgumentError}. An option that is
//   undefined or null counts as absent.
// - A member of a result is null if the platform does not report it.
// - Every call over the network may reject with a {@link TransportError}, {@link TimeoutError},
//   {@link RateLimitedError}, {@link ServerError} or {@link ProtocolError}; with an {@link UnauthorizedError},
//   {@link ForbiddenError} or {@link RejectedError} if the platform refuses it; with an
//   {@link InvalidArgumentError} if the app is closed or lacks a credential for it (reason
//   `missing_credential`), and with an {@link UnsupportedError} if the platform does not offer it, both
//   before anything is sent; and with a {@link ResourceExhaustedError} if this machine has no thread or
//   file descriptor left. `@throws` names the others.

import type { KeyObject } from 'node:crypto'

/** The library's version. */
export const version: string

/** The names of the built-in platforms, one of which is the setting {@link AppOptions.platform}. */
export const platforms: readonly string[]

/**
 * A regular expression that finds the secrets of the built-in platforms in a text: their tokens, of any length and with
 * the dots of a JWT in them, and JWTs, for whatever scrubs logs.
 *
 * It uses no more than POSIX extended regular expressions have, so it works in every language.
 *
 * `new RegExp(secretPattern, 'g')` is made of it.
 */
export const secretPattern: string

/** An id. Platforms have numbers or text; results always have text. */
export type Id = string | number | bigint

/** Bytes, or text that stands for its UTF-8 bytes. */
export type Bytes = string | ArrayBufferView | ArrayBuffer

/** A value that JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/** A JSON object. A member that may be missing has to be checked before it is used. */
export type JsonObject = { readonly [name in string]?: JsonValue }

/** A value, or a promise of one. */
export type Awaitable<T> = T | PromiseLike<T>

/** The options that every call over the network takes. */
export interface WaitOptions {
  /**
   * Ends the waiting with a {@link CancelledError} whose `cause` is the signal's reason. The call itself
   * goes on, and its result may serve the next caller. A signal that is aborted beforehand sends nothing.
   */
  signal?: AbortSignal | undefined
}

// ==== App & settings

/** How to reach the network. */
export interface NetworkOptions {
  /** The time for a whole call with its retries; more than 0, in milliseconds. Default: 30 000 ms. */
  timeoutMs?: number | undefined
  /**
   * The time to connect, which is lowered to three quarters of {@link AppOptions.timeoutMs} if it is longer, in
   * milliseconds. Default: 10 000 ms.
   */
  connectTimeoutMs?: number | undefined
  /**
   * The URL of a proxy, such as `http://user:password@host:port` or `socks5h://host:port`; an empty text for no proxy.
   *
   * Its scheme is http, https, socks5 or socks5h. This machine is always reached without a proxy. Default: the one that
   * HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names, except for the hosts in NO_PROXY.
   */
  proxy?: string | URL | undefined
  /**
   * Root certificates that are trusted besides the system's: PEM, or the DER of one.
   *
   * A server's own certificate may be its root. A store in Redis over TLS trusts them, too. The environment variables
   * SSL_CERT_FILE and SSL_CERT_DIR name others in the place of the system's.
   *
   * Those in `NODE_EXTRA_CA_CERTS` are trusted, too. Default: none.
   */
  rootCertificates?: Bytes | undefined
  /**
   * The certificate that is shown to a server that wants one (mTLS), with those between it and its root: PEM, or the
   * DER of one.
   *
   * Needs {@link AppOptions.clientKey}. A store in Redis over TLS that wants one gets it, too. Default: none.
   */
  clientCertificate?: Bytes | undefined
  /** The private key of {@link AppOptions.clientCertificate}: RSA or ECDSA, in PEM or DER, not encrypted. Default: none. */
  clientKey?: Bytes | KeyObject | undefined
  /** Text that precedes appmint's own User-Agent header. Default: none. */
  userAgent?: string | undefined
  /**
   * Whether to send requests without TLS to hosts other than this machine.
   *
   * Anybody on the way can then read and change what is sent, tokens included. Default: false.
   */
  allowPlainHttp?: boolean | undefined
  /**
   * Whether to refuse connections to addresses that are not public: this machine, private networks, link-local and
   * reserved addresses.
   *
   * For a host that somebody else named. The address that is connected to is checked, so no proxy is used, and none may
   * be given. The call that would connect fails with {@link InvalidArgumentError} (`private_address`). Default: false.
   */
  refusePrivateAddresses?: boolean | undefined
  /**
   * How many times a request is sent again after a temporary failure or a rate limit, if repeating it is safe.
   *
   * 0 sends every request once, except after a refused signature. Default: 2.
   */
  retries?: number | undefined
  /** The wait before the first retry, which doubles with each further one, in milliseconds. Default: 250 ms. */
  retryWaitMs?: number | undefined
}

/** The options of {@link discover}. */
export interface DiscoverOptions extends WaitOptions, NetworkOptions {}

/**
 * Makes a platform's descriptor from the metadata of its authorization server.
 *
 * The metadata are those of RFC 8414 or of OpenID Connect Discovery. Keep the descriptor, or change it: an app that is
 * made of it by {@link AppOptions.platformDescriptor} needs no request. For an issuer that somebody else named set
 * {@link AppOptions.refusePrivateAddresses} here, and on the app, too: the metadata name hosts.
 *
 * @example
 * ```js
 * const platformDescriptor = await discover('https://id.example.com')
 * const app = new App({ platformDescriptor, clientId, clientSecret })
 * ```
 * @param issuer the issuer's URL, exactly as the server writes it
 * @returns the descriptor as JSON text
 * @throws {InvalidArgumentError} if the issuer is not a URL with TLS, or a setting is malformed
 * @throws {InvalidArgumentError} if the host has no public address, and private ones are refused (reason
 *   `private_address`)
 * @throws {NotFoundError} if the server has no metadata
 * @throws {ProtocolError} if the metadata are another issuer's, or cannot be used (reason `issuer_mismatch`)
 * @throws {AppmintError} as every call over the network
 * @see https://www.rfc-editor.org/rfc/rfc8414#section-3
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export function discover(issuer: string, options?: DiscoverOptions): Promise<string>

/** The settings of an app. Only the platform is always needed; a call that lacks a credential names it. */
export interface AppOptions extends NetworkOptions {
  /**
   * The prefix of environment variables, such as `APPMINT_`, from which each setting that is not given is read.
   *
   * Each is read from the variable of its name in capitals (APPMINT_APP_ID); a long or secret one also from the file
   * that a variable ending in _FILE names (APPMINT_PRIVATE_KEY_FILE), up to 16 MiB. Durations have a unit (30s),
   * switches are true or false, an empty variable counts as not set, and a proxy `none` is no proxy. Default: the
   * environment is not read.
   */
  environment?: string | undefined
  /**
   * The name of a built-in platform, such as `github`: see {@link platforms}.
   *
   * Required unless {@link AppOptions.platformDescriptor} is given. Default: none.
   */
  platform?: string | undefined
  /**
   * A descriptor of another platform as JSON text, instead of {@link AppOptions.platform}.
   *
   * An object stands for the same text. Default: none.
   */
  platformDescriptor?: string | object | undefined
  /**
   * The host of a platform that can be at several, such as `git.corp.example`. Default: the platform's own; some
   * platforms require one.
   */
  host?: string | undefined
  /**
   * The base URL of the API.
   *
   * The web pages follow it where the platform's hosts say how; else the error asks for {@link AppOptions.webUrl}.
   * Default: the platform's own.
   */
  apiUrl?: string | URL | undefined
  /**
   * The base URL of the pages on which users authorize the app, and of OAuth.
   *
   * The API follows it as the web pages follow the API. Default: the platform's own.
   */
  webUrl?: string | URL | undefined
  /** The app's id, as the platform's settings page shows it. JWTs need it. Default: none. */
  appId?: Id | undefined
  /** The OAuth client id. Users' tokens need it. Default: none. */
  clientId?: string | undefined
  /** The OAuth client secret. Default: none. */
  clientSecret?: string | undefined
  /**
   * The app's RSA key: PEM (PKCS#1, PKCS#8, encrypted PKCS#8), DER, or any form in which keys are pasted.
   *
   * Give this or `signer`. Default: none.
   */
  privateKey?: Bytes | KeyObject | undefined
  /**
   * A second key during a key rotation, in any form that the first may have.
   *
   * It is used from the moment when the platform does not know the first. Default: none.
   */
  fallbackPrivateKey?: Bytes | KeyObject | undefined
  /**
   * The passphrase of an encrypted PKCS#8 key.
   *
   * A key whose file demands more than 2 000 000 rounds of PBKDF2, or more than 128 MiB for scrypt, is refused; reading
   * one within that may take seconds.
   *
   * {@link App.create} keeps the event loop free meanwhile. Default: none.
   */
  privateKeyPassphrase?: string | undefined
  /**
   * The platform's name of the key, for platforms that name keys: the kid of the JWTs that the app signs. Default:
   * none.
   */
  keyId?: string | undefined
  /** The platform's name of {@link AppOptions.fallbackPrivateKey}. Default: none. */
  fallbackKeyId?: string | undefined
  /**
   * Signs instead of a private key, such as a KMS or an HSM: takes the message and returns its RS256 signature.
   *
   * If it fails, the call fails with {@link CallbackError}.
   *
   * It may return a promise, which must settle within nine tenths of {@link AppOptions.timeoutMs}. Default: none.
   */
  signer?: ((message: Buffer) => Awaitable<ArrayBufferView | ArrayBuffer>) | undefined
  /**
   * How far a JWT's iat lies in the past, in milliseconds. Default: the platform's, 60 000 ms on those that are built
   * in.
   */
  jwtBackDateMs?: number | undefined
  /**
   * How far a JWT's exp lies in the future, in milliseconds. Default: the platform's, 540 000 ms on those that are
   * built in, which allow 600 000 ms at most.
   */
  jwtLifetimeMs?: number | undefined
  /** The largest accepted body of an API response, in bytes. Default: 33 554 432 (32 MiB). */
  maxResponseBody?: number | undefined
  /**
   * Where tokens live between processes: `sqlite:FILE`, `redis://…` or `rediss://…` (TLS); `memory:` keeps them in this
   * process.
   *
   * A Redis URL may have `?prefix=` for the names of its keys (default `appmint:`) and `?wait_replicas=N` for writes
   * that count only once N replicas have them (default 0). It may hold a password, and is treated as a secret. A store
   * that other processes can read needs {@link AppOptions.storeKey} or {@link AppOptions.storeUnencrypted}. If the
   * store fails, installation tokens are minted as without it, while the calls of a session fail.
   *
   * A {@link Store} of your own is taken, too. Default: none.
   */
  store?: string | URL | Store | undefined
  /**
   * The key that seals stored tokens and authorizations: 32 bytes in hexadecimal or base64.
   *
   * `openssl rand -hex 32` makes one.
   *
   * `keychain:NAME` takes the key of that name from the system's keychain: that of macOS or Windows, where it is made
   * if it is missing, or the kernel's keyring on Linux, where somebody puts it. A key that has sealed records and was
   * deleted is not made anew. Whoever builds the app waits for the keychain, until {@link AppOptions.timeoutMs} at
   * most, while a person may be asked to unlock it.
   *
   * The 32 bytes themselves are taken, too. Default: none.
   */
  storeKey?: Bytes | undefined
  /**
   * The previous key during a rotation of {@link AppOptions.storeKey}. It opens what it has sealed, and seals nothing.
   *
   * `keychain:NAME` is one that the keychain has already. Default: none.
   */
  previousStoreKey?: Bytes | undefined
  /** Whether the store holds tokens without encryption, readable for everybody who can read the store. Default: false. */
  storeUnencrypted?: boolean | undefined
  /**
   * How many tokens are held in memory; at least 1. Beyond it, tokens are dropped that no source refers to. Default: 1
   * 000 000.
   */
  capacity?: number | undefined
  /**
   * Is called with each event, which never holds a secret.
   *
   * The first error that it throws becomes a warning of the process. Default: none.
   */
  onEvent?: EventCallback | undefined
  /**
   * Sends all requests by the program's own HTTP client instead of the built-in one.
   *
   * It takes the method, the URL, the headers, the body, the time that is left, and whether the request may be sent
   * twice, and returns the status, the headers and the body, or says how it failed: not sent, or perhaps sent. It must
   * not send a request a second time by itself that may be sent once only: a refresh token would be spent twice.
   * Proxies and certificates are those of the client, and the settings for them are refused beside it.
   *
   * It is a function like the `fetch` of undici. An error of connecting counts as proof that nothing was sent. Default:
   * the built-in HTTP client.
   */
  fetch?: FetchLike | undefined
  /** A dispatcher of undici's for that `fetch`, or for the global one: a proxy, an interceptor, a `MockAgent`. */
  dispatcher?: object | undefined
  /** A clock that shows a fixed time, for tests. Default: the system's clock. */
  clock?: ManualClock | undefined
}

/** Headers as an object, or as pairs of names and values: a `Headers`, a `Map` or an array. */
export type HeadersLike =
  | { readonly [name: string]: string | number | readonly (string | number)[] | undefined }
  | Iterable<readonly [string, string | number | readonly (string | number)[]]>

/** The options of an API request. */
export interface RequestOptions extends WaitOptions {
  /** Further headers. Authorization is refused: give `token`. Default: none. */
  headers?: HeadersLike | undefined
  /** A value that is sent as JSON, instead of `body`. Default: no body. */
  json?: unknown
  /** Bytes to send, instead of `json`; their type belongs into a Content-Type header. Default: no body. */
  body?: Bytes | undefined
  /** The time for the whole call with its retries, in milliseconds. Default: the app's {@link AppOptions.timeoutMs}. */
  timeoutMs?: number | undefined
}

/** The options of an API request of an app. */
export interface AppRequestOptions extends RequestOptions {
  /**
   * The token to authenticate with, such as a user's. Default: the credential that the platform wants for the path,
   * such as the app's JWT.
   */
  token?: Token | string | undefined
}

/** The options of a list of any endpoint's items. */
export interface PaginateOptions extends WaitOptions {
  /**
   * The member of an answer that is the list, or a JSON pointer to it (RFC 6901), where an answer has several lists.
   * Default: the only list in the answer.
   */
  items?: string | undefined
  /** Further headers; Authorization is refused. Default: none. */
  headers?: HeadersLike | undefined
  /** The time for the requests of one item, with their retries, in milliseconds. Default: the app's {@link AppOptions.timeoutMs}. */
  timeoutMs?: number | undefined
}

/** The options of a list of any endpoint's items, as an app asks for it. */
export interface AppPaginateOptions extends PaginateOptions {
  /**
   * The token to authenticate with, such as a user's. Default: the credential that the platform wants for the path,
   * such as the app's JWT.
   */
  token?: Token | string | undefined
}

/**
 * An app that authenticates on a platform.
 *
 * One app is enough for a program: it holds the connections and the tokens. Making one needs no network I/O. Each
 * operation names the credential that it lacks.
 *
 * Construction parses the private key, which takes about a millisecond. An idle app does not keep the process alive.
 *
 * @example
 * ```js
 * const app = new App({ platform: 'github', appId: 1, privateKey: await readFile('app.pem') })
 * const source = app.installation({ organization: 'octo-org' })
 * const response = await source.request('GET', '/installation/repositories')
 * ```
 * @see
 *   https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/about-authentication-with-a-github-app
 */
export class App {
  /**
   * Makes an app of these settings, which are checked here. No network I/O.
   *
   * @throws {InvalidArgumentError} if a setting is missing, malformed, or contradicts another; the message names it
   * @throws {UnsupportedError} if the platform does not take a setting
   * @throws {PrivateKeyError} if a private key cannot be used; the reason says why (reason `not_a_private_key`,
   *   `damaged_key`, `passphrase_needed`, `wrong_passphrase` or `unsuitable_key`)
   * @throws {StoreError} if the system's keychain gives no key for the store
   */
  constructor(options: AppOptions)

  /**
   * The same app, made while the event loop goes on: the constructor reads the private key at once, which takes a
   * few milliseconds, and seconds if it is encrypted at a high cost. Takes no time of the thread pool of libuv.
   *
   * @throws {InvalidArgumentError} if a setting is wrong; the message names it
   * @throws {PrivateKeyError} if the private key cannot be used; its reason says why
   * @throws {UnsupportedError} if the platform does not take a setting
   */
  static create(options: AppOptions): Promise<App>
  /**
   * The app whose settings are in environment variables: `APPMINT_PLATFORM`, `APPMINT_APP_ID`,
   * `APPMINT_PRIVATE_KEY_FILE` and so on. Options take precedence.
   *
   * @throws {InvalidArgumentError} that names the variable
   */
  static fromEnv(options?: AppOptions): App

  // ---- App & settings

  /** The platform's name, such as `github`. */
  get platformName(): string
  /**
   * Signs the app's JWT. The same one is returned until 60 s before it expires.
   *
   * It is signed once for all callers that need one at the same time. No network I/O, unless the signer does some.
   *
   * @returns a token of kind `jwt`, whose claims can be read
   * @throws {InvalidArgumentError} if the app has no private key, signer or id (reason `missing_credential`)
   * @throws {UnsupportedError} if the platform has no JWTs of apps
   * @throws {CallbackError} if the signer failed
   * @throws {PrivateKeyError} if the signer's signature cannot be used
   * @throws {AppmintError} as every call over the network
   * @see https://www.rfc-editor.org/rfc/rfc7519
   * @see
   *   https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
   */
  jwt(options?: WaitOptions): Promise<Token>
  /**
   * The SHA-256 fingerprint of the public key, as the platform's settings page shows it. With two keys it is that of
   * the one in use.
   *
   * Null if the app has no private key, or a signer that does not know it.
   */
  get fingerprint(): string | null
  /**
   * How far the platform's clock is ahead of this machine's, as far as is known, in milliseconds.
   *
   * It is 0 until a difference was found, and again once it has ended. JWTs are made by it; tokens live by this
   * machine's own clocks. It is learned from the Date header: when the platform rejects a JWT because of its times, and
   * when two answers in a row agree on a difference of half a minute or more, or on none.
   */
  get clockOffsetMs(): number
  /**
   * Calls the platform's API as the app, or with a token.
   *
   * Every HTTP status is a response and no error. A read is sent again after a lost connection, 502 to 504, and a rate
   * limit; a write after a rate limit only. A path that the platform reserves for the OAuth client is called with its
   * id and secret.
   *
   * @param method the HTTP method, such as `GET`
   * @param path a path of the API that begins with `/`, with its query, or a URL on one of the platform's own hosts
   * @returns the response, with its status, headers and body
   * @throws {InvalidArgumentError} if the method, path, headers or body cannot be sent
   * @throws {InvalidArgumentError} if the URL is on another host than the platform's (reason `foreign_host`)
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api
   */
  request(method: string, path: string, options?: AppRequestOptions): Promise<ApiResponse>
  /**
   * Lists the items of any endpoint of the API, as the app, or with a token.
   *
   * The items are the list that the endpoint answers, or the only member of its answer that is a list, such as
   * `repositories` beside a `total_count`. Each one is a JSON value: the order of its members, and the digits of a
   * number beyond 64 bits, are not kept.
   *
   * A next page is the one that the answer's Link header names, which must be on the same host and for the same
   * credential, or as `api.paging` of the platform's descriptor says: by its number, until a page has no items or those
   * of the page before, or by a cursor. As many items are asked for at once as the platform allows, unless the path's
   * query has that parameter already. An item that moves to another page while the list is read may come twice, or not
   * at all.
   *
   * A page that is refused is an error after the items of the pages before it. So is a link to another host, to which
   * nothing is sent, and one to a page that was read already. Pages are requested as the items are asked for, none
   * before.
   *
   * @example
   * ```js
   * for await (const repository of app.paginate('/user/repos', { token })) console.log(repository)
   * ```
   * @param path a path of the API that begins with `/`, with its query, or a URL on one of the platform's own hosts
   * @returns the items, each the value that its JSON is
   * @throws {InvalidArgumentError} if the path or headers cannot be sent, or the name of the member is empty
   * @throws {InvalidArgumentError} if the URL is on another host than the platform's (reason `foreign_host`)
   * @see https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
   * @see https://www.rfc-editor.org/rfc/rfc8288#section-3
   */
  paginate(path: string, options?: AppPaginateOptions): Listing<JsonValue>
  /**
   * Returns the quota of the requests that the app makes with its JWT or tokens of its own.
   *
   * It is as the platform told it in its last answer to one of them. Null if there was no such answer yet, or the
   * platform does not tell it. No network I/O.
   *
   * @returns the quota
   * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
   */
  quota(): Quota | null
  /**
   * Returns the counters of the app since it was made. No network I/O.
   *
   * @returns a snapshot of the counters
   */
  stats(): Stats
  /**
   * Ends the app's threads and connections, and forgets its tokens, whatever sources of it exist.
   *
   * Calls in progress complete; new ones fail with {@link InvalidArgumentError}. Sessions' tokens that the store did
   * not take yet are offered to it until the app's {@link AppOptions.timeoutMs} has passed. A second call does nothing.
   * No network I/O.
   *
   * `using app = new App(…)` closes it, too.
   */
  close(): void
  /** The same as `close`: `using app = new App(…)`. */
  [Symbol.dispose](): void
  /** Closes the app at the end of `await using`. */
  [Symbol.asyncDispose](): Promise<void>

  // ---- Installations

  /**
   * Lists the installations of the app.
   *
   * Pages are requested as the items are asked for, none before.
   *
   * @returns the installations
   * @throws {UnsupportedError} if the platform has no installations
   * @see https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app
   */
  installations(options?: WaitOptions): Listing<Installation>
  /**
   * Looks up one installation, by exactly one argument.
   *
   * A bare name or id is refused: it could be that of an account or of an installation.
   *
   * @example
   * ```js
   * const { id } = await app.findInstallation({ account: 'octo-org' })
   * ```
   * @returns the installation
   * @throws {InvalidArgumentError} if none or several of the arguments are given, or one is malformed
   * @throws {UnsupportedError} if the platform does not look up installations by this argument
   * @throws {NotFoundError} if the app is not installed there (reason `not_installed`)
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/apps#get-an-organization-installation-for-the-authenticated-app
   */
  findInstallation(lookup: InstallationLookup, options?: WaitOptions): Promise<Installation>
  /**
   * Suspends an installation: its tokens stop working until it is unsuspended.
   *
   * @param id the installation's id
   * @throws {UnsupportedError} if the platform cannot suspend installations
   * @throws {NotFoundError} if the app has no such installation
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/apps#suspend-an-app-installation
   */
  suspendInstallation(id: Id, options?: WaitOptions): Promise<void>
  /**
   * Ends the suspension of an installation.
   *
   * @param id the installation's id
   * @throws {UnsupportedError} if the platform cannot suspend installations
   * @throws {NotFoundError} if the app has no such installation
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/apps#unsuspend-an-app-installation
   */
  unsuspendInstallation(id: Id, options?: WaitOptions): Promise<void>
  /**
   * Uninstalls the app from an installation's account. This cannot be undone.
   *
   * @param id the installation's id
   * @throws {UnsupportedError} if the platform does not let apps uninstall themselves
   * @throws {NotFoundError} if the app has no such installation
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/apps#delete-an-installation-for-the-authenticated-app
   */
  deleteInstallation(id: Id, options?: WaitOptions): Promise<void>
  /**
   * Makes the URL of the page on which a user installs the app.
   *
   * Keep its state until the user returns, for {@link App.finishInstall}. The state is empty if the platform takes
   * none. No network I/O.
   *
   * @example
   * ```js
   * const { url, state } = app.installUrl({ appSlug: 'octo-app' }) // keep the state until the user returns
   * const installation = await app.finishInstall(callbackUrl, state)
   * ```
   * @returns the URL and the state
   * @throws {UnsupportedError} if the platform has no such page, or does not take an argument
   * @see https://docs.github.com/en/apps/sharing-github-apps/sharing-your-github-app
   */
  installUrl(options: InstallUrlOptions): Authorization
  /**
   * Returns the installation that a user has made.
   *
   * The state is compared in constant time, and the platform is asked whether the installation is this app's: anybody
   * could have written the id in a callback.
   *
   * @param callbackUrl the URL with which the user returned, or its query
   * @param state the state of {@link App.installUrl}
   * @returns the installation
   * @throws {ReauthorizeError} if the callback has another state (reason `state_mismatch`)
   * @throws {NotFoundError} if the installation is not this app's
   * @throws {ProtocolError} if the callback has no installation's id (reason `missing_member`)
   * @throws {PendingError} if an owner of the account has yet to approve (reason `installation_requested`)
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/about-the-setup-url
   */
  finishInstall(callbackUrl: string | URL, state: string, options?: WaitOptions): Promise<Installation>

  // ---- Tokens

  /**
   * Makes a source of tokens for one installation.
   *
   * The installation is named by its id or by exactly one of the arguments of {@link App.findInstallation}. One that is
   * not named by its id is looked up when the first token is needed, and again when the platform no longer knows the id
   * that was found.
   *
   * The tokens have all access that the installation was granted, unless they are narrowed. An empty list of
   * repositories or permissions is refused, since platforms understand it as everything. No network I/O.
   *
   * @example
   * ```js
   * const source = app.installation({ organization: 'octo-org', repositories: ['api'], permissions: { contents: 'read' } })
   * ```
   * @param id the installation's id
   * @returns the source. Sources of one installation and scope share one token
   * @throws {InvalidArgumentError} if no argument or several name an installation, or an argument is empty or malformed
   * @throws {UnsupportedError} if the platform has no installations, no lookup by this argument, or no tokens that are
   *   narrowed like this
   * @see https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
   */
  installation(id: Id, options?: ScopeOptions): TokenSource
  /**
   * Makes a source of tokens for one installation.
   *
   * The installation is named by its id or by exactly one of the arguments of {@link App.findInstallation}. One that is
   * not named by its id is looked up when the first token is needed, and again when the platform no longer knows the id
   * that was found.
   *
   * The tokens have all access that the installation was granted, unless they are narrowed. An empty list of
   * repositories or permissions is refused, since platforms understand it as everything. No network I/O.
   *
   * @example
   * ```js
   * const source = app.installation({ organization: 'octo-org', repositories: ['api'], permissions: { contents: 'read' } })
   * ```
   * @returns the source. Sources of one installation and scope share one token
   * @throws {InvalidArgumentError} if no argument or several name an installation, or an argument is empty or malformed
   * @throws {UnsupportedError} if the platform has no installations, no lookup by this argument, or no tokens that are
   *   narrowed like this
   * @see https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
   */
  installation(options: InstallationOptions): TokenSource
  /**
   * Makes a source of the app's own tokens, on a platform that has them beside the JWT.
   *
   * They are minted for the JWT, for an assertion that the app signs (RFC 7523: a service account), or for the OAuth
   * client itself (RFC 6749 section 4.4), as the platform has it. No network I/O.
   *
   * @returns the source, whose tokens are of kind `app`
   * @throws {UnsupportedError} if the platform has no such tokens, or does not take an argument
   * @see https://www.rfc-editor.org/rfc/rfc7523#section-2.1
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
   */
  appTokens(options?: AppTokensOptions): TokenSource
  /**
   * Ends an installation token on the platform. It succeeds if the token is already invalid.
   *
   * @param token the token or its text
   * @throws {UnsupportedError} if the platform does not offer this
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token
   */
  revokeInstallationToken(token: Token | string, options?: WaitOptions): Promise<void>

  // ---- OAuth & login

  /**
   * Makes the URL of the page on which a user authorizes the app, with a fresh state.
   *
   * On a platform with PKCE (RFC 7636) it has a fresh code verifier, too. Keep the result until the user returns, for
   * {@link App.finishAuthorization}. No network I/O.
   *
   * @example
   * ```js
   * const authorization = app.authorize({ redirectUri: 'https://app.example/callback' })
   * const cookie = app.sealAuthorization(authorization) // send the user to authorization.url, with this cookie
   * // when the user has returned:
   * const token = await app.finishAuthorization(app.openAuthorization(cookie), request.url)
   * ```
   * @returns the URL, its state and its PKCE verifier
   * @throws {InvalidArgumentError} if the app has no client id (reason `missing_credential`)
   * @throws {InvalidArgumentError} if the state is empty
   * @throws {UnsupportedError} if the platform has no OAuth, or does not take an argument
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1
   * @see https://www.rfc-editor.org/rfc/rfc7636#section-4.3
   */
  authorize(options?: AuthorizeOptions): Authorization
  /**
   * Returns the code in a callback URL, once its state was compared in constant time.
   *
   * {@link App.finishAuthorization} does this and exchanges the code. No network I/O.
   *
   * @param callbackUrl the URL with which the user returned, or its query
   * @param state the state of the authorization
   * @returns the authorization code
   * @throws {ReauthorizeError} if the callback has another state, or comes from another server (RFC 9207) (reason
   *   `state_mismatch`)
   * @throws {DeniedError} if the user declined (reason `access_denied`)
   * @throws {RejectedError} if the redirect URI is not registered for the app (reason `redirect_uri_mismatch`)
   * @throws {RejectedError} if the platform refused the authorization for another cause
   * @throws {ProtocolError} if the callback holds no code and no error (reason `missing_member`)
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
   * @see https://www.rfc-editor.org/rfc/rfc9207#section-2.4
   */
  authorizationCode(callbackUrl: string | URL, state: string): string
  /**
   * Exchanges an authorization code for a user token.
   *
   * The code is sent once, even if the call fails, unless the platform refused the client's first private key: then it
   * is sent again with the second.
   *
   * @param code the authorization code
   * @returns a token of kind `user`
   * @throws {ReauthorizeError} if the code is unknown, expired or used (reason `invalid_code`)
   * @throws {UnauthorizedError} if the client id or its secret is wrong (reason `invalid_client`)
   * @throws {AppmintError} as every call over the network
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3
   * @see https://www.rfc-editor.org/rfc/rfc7636#section-4.5
   */
  exchangeCode(code: string, options?: ExchangeOptions): Promise<Token>
  /**
   * Exchanges the code with which a user returned for a user token.
   *
   * The state is compared in constant time, and iss if the platform sends it (RFC 9207). An authorization can be
   * finished once, in one of the processes that share the store, within an hour, on the platform on which it began.
   *
   * @param authorization the result of {@link App.authorize} or {@link App.openAuthorization}
   * @param callbackUrl the URL with which the user returned, or its query
   * @returns a token of kind `user`
   * @throws {ReauthorizeError} if the callback has another state, or comes from another server (reason
   *   `state_mismatch`)
   * @throws {ReauthorizeError} if the authorization was finished before, or began more than an hour ago (reason
   *   `stale_authorization`)
   * @throws {ReauthorizeError} if the code is unknown, expired or used (reason `invalid_code`)
   * @throws {DeniedError} if the user declined (reason `access_denied`)
   * @throws {InvalidArgumentError} if the authorization began on another platform
   * @throws {StoreError} if the store failed to record that the authorization is finished; nothing was sent
   * @throws {UnauthorizedError} if the client id or its secret is wrong (reason `invalid_client`)
   * @throws {AppmintError} as every call over the network
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
   * @see https://www.rfc-editor.org/rfc/rfc9207#section-2.4
   */
  finishAuthorization(authorization: Authorization, callbackUrl: string | URL, options?: WaitOptions): Promise<Token>
  /**
   * Encrypts an authorization with the app's store key, to be kept in the user's cookie or web session. No network I/O.
   *
   * @param authorization the result of {@link App.authorize}
   * @returns text that {@link App.openAuthorization} takes, in any process with the same store key
   * @throws {InvalidArgumentError} if the app has no store key (reason `missing_credential`)
   */
  sealAuthorization(authorization: Authorization): string
  /**
   * Decrypts an authorization, in any process with the same store key. No network I/O.
   *
   * @param sealed the result of {@link App.sealAuthorization}
   * @returns the authorization
   * @throws {InvalidArgumentError} if the app has no store key (reason `missing_credential`)
   * @throws {InvalidArgumentError} if the app's store keys do not open the text
   */
  openAuthorization(sealed: string): Authorization
  /**
   * Exchanges a refresh token for a new user token.
   *
   * The refresh token is sent once, even if the call fails, unless the platform refused the client's first private key:
   * then it is sent again with the second. After a lost answer it may be spent where the platform rotates refresh
   * tokens: that error is not retryable. A {@link App.session} keeps what can be kept. The answer is returned even if
   * its access token has expired, because its refresh token works.
   *
   * @param refreshToken the refresh token's text, or the token that it came with
   * @returns a token of kind `user`
   * @throws {ReauthorizeError} if the refresh token is unknown, expired or revoked (reason `invalid_refresh_token`)
   * @throws {InvalidArgumentError} if there is no refresh token
   * @throws {UnauthorizedError} if the client id or its secret is wrong (reason `invalid_client`)
   * @throws {AppmintError} as every call over the network
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-6
   * @see
   *   https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens
   */
  refresh(refreshToken: string | Token, options?: WaitOptions): Promise<Token>
  /**
   * Exchanges a token of another server, such as the OIDC id token of a workload, for one of the platform.
   *
   * The app's OAuth client authenticates if the app has a client id. Each call sends a request: keep the token for as
   * long as it lives.
   *
   * @param subjectToken the token of the other server
   * @returns a token of kind `app`
   * @throws {UnsupportedError} if the platform has no token exchange
   * @throws {UnauthorizedError} if the platform does not accept the token (reason `invalid_token`)
   * @throws {UnauthorizedError} if the client id or its secret is wrong (reason `invalid_client`)
   * @throws {AppmintError} as every call over the network
   * @see https://www.rfc-editor.org/rfc/rfc8693#section-2.1
   */
  exchangeToken(subjectToken: string | Token, options?: TokenExchangeOptions): Promise<Token>
  /**
   * Starts the login of a user in a browser on this machine.
   *
   * It listens on 127.0.0.1 until the browser returns. No network I/O.
   *
   * Only a pending {@link Login.wait} keeps the process alive.
   *
   * @example
   * ```js
   * const login = app.startLogin()
   * login.openBrowser()
   * const token = await login.wait()
   * ```
   * @returns the login. Cancel it, or wait for it, so that its listener closes
   * @throws {InvalidArgumentError} if the app has no client id (reason `missing_credential`)
   * @throws {InvalidArgumentError} if the path is malformed, or the host is another machine's
   * @throws {UnsupportedError} if the platform has no OAuth, or does not take an argument
   * @throws {TransportError} if no port is free (reason `unreachable`)
   * @see https://www.rfc-editor.org/rfc/rfc8252#section-7.3
   */
  startLogin(options?: LoginOptions): Login
  /**
   * Starts the login of a user on another device, on which they type a code.
   *
   * @example
   * ```js
   * const login = await app.startDeviceLogin()
   * console.log(`go to ${login.verificationUri} and type ${login.userCode}`)
   * const token = await login.wait()
   * ```
   * @returns the login, with the code and the URL to show
   * @throws {UnsupportedError} if the platform has no device logins
   * @throws {AppmintError} as every call over the network
   * @see https://www.rfc-editor.org/rfc/rfc8628#section-3.1
   */
  startDeviceLogin(options?: DeviceLoginOptions): Promise<DeviceLogin>
  /**
   * Asks the platform about a user token: its scopes, its expiry and its account.
   *
   * @param token the token or its text
   * @returns the token with these details, without a refresh token: keep the one that you have
   * @throws {ReauthorizeError} if the token is not valid any more, or another app's (reason `invalid_token`)
   * @throws {UnsupportedError} if the platform does not offer this
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/oauth-applications#check-a-token
   */
  checkToken(token: Token | string, options?: WaitOptions): Promise<Token>
  /**
   * Replaces a user token, which stops working.
   *
   * @param token the token or its text
   * @returns the new token
   * @throws {ReauthorizeError} if the token is not valid any more, or another app's (reason `invalid_token`)
   * @throws {UnsupportedError} if the platform does not offer this
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/oauth-applications#reset-a-token
   */
  resetToken(token: Token | string, options?: WaitOptions): Promise<Token>
  /**
   * Makes a user token with a part of a token's access, on exactly one account.
   *
   * @param token the token or its text
   * @returns the new token
   * @throws {InvalidArgumentError} if none or both of `target` and `targetId` are given, or an argument is empty or
   *   malformed
   * @throws {ReauthorizeError} if the token is not valid any more, or another app's (reason `invalid_token`)
   * @throws {UnsupportedError} if the platform does not offer this
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/apps#create-a-scoped-access-token
   */
  scopeToken(token: Token | string, options: ScopeTokenOptions): Promise<Token>
  /**
   * Ends a user token on the platform. It succeeds if the token is already invalid.
   *
   * @param token the token or its text
   * @throws {UnsupportedError} if the platform does not offer this
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token
   */
  deleteToken(token: Token | string, options?: WaitOptions): Promise<void>
  /**
   * Ends a user's authorization of the app with all its tokens.
   *
   * @param token one of these tokens, or its text, which must work
   * @throws {ReauthorizeError} if the platform does not know the token; nothing was ended, and the authorization may
   *   live on (reason `invalid_token`)
   * @throws {UnsupportedError} if the platform does not offer this
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization
   */
  deleteGrant(token: Token | string, options?: WaitOptions): Promise<void>
  /**
   * Ends an access token or a refresh token at the authorization server.
   *
   * The server ends the tokens that belong to it, too. It succeeds if the server does not know the token.
   *
   * @param token the token or its text
   * @throws {UnsupportedError} if the platform has no such endpoint
   * @throws {UnsupportedError} if the server does not revoke tokens of this type (reason `unsupported_token_type`)
   * @throws {AppmintError} as every call over the network
   * @see https://www.rfc-editor.org/rfc/rfc7009#section-2.1
   */
  revokeToken(token: Token | string, options?: TokenHintOptions): Promise<void>
  /**
   * Asks the authorization server about an access token or a refresh token.
   *
   * A token that has expired, was revoked, is unknown or another client's is no error: it is not
   * {@link Introspection.active}.
   *
   * @param token the token or its text
   * @returns the state of the token at the server
   * @throws {UnsupportedError} if the platform has no such endpoint
   * @throws {AppmintError} as every call over the network
   * @see https://www.rfc-editor.org/rfc/rfc7662#section-2.1
   */
  introspectToken(token: Token | string, options?: TokenHintOptions): Promise<Introspection>

  // ---- Sessions

  /**
   * Makes a source of one user's tokens, which are in the store under a name.
   *
   * They are renewed before they expire, once for all processes that share the store: a refresh token is spent once,
   * whatever dies when. Before {@link App.startSession} the source's calls fail with {@link ReauthorizeError}
   * (`no_session`); when the session has ended, with `rotation_interrupted` or `invalid_refresh_token`, and the user
   * must authorize the app again. No network I/O.
   *
   * @example
   * ```js
   * await app.startSession('octocat', token)
   * const response = await app.session('octocat').request('GET', '/user') // in any process with this store
   * ```
   * @param name the name that was given to {@link App.startSession}
   * @returns the source, whose tokens are of kind `user`
   * @throws {InvalidArgumentError} if the app has no store or no client credentials (reason `missing_credential`)
   * @throws {InvalidArgumentError} if the name is empty
   * @throws {UnsupportedError} if the platform has no OAuth
   * @see https://www.rfc-editor.org/rfc/rfc9700#section-4.14
   * @see
   *   https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens
   */
  session(name: string): TokenSource
  /**
   * Writes a user token to the store under a name, in the place of any session that had it.
   *
   * From now on {@link App.session} returns and renews it. A record that cannot be opened stays: that session may go on
   * elsewhere. With the user's id on the platform {@link App.applyWebhook} ends the session when the user revokes the
   * authorization.
   *
   * @param name a name of your choice, by which {@link App.session} finds the token
   * @param token a token of kind `user`, with its refresh token
   * @throws {InvalidArgumentError} if the app has no store or no client credentials (reason `missing_credential`)
   * @throws {InvalidArgumentError} if the name is empty, or the token is of another kind
   * @throws {StoreError} if the store failed, or its record of this name cannot be opened
   * @throws {StoreError} if another key sealed its record of this name (reason `wrong_store_key`)
   * @throws {AppmintError} as every call over the network
   */
  startSession(name: string, token: Token, options?: SessionOptions): Promise<void>
  /**
   * Forgets a user's session, in memory and in the store, even if its record cannot be opened there.
   *
   * The tokens themselves keep working: {@link App.revokeToken} or {@link App.deleteGrant} ends them, on platforms that
   * offer it.
   *
   * @param name the name that was given to {@link App.startSession}
   * @throws {InvalidArgumentError} if the app has no store or no client credentials (reason `missing_credential`)
   * @throws {InvalidArgumentError} if the name is empty
   * @throws {StoreError} if the store failed
   * @throws {AppmintError} as every call over the network
   */
  endSession(name: string, options?: WaitOptions): Promise<void>

  // ---- Webhooks

  /**
   * Verifies the signature of a webhook. No network I/O.
   *
   * @example
   * ```js
   * const event = app.verifyWebhook(request.headers, await buffer(request), process.env.WEBHOOK_SECRET)
   * app.applyWebhook(event)
   * ```
   * @param headers all headers of the request, with names in any case; it depends on the platform which of them count
   * @param body the raw bytes of the request, before anything parses them: a body that was parsed and written again has
   *   another signature
   * @param secrets the webhook's secret, or several while one replaces the other
   * @returns the event, with its signed payload
   * @throws {UnauthorizedError} if there is no signature, or one that fits none of the secrets (reason
   *   `invalid_signature`)
   * @throws {InvalidArgumentError} if a secret is missing or empty
   * @throws {ProtocolError} if the signed payload is not JSON (reason `not_json`)
   * @throws {UnsupportedError} if the platform does not sign webhooks
   * @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
   */
  verifyWebhook(headers: HeadersLike, body: Bytes, secrets: string | readonly string[]): WebhookEvent
  /**
   * Forgets the tokens that a webhook makes obsolete, so that new ones are minted.
   *
   * They are those of an installation that was suspended, deleted, or given other permissions or repositories, and
   * those of a user who revoked the authorization of the app, whose sessions end if they were started with the id of
   * the user's account. A webhook about something else is ignored.
   *
   * In the store they are forgotten in the background, for all who share it; if the store fails, that is an event
   * `store_failed`, and this process tries again before it looks there. Other processes use those in their own memory
   * until they are renewed or refused: apply the webhook there, too.
   *
   * The signature does not cover the event's name. A forged name causes no more than tokens minted anew: a revocation
   * is recognised by the signed payload. No network I/O.
   *
   * @param webhook the result of {@link App.verifyWebhook}
   * @returns how many of these tokens were in memory
   * @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation
   */
  applyWebhook(webhook: WebhookEvent): number
  /**
   * Returns the configuration of the app's webhook.
   *
   * @returns the URL and the format of deliveries. The secret is not part of it
   * @throws {UnsupportedError} if the platform does not offer this
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app
   */
  webhookConfig(options?: WaitOptions): Promise<WebhookConfig>
  /**
   * Changes the configuration of the app's webhook. What is not given stays as it is.
   *
   * @returns the new configuration
   * @throws {InvalidArgumentError} if no change is given
   * @throws {UnsupportedError} if the platform does not offer this
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/webhooks#update-a-webhook-configuration-for-an-app
   */
  updateWebhookConfig(options: WebhookConfigOptions): Promise<WebhookConfig>
  /**
   * Lists the events that were sent to the app, newest first.
   *
   * Pages are requested as the items are asked for, none before.
   *
   * @returns the deliveries
   * @throws {UnsupportedError} if the platform does not list deliveries
   * @see https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
   */
  webhookDeliveries(options?: WaitOptions): Listing<WebhookDelivery>
  /**
   * Returns one delivery, with its request and the receiver's response in {@link WebhookDelivery.raw}.
   *
   * @param id the delivery's id, not its guid
   * @returns the delivery
   * @throws {NotFoundError} if there is no such delivery
   * @throws {UnsupportedError} if the platform does not offer this
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/webhooks#get-a-delivery-for-an-app-webhook
   */
  webhookDelivery(id: Id, options?: WaitOptions): Promise<WebhookDelivery>
  /**
   * Has the platform send an event again.
   *
   * @param deliveryId the delivery's id, not its guid
   * @throws {NotFoundError} if there is no such delivery
   * @throws {UnsupportedError} if the platform does not offer this
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/webhooks#redeliver-a-delivery-for-an-app-webhook
   */
  redeliverWebhook(deliveryId: Id, options?: WaitOptions): Promise<void>

  // ---- Platform operations

  /**
   * Returns the app as it is registered on the platform.
   *
   * @returns the registration, without its secrets
   * @throws {UnsupportedError} if the platform does not offer this
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app
   */
  registration(options?: WaitOptions): Promise<Registration>
  /**
   * Exchanges the code of an app manifest for the app that it created.
   *
   * It needs no credential. A code works once, and the platform returns the app's key and secrets this once.
   *
   * @param code the code with which the user returned from creating the app
   * @returns the registration with its key and secrets
   * @throws {NotFoundError} if the code is unknown or was used
   * @throws {UnsupportedError} if the platform has no app manifests
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
   */
  convertManifest(code: string, options?: WaitOptions): Promise<Registration>
  /**
   * Reports leaked credentials of anybody; the platform ends them and notifies their owners.
   *
   * It needs no credential.
   *
   * @param credentials the leaked credentials
   * @throws {InvalidArgumentError} if there are no credentials, or one is empty
   * @throws {UnsupportedError} if the platform does not offer this
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/credentials/revoke
   */
  revokeCredentials(credentials: readonly (Token | string)[], options?: WaitOptions): Promise<void>
}

/**
 * A response of the platform's API, of any status.
 *
 * Printing it, or writing it as JSON, leaves the body out.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15
 */
export class ApiResponse {
  private constructor()
  /** The HTTP status. */
  readonly status: number
  /** Whether the status is 2xx. */
  get ok(): boolean
  /**
   * The headers, with names in lower case.
   *
   * Several values of one name are joined by a comma.
   */
  readonly headers: Readonly<Record<string, string>>
  /** The whole body. */
  readonly body: Buffer
  /**
   * The body, parsed as JSON.
   *
   * @throws {SyntaxError} (as a rejection) if the body is not JSON
   */
  json(): Promise<JsonValue>
  /**
   * The body as text, in its charset and without a byte order mark.
   *
   * UTF-8, UTF-16 by its byte order mark or its declared charset, or ISO-8859-1 where that is declared. Bytes that are
   * not valid are replaced by U+FFFD.
   */
  text(): string
  /** The response without its body. */
  toJSON(): object
}

/**
 * The quota of requests, as the platform's last answer told it.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export class Quota {
  private constructor()
  /** The number of requests that are allowed in one period. */
  readonly limit: number | null
  /** The number of requests that are left. */
  readonly remaining: number
  /** When the quota is full again, by the platform's clock. */
  readonly resetAt: Date | null
  /**
   * The kind of requests that it is for, such as `core`, on a platform that has several quotas.
   *
   * Null if the platform has one quota.
   */
  readonly resource: string | null
}

/** Counters of an app since it was made: a snapshot. */
export class Stats {
  private constructor()
  /** Tokens that were minted while a caller waited. */
  readonly minted: number
  /** Tokens that were minted before their predecessor expired. */
  readonly renewed: number
  /** Attempts to mint a token that failed. */
  readonly failed: number
  /**
   * Tokens that were returned although they live for less than was asked for: no new one could be minted, or new ones
   * live no longer.
   */
  readonly servedStale: number
  /** Requests that were sent again. */
  readonly retried: number
  /** Callers that waited for a token that was being minted already. */
  readonly joined: number
  /** Tokens that the platform refused before they expired. */
  readonly refused: number
  /** Tokens that were read from the store. */
  readonly fromStore: number
  /** Calls of the store that failed. */
  readonly storeFailed: number
  /** Installations with a scope, and sessions, that have a place in memory. */
  readonly sources: number
}

// ==== Installations

/** The lookup of an installation: exactly one of these. */
export interface InstallationLookup {
  /** The path, login, name or id of an account of any kind, as the platform writes it. */
  account?: Id | undefined
  /** The installation's id. */
  id?: Id | undefined
  /** An organization's login. */
  organization?: Id | undefined
  /** A user's login. */
  user?: Id | undefined
  /** A repository, as `owner/name`. */
  repository?: string | undefined
  /** An enterprise's short name. */
  enterprise?: Id | undefined
}

/** The options of {@link App.installUrl}. */
export interface InstallUrlOptions {
  /** The app's short name, which is part of its URL: {@link Registration.slug}. */
  appSlug: string
  /**
   * A state of your own, which nobody must be able to guess. Default: 256 random bits, or an empty one if the platform
   * takes none.
   */
  state?: string | undefined
  /** The URL to which the user returns, on a platform that takes one. Default: none is sent. */
  redirectUri?: string | URL | undefined
}

/**
 * An installation of the app on an account.
 *
 * Only its id is certain; platforms differ in the other members. The whole object is in {@link Installation.raw}.
 *
 * @see https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app
 */
export class Installation {
  private constructor()
  /** The installation's id. */
  readonly id: string
  /** The account's path or login. */
  readonly account: string | null
  /** The account's display name. */
  readonly accountName: string | null
  /** The account's id. */
  readonly accountId: string | null
  /** The id of the account or other object on which the app is installed. */
  readonly targetId: string | null
  /** The app's id. */
  readonly appId: string | null
  /** The app's short name, which is part of its URL. */
  readonly appSlug: string | null
  /** The repositories that it can access: `all` or `selected`. */
  readonly repositorySelection: string | null
  /** The permissions that it was granted, by name with their level. */
  readonly permissions: Readonly<Record<string, string>>
  /** The names of the webhook events that the app receives. */
  readonly events: readonly string[]
  /** When the app was installed. */
  readonly createdAt: Date | null
  /** When the installation last changed. */
  readonly updatedAt: Date | null
  /**
   * When an owner suspended it.
   *
   * Null if it is not suspended, or the platform does not report it.
   */
  readonly suspendedAt: Date | null
  /** The whole object as the platform sent it. */
  readonly raw: JsonObject
}

/**
 * A repository that an installation can access.
 *
 * Only its id and its name are certain.
 *
 * @see https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
 */
export class Repository {
  private constructor()
  /** The repository's id. */
  readonly id: string
  /** Its name without its owner, as the argument `repositories` of {@link App.installation} takes it. */
  readonly name: string
  /** Its name with its owner, such as `octocat/Hello-World`. */
  readonly fullName: string | null
  /** The account that owns it. */
  readonly owner: string | null
  /** Whether it is private. */
  readonly isPrivate: boolean | null
  /** The whole object as the platform sent it. */
  readonly raw: JsonObject
}

/**
 * The items of a paged list. Pages are requested as the items are asked for.
 *
 * It can be read once: threads that share it get different items. After an error it goes on with the page that failed.
 *
 * Leaving a loop ends the list. Its `signal` is an option of the call that returned the list.
 *
 * @example
 * ```js
 * for await (const { id, account } of app.installations()) console.log(id, account)
 * ```
 * @see https://www.rfc-editor.org/rfc/rfc8288#section-3
 */
export class Listing<T> implements AsyncIterableIterator<T> {
  private constructor()
  /**
   * Returns the next item, from memory or the platform's next page.
   *
   * After an error the same page is asked for again.
   *
   * @returns the next item
   * @throws {AppmintError} as every call over the network
   * @see https://www.rfc-editor.org/rfc/rfc8288#section-3
   */
  next(): Promise<IteratorResult<T, undefined>>
  /** Ends the list: no more pages are fetched. */
  return(): Promise<IteratorResult<T, undefined>>
  /** All remaining items. */
  toArray(): Promise<T[]>
  /** The list itself. */
  [Symbol.asyncIterator](): this
}

// ==== Tokens

/** The repositories and permissions that a token is limited to. An option that is not given limits nothing. */
export interface ScopeOptions {
  /** The names of the repositories to narrow to, without their owner. Default: all that the installation has. */
  repositories?: readonly string[] | undefined
  /** The ids of the repositories to narrow to. Default: all that the installation has. */
  repositoryIds?: readonly Id[] | undefined
  /**
   * The permissions to narrow to, by name with their level, such as `contents` with `read`. Default: all that the
   * installation was granted.
   */
  permissions?: Readonly<Record<string, string>> | undefined
}

/** The lookup of an installation, and what its tokens are limited to. */
export interface InstallationOptions extends InstallationLookup, ScopeOptions {}

/** The options of {@link App.appTokens}. */
export interface AppTokensOptions {
  /** OAuth scopes, on a platform that takes the app's assertion. Default: none. */
  scopes?: readonly string[] | undefined
  /** The user for whom the app acts, on a platform that takes the app's assertion. Default: the app itself. */
  subject?: string | undefined
}

/** The type of the global `fetch`. */
export type FetchLike = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** The options of {@link TokenSource.createFetch}. */
export interface FetchOptions {
  /** Sends the requests; default the app's `fetch`, or the global one. */
  fetch?: FetchLike | undefined
  /** Origins beside the platform's that get the token, such as `https://uploads.example`; default none. */
  origins?: readonly (string | URL)[] | undefined
}

/** The option of {@link TokenSource.tokenSync}. */
export interface TokenSyncOptions {
  /**
   * How much longer the token must live at least, in milliseconds. Default: 60 000 ms, or half of a life of less than
   * two minutes.
   */
  minValidMs?: number | undefined
}

/** The options of {@link TokenSource.token}. */
export interface TokenOptions extends WaitOptions, TokenSyncOptions {
  /**
   * How long this caller waits, in milliseconds. Minting goes on for the other callers. Default: the app's
   * {@link AppOptions.timeoutMs}.
   */
  timeoutMs?: number | undefined
}

/** The function that {@link TokenSource.onChange} calls with the previous token (null at first) and the new one. */
export type TokenCallback = (previous: Token | null, token: Token) => unknown

/**
 * Keeps one token valid: an installation's, the app's own, or a user's.
 *
 * A token comes from memory while it lives long enough. It is renewed in the background before it expires, and minted
 * once for all callers that wait. If minting fails for a temporary reason, a token that is still valid is returned to
 * its end. Sources of one installation and scope share one token.
 */
export class TokenSource {
  private constructor()
  /**
   * The installation's id.
   *
   * Null if these are the app's own tokens or a user's, or the installation was not looked up yet.
   */
  get installationId(): string | null
  /**
   * Returns a token that lives at least `minValidMs` longer, from memory or newly minted.
   *
   * It is minted once for all callers that need one at the same time. Near its end a token is renewed in the
   * background, and the caller goes on with the one in memory. If renewing fails for a reason that will pass, the token
   * in memory is returned until it expires. A failure counts for every caller for one second, or for as long as a rate
   * limit says, but at most for a minute.
   *
   * Where the platform documents how long its tokens live, a longer `minValidMs` is refused. Elsewhere a new token that
   * lives for less is returned, with an event `served_stale`, and serves for half of its life.
   *
   * As long as the token is in memory, it is the same object each time; then no native code is called.
   *
   * @example
   * ```js
   * const token = await source.token({ signal: AbortSignal.timeout(5000) })
   * await fetch(url, { headers: { authorization: token.authorizationHeader() } })
   * ```
   * @returns the token
   * @throws {UnauthorizedError} if the platform does not accept the app's credentials (reason `app_key_mismatch` or
   *   `app_not_found`)
   * @throws {ForbiddenError} if the installation is suspended, or lacks what was asked for (reason `suspended`,
   *   `permission_not_granted` or `repository_not_accessible`)
   * @throws {NotFoundError} if the app is not installed there (reason `not_installed`)
   * @throws {RejectedError} if the platform refuses the repositories or permissions to narrow to
   * @throws {ReauthorizeError} if a session has ended; the user must authorize the app again (reason `no_session`,
   *   `invalid_refresh_token` or `rotation_interrupted`)
   * @throws {StoreError} if the store of a session failed; installation tokens are minted without it
   * @throws {PrivateKeyError} if the signer's signature cannot be used
   * @throws {CallbackError} if the signer failed
   * @throws {InvalidArgumentError} if no token of the platform lives for `minValidMs`
   * @throws {AppmintError} as every call over the network
   */
  token(options?: TokenOptions): Promise<Token>
  /**
   * The token in memory that lives at least `minValidMs` longer, or null if {@link token} would fetch one. No
   * network I/O. Near the token's end it is renewed in the background, as by `token`.
   *
   * @throws {InvalidArgumentError} if no token of the platform lives for `minValidMs`
   */
  tokenSync(options?: TokenSyncOptions): Token | null
  /**
   * `fetch` with the token: for a path below the API, or a URL of the platform. It needs no `this`, so other
   * libraries take it as their own. Any status is an answer; when the platform refuses a token (401), the request is
   * sent once more with a new one, unless its body is a stream. Paths that the platform reserves for the app get the
   * app's JWT. It calls the app's `fetch`, or the global one.
   *
   * Hosts other than the platform's are refused before anything is sent. A redirect to such a host is followed without
   * the token and never with a body, as downloads need it; one from https to http is refused.
   *
   * @example
   * ```js
   * const response = await source.fetch('/repos/octo-org/api/issues', { method: 'POST', body: JSON.stringify({ title }) })
   * ```
   * @throws {InvalidArgumentError} (as a rejection) for a host that is not the platform's, and for a header
   * `authorization`
   */
  get fetch(): FetchLike
  /** Such a `fetch` that sends the token to further origins, too, or that calls another `fetch`. */
  createFetch(options?: FetchOptions): FetchLike
  /**
   * Returns the value of an Authorization header with such a token. It is secret.
   *
   * @returns the header's value
   * @throws {AppmintError} as {@link TokenSource.token}
   * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
   */
  authorizationHeader(options?: TokenOptions): Promise<string>
  /**
   * Returns the quota of the source's requests, as the platform told it in its last answer to one of them.
   *
   * It is that of the installation, whatever its tokens are narrowed to, of the app, or of the session's user. Null if
   * there was no such answer yet, or the platform does not tell it. No network I/O.
   *
   * @returns the quota
   * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
   */
  quota(): Quota | null
  /**
   * When the token in memory expires.
   *
   * Null if there is none, or the platform did not report it.
   */
  get expiresAt(): Date | null
  /**
   * Forgets a token if it is still the one in memory: the answer to a 401 of a request that was made with it.
   *
   * However many callers got it, one new token is minted for all of them. Without a token, forgets whichever is in
   * memory or being minted, so that the next call mints one; then each of many callers would forget what the others
   * have just minted. A token that was already returned still works. No network I/O.
   *
   * @param token the token that was refused, or its text. Nothing happens if it is another one's. Default: whichever is
   *   in memory
   */
  invalidate(token?: string | Token): void
  /**
   * Registers a callback for new tokens, until it is taken back or the app is closed.
   *
   * A source with a lookup calls back once the installation was found. No network I/O.
   *
   * The callback does not keep the process alive; what it throws, or rejects with, is ignored. The result is a function
   * that takes the callback back: it is not called any more, and nothing happens the second time.
   *
   * @param callback takes the token before, which is missing for the first one, and the new token
   * @returns the registration, which takes the callback back
   */
  onChange(callback: TokenCallback): () => void
  /**
   * Forgets the token in memory and ends it on the platform, for everybody who has it.
   *
   * It succeeds if the token is already invalid. No network I/O without a valid token in memory. A token that is being
   * minted is not revoked.
   *
   * @throws {UnsupportedError} if the platform does not offer this, or these are a user's tokens or others of the token
   *   endpoint: see {@link App.deleteGrant}, {@link App.deleteToken}, {@link App.revokeToken} and
   *   {@link App.endSession}
   * @throws {AppmintError} as every call over the network
   * @see https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token
   */
  revoke(options?: WaitOptions): Promise<void>
  /**
   * Lists the repositories that the token can access.
   *
   * Pages are requested as the items are asked for, none before.
   *
   * @returns the repositories
   * @throws {UnsupportedError} if the platform does not list them
   * @see https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
   */
  repositories(options?: WaitOptions): Listing<Repository>
  /**
   * Calls the platform's API with the source's token.
   *
   * Every HTTP status is a response and no error. A token that the platform refuses before it expires is replaced once,
   * and a new token is given a few seconds to become known. A path that the platform reserves for the app or the OAuth
   * client is called with that credential.
   *
   * @example
   * ```js
   * const response = await source.request('POST', '/repos/octo-org/api/issues', { json: { title: 'Hello' } })
   * console.log(response.status, response.json())
   * ```
   * @param method the HTTP method, such as `GET`
   * @param path a path of the API that begins with `/`, with its query, or a URL on one of the platform's own hosts
   * @returns the response, with its status, headers and body
   * @throws {InvalidArgumentError} if the method, path, headers or body cannot be sent
   * @throws {InvalidArgumentError} if the URL is on another host than the platform's (reason `foreign_host`)
   * @throws {AppmintError} as {@link TokenSource.token}
   * @see https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api
   */
  request(method: string, path: string, options?: RequestOptions): Promise<ApiResponse>
  /**
   * Lists the items of any endpoint of the API, with the source's token.
   *
   * The items are the list that the endpoint answers, or the only member of its answer that is a list, such as
   * `repositories` beside a `total_count`. Each one is a JSON value: the order of its members, and the digits of a
   * number beyond 64 bits, are not kept.
   *
   * A next page is the one that the answer's Link header names, which must be on the same host and for the same
   * credential, or as `api.paging` of the platform's descriptor says: by its number, until a page has no items or those
   * of the page before, or by a cursor. As many items are asked for at once as the platform allows, unless the path's
   * query has that parameter already. An item that moves to another page while the list is read may come twice, or not
   * at all.
   *
   * Each page is asked for with the token that the source has by then, and one that is refused is replaced, as in
   * {@link TokenSource.request}.
   *
   * A page that is refused is an error after the items of the pages before it. So is a link to another host, to which
   * nothing is sent, and one to a page that was read already. Pages are requested as the items are asked for, none
   * before.
   *
   * @example
   * ```js
   * for await (const issue of source.paginate('/repos/octo-org/api/issues?state=open')) console.log(issue)
   * ```
   * @param path a path of the API that begins with `/`, with its query, or a URL on one of the platform's own hosts
   * @returns the items, each the value that its JSON is
   * @throws {InvalidArgumentError} if the path or headers cannot be sent, or the name of the member is empty
   * @throws {InvalidArgumentError} if the URL is on another host than the platform's (reason `foreign_host`)
   * @see https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
   * @see https://www.rfc-editor.org/rfc/rfc8288#section-3
   */
  paginate(path: string, options?: PaginateOptions): Listing<JsonValue>
}

/** The holder that a token authenticates: the app (a JWT that it signed, or a token of the platform's), an installation or a user. */
export type TokenKind =
  | 'jwt'
  | 'app'
  | 'installation'
  | 'user'

/**
 * A token: a secret, its permissions, and its expiry. It never changes.
 *
 * Its secrets are shown by {@link Token.reveal}, {@link Token.revealRefreshToken} and {@link Token.authorizationHeader}
 * only.
 *
 * Printing it, or writing it as JSON, shows no secret.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-1.4
 */
export class Token {
  private constructor()
  /**
   * Its holder: the app (`jwt`: a JWT that it signed; `app`: a token that the platform issued to it), an
   * `installation`, or a `user`.
   */
  get kind(): TokenKind
  /** Whether the other one is a token with the same secret, compared in constant time. */
  equals(other: unknown): boolean
  /**
   * Returns the secret itself.
   *
   * @returns the token's text
   */
  reveal(): string
  /**
   * Returns the value of an Authorization header. It is secret.
   *
   * @returns the header's value
   */
  authorizationHeader(): string
  /** When the token expires. */
  get expiresAt(): Date | null
  /** Its permissions, by name with their level. */
  get permissions(): Readonly<Record<string, string>>
  /** The repositories that it can access: `all` or `selected`. */
  get repositorySelection(): string | null
  /** The names of the repositories that it was narrowed to; empty if it was not. */
  get repositories(): readonly string[]
  /** The OAuth scopes that it was granted; empty if the platform reports none. */
  get scopes(): readonly string[]
  /**
   * The login of the user's account, of a token that {@link App.checkToken}, {@link App.resetToken} or
   * {@link App.scopeToken} returned.
   *
   * Null if it is another token, or the platform did not report it.
   */
  get account(): string | null
  /**
   * The id of the user's account: of a token of a session that was started with it, or of one that
   * {@link App.checkToken} and its kin returned.
   *
   * Null if it is another token, or the platform did not report it.
   */
  get accountId(): string | null
  /**
   * The payload of a JWT, which holds no secret.
   *
   * Null if it is another token.
   */
  get claims(): JsonObject | null
  /**
   * Returns the refresh token itself.
   *
   * Null if none came with the token.
   *
   * @returns the refresh token's text
   */
  revealRefreshToken(): string | null
  /**
   * When the refresh token expires.
   *
   * Null if there is none, or its end is not known.
   */
  get refreshTokenExpiresAt(): Date | null
  /** The kind, without a secret: `[user token]`. */
  toString(): string
  /** All members but the secrets. */
  toJSON(): object
}

// ==== OAuth & login

/** The options of {@link App.authorize}. */
export interface AuthorizeOptions {
  /** The URL to which the user returns: one of those registered for the app. Default: none is sent. */
  redirectUri?: string | URL | undefined
  /** A state of your own, which nobody must be able to guess. Default: 256 random bits. */
  state?: string | undefined
  /** OAuth scopes, on a platform that takes them. Default: none. */
  scopes?: readonly string[] | undefined
  /** The account to suggest, on a platform that takes it. Default: none. */
  loginHint?: string | undefined
  /**
   * The prompt that the user sees even when logged in, such as `select_account`, on a platform that takes it (OpenID
   * Connect Core section 3.1.2.1). Default: none.
   */
  prompt?: string | undefined
}

/** The options of {@link App.exchangeToken}. */
export interface TokenExchangeOptions extends WaitOptions {
  /** Its type, a URI of RFC 8693 section 3. Default: that of a JWT. */
  subjectTokenType?: string | undefined
  /** OAuth scopes, on a platform that takes them. Default: none. */
  scopes?: readonly string[] | undefined
  /** The name of the service that the new token is for. Default: none is sent. */
  audience?: string | undefined
  /** The URI of the service that the new token is for. Default: none is sent. */
  resource?: string | undefined
}

/** The options of {@link App.exchangeCode}. */
export interface ExchangeOptions extends WaitOptions {
  /** The redirect URI of the authorization, if it had one. Default: none is sent. */
  redirectUri?: string | URL | undefined
  /** The PKCE verifier of the authorization, if it had one. Default: none is sent. */
  codeVerifier?: string | null | undefined
}

/** The options of {@link App.startLogin}. */
export interface LoginOptions {
  /** OAuth scopes, on a platform that takes them. Default: none. */
  scopes?: readonly string[] | undefined
  /** The account to suggest, on a platform that takes it. Default: none. */
  loginHint?: string | undefined
  /**
   * The prompt that the user sees even when logged in, such as `select_account`, on a platform that takes it. Default:
   * none.
   */
  prompt?: string | undefined
  /** The ports of 127.0.0.1 to listen on, of which the first free one is used. Default: any free port. */
  ports?: readonly number[] | undefined
  /** The path of the redirect URI. Default: `/callback`. */
  path?: string | undefined
  /**
   * The host of the redirect URI, on a platform that compares it to the letter: `127.0.0.1` or `localhost`. The
   * listener is on 127.0.0.1 either way. Default: `127.0.0.1`.
   */
  host?: string | undefined
}

/** The options of {@link Login.wait}. */
export interface LoginWaitOptions {
  /** How long to wait for the user, in milliseconds. Default: 300 000 ms. */
  timeoutMs?: number | undefined
  /** Cancels the login, with a {@link CancelledError} whose `cause` is the signal's reason. */
  signal?: AbortSignal | undefined
}

/** The options of {@link App.startDeviceLogin}. */
export interface DeviceLoginOptions extends WaitOptions {
  /** OAuth scopes, on a platform that takes them. Default: none. */
  scopes?: readonly string[] | undefined
}

/** The options of {@link DeviceLogin.wait}. */
export interface DeviceLoginWaitOptions {
  /** Cancels the login, with a {@link CancelledError} whose `cause` is the signal's reason. */
  signal?: AbortSignal | undefined
}

/** The options of {@link App.scopeToken}: exactly one account, and what the token is limited to there. */
export interface ScopeTokenOptions extends WaitOptions, ScopeOptions {
  /** The account's name. */
  target?: string | undefined
  /** The account's id, instead of its name. */
  targetId?: Id | undefined
}

/** The options of {@link App.revokeToken} and {@link App.introspectToken}. */
export interface TokenHintOptions extends WaitOptions {
  /** `access_token` or `refresh_token`, which saves the server a search. Default: none is sent. */
  tokenTypeHint?: string | undefined
}

/**
 * A URL to send a user to, and the secrets to keep until the user returns.
 *
 * It can be finished once, and within an hour by the wall clock, since it may be sealed and opened by another process.
 * A clock that is set ahead ends it sooner; one that is set back prolongs it by as much. One that began more than five
 * minutes in the future is refused, so that a wrong date cannot prolong it for days.
 *
 * Printing it shows no code verifier.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1
 */
export class Authorization {
  private constructor()
  /** The URL to send the user's browser to. */
  readonly url: string
  /** The state that the callback must have; keep it in the user's web session. */
  readonly state: string
  /**
   * The PKCE verifier for {@link App.exchangeCode}, a secret.
   *
   * Null if the platform does not use PKCE.
   */
  get codeVerifier(): string | null
  /**
   * The URL to which the user returns.
   *
   * Null if none was given.
   */
  readonly redirectUri: string | null
}

/**
 * A login of a user in a browser on this machine, which waits for the browser to return.
 *
 * Printing it does not show its state.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8252#section-7.3
 */
export class Login {
  private constructor()
  /** The URL to send the user's browser to. */
  get url(): string
  /** The URL on this machine to which the browser returns. */
  get redirectUri(): string
  /**
   * Opens the URL in the user's browser.
   *
   * @throws {UnsupportedError} if there is no browser; show the URL instead
   * @see https://www.rfc-editor.org/rfc/rfc8252#section-4.1
   */
  openBrowser(): void
  /**
   * Waits until the browser returns, and exchanges its code for a token.
   *
   * The listener then closes; a login can be waited for once. Requests that do not belong to this login are refused,
   * and the wait goes on. The browser is answered from the start of the login on, whether anybody waits or not. Each
   * request for the token gets the app's {@link AppOptions.timeoutMs}, or what is left of this one.
   *
   * @returns a token of kind `user`
   * @throws {DeniedError} if the user declined (reason `access_denied`)
   * @throws {TimeoutError} if the browser did not return in time
   * @throws {CancelledError} if the login was cancelled
   * @throws {InvalidArgumentError} if this login was waited for before, or begun by another process
   * @throws {AppmintError} as {@link App.exchangeCode}
   * @see https://www.rfc-editor.org/rfc/rfc8252#section-7.3
   */
  wait(options?: LoginWaitOptions): Promise<Token>
  /** Ends a wait with an error of kind {@link CancelledError}, and closes the listener. */
  cancel(): void
}

/**
 * A login of a user on another device, on which they type a code.
 *
 * Printing it does not show the code.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8628
 */
export class DeviceLogin {
  private constructor()
  /** The code that the user types. */
  get userCode(): string
  /** The URL of the page on which the user types the code. */
  get verificationUri(): string
  /**
   * The same URL with the code, for a link or a QR code.
   *
   * Null if the platform has none.
   */
  get verificationUriComplete(): string | null
  /** When the code expires. */
  get expiresAt(): Date | null
  /**
   * Asks the platform once whether the user is done.
   *
   * No network I/O before the platform's interval has passed.
   *
   * @returns a token of kind `user`
   * @throws {PendingError} if the user is not done; the error says when to poll again (reason `authorization_pending`
   *   or `slow_down`)
   * @throws {DeniedError} if the user declined (reason `access_denied`)
   * @throws {ReauthorizeError} if the code expired (reason `expired_device_code`)
   * @throws {CancelledError} if the login was cancelled
   * @throws {AppmintError} as every call over the network
   * @see https://www.rfc-editor.org/rfc/rfc8628#section-3.4
   */
  poll(options?: WaitOptions): Promise<Token>
  /**
   * Polls at the platform's interval until the user is done or declines, or the code expires.
   *
   * Each request gets the app's {@link AppOptions.timeoutMs}. Between the requests no thread of the library waits.
   *
   * @returns a token of kind `user`
   * @throws {DeniedError} if the user declined (reason `access_denied`)
   * @throws {ReauthorizeError} if the code expired (reason `expired_device_code`)
   * @throws {CancelledError} if the login was cancelled
   * @throws {AppmintError} as every call over the network
   * @see https://www.rfc-editor.org/rfc/rfc8628#section-3.5
   */
  wait(options?: DeviceLoginWaitOptions): Promise<Token>
  /** Ends a wait with an error of kind {@link CancelledError}. The code itself works until it expires. */
  cancel(): void
}

/**
 * The state of a token at its authorization server.
 *
 * Only {@link Introspection.active} and {@link Introspection.raw} are set for a token that is not active.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7662#section-2.2
 */
export class Introspection {
  private constructor()
  /** Whether the token works now. If it does not, all other members but {@link Introspection.raw} are empty. */
  readonly active: boolean
  /** The OAuth scopes that the token was granted (scope). */
  readonly scopes: readonly string[]
  /** The client that requested the token (client_id). */
  readonly clientId: string | null
  /** The display name of the user who authorized it (username). */
  readonly username: string | null
  /** The subject of the token, usually the id of the user who authorized it (sub). */
  readonly subject: string | null
  /** The token's type, such as `Bearer` (token_type). */
  readonly tokenType: string | null
  /** The server that issued it (iss). */
  readonly issuer: string | null
  /** The services that it is meant for (aud). */
  readonly audience: readonly string[]
  /** When the token expires (exp). */
  readonly expiresAt: Date | null
  /** When the token was issued (iat). */
  readonly issuedAt: Date | null
  /** When the token begins to be valid (nbf). */
  readonly notBefore: Date | null
  /** The whole object as the server sent it. */
  readonly raw: JsonObject
}

// ==== Sessions: `session`, `startSession` and `endSession` of App; a session is a TokenSource

/** The options of {@link App.startSession}. */
export interface SessionOptions extends WaitOptions {
  /** The user's id on the platform. Default: the token's {@link Token.accountId}. */
  accountId?: Id | undefined
}

// ==== Webhooks

/** The options of {@link App.updateWebhookConfig}. What is not given stays as it is. */
export interface WebhookConfigOptions extends WaitOptions {
  /** The URL to which the platform sends events. Default: unchanged. */
  url?: string | URL | undefined
  /** The format of events: `json` or `form`. Default: unchanged. */
  contentType?: string | undefined
  /** The secret that signs events. Default: unchanged. */
  secret?: string | undefined
  /**
   * Whether the platform skips the check of the receiver's certificate, so that anybody on the way can pose as it.
   * Default: unchanged.
   */
  insecureSsl?: boolean | undefined
}

/**
 * An event that a platform sent, whose signature was verified.
 *
 * On most platforms the name and the delivery's id come from headers, which the signature does not cover: decide by the
 * payload.
 *
 * @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
 */
export class WebhookEvent {
  private constructor()
  /** The event's name, such as `push`. Most platforms send it in a header, which the signature does not cover. */
  readonly name: string | null
  /** The delivery's id, by which one that comes twice is recognised. It comes from a header, too. */
  readonly deliveryId: string | null
  /**
   * The id of the installation that it is about, from the signed payload.
   *
   * Null if it is about none.
   */
  readonly installationId: string | null
  /** The signed JSON: the body, the part of it that the platform signs, or the field of a body that is a form. */
  readonly payload: JsonValue
}

/**
 * The configuration of the app's webhook. The secret is not part of it.
 *
 * @see https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app
 */
export class WebhookConfig {
  private constructor()
  /** The URL to which the platform sends events. */
  readonly url: string | null
  /** The format of events: `json` or `form`. */
  readonly contentType: string | null
  /** Whether the platform skips the check of the receiver's certificate. */
  readonly insecureSsl: boolean | null
  /** The whole object as the platform sent it. */
  readonly raw: JsonObject
}

/**
 * An attempt of the platform to send an event to the app.
 *
 * Only its id is certain.
 *
 * @see https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
 */
export class WebhookDelivery {
  private constructor()
  /** The delivery's id, which {@link App.webhookDelivery} and {@link App.redeliverWebhook} take. */
  readonly id: string
  /** The id that the receiver gets, which is the same for each attempt. */
  readonly guid: string | null
  /** The event's name, such as `push`. */
  readonly event: string | null
  /** The event's action, such as `opened`. */
  readonly action: string | null
  /** The outcome, in the platform's words. */
  readonly status: string | null
  /** The HTTP status of the receiver's response. */
  readonly statusCode: number | null
  /** When it was sent. */
  readonly deliveredAt: Date | null
  /** Whether the event had been sent before. */
  readonly isRedelivery: boolean | null
  /** The id of the installation that it is about. */
  readonly installationId: string | null
  /** The id of the repository that it is about. */
  readonly repositoryId: string | null
  /**
   * The whole object as the platform sent it. That of {@link App.webhookDelivery} has the request and the response in
   * it, too.
   */
  readonly raw: JsonObject
}

// ==== Platform operations

/**
 * An app as it is registered on the platform.
 *
 * Only its id is certain. Its secrets are part of the result of {@link App.convertManifest} only, and are shown by
 * {@link Registration.revealClientSecret}, {@link Registration.revealWebhookSecret} and
 * {@link Registration.revealPrivateKey} only.
 *
 * Printing it, or writing it as JSON, shows none of them.
 *
 * @see https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app
 */
export class Registration {
  private constructor()
  /** The app's id. */
  readonly id: string
  /** The app's short name, which is part of its URL. */
  readonly slug: string | null
  /** The app's display name. */
  readonly name: string | null
  /** The OAuth client id. */
  readonly clientId: string | null
  /** The account that owns the app. */
  readonly owner: string | null
  /** The permissions that it requests, by name with their level. */
  readonly permissions: Readonly<Record<string, string>>
  /** The names of the webhook events that it receives. */
  readonly events: readonly string[]
  /** When the app was registered. */
  readonly createdAt: Date | null
  /** When the registration last changed. */
  readonly updatedAt: Date | null
  /**
   * Returns the OAuth client secret itself.
   *
   * Null if it is not the result of {@link App.convertManifest}.
   *
   * @returns the secret
   */
  revealClientSecret(): string | null
  /**
   * Returns the secret that signs webhooks.
   *
   * Null if it is not the result of {@link App.convertManifest}.
   *
   * @returns the secret
   */
  revealWebhookSecret(): string | null
  /**
   * Returns the app's private key itself, in PEM.
   *
   * Null if it is not the result of {@link App.convertManifest}.
   *
   * @returns the key in PEM
   */
  revealPrivateKey(): string | null
  /** The whole object as the platform sent it, without the secrets. */
  readonly raw: JsonObject
}

// ==== Events & stores

/**
 * The function that is called with each event. It runs on the event loop and does not keep the process alive; what it
 * throws, or rejects with, is ignored.
 */
export type EventCallback = (event: AppEvent) => unknown

/**
 * The kind of an event: a token was minted for a waiting caller (`minted`) or ahead of expiry (`renewed`), minting failed
 * (`mint_failed`), a valid token was returned although less of its life was left than requested (`served_stale`), a
 * request is sent again after a wait (`retried`), the platform's clock differs (`skew_found`), the platform refused a
 * token before its expiry (`refused`), a token of another process was used (`taken_from_store`), or the store failed
 * (`store_failed`).
 */
export type EventKind =
  | 'minted'
  | 'renewed'
  | 'mint_failed'
  | 'served_stale'
  | 'retried'
  | 'skew_found'
  | 'refused'
  | 'taken_from_store'
  | 'store_failed'

/** An event in an app's work. It never holds a secret. */
export class AppEvent {
  private constructor()
  /** The kind of the event. */
  readonly kind: EventKind
  /**
   * The id of the installation that the event is about.
   *
   * Null if it is about none.
   */
  readonly installationId: string | null
  /**
   * How long the call took, or the wait until the request is sent again, in milliseconds.
   *
   * Null if the event has none.
   */
  readonly durationMs: number | null
  /**
   * How far the platform's clock is ahead of this machine's, in milliseconds.
   *
   * Null if the event is not about clocks.
   */
  readonly clockOffsetMs: number | null
  /**
   * The quota of requests as it was last told: the app's after minting, and that of a request that is sent again.
   *
   * Null if the platform told none.
   */
  readonly quota: Quota | null
  /**
   * The error that caused the event.
   *
   * Null if no error did.
   */
  readonly error: AppmintError | null
  /** Whether an operator should look into it. */
  readonly isWarning: boolean
  /** The event in one line, for a log. */
  readonly text: string
}

/**
 * A store that the program implements, which keeps bytes by name, outside of the process.
 *
 * The bytes are sealed with the app's {@link AppOptions.storeKey}, unless {@link AppOptions.storeUnencrypted} is set. A
 * function that fails, or that takes longer than five seconds or than its caller has time, causes an event
 * `store_failed`: an installation token is then minted without the store, while the calls of a session fail.
 *
 * The methods are called on the event loop, may return promises, and several may be called at once. One that throws, or
 * returns a value of a wrong type, has failed; so has one that takes longer than a quarter of the app's `timeoutMs`.
 */
export interface Store {
  /**
   * Returns the value of a name.
   *
   * Null or undefined if there is none.
   *
   * @param name the value's name
   * @returns the value
   */
  get(name: string): Awaitable<ArrayBufferView | ArrayBuffer | null | undefined>
  /**
   * Replaces a value, atomically, if it is still the expected one.
   *
   * @param name the value's name
   * @param value the new value
   * @param expected the value to replace; null to add one only if there is none
   * @param keepUntil when the value may be dropped, by this machine's clock even if the app has another one; null to
   *   keep it
   * @returns whether the value was stored
   */
  put(name: string, value: Buffer, expected: Buffer | null, keepUntil: Date | null): Awaitable<boolean>
  /**
   * Removes a value, atomically, if it is still the expected one.
   *
   * @param name the value's name
   * @param expected the value to remove
   */
  remove(name: string, expected: Buffer): Awaitable<unknown>
  /**
   * Takes a lock for an owner, atomically, unless another owner has it.
   *
   * The lock is free again after the lease, even if its owner has died. If the owner has it already, the lease begins
   * anew. Leases are best measured by a clock that nobody sets: the store's own, or the time since the machine started.
   *
   * @param name the lock's name
   * @param owner the owner's name
   * @param leaseMs how long the lock is held if it is not released before
   * @returns whether the owner has the lock
   */
  lock(name: string, owner: string, leaseMs: number): Awaitable<boolean>
  /**
   * Releases a lock if the owner still has it.
   *
   * @param name the lock's name
   * @param owner the owner that took it
   */
  unlock(name: string, owner: string): Awaitable<unknown>
}

/** A clock for tests, which shows the same time until it is moved. */
export class ManualClock {
  /** @param now the time that it shows; a number is milliseconds since 1970 */
  constructor(now: Date | number)
  /**
   * Returns the time that the clock shows.
   *
   * @returns the time
   */
  now(): Date
  /**
   * Sets the time, forwards or backwards, for every app that was made with this clock.
   *
   * @param now a Date, or milliseconds since 1970
   */
  set(now: Date | number): void
  /**
   * Moves the time forwards, for every app that was made with this clock.
   *
   * @param byMs how far to move it, in milliseconds
   * @throws {InvalidArgumentError} if the duration is negative
   */
  advance(byMs: number): void
}

// ==== Errors

/** The kind of an error says what the caller can do about it. Each kind has a class of its own. */
export type ErrorKind =
  | 'invalid_argument'
  | 'unsupported'
  | 'key'
  | 'transport'
  | 'timeout'
  | 'cancelled'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'rate_limited'
  | 'rejected'
  | 'reauthorize'
  | 'denied'
  | 'pending'
  | 'server'
  | 'protocol'
  | 'store'
  | 'callback'
  | 'internal'
  | 'resource_exhausted'

/** The `code` of an error: its kind, in the form of Node's own codes, such as `ERR_APPMINT_NOT_FOUND`. */
export type ErrorCode = `ERR_APPMINT_${Uppercase<ErrorKind>}`

/** The finer reason of an error. */
export type Reason =
  | 'clock_skew'
  | 'app_key_mismatch'
  | 'no_public_key'
  | 'app_not_found'
  | 'invalid_token'
  | 'invalid_client'
  | 'suspended'
  | 'not_installed'
  | 'permission_not_granted'
  | 'repository_not_accessible'
  | 'rate_limit'
  | 'invalid_code'
  | 'invalid_refresh_token'
  | 'rotation_interrupted'
  | 'state_mismatch'
  | 'redirect_uri_mismatch'
  | 'access_denied'
  | 'not_a_private_key'
  | 'damaged_key'
  | 'passphrase_needed'
  | 'wrong_passphrase'
  | 'unsuitable_key'
  | 'unreachable'
  | 'tls'
  | 'connection_lost'
  | 'body_too_large'
  | 'not_json'
  | 'missing_member'
  | 'expired_on_arrival'
  | 'redirect'
  | 'unknown_platform'
  | 'invalid_descriptor'
  | 'missing_credential'
  | 'foreign_host'
  | 'invalid_signature'
  | 'no_session'
  | 'authorization_pending'
  | 'slow_down'
  | 'expired_device_code'
  | 'stale_authorization'
  | 'duplicate_member'
  | 'invalid_assertion'
  | 'unsupported_token_type'
  | 'issuer_mismatch'
  | 'wrong_store_key'
  | 'private_address'
  | 'proxy_authentication_required'
  | 'installation_requested'

/** The members of an error beside its message, for {@link AppmintError}'s constructor. */
export interface ErrorDetails {
  /** The finer reason within the kind, such as `suspended`. */
  reason?: Reason | undefined
  /** The hint: a sentence that says what to do. */
  hint?: string | undefined
  /** The HTTP status of the platform's response. */
  status?: number | undefined
  /** The platform's own error code, such as `bad_verification_code`. */
  platformCode?: string | undefined
  /** The platform's id of the request, for its support. */
  requestId?: string | undefined
  /** The page where a person authorizes the access by single sign-on. */
  ssoUrl?: string | undefined
  /**
   * The permissions that were missing, each as `name=level`, if the platform lists those with which it accepts the
   * call.
   */
  missingPermissions?: readonly string[] | undefined
  /** How long to wait before the next attempt, at most a day, in milliseconds. */
  retryAfterMs?: number | undefined
  /** Whether the same call may work later without a change. */
  isRetryable?: boolean | undefined
  /** The underlying error. */
  cause?: unknown
}

/**
 * An error: what failed, and what to do about it. It never holds a secret or the body of a response.
 *
 * Each kind has a class of its own.
 *
 * @example
 * ```js
 * try {
 *   await source.token()
 * } catch (error) {
 *   if (error instanceof RateLimitedError) await setTimeout(error.retryAfterMs ?? 1000)
 *   else throw error
 * }
 * ```
 */
export abstract class AppmintError extends Error {
  /** For your own tests; appmint makes its errors itself. */
  constructor(message: string, details?: ErrorDetails)
  /** The kind in the form of Node's own codes, such as `ERR_APPMINT_NOT_FOUND`. */
  readonly code: ErrorCode
  /** The kind, which says what the caller can do. */
  readonly kind: ErrorKind
  /**
   * The finer reason within the kind, such as `suspended`.
   *
   * Null if there is no finer word.
   */
  readonly reason?: Reason
  /**
   * The hint: a sentence that says what to do.
   *
   * Null if there is no advice.
   */
  readonly hint?: string
  /**
   * The HTTP status of the platform's response.
   *
   * Null if there was no response.
   */
  readonly status?: number
  /**
   * The platform's own error code, such as `bad_verification_code`.
   *
   * Null if the platform named none.
   */
  readonly platformCode?: string
  /**
   * The platform's id of the request, for its support.
   *
   * Null if the platform named none.
   */
  readonly requestId?: string
  /**
   * The page where a person authorizes the access by single sign-on.
   *
   * Null if the platform does not ask for that.
   */
  readonly ssoUrl?: string
  /**
   * The permissions that were missing, each as `name=level`, if the platform lists those with which it accepts the
   * call.
   *
   * Of several alternatives those of the one that lacks the fewest; the hint has all of them.
   */
  readonly missingPermissions: readonly string[]
  /**
   * How long to wait before the next attempt, at most a day, in milliseconds.
   *
   * Null if the platform named no time.
   */
  readonly retryAfterMs?: number
  /**
   * Whether the same call may work later without a change.
   *
   * It may not after an error by which the code or refresh token that the call sent may be spent.
   */
  readonly isRetryable: boolean
}

/** Fix the call: an argument is missing, malformed, or contradicts another. */
export class InvalidArgumentError extends AppmintError {
  readonly code: 'ERR_APPMINT_INVALID_ARGUMENT'
  readonly kind: 'invalid_argument'
}
/** Do without it: the platform does not offer this operation or argument. */
export class UnsupportedError extends AppmintError {
  readonly code: 'ERR_APPMINT_UNSUPPORTED'
  readonly kind: 'unsupported'
}
/** Fix the private key: it cannot be used, and the reason says why. */
export class PrivateKeyError extends AppmintError {
  readonly code: 'ERR_APPMINT_KEY'
  readonly kind: 'key'
}
/** Try again: there was no HTTP response (DNS, connect, TLS, or the connection was lost). */
export class TransportError extends AppmintError {
  readonly code: 'ERR_APPMINT_TRANSPORT'
  readonly kind: 'transport'
}
/** Try again, or allow more time: the time of the call or of its caller was over. */
export class TimeoutError extends AppmintError {
  readonly code: 'ERR_APPMINT_TIMEOUT'
  readonly kind: 'timeout'
}
/**
 * Do nothing: the program cancelled the call.
 *
 * `cause` is the reason of its signal, and `name` is `AbortError`, as of all that signals abort.
 */
export class CancelledError extends AppmintError {
  readonly code: 'ERR_APPMINT_CANCELLED'
  readonly kind: 'cancelled'
}
/** Fix the credentials: the platform refused the JWT, the key, the client secret or the token. */
export class UnauthorizedError extends AppmintError {
  readonly code: 'ERR_APPMINT_UNAUTHORIZED'
  readonly kind: 'unauthorized'
}
/** Ask an owner: the installation is suspended, a permission is not granted, or a repository is not part of it. */
export class ForbiddenError extends AppmintError {
  readonly code: 'ERR_APPMINT_FORBIDDEN'
  readonly kind: 'forbidden'
}
/** Install the app, or check the name: there is no such installation or object. */
export class NotFoundError extends AppmintError {
  readonly code: 'ERR_APPMINT_NOT_FOUND'
  readonly kind: 'not_found'
}
/** Wait for {@link AppmintError.retryAfterMs}, then try again: the quota of requests is used up. */
export class RateLimitedError extends AppmintError {
  readonly code: 'ERR_APPMINT_RATE_LIMITED'
  readonly kind: 'rate_limited'
}
/** Fix the request: the platform refused it and said why. */
export class RejectedError extends AppmintError {
  readonly code: 'ERR_APPMINT_REJECTED'
  readonly kind: 'rejected'
}
/** Let the user authorize the app again: the authorization, the code or the refresh token is not valid any more. */
export class ReauthorizeError extends AppmintError {
  readonly code: 'ERR_APPMINT_REAUTHORIZE'
  readonly kind: 'reauthorize'
}
/** Accept that the user declined. */
export class DeniedError extends AppmintError {
  readonly code: 'ERR_APPMINT_DENIED'
  readonly kind: 'denied'
}
/** Ask again after {@link AppmintError.retryAfterMs}: somebody has not finished. */
export class PendingError extends AppmintError {
  readonly code: 'ERR_APPMINT_PENDING'
  readonly kind: 'pending'
}
/** Try again later: the platform failed (5xx). */
export class ServerError extends AppmintError {
  readonly code: 'ERR_APPMINT_SERVER'
  readonly kind: 'server'
}
/** Report it to the platform: its response cannot be understood. */
export class ProtocolError extends AppmintError {
  readonly code: 'ERR_APPMINT_PROTOCOL'
  readonly kind: 'protocol'
}
/** Look after the token store: it failed. */
export class StoreError extends AppmintError {
  readonly code: 'ERR_APPMINT_STORE'
  readonly kind: 'store'
}
/**
 * Fix the callback that you gave: it failed.
 *
 * `cause` says how.
 */
export class CallbackError extends AppmintError {
  readonly code: 'ERR_APPMINT_CALLBACK'
  readonly kind: 'callback'
}
/** Report it: this is a bug in appmint. */
export class InternalError extends AppmintError {
  readonly code: 'ERR_APPMINT_INTERNAL'
  readonly kind: 'internal'
}
/** Try again later: this machine has no thread, file descriptor or memory left. */
export class ResourceExhaustedError extends AppmintError {
  readonly code: 'ERR_APPMINT_RESOURCE_EXHAUSTED'
  readonly kind: 'resource_exhausted'
}
