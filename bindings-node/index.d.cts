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
//   {@link RateLimitedError}, {@link ServerError} or {@link ProtocolError}, with an
//   {@link InvalidArgumentError} of reason `missing_credential` if the app lacks a credential for it,
//   and with an {@link UnsupportedError} if the platform does not offer it. `@throws` names the others.

import type { KeyObject } from 'node:crypto'

/**
 * The version of the library.
 */
export const version: string

/**
 * The names of the built-in platforms, which {@link AppOptions.platform} takes.
 */
export const platforms: readonly string[]

/**
 * The source of a regular expression that finds the secrets of the built-in platforms in a text: their tokens
 * and JWTs, for whatever scrubs logs: `new RegExp(secretPattern, 'g')`.
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
  /** The time for a whole call with its retries; default 30 000 ms. */
  timeoutMs?: number | undefined
  /** The time to connect; default 10 000 ms, and at most three quarters of `timeoutMs`. */
  connectTimeoutMs?: number | undefined
  /**
   * A proxy's URL instead of the environment's; an empty string for no proxy. This machine is always reached without
   * one.
   */
  proxy?: string | URL | undefined
  /**
   * Certificates to trust in addition to the system's and to those in `NODE_EXTRA_CA_CERTS`: PEM, or the DER of one. A
   * server's own certificate may be its root.
   */
  rootCertificates?: Bytes | undefined
  /**
   * The certificate that is shown to a server that wants one (mTLS), with those between it and its root: PEM, or the
   * DER of one. Needs `clientKey`.
   */
  clientCertificate?: Bytes | undefined
  /** The private key of the client certificate: RSA or ECDSA, in PEM or DER, not encrypted. */
  clientKey?: Bytes | KeyObject | undefined
  /** Text to put before appmint's own `User-Agent`. */
  userAgent?: string | undefined
  /** Allows plain http to hosts other than this machine; default false. */
  allowPlainHttp?: boolean | undefined
  /**
   * Refuses to connect to addresses that are not public (reason `private_address`), for a host that somebody else
   * named; default false. No proxy is used then, and none may be given.
   */
  refusePrivateAddresses?: boolean | undefined
  /** The number of further attempts after a passing failure or a rate limit; default 2. With 0 every request is sent once. */
  retries?: number | undefined
  /** The wait before the first further attempt, which doubles for each following one; default 250 ms. */
  retryWaitMs?: number | undefined
}

/** The options of {@link discover}. */
export interface DiscoverOptions extends WaitOptions, NetworkOptions {}

/**
 * The descriptor of a platform, made of its authorization server's metadata (RFC 8414, or OpenID Connect
 * Discovery), as JSON text for {@link AppOptions.platformDescriptor}. It can be kept and changed; an app
 * that is made of it sends no request for it.
 *
 * @example
 * ```js
 * const platformDescriptor = await discover('https://id.example.com')
 * const app = new App({ platformDescriptor, clientId, clientSecret })
 * ```
 * @param issuer the issuer's identifier. It is compared with the metadata's character by character.
 * @throws {InvalidArgumentError} if `refusePrivateAddresses` is set, and the host has no public address
 * @throws {NotFoundError} if the server publishes no metadata
 * @throws {ProtocolError} if the metadata belong to another issuer (reason `issuer_mismatch`) or cannot be used
 * @see https://www.rfc-editor.org/rfc/rfc8414
 */
export function discover(issuer: string, options?: DiscoverOptions): Promise<string>

/** The settings of an app. Only the platform is always needed; a call that lacks a credential names it. */
export interface AppOptions extends NetworkOptions {
  /**
   * The prefix of environment variables, such as `APPMINT_`. Each setting that is not given is read from the
   * variable of its name in capitals (`APPMINT_APP_ID`); a long or secret one also from the file that a
   * variable ending in `_FILE` names (`APPMINT_PRIVATE_KEY_FILE`). Durations have a unit (`30s`), switches are
   * `true` or `false`, an empty variable counts as not set, and a proxy `none` is no proxy. Default: the
   * environment is not read.
   */
  environment?: string | undefined
  /** The name of a built-in platform; see {@link platforms}. Give this or `platformDescriptor`. */
  platform?: string | undefined
  /** A platform's descriptor, as JSON text or as an object. Give this or `platform`. */
  platformDescriptor?: string | object | undefined
  /** The platform's host, such as `git.corp.example`, for a platform that can be at several. */
  host?: string | undefined
  /** The base URL of the API, instead of the platform's own. The web pages follow it where the platform's
   * hosts say how; else the error asks for `webUrl`. */
  apiUrl?: string | URL | undefined
  /** The base URL of the web pages where users authorize the app, and of OAuth, instead of the platform's
   * own. The API follows it as the web pages follow the API. */
  webUrl?: string | URL | undefined
  /** The app's id, as the platform's settings page shows it. */
  appId?: Id | undefined
  /** The OAuth client id. */
  clientId?: string | undefined
  /** The OAuth client secret. */
  clientSecret?: string | undefined
  /** The app's RSA private key: PEM, DER, or any pasted form of these. Give this or `signer`. */
  privateKey?: Bytes | KeyObject | undefined
  /** A second key during a key rotation. It is used when the platform does not know the first. */
  fallbackPrivateKey?: Bytes | KeyObject | undefined
  /**
   * The passphrase of an encrypted PKCS#8 key. Its file may demand 2 000 000 rounds of PBKDF2, or 128 MiB for scrypt, at
   * most; {@link App.create} keeps the event loop free meanwhile.
   */
  privateKeyPassphrase?: string | undefined
  /** The platform's name for the key, if it names keys: the `kid` of the JWTs (RFC 7515 §4.1.4). */
  keyId?: string | undefined
  /** The platform's name for the second key. */
  fallbackKeyId?: string | undefined
  /**
   * A function that signs instead of a private key: it gets the message and returns its RS256 signature
   * (RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 §3.3). If it throws, the call fails with a
   * {@link CallbackError}; if it does not settle within nine tenths of `timeoutMs`, too.
   */
  signer?: ((message: Buffer) => Awaitable<ArrayBufferView | ArrayBuffer>) | undefined
  /** How far a JWT's `iat` lies in the past; default 60 000 ms, unless the platform's descriptor says otherwise. */
  jwtBackDateMs?: number | undefined
  /** How far a JWT's `exp` lies in the future; default 540 000 ms, unless the platform's descriptor says otherwise. */
  jwtLifetimeMs?: number | undefined
  /** The size limit of an API response's body, in bytes; default 32 MiB. */
  maxResponseBody?: number | undefined
  /**
   * Where tokens are kept between processes, so that a fleet mints once: `sqlite:FILE`, `redis://…`,
   * `rediss://…` (TLS), or a {@link Store} of your own. If the store fails, installation tokens are
   * minted as without it. `memory:` keeps the users' sessions of this process. A Redis URL may have `?prefix=`
   * for the names of its keys (default `appmint:`) and `?wait_replicas=N` for writes that count only once N
   * replicas have them (default 0). Default: no store.
   */
  store?: string | URL | Store | undefined
  /** The key that seals stored tokens and authorizations: 32 bytes, or their hexadecimal or base64 text. */
  storeKey?: Bytes | undefined
  /** The previous key during a key rotation. It opens what it has sealed, and seals nothing. */
  previousStoreKey?: Bytes | undefined
  /** Lets the store hold tokens without encryption, readable for everybody who can read the store; default false. */
  storeUnencrypted?: boolean | undefined
  /** The number of tokens that are kept in memory; default 1 000 000. Beyond it, tokens are dropped that no source refers to. */
  capacity?: number | undefined
  /** A function that is called with each event. The first error that it throws becomes a warning of the process. */
  onEvent?: EventCallback | undefined
  /**
   * Sends all requests of the app, such as the `fetch` of undici or one that is wrapped; default appmint's own HTTP
   * client, which `proxy`, `rootCertificates`, `clientCertificate` and `connectTimeoutMs` are for. It must not send a
   * POST a second time by itself: a refresh token would be spent twice. An error of connecting counts as proof that
   * nothing was sent.
   */
  fetch?: FetchLike | undefined
  /** A dispatcher of undici's for that `fetch`, or for the global one: a proxy, an interceptor, a `MockAgent`. */
  dispatcher?: object | undefined
  /** A clock for tests; default the system's clock. */
  clock?: ManualClock | undefined
}

/** Headers as an object, or as pairs of names and values: a `Headers`, a `Map` or an array. */
export type HeadersLike =
  | { readonly [name: string]: string | number | readonly (string | number)[] | undefined }
  | Iterable<readonly [string, string | number | readonly (string | number)[]]>

/** The options of an API request. */
export interface RequestOptions extends WaitOptions {
  /** Headers of the request. */
  headers?: HeadersLike | undefined
  /** A value to send as JSON, instead of `body`. */
  json?: unknown
  /** Bytes to send, instead of `json`. Give their type in a `Content-Type` header. */
  body?: Bytes | undefined
  /** The time for the whole call; default the app's `timeoutMs`. */
  timeoutMs?: number | undefined
}

/** The options of an API request of an app. */
export interface AppRequestOptions extends RequestOptions {
  /** The token to make the request with; default the credential that the platform wants for the path, such as the app's JWT. */
  token?: Token | string | undefined
}

/**
 * An app on a platform. Construction parses the private key, which takes about a millisecond, and sends
 * nothing. An idle app does not keep the process alive.
 *
 * @example
 * ```js
 * const app = new App({ platform: 'github', appId: 1, privateKey: await readFile('app.pem') })
 * const source = app.installation({ organization: 'octo-org' })
 * const response = await source.request('GET', '/installation/repositories')
 * ```
 * @see https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
 */
export class App {
  /**
   * @throws {InvalidArgumentError} if a setting is wrong; the message names it
   * @throws {PrivateKeyError} if the private key cannot be used; its reason says why
   * @throws {UnsupportedError} if the platform does not take a setting
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

  /** The platform's name. */
  get platformName(): string
  /**
   * The app's own JWT, reused until 60 s before it expires.
   *
   * @throws {CallbackError} if the signer failed
   * @see https://www.rfc-editor.org/rfc/rfc7519
   */
  jwt(options?: WaitOptions): Promise<Token>
  /**
   * The SHA-256 fingerprint of the public key, as the platform's settings page shows it; null without a
   * private key. During a key rotation it is that of the key in use.
   *
   * @see https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/managing-private-keys-for-github-apps#verifying-private-keys
   */
  get fingerprint(): string | null
  /** How far the platform's clock is ahead of this machine's, as far as is known; 0 at first. */
  get clockOffsetMs(): number
  /**
   * Sends an API request as the app, or with the token in the options. A response of any status is a result
   * and no error.
   *
   * @param path a path of the API with its query, or a URL on one of the platform's own hosts
   * @throws {InvalidArgumentError} of reason `foreign_host` for a URL on another host
   */
  request(method: string, path: string, options?: AppRequestOptions): Promise<ApiResponse>
  /**
   * The quota of the requests that the app makes with its JWT, or with tokens of its own, as the platform told it in
   * its last answer to one of them. Null before such an answer, or if the platform does not tell it. No network I/O.
   */
  quota(): Quota | null
  /** Counts since the app was made. */
  stats(): Stats
  /**
   * Ends the app's threads and forgets its tokens. Calls in progress complete; further calls fail with an
   * {@link InvalidArgumentError}. Sessions' tokens that the store did not take yet are offered to it until the
   * app's timeout has passed.
   */
  close(): void
  /** The same as `close`: `using app = new App(…)`. */
  [Symbol.dispose](): void
  /** Closes the app at the end of `await using`. */
  [Symbol.asyncDispose](): Promise<void>

  // ---- Installations

  /**
   * The installations of the app, fetched page by page as they are needed.
   *
   * @throws {UnsupportedError} at once, if the platform has no installations
   * @see https://docs.github.com/en/rest/apps
   */
  installations(options?: WaitOptions): Listing<Installation>
  /**
   * The installation of the app on an account, a repository or an enterprise, or with an id.
   *
   * @example
   * ```js
   * const { id } = await app.findInstallation({ account: 'octo-org' })
   * ```
   * @param lookup exactly one of its members. A bare name or id is refused: it could be that of an account or of an installation.
   * @throws {InvalidArgumentError} if `lookup` has no or several members
   * @throws {NotFoundError} of reason `not_installed` if the app is not installed there
   */
  findInstallation(lookup: InstallationLookup, options?: WaitOptions): Promise<Installation>
  /** Suspends an installation: its tokens do not work until it is unsuspended. */
  suspendInstallation(id: Id, options?: WaitOptions): Promise<void>
  /** Ends the suspension of an installation. */
  unsuspendInstallation(id: Id, options?: WaitOptions): Promise<void>
  /** Uninstalls the app from the installation's account. This cannot be undone. */
  deleteInstallation(id: Id, options?: WaitOptions): Promise<void>
  /**
   * The URL where a user installs the app. The state is an empty string if the platform takes none.
   *
   * @example
   * ```js
   * const { url, state } = app.installUrl({ appSlug: 'octo-app' }) // keep the state until the user returns
   * const installation = await app.finishInstall(callbackUrl, state)
   * ```
   * @throws {UnsupportedError} if the platform has no such page, or does not take an option
   */
  installUrl(options: InstallUrlOptions): Authorization
  /**
   * The installation that a user has made, after the state was compared and the platform has confirmed
   * that the installation is one of this app: the id in a callback URL proves nothing.
   *
   * @param callbackUrl the URL that the user returned to, or its query
   * @param state the state of {@link installUrl}
   * @throws {ReauthorizeError} of reason `state_mismatch` if the callback has another state
   * @throws {ProtocolError} of reason `missing_member` if the callback has no installation id
   * @throws {NotFoundError} if the app has no such installation
   */
  finishInstall(callbackUrl: string | URL, state: string, options?: WaitOptions): Promise<Installation>

  // ---- Tokens

  /**
   * A source of tokens for the installation with this id, limited to the repositories and permissions in
   * the options. No network I/O.
   *
   * @throws {InvalidArgumentError} if the id is none, or if an option limits nothing, such as an empty array
   * @throws {UnsupportedError} if the platform cannot limit tokens like this
   */
  installation(id: Id, options?: ScopeOptions): TokenSource
  /**
   * A source of tokens for the installation that exactly one of the lookup's members identifies, limited to
   * the repositories and permissions beside it. No network I/O: the installation is looked up when the
   * first token is requested, and again when the platform does not know it any more.
   *
   * @example
   * ```js
   * const source = app.installation({ organization: 'octo-org', repositories: ['api'], permissions: { contents: 'read' } })
   * ```
   * @throws {InvalidArgumentError} if the lookup has no or several members, or if an option limits nothing
   * @throws {UnsupportedError} if the platform cannot limit tokens like this
   */
  installation(options: InstallationOptions): TokenSource
  /**
   * A source of the app's own tokens, on a platform that has them beside the JWT. No network I/O. A platform
   * that takes the app's assertion (RFC 7523: a service account) may also take OAuth scopes, and a subject
   * for whom the app acts.
   *
   * @throws {UnsupportedError} if the platform has no such tokens, or does not take an option
   * @see https://www.rfc-editor.org/rfc/rfc7523#section-2.1
   */
  appTokens(options?: AppTokensOptions): TokenSource
  /** Revokes an installation token. A token that is not valid any more counts as revoked. */
  revokeInstallationToken(token: Token | string, options?: WaitOptions): Promise<void>

  // ---- OAuth & login

  /**
   * The URL where a user authorizes the app, with a new state and, if the platform supports PKCE, a new code
   * verifier.
   *
   * @example
   * ```js
   * const authorization = app.authorize({ redirectUri: 'https://app.example/callback' })
   * const cookie = app.sealAuthorization(authorization) // send the user to authorization.url, with this cookie
   * // when the user has returned:
   * const token = await app.finishAuthorization(app.openAuthorization(cookie), request.url)
   * ```
   * @throws {UnsupportedError} if the platform does not take an option
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1
   */
  authorize(options?: AuthorizeOptions): Authorization
  /**
   * The authorization code in a callback URL, after its state was compared in constant time.
   *
   * @param callbackUrl the URL that the user returned to, or its query
   * @param state the state of the {@link Authorization}
   * @throws {ReauthorizeError} of reason `state_mismatch` if the callback has another state
   * @throws {DeniedError} if the user refused
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
   */
  authorizationCode(callbackUrl: string | URL, state: string): string
  /**
   * Exchanges an authorization code for a user token. The code is sent once; only if the platform refuses the
   * client's first key, it is sent again with the second.
   *
   * @throws {ReauthorizeError} of reason `invalid_code` if the code is unknown, expired or used
   * @throws {UnauthorizedError} of reason `invalid_client` if the client's credentials are wrong
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3
   */
  exchangeCode(code: string, options?: ExchangeOptions): Promise<Token>
  /**
   * The user token of an authorization whose user has returned: compares the state in constant time, and
   * `iss` if the platform sends one (RFC 9207), and exchanges the code. It works once per authorization, and
   * for an hour.
   *
   * @param callbackUrl the URL that the user returned to, or its query
   * @throws {ReauthorizeError} of reason `state_mismatch` if the callback has another state, of reason
   * `stale_authorization` if the authorization was finished before or is too old
   * @throws {DeniedError} if the user refused
   */
  finishAuthorization(authorization: Authorization, callbackUrl: string | URL, options?: WaitOptions): Promise<Token>
  /**
   * An authorization as encrypted text that only an app with the same `storeKey` opens: for a cookie, or for
   * the user's session.
   *
   * @throws {InvalidArgumentError} of reason `missing_credential` without a `storeKey`
   */
  sealAuthorization(authorization: Authorization): string
  /**
   * The authorization that was sealed, in any process whose app has the same `storeKey`.
   *
   * @throws {InvalidArgumentError} if this app's keys do not open the text
   */
  openAuthorization(sealed: string): Authorization
  /**
   * Exchanges a refresh token for a new user token. The refresh token is sent once; only if the platform
   * refuses the client's first key, it is sent again with the second. After a lost answer it may be spent where
   * the platform rotates refresh tokens: that error has `isRetryable` false. A session keeps what can be kept.
   *
   * @param refreshToken the refresh token, or the token that it came with
   * @throws {ReauthorizeError} of reason `invalid_refresh_token` if it is unknown, expired or revoked
   * @throws {InvalidArgumentError} if a Token is given that has no refresh token
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-6
   */
  refresh(refreshToken: string | Token, options?: WaitOptions): Promise<Token>
  /**
   * A token of the platform for a token of another server (RFC 8693), such as the OIDC id token of a workload. Each
   * call sends a request: keep the token for as long as it lives.
   *
   * @throws {UnauthorizedError} of reason `invalid_token` if the platform does not accept the token
   * @see https://www.rfc-editor.org/rfc/rfc8693
   */
  exchangeToken(subjectToken: string | Token, options?: TokenExchangeOptions): Promise<Token>
  /**
   * Begins a login of the user at this machine: listens on 127.0.0.1 for the user's browser to return. Only
   * a pending `wait` keeps the process alive.
   *
   * @example
   * ```js
   * const login = app.startLogin()
   * login.openBrowser()
   * const token = await login.wait()
   * ```
   * @throws {TransportError} of reason `unreachable` if no port is free
   * @throws {UnsupportedError} if the platform does not take an option
   * @see https://www.rfc-editor.org/rfc/rfc8252
   */
  startLogin(options?: LoginOptions): Login
  /**
   * Begins a login on another device: show the user the code, and where to type it.
   *
   * @example
   * ```js
   * const login = await app.startDeviceLogin()
   * console.log(`go to ${login.verificationUri} and type ${login.userCode}`)
   * const token = await login.wait()
   * ```
   * @see https://www.rfc-editor.org/rfc/rfc8628
   */
  startDeviceLogin(options?: DeviceLoginOptions): Promise<DeviceLogin>
  /**
   * A user token as the platform knows it, with its scopes, expiry and account. The result has no refresh
   * token: keep the one you have.
   *
   * @throws {ReauthorizeError} of reason `invalid_token` if the token is not valid any more, or another app's
   */
  checkToken(token: Token | string, options?: WaitOptions): Promise<Token>
  /** Replaces a user token by a new one. The old token stops working. */
  resetToken(token: Token | string, options?: WaitOptions): Promise<Token>
  /**
   * A user token that is limited to one account, and to some of its repositories and permissions.
   *
   * @throws {InvalidArgumentError} if both or none of `target` and `targetId` are given
   */
  scopeToken(token: Token | string, options: ScopeTokenOptions): Promise<Token>
  /** Deletes a user token. A token that is not valid any more counts as deleted. */
  deleteToken(token: Token | string, options?: WaitOptions): Promise<void>
  /**
   * Deletes a user's authorization of the app with all its tokens, given one of them that works.
   *
   * @throws {ReauthorizeError} of reason `invalid_token` if the platform does not know the token: nothing was deleted,
   *   and the authorization may live on
   */
  deleteGrant(token: Token | string, options?: WaitOptions): Promise<void>
  /**
   * Revokes an access or a refresh token at the authorization server, and the tokens that the server ties to
   * it. A token that the server does not know counts as revoked.
   *
   * @throws {UnsupportedError} of reason `unsupported_token_type` if the server does not revoke such tokens
   * @see https://www.rfc-editor.org/rfc/rfc7009
   */
  revokeToken(token: Token | string, options?: TokenHintOptions): Promise<void>
  /**
   * The state of an access or a refresh token, as the authorization server reports it. A token that has ended,
   * or belongs to somebody else, is no error: its state is not `active`.
   *
   * @see https://www.rfc-editor.org/rfc/rfc7662
   */
  introspectToken(token: Token | string, options?: TokenHintOptions): Promise<Introspection>

  // ---- Sessions

  /**
   * A source of one user's tokens, which are kept in the store under this name and renewed ahead of their
   * expiry. No network I/O. A refresh token is used once among all processes that share the store. If the
   * session has ended, the source's calls reject with a {@link ReauthorizeError}: of reason `no_session` if
   * nothing is stored, `rotation_interrupted` if the response to a refresh was lost, or
   * `invalid_refresh_token`.
   *
   * @example
   * ```js
   * await app.startSession('octocat', token)
   * const response = await app.session('octocat').request('GET', '/user') // in any process with this store
   * ```
   * @throws {InvalidArgumentError} of reason `missing_credential` without a store or a client's credentials
   */
  session(name: string): TokenSource
  /**
   * Stores a user token under a name, in place of an earlier one: from now on `session(name)` returns it and
   * renews it.
   *
   * With the user's id on the platform, {@link applyWebhook} ends the session when the user revokes the
   * authorization.
   *
   * @throws {InvalidArgumentError} if the token is not a user's
   * @throws {StoreError} if the store failed, or has a record of this name that cannot be opened, which stays
   * (reason `wrong_store_key` if another key sealed it)
   */
  startSession(name: string, token: Token, options?: SessionOptions): Promise<void>
  /**
   * Forgets a session, here and in the store, even if its record cannot be opened there. The tokens themselves
   * still work: `revokeToken` or `deleteGrant` ends them.
   *
   * @throws {StoreError} if the store failed
   */
  endSession(name: string, options?: WaitOptions): Promise<void>

  // ---- Webhooks

  /**
   * The event of a webhook, after its signature was verified.
   *
   * @example
   * ```js
   * const event = app.verifyWebhook(request.headers, await buffer(request), process.env.WEBHOOK_SECRET)
   * app.applyWebhook(event)
   * ```
   * @param body the raw bytes of the request, before anything parses them: a body that was parsed and written
   * again has another signature
   * @param secrets the secret, or several while one replaces the other
   * @throws {UnauthorizedError} of reason `invalid_signature` if the signature fits none of the secrets
   * @throws {UnsupportedError} if the platform signs nothing
   */
  verifyWebhook(headers: HeadersLike, body: Bytes, secrets: string | readonly string[]): WebhookEvent
  /**
   * Forgets the tokens of an installation that was suspended, deleted or changed, and returns how many were in
   * memory. The store forgets them in the background, for all who share it; other processes use those in their own
   * memory until they are renewed or refused.
   */
  applyWebhook(webhook: WebhookEvent): number
  /** Where and how the platform sends the app's webhook events. */
  webhookConfig(options?: WaitOptions): Promise<WebhookConfig>
  /**
   * Changes where and how the platform sends the app's webhook events. Options that are not given stay as
   * they are.
   *
   * @throws {InvalidArgumentError} if no option is given
   */
  updateWebhookConfig(options: WebhookConfigOptions): Promise<WebhookConfig>
  /**
   * The deliveries of the app's webhook, newest first, fetched page by page as they are needed.
   *
   * @throws {UnsupportedError} at once, if the platform does not list them
   */
  webhookDeliveries(options?: WaitOptions): Listing<WebhookDelivery>
  /** One delivery. Its `raw` has the request and the receiver's response. */
  webhookDelivery(id: Id, options?: WaitOptions): Promise<WebhookDelivery>
  /** Asks the platform to deliver an event again. */
  redeliverWebhook(deliveryId: Id, options?: WaitOptions): Promise<void>

  // ---- Platform operations

  /** The app as it is registered on the platform. */
  registration(options?: WaitOptions): Promise<Registration>
  /**
   * The app that was registered from a manifest, with its private key and secrets, which the platform reveals
   * only here. Needs no credential.
   */
  convertManifest(code: string, options?: WaitOptions): Promise<Registration>
  /**
   * Reports leaked credentials of any owner, which the platform then revokes. Needs no credential.
   *
   * @throws {InvalidArgumentError} if the array or an item is empty
   */
  revokeCredentials(credentials: readonly (Token | string)[], options?: WaitOptions): Promise<void>
}

/** A response to an API request, whatever its status. Printing it, or writing it as JSON, leaves the body out. */
export class ApiResponse {
  private constructor()
  /** The HTTP status. */
  readonly status: number
  /** Whether the status is 2xx. */
  get ok(): boolean
  /** Headers by their names in lower case. Several values of one name are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  /** The body. */
  readonly body: Buffer
  /**
   * The body, parsed as JSON.
   *
   * @throws {SyntaxError} (as a rejection) if the body is not JSON
   */
  json(): Promise<JsonValue>
  /**
   * The body as text, without a byte order mark: UTF-8, UTF-16 by its byte order mark or its declared
   * charset, or ISO-8859-1 where that is declared. Bytes that are not valid are replaced by U+FFFD.
   */
  text(): string
  /** The response without its body. */
  toJSON(): object
}

/** The quota of requests, as the platform's last answer told it. */
export class Quota {
  private constructor()
  /** The number of requests that are allowed in one period. */
  readonly limit: number | null
  /** The number of requests that are left. */
  readonly remaining: number
  /** When the quota is full again, by the platform's clock. */
  readonly resetAt: Date | null
  /** The kind of requests that it is for, such as `core`, on a platform that has several quotas. */
  readonly resource: string | null
}

/** Counts since the app was made. */
export class Stats {
  private constructor()
  /** Tokens that were minted because a caller waited for one. */
  readonly minted: number
  /** Tokens that were minted ahead of their predecessor's expiry. */
  readonly renewed: number
  /** Attempts to mint a token that failed. */
  readonly failed: number
  /** Valid tokens that were returned although less of their life was left than requested, because minting failed. */
  readonly servedStale: number
  /** Requests that were sent again. */
  readonly retried: number
  /** Callers that waited for a token which another caller was minting already. */
  readonly joined: number
  /** Tokens that the platform refused before their expiry. */
  readonly refused: number
  /** Tokens that were taken from the store. */
  readonly fromStore: number
  /** Calls of the store that failed. */
  readonly storeFailed: number
  /** Keys (an installation and a scope) that have a place in memory. */
  readonly sources: number
}

// ==== Installations

/** The lookup of an installation: exactly one of these. */
export interface InstallationLookup {
  /** An account of any kind, as the platform writes it: its path, login, name or id. */
  account?: Id | undefined
  /** The id of the installation itself. */
  id?: Id | undefined
  /** An organization's name. */
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
  /** The app's short name, as in the URL of its page and in {@link Registration.slug}. */
  appSlug: string
  /** A state of your own, which must be unguessable; default 256 random bits if the platform takes a state. */
  state?: string | undefined
  /** Where the user returns to, if the platform takes it. */
  redirectUri?: string | URL | undefined
}

/** An installation of the app. Only `id` is always there; `raw` has everything that the platform sent. */
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
  /** The id of the target that the app is installed on. */
  readonly targetId: string | null
  /** The app's id. */
  readonly appId: string | null
  /** The app's short name. */
  readonly appSlug: string | null
  /** `all` or `selected`. */
  readonly repositorySelection: string | null
  /** The names of the granted permissions, and their levels. */
  readonly permissions: Readonly<Record<string, string>>
  /** The names of the webhook events that the app receives. */
  readonly events: readonly string[]
  /** When the installation was made. */
  readonly createdAt: Date | null
  /** When the installation was last changed. */
  readonly updatedAt: Date | null
  /** When the installation was suspended; null if it is not. */
  readonly suspendedAt: Date | null
  /** The whole object, as the platform sent it. */
  readonly raw: JsonObject
}

/** A repository that an installation may access. */
export class Repository {
  private constructor()
  /** The repository's id. */
  readonly id: string
  /** Its name without its owner, as {@link ScopeOptions.repositories} takes it. */
  readonly name: string
  /** Its name with its owner: `octocat/Hello-World`. */
  readonly fullName: string | null
  /** The account that owns it. */
  readonly owner: string | null
  /** Whether it is private. */
  readonly isPrivate: boolean | null
  /** The whole object, as the platform sent it. */
  readonly raw: JsonObject
}

/**
 * A list that is fetched page by page as its items are needed. It can be iterated once. Leaving a loop ends
 * the list; after an error the same page is fetched again. Its `signal` is an option of the call that
 * returned the list.
 *
 * @example
 * ```js
 * for await (const { id, account } of app.installations()) console.log(id, account)
 * ```
 */
export class Listing<T> implements AsyncIterableIterator<T> {
  private constructor()
  /** The next item, from memory or from the platform's next page. */
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
  /** Names of repositories, without their owner. An empty array is refused, since to a platform it would mean all. */
  repositories?: readonly string[] | undefined
  /** Ids of repositories. */
  repositoryIds?: readonly Id[] | undefined
  /** Names of permissions, and their levels: `{ contents: 'read' }`. */
  permissions?: Readonly<Record<string, string>> | undefined
}

/** The lookup of an installation, and what its tokens are limited to. */
export interface InstallationOptions extends InstallationLookup, ScopeOptions {}

/** The options of {@link App.appTokens}. */
export interface AppTokensOptions {
  /** OAuth scopes, if the platform takes them. */
  scopes?: readonly string[] | undefined
  /** The user for whom the app acts, if the platform lets it name one. */
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
   * How much longer the token must live; default 60 000 ms, or half of a shorter life. A token is minted if a new one
   * has that much life. A life that no token of the platform has is refused where it is documented; elsewhere the new
   * token is returned, with an event `served_stale`, and serves for half of its life.
   */
  minValidMs?: number | undefined
}

/** The options of {@link TokenSource.token}. */
export interface TokenOptions extends WaitOptions, TokenSyncOptions {
  /**
   * Ends the waiting of this caller with a {@link TimeoutError}, while minting goes on for the others; default the
   * app's `timeoutMs`.
   */
  timeoutMs?: number | undefined
}

/** The function that {@link TokenSource.onChange} calls with the previous token (null at first) and the new one. */
export type TokenCallback = (previous: Token | null, token: Token) => unknown

/**
 * A source of tokens for one installation, for the app itself or for one user. Sources of the same installation and
 * scope share one token. A token is renewed in the background before it expires; when that fails for a passing
 * reason, the valid one is returned until its end.
 */
export class TokenSource {
  private constructor()
  /** The installation's id; null for other sources, and before the installation was looked up. */
  get installationId(): string | null
  /**
   * A token that lives at least `minValidMs` longer: from memory, or minted once for all callers who wait. As long
   * as the token is in memory, it is the same object each time; then no native code is called.
   *
   * @example
   * ```js
   * const token = await source.token({ signal: AbortSignal.timeout(5000) })
   * await fetch(url, { headers: { authorization: token.authorizationHeader() } })
   * ```
   * @throws {UnauthorizedError} if the app's credentials are wrong, for example of reason `app_key_mismatch`
   * @throws {ForbiddenError} of reason `suspended`, `permission_not_granted` or `repository_not_accessible`
   * @throws {NotFoundError} of reason `not_installed` if there is no such installation
   * @throws {ReauthorizeError} if a session has ended; see {@link App.session}
   * @throws {CallbackError} if the signer failed
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
  /** The value of an `Authorization` header, with such a token; rejects as `token` does. */
  authorizationHeader(options?: TokenOptions): Promise<string>
  /**
   * The quota of the source's requests, as the platform told it in its last answer to one of them: of the
   * installation, whatever its tokens are narrowed to, of the app, or of the session's user. Null before such an
   * answer, or if the platform does not tell it. No network I/O.
   */
  quota(): Quota | null
  /** When the token in memory expires; null without a token, or if the platform did not say. */
  get expiresAt(): Date | null
  /**
   * Forgets a token if it is still the one in memory: the answer to a 401 of a request that was made with it. However
   * many callers got it, one new token is minted for all of them. Without an argument, forgets whichever token is in
   * memory or being minted; then each of many callers would forget what the others have just minted. A token that
   * was returned before still works.
   */
  invalidate(token?: string | Token): void
  /**
   * Calls back whenever the token changes, until the app is closed. The callback runs on the event loop and does not
   * keep the process alive; what it throws, or rejects with, is ignored. If the installation is looked up, the
   * callback is called from then on.
   *
   * @returns a function that takes the callback back: it is not called any more. Nothing happens the second time.
   */
  onChange(callback: TokenCallback): () => void
  /**
   * Forgets the token in memory and revokes it at the platform, for all who have it. Nothing is sent without a
   * token in memory that is still valid.
   *
   * @throws {UnsupportedError} for a user's session: `deleteGrant`, `deleteToken` and `revokeToken` end its tokens
   */
  revoke(options?: WaitOptions): Promise<void>
  /**
   * The repositories that the token may access, fetched page by page as they are needed.
   *
   * @throws {UnsupportedError} at once, if the platform does not list them
   */
  repositories(options?: WaitOptions): Listing<Repository>
  /**
   * Sends an API request with a token of this source; rejects as `token` does. A response of any status is a result and
   * no error. A token that the platform refuses is replaced, and the request sent once more.
   *
   * @example
   * ```js
   * const response = await source.request('POST', '/repos/octo-org/api/issues', { json: { title: 'Hello' } })
   * console.log(response.status, response.json())
   * ```
   * @param path a path of the API with its query, or a URL on one of the platform's own hosts
   * @throws {InvalidArgumentError} of reason `foreign_host` for a URL on another host
   */
  request(method: string, path: string, options?: RequestOptions): Promise<ApiResponse>
}

/** The holder that a token authenticates: the app (a JWT that it signed, or a token of the platform's), an installation or a user. */
export type TokenKind =
  | 'jwt'
  | 'app'
  | 'installation'
  | 'user'

/** A token, which never changes. Printing it, or writing it as JSON, shows no secret. */
export class Token {
  private constructor()
  /** The holder that the token authenticates. */
  get kind(): TokenKind
  /** Whether the other one is a token with the same secret, compared in constant time. */
  equals(other: unknown): boolean
  /** The secret itself. */
  reveal(): string
  /**
   * The value of an `Authorization` header, with the secret.
   *
   * @see https://www.rfc-editor.org/rfc/rfc6750
   */
  authorizationHeader(): string
  /** When the token expires; null if the platform did not say. */
  get expiresAt(): Date | null
  /** The names of its permissions, and their levels. */
  get permissions(): Readonly<Record<string, string>>
  /** `all` or `selected`. */
  get repositorySelection(): string | null
  /** The names of the repositories that it is limited to; empty if it is not limited. */
  get repositories(): readonly string[]
  /** The granted OAuth scopes. */
  get scopes(): readonly string[]
  /** The account of a token that `checkToken`, `resetToken` or `scopeToken` returned. */
  get account(): string | null
  /** The id of the user's account, if the session was started with it, or `checkToken` returned the token; else null. */
  get accountId(): string | null
  /** The payload of a JWT; null for other tokens. */
  get claims(): JsonObject | null
  /** The refresh token itself; null without one. */
  revealRefreshToken(): string | null
  /** When the refresh token expires. */
  get refreshTokenExpiresAt(): Date | null
  /** The kind, without a secret: `[user token]`. */
  toString(): string
  /** All members but the secrets. */
  toJSON(): object
}

// ==== OAuth & login

/** The options of {@link App.authorize}. */
export interface AuthorizeOptions {
  /** Where the user returns to; one of the redirect URIs that are registered for the app. */
  redirectUri?: string | URL | undefined
  /** A state of your own, which must be unguessable; default 256 random bits. */
  state?: string | undefined
  /** OAuth scopes, if the platform takes them. */
  scopes?: readonly string[] | undefined
  /** The account to suggest to the user, if the platform takes it. */
  loginHint?: string | undefined
  /** The prompt that the user sees even when logged in, such as `select_account`, if the platform takes it. */
  prompt?: string | undefined
}

/** The options of {@link App.exchangeToken}. */
export interface TokenExchangeOptions extends WaitOptions {
  /** The token's type, a URI of RFC 8693 section 3; default that of a JWT. */
  subjectTokenType?: string | undefined
  /** OAuth scopes, if the platform takes them. */
  scopes?: readonly string[] | undefined
  /** The name of the service that the new token is for. */
  audience?: string | undefined
  /** The URI of the service that the new token is for. */
  resource?: string | undefined
}

/** The options of {@link App.exchangeCode}. */
export interface ExchangeOptions extends WaitOptions {
  /** The redirect URI of the authorization, if the platform wants it again. */
  redirectUri?: string | URL | undefined
  /** The authorization's PKCE code verifier (RFC 7636). */
  codeVerifier?: string | null | undefined
}

/** The options of {@link App.startLogin}. */
export interface LoginOptions {
  /** OAuth scopes, if the platform takes them. */
  scopes?: readonly string[] | undefined
  /** The account to suggest to the user, if the platform takes it. */
  loginHint?: string | undefined
  /** The prompt that the user sees even when logged in, such as `select_account`, if the platform takes it. */
  prompt?: string | undefined
  /** Ports of 127.0.0.1, of which the first free one is used; default any free port. */
  ports?: readonly number[] | undefined
  /** The path of the redirect URI; default `/callback`. */
  path?: string | undefined
  /** The host of the redirect URI: `127.0.0.1` (the default) or `localhost`. The listener is on 127.0.0.1 either way. */
  host?: string | undefined
}

/** The options of {@link Login.wait}. */
export interface LoginWaitOptions {
  /** How long to wait for the user; default 300 000 ms. */
  timeoutMs?: number | undefined
  /** Cancels the login, with a {@link CancelledError} whose `cause` is the signal's reason. */
  signal?: AbortSignal | undefined
}

/** The options of {@link App.startDeviceLogin}. */
export interface DeviceLoginOptions extends WaitOptions {
  /** OAuth scopes, if the platform takes them. */
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
  /** `access_token` or `refresh_token`, which saves the server a search. */
  tokenTypeHint?: string | undefined
}

/** Where to send a user, and what to keep until the user returns. */
export class Authorization {
  private constructor()
  /** Where to send the user. */
  readonly url: string
  /** The state that the callback must have. */
  readonly state: string
  /**
   * The PKCE code verifier for `exchangeCode`; null if the platform has no PKCE. Printing the authorization does not
   * show it.
   *
   * @see https://www.rfc-editor.org/rfc/rfc7636
   */
  get codeVerifier(): string | null
  /** Where the user returns to; null if it was not given. */
  readonly redirectUri: string | null
}

/** A login that waits for the user's browser to return. Printing it does not show its state. */
export class Login {
  private constructor()
  /** Where the user authorizes the app. */
  get url(): string
  /** Where the browser returns to. */
  get redirectUri(): string
  /**
   * Opens the user's browser at `url`.
   *
   * @throws {UnsupportedError} if there is no browser; show the URL instead
   */
  openBrowser(): void
  /**
   * The user's token, once the browser has returned; the listener then closes. Requests that do not belong to this
   * login are refused, and the waiting goes on. It can be called once.
   *
   * @throws {TimeoutError} if the browser has not returned within `timeoutMs`
   * @throws {DeniedError} if the user refused
   * @throws {CancelledError} if the login was cancelled
   * @throws {InvalidArgumentError} if it was called before
   */
  wait(options?: LoginWaitOptions): Promise<Token>
  /** Cancels the login: `wait` rejects with a {@link CancelledError}, and the listener closes. */
  cancel(): void
}

/** A login that waits for the user to type a code on another device. Printing it does not show the code. */
export class DeviceLogin {
  private constructor()
  /** The code that the user types. */
  get userCode(): string
  /** Where the user types the code. */
  get verificationUri(): string
  /** The same with the code in it, for a link or a QR code. */
  get verificationUriComplete(): string | null
  /** When the code expires. */
  get expiresAt(): Date | null
  /**
   * Asks the platform once for the token.
   *
   * @throws {PendingError} if the user has not finished; `retryAfterMs` says when to ask again. A call before that
   * time rejects without a request.
   * @throws {DeniedError} if the user refused
   * @throws {ReauthorizeError} of reason `expired_device_code` if the code has expired
   * @throws {CancelledError} if the login was cancelled
   */
  poll(options?: WaitOptions): Promise<Token>
  /**
   * Asks the platform at the interval that it wants, until the user has finished or refused, or the code has expired.
   *
   * @throws {DeniedError} if the user refused
   * @throws {ReauthorizeError} of reason `expired_device_code` if the code has expired
   * @throws {CancelledError} if the login was cancelled
   */
  wait(options?: DeviceLoginWaitOptions): Promise<Token>
  /** Cancels the login: `poll` and `wait` reject with a {@link CancelledError}. The code itself works until it expires. */
  cancel(): void
}

/**
 * The state of a token, as the authorization server reports it. If the token is not active, nothing else is known.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7662#section-2.2
 */
export class Introspection {
  private constructor()
  /** Whether the token works now. */
  readonly active: boolean
  /** The granted OAuth scopes. */
  readonly scopes: readonly string[]
  /** The client that the token was issued to: `client_id`. */
  readonly clientId: string | null
  /** The display name of the user who authorized it: `username`. */
  readonly username: string | null
  /** The subject, usually the id of the user who authorized it: `sub`. */
  readonly subject: string | null
  /** The type, such as `Bearer`: `token_type`. */
  readonly tokenType: string | null
  /** The issuer: `iss`. */
  readonly issuer: string | null
  /** The services that the token is intended for: `aud`. */
  readonly audience: readonly string[]
  /** When the token expires: `exp`. */
  readonly expiresAt: Date | null
  /** When the token was issued: `iat`. */
  readonly issuedAt: Date | null
  /** The time before which the token does not work: `nbf`. */
  readonly notBefore: Date | null
  /** The whole object, as the server sent it. */
  readonly raw: JsonObject
}

// ==== Sessions: `session`, `startSession` and `endSession` of App; a session is a TokenSource

/** The options of {@link App.startSession}. */
export interface SessionOptions extends WaitOptions {
  /** The user's id on the platform; default the token's `accountId`. */
  accountId?: Id | undefined
}

// ==== Webhooks

/** The options of {@link App.updateWebhookConfig}. What is not given stays as it is. */
export interface WebhookConfigOptions extends WaitOptions {
  /** The URL that events are sent to. */
  url?: string | URL | undefined
  /** The format of events: `json` or `form`. */
  contentType?: string | undefined
  /** The secret that signs events. */
  secret?: string | undefined
  /** Whether the platform skips the verification of the receiver's certificate. */
  insecureSsl?: boolean | undefined
}

/** An event that the platform sent, with a verified signature. */
export class WebhookEvent {
  private constructor()
  /** The event's name, such as `push`. On most platforms it comes from a header, which the signature does not cover. */
  readonly name: string | null
  /** The delivery's id, by which a repeated delivery is recognized. It comes from a header, too. */
  readonly deliveryId: string | null
  /** The installation that the event is about, from the signed part. */
  readonly installationId: string | null
  /** The signed part: the body, or the part of it that the platform signs. */
  readonly payload: JsonValue
}

/** Where and how the platform sends the app's webhook events. It never has the secret. */
export class WebhookConfig {
  private constructor()
  /** The URL that events are sent to. */
  readonly url: string | null
  /** The format of events: `json` or `form`. */
  readonly contentType: string | null
  /** Whether the platform skips the verification of the receiver's certificate. */
  readonly insecureSsl: boolean | null
  /** The whole object, as the platform sent it. */
  readonly raw: JsonObject
}

/** A delivery of a webhook event, or an attempt at one. */
export class WebhookDelivery {
  private constructor()
  /** The delivery's id, which `redeliverWebhook` takes. */
  readonly id: string
  /** The id that the receiver got; the same for each attempt. */
  readonly guid: string | null
  /** The event's name. */
  readonly event: string | null
  /** The event's action, such as `opened`. */
  readonly action: string | null
  /** The outcome, in the platform's words. */
  readonly status: string | null
  /** The HTTP status of the receiver's response. */
  readonly statusCode: number | null
  /** When the event was delivered. */
  readonly deliveredAt: Date | null
  /** Whether the event had been delivered before. */
  readonly isRedelivery: boolean | null
  /** The installation that the event is about. */
  readonly installationId: string | null
  /** The repository that the event is about. */
  readonly repositoryId: string | null
  /** The whole object, as the platform sent it; that of `webhookDelivery` has the request and the response. */
  readonly raw: JsonObject
}

// ==== Platform operations

/**
 * The app as it is registered on the platform. Only `convertManifest` returns its secrets. Printing it, or writing it as
 * JSON, shows none of them.
 */
export class Registration {
  private constructor()
  /** The app's id. */
  readonly id: string
  /** Its short name, as in URLs. */
  readonly slug: string | null
  /** Its display name. */
  readonly name: string | null
  /** The OAuth client id. */
  readonly clientId: string | null
  /** The account that owns it. */
  readonly owner: string | null
  /** The names of its permissions, and their levels. */
  readonly permissions: Readonly<Record<string, string>>
  /** The names of the webhook events that it receives. */
  readonly events: readonly string[]
  /** When the app was registered. */
  readonly createdAt: Date | null
  /** When the registration was last changed. */
  readonly updatedAt: Date | null
  /** The OAuth client secret; null unless it comes from `convertManifest`. */
  revealClientSecret(): string | null
  /** The secret that signs webhooks; null unless it comes from `convertManifest`. */
  revealWebhookSecret(): string | null
  /** The app's private key as PEM; null unless it comes from `convertManifest`. */
  revealPrivateKey(): string | null
  /** The whole object without the secrets, as the platform sent it. */
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

/** Something that happened to an app's tokens. It never has a secret. */
export class AppEvent {
  private constructor()
  /** The kind of the event. */
  readonly kind: EventKind
  /** The installation that the event is about. */
  readonly installationId: string | null
  /** How long the call took, or how long the wait is before a request is sent again. */
  readonly durationMs: number | null
  /** How far the platform's clock is ahead of this machine's. */
  readonly clockOffsetMs: number | null
  /**
   * The quota of requests as it was last told: the app's after minting, and that of a request that is sent again.
   */
  readonly quota: Quota | null
  /** The error that caused the event. */
  readonly error: AppmintError | null
  /** Whether an operator should look into it. */
  readonly isWarning: boolean
  /** The event as one line for a log. */
  readonly text: string
}

/**
 * A store of your own: keeps bytes by name, outside of the process. Its methods may return promises, and several may
 * be called at once. A method that throws, returns a value of a wrong type, or takes longer than 5000 ms (or a quarter
 * of the app's `timeoutMs`, if that is less) causes an event of the kind `store_failed`; installation tokens are then
 * minted as without a store, while the calls of a session fail.
 */
export interface Store {
  /** The value of this name; null or undefined if there is none. */
  get(name: string): Awaitable<ArrayBufferView | ArrayBuffer | null | undefined>
  /**
   * Replaces `expected` by `value`, or does nothing if the current value is another one; returns whether it did. If
   * `expected` is null, there must be no value. After `keepUntil`, a time of this machine's clock even if the app
   * has another one, the value may be removed.
   */
  put(name: string, value: Buffer, expected: Buffer | null, keepUntil: Date | null): Awaitable<boolean>
  /** Removes the value if it is `expected`, and does nothing otherwise. */
  remove(name: string, expected: Buffer): Awaitable<unknown>
  /**
   * Takes the lock of this name for `owner`, unless another owner has it; returns whether `owner` has it. The lock
   * is free again after `leaseMs`, even if its owner never unlocks it. If `owner` has it already, the lease begins
   * anew. Leases are best measured by a clock that nobody sets.
   */
  lock(name: string, owner: string, leaseMs: number): Awaitable<boolean>
  /** Releases the lock if `owner` has it. */
  unlock(name: string, owner: string): Awaitable<unknown>
}

/** A clock for tests, which stands still until it is moved. */
export class ManualClock {
  /** @param now the time that it shows; a number is milliseconds since 1970 */
  constructor(now: Date | number)
  /** The time that it shows. */
  now(): Date
  /** Sets the time; a number is milliseconds since 1970. */
  set(now: Date | number): void
  /** Moves the clock forward. */
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
  /** The finer reason. */
  reason?: Reason | undefined
  /** The advice about the error. */
  hint?: string | undefined
  /** The HTTP status. */
  status?: number | undefined
  /** The platform's own error code. */
  platformCode?: string | undefined
  /** The platform's id of the request. */
  requestId?: string | undefined
  /** The page of single sign-on. */
  ssoUrl?: string | undefined
  /** The permissions that were missing; default none. */
  missingPermissions?: readonly string[] | undefined
  /** How long to wait before trying again. */
  retryAfterMs?: number | undefined
  /** Whether the same call may work later; default false. */
  isRetryable?: boolean | undefined
  /** The underlying error. */
  cause?: unknown
}

/**
 * An error of appmint. Its class and its `kind` say what the caller can do.
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
  /** The finer reason. */
  readonly reason?: Reason
  /** The advice about the error, as a sentence. */
  readonly hint?: string
  /** The HTTP status, if there was a response. */
  readonly status?: number
  /** The platform's own error code, such as `bad_verification_code`. */
  readonly platformCode?: string
  /** The platform's id of the request, for its support. */
  readonly requestId?: string
  /** The page where a person authorizes the access by single sign-on, if the platform asks for that. */
  readonly ssoUrl?: string
  /**
   * The permissions that were missing, each as `name=level`, if the platform lists those with which it
   * accepts the call. Of several alternatives the one that lacks the fewest; the hint has all of them.
   */
  readonly missingPermissions: readonly string[]
  /** How long to wait before trying again, if the platform said so. */
  readonly retryAfterMs?: number
  /** Whether the same call may work later without a change. */
  readonly isRetryable: boolean
}

/** Fix the call: an argument is missing, malformed or contradicts another. */
export class InvalidArgumentError extends AppmintError {
  readonly code: 'ERR_APPMINT_INVALID_ARGUMENT'
  readonly kind: 'invalid_argument'
}
/** Do without it: the platform does not offer this operation or this argument. */
export class UnsupportedError extends AppmintError {
  readonly code: 'ERR_APPMINT_UNSUPPORTED'
  readonly kind: 'unsupported'
}
/** Fix the private key. */
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
 * Nothing: the caller cancelled the call. `cause` is the reason of its signal, and `name` is `AbortError`, as of all that
 * signals abort.
 */
export class CancelledError extends AppmintError {
  readonly code: 'ERR_APPMINT_CANCELLED'
  readonly kind: 'cancelled'
}
/** Fix the credentials: the platform refused the JWT, the key or the client secret. */
export class UnauthorizedError extends AppmintError {
  readonly code: 'ERR_APPMINT_UNAUTHORIZED'
  readonly kind: 'unauthorized'
}
/** Ask an owner: the installation is suspended, a permission is not granted, or a repository is not part of it. */
export class ForbiddenError extends AppmintError {
  readonly code: 'ERR_APPMINT_FORBIDDEN'
  readonly kind: 'forbidden'
}
/** Install the app: there is no such installation. */
export class NotFoundError extends AppmintError {
  readonly code: 'ERR_APPMINT_NOT_FOUND'
  readonly kind: 'not_found'
}
/** Wait for `retryAfterMs`, then try again. */
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
/** Accept that the user refused. */
export class DeniedError extends AppmintError {
  readonly code: 'ERR_APPMINT_DENIED'
  readonly kind: 'denied'
}
/** Ask again after `retryAfterMs`: the user has not finished. */
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
/** Look after the token store. */
export class StoreError extends AppmintError {
  readonly code: 'ERR_APPMINT_STORE'
  readonly kind: 'store'
}
/** Fix the callback that you gave: it failed, and `cause` says how. */
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
