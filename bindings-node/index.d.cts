// The surface of appmint in Node. Everything that takes time is a Promise, and none of it occupies
// a thread of libuv's or blocks the event loop.

/** The library's version. */
export const version: string
/** Names of the built-in platforms. */
export const platforms: readonly string[]

/** Bytes, or text that stands for its UTF-8. */
export type Bytes = string | ArrayBufferView | ArrayBuffer

/** What every call that goes out takes. */
export interface WaitOptions {
  /**
   * Ends the waiting with a {@link CancelledError} whose `cause` is the signal's reason. The call
   * itself goes on, and what it brings may serve the next one.
   */
  signal?: AbortSignal | undefined
}

/** How to reach the network. */
export interface NetworkOptions {
  /** For a whole call with its retries, in milliseconds; default 30 000. */
  timeout?: number | undefined
  /** To connect, in milliseconds; default 10 000. */
  connectTimeout?: number | undefined
  /** A proxy's URL instead of what the environment says; empty for none. */
  proxy?: string | URL | undefined
  /** PEM of certificates to trust beside the system's. */
  rootCertificates?: Bytes | undefined
  /** Put before appmint's own `User-Agent`. */
  userAgent?: string | undefined
  /** Also speaks plain http to hosts other than this machine; default false. */
  allowPlainHttp?: boolean | undefined
  /** Further attempts after a passing failure or a limit; default 2; 0 sends everything once. */
  retries?: number | undefined
  /** The wait before the first of them in milliseconds, doubled for each further one; default 250. */
  retryWait?: number | undefined
}

export interface DiscoverOptions extends WaitOptions, NetworkOptions {}

/**
 * The descriptor, as JSON text for `platformDescriptor`, of the platform that an authorization server
 * says it is (RFC 8414, or OpenID Connect Discovery). The issuer is written as the server writes it,
 * to the letter. Rejects with a {@link NotFoundError} where there is no metadata, and with a
 * {@link ProtocolError} for metadata of another issuer (reason `issuer_mismatch`), or that cannot be used.
 */
export function discover(issuer: string, options?: DiscoverOptions): Promise<string>

/** An app's settings. Each operation names the credential that it lacks. */
export interface AppOptions extends NetworkOptions {
  /** The name of a built-in platform, such as `atomgit`. */
  platform?: string | undefined
  /** A platform's descriptor as JSON text or as an object, instead of a name. */
  platformDescriptor?: string | object | undefined
  /** The host that the platform is at, where it can be at several: `git.corp.example`. */
  host?: string | undefined
  /** The base of the API, instead of the platform's own. */
  apiUrl?: string | URL | undefined
  /** The base of the web pages, where a user authorizes, instead of the platform's own. */
  webUrl?: string | URL | undefined
  /** The app's id, as the platform's settings page shows it. */
  appId?: string | number | bigint | undefined
  /** The OAuth client id. */
  clientId?: string | undefined
  /** The OAuth client secret. */
  clientSecret?: string | undefined
  /** The app's RSA key: PEM, DER, or any pasted form. */
  privateKey?: Bytes | undefined
  /** A second key during a rotation: turned to when the platform does not know the first. */
  fallbackPrivateKey?: Bytes | undefined
  /** The passphrase of an encrypted PKCS#8 key. */
  privateKeyPassphrase?: string | undefined
  /** What the platform calls the key, where it names keys: the `kid` of what the app signs. */
  keyId?: string | undefined
  /** The same of the second key. */
  fallbackKeyId?: string | undefined
  /**
   * Signs instead of a private key: the message in, its RS256 signature (RSASSA-PKCS1-v1_5 with
   * SHA-256) out. What it throws becomes a {@link CallbackError}.
   */
  signer?: ((message: Buffer) => ArrayBufferView | ArrayBuffer | PromiseLike<ArrayBufferView | ArrayBuffer>) | undefined
  /** How far a JWT's `iat` lies back, in seconds; default 60. */
  jwtBackDate?: number | undefined
  /** How far a JWT's `exp` lies ahead, in seconds; default 540. */
  jwtLifetime?: number | undefined
  /** The largest body of an API reply, in bytes; default 32 MiB. */
  maxResponseBody?: number | undefined
  /**
   * Where tokens live between processes, so that a fleet mints once: `sqlite:FILE`, `redis://…` or
   * `rediss://…` (TLS), or a store of your own. When it fails, tokens are minted as without it.
   * `memory:` keeps users' sessions for as long as the app lives.
   */
  store?: string | URL | Store | undefined
  /** Seals what is stored, and authorizations: 32 bytes, or their text in hexadecimal or base64. */
  storeKey?: Bytes | undefined
  /** A second key during a rotation: it opens what it has sealed. */
  previousStoreKey?: Bytes | undefined
  /** Lets the store hold tokens as they are, for whoever reads it; default false. */
  storeUnencrypted?: boolean | undefined
  /** How many tokens are held in memory; default a million. Beyond it those go that no source refers to. */
  capacity?: number | undefined
  /**
   * Is told what happens, never a secret. It is called on the event loop, but does not keep the process
   * alive. What it throws, or rejects with, is dropped.
   */
  onEvent?: EventCallback | undefined
  /** A clock that stands still until moved, for tests. */
  clock?: ManualClock | undefined
}

/**
 * A store of your own: a place outside of the process that keeps bytes by name. Its methods may answer
 * at once or by a promise, and several of them may be asked at once. What one throws, or rejects with,
 * what is no answer, and none after 5 s (or a quarter of the app's `timeout`, if that is less), is an
 * event of the kind `store_failed` and nothing worse.
 */
export interface Store {
  /** The value of this name; null if there is none. */
  get(name: string): Answer<ArrayBufferView | ArrayBuffer | null | undefined>
  /**
   * Puts a value in the place of `expected` (null: of nothing), unless something else is there by now;
   * whether it did. After `keepUntil` the value may be dropped.
   */
  put(name: string, value: Buffer, expected: Buffer | null, keepUntil: Date | null): Answer<boolean>
  /** Takes a value away, unless something else is there by now. */
  remove(name: string, expected: Buffer): Answer<unknown>
  /**
   * Takes the lock of this name for an owner, unless another one has it; whether it did. It is free
   * again after `leaseMs` milliseconds, whatever became of the owner.
   */
  lock(name: string, owner: string, leaseMs: number): Answer<boolean>
  /** Gives the lock back, if it is still the owner's. */
  unlock(name: string, owner: string): Answer<unknown>
}

/** Is told what happens. */
export type EventCallback = (event: Event) => unknown
/** Is told each new token, after the one before; null for the first. */
export type TokenCallback = (before: Token | null, token: Token) => unknown

/** A value, or a promise of one. */
export type Answer<T> = T | PromiseLike<T>

/** What an installation is looked up by: exactly one of these. */
export interface InstallationLookup {
  /** An account of any kind, as the platform writes it: path, login, name or id. */
  account?: string | number | bigint | undefined
  /** The installation's own id. */
  id?: string | number | bigint | undefined
  organization?: string | number | bigint | undefined
  user?: string | number | bigint | undefined
  /** As `owner/name`. */
  repository?: string | undefined
  enterprise?: string | number | bigint | undefined
}

/** What an installation's tokens are narrowed to. What is not given is not narrowed. */
export interface NarrowingOptions {
  /** Names of repositories, without their owner. An empty array is refused: to a platform it would mean all. */
  repositories?: readonly string[] | undefined
  repositoryIds?: readonly (string | number | bigint)[] | undefined
  /** Permission names to levels, such as `{ contents: 'read' }`. */
  permissions?: Readonly<Record<string, string>> | undefined
}

/** What the app's own tokens are asked for with, on a platform that takes the app's assertion (RFC 7523). */
export interface AppTokensOptions {
  /** OAuth scopes, where the platform takes them. */
  scopes?: readonly string[] | undefined
  /** The user whom the app acts for, where the platform lets it name one. */
  subject?: string | undefined
}

export interface TokenOptions extends WaitOptions {
  /** How much longer the token must live, in milliseconds; default 60 000. */
  minValid?: number | undefined
  /**
   * Ends the waiting after so many milliseconds with a {@link TimeoutError}, while minting goes on
   * for the others; default the app's timeout.
   */
  timeout?: number | undefined
}

/** What to change of the app's webhook. What is not given stays. */
export interface WebhookConfigOptions extends WaitOptions {
  /** The URL that events are sent to. */
  url?: string | URL | undefined
  /** How they are written: `json` or `form`. */
  contentType?: string | undefined
  /** The secret that signs them. */
  secret?: string | undefined
  /** Whether the receiver's certificate is left unchecked. */
  insecureSsl?: boolean | undefined
}

/** What a user's token is scoped to: exactly one account, and of it what narrows it further. */
export interface ScopeTokenOptions extends WaitOptions, NarrowingOptions {
  /** The account's name. */
  target?: string | undefined
  /** The account's id, instead of its name. */
  targetId?: string | number | bigint | undefined
}

export interface TokenHintOptions extends WaitOptions {
  /** `access_token` or `refresh_token`, which saves the server a search. */
  tokenTypeHint?: string | undefined
}

export interface InstallUrlOptions {
  /** The app's short name, as its page's URL and its {@link Registration} have it. */
  appSlug: string
  /** A state of your own, which must be unguessable; default 256 random bits where the platform takes one. */
  state?: string | undefined
  /** Where the person returns to, where the platform takes it. */
  redirectUri?: string | URL | undefined
}

export interface AuthorizeOptions {
  /** Where the user returns to; one of those registered for the app. */
  redirectUri?: string | URL | undefined
  /** A state of your own, which must be unguessable; default 256 random bits. */
  state?: string | undefined
  /** OAuth scopes, where the platform takes them. */
  scopes?: readonly string[] | undefined
  /** The account to suggest, where the platform takes it. */
  loginHint?: string | undefined
}

export interface LoginOptions {
  /** OAuth scopes, where the platform takes them. */
  scopes?: readonly string[] | undefined
  /** The account to suggest, where the platform takes it. */
  loginHint?: string | undefined
  /** Ports of 127.0.0.1 to come back to, the first free one counting; default any free port. */
  ports?: readonly number[] | undefined
  /** The path to come back to; default `/callback`. */
  path?: string | undefined
}

export interface LoginWaitOptions {
  /** For how long, in milliseconds; default five minutes. */
  timeout?: number | undefined
  /** Ends the waiting with a {@link CancelledError} whose `cause` is the signal's reason, and the login with it. */
  signal?: AbortSignal | undefined
}

export interface DeviceLoginOptions extends WaitOptions {
  /** OAuth scopes, where the platform takes them. */
  scopes?: readonly string[] | undefined
}

export interface DeviceLoginWaitOptions {
  /** Ends the waiting with a {@link CancelledError} whose `cause` is the signal's reason, and the login with it. */
  signal?: AbortSignal | undefined
}

export interface ExchangeOptions extends WaitOptions {
  /** The redirect URI of the authorization, where the platform wants it again. */
  redirectUri?: string | URL | undefined
  /** The authorization's PKCE verifier. */
  codeVerifier?: string | null | undefined
}

/** Headers as an object, or as pairs of names and values: a `Headers`, a `Map`, an array. */
export type HeadersLike =
  | { readonly [name: string]: string | number | readonly (string | number)[] | undefined }
  | Iterable<readonly [string, string | number | readonly (string | number)[]]>

export interface RequestOptions extends WaitOptions {
  headers?: HeadersLike | undefined
  /** A value to send as JSON, instead of a body. */
  json?: unknown
  /** Bytes to send; say what they are in a `Content-Type` header. */
  body?: Bytes | undefined
  /** For the whole call, in milliseconds; default the app's timeout. */
  timeout?: number | undefined
}

export interface AppRequestOptions extends RequestOptions {
  /** The token to make the call with, instead of the app's JWT. */
  token?: Token | string | undefined
}

/**
 * An app on a platform. Making one reads its private key, which takes about a millisecond, and
 * opens nothing; an app that is idle does not keep the process alive.
 */
export class App {
  /** Throws {@link InvalidArgumentError} for a setting that is wrong, {@link KeyError} for the key. */
  constructor(options: AppOptions)
  /** The SHA-256 of the public key as the settings page shows it; null with a signer of your own. */
  get fingerprint(): string | null
  /** The platform's name. */
  get platformName(): string
  /** How far the platform's clock is ahead of ours in milliseconds, as far as is known; 0 at first. */
  get clockOffset(): number
  /** The app's own JWT, reused until 60 s before it expires. */
  jwt(options?: WaitOptions): Promise<Token>
  /** The installations of the app, fetched page by page as they are asked for. */
  installations(options?: WaitOptions): Listing<Installation>
  /** The installation on an account of any kind, or on what else is looked up. */
  findInstallation(lookup: string | number | bigint | InstallationLookup, options?: WaitOptions): Promise<Installation>
  /**
   * A source of tokens for one installation, by its id or by exactly one of what `findInstallation`
   * takes, narrowed to some of its repositories and permissions if asked; nothing goes out yet. What
   * is looked up is looked up once, and again when the platform no longer knows what was found.
   */
  installation(lookup: string | number | bigint | InstallationLookup, options?: NarrowingOptions): TokenSource
  /**
   * A source of the app's own tokens, where the platform has them beside the JWT; nothing goes out yet.
   * On a platform that takes the app's assertion (RFC 7523: a service account) they may be asked for
   * with OAuth scopes, and for a user whom the app acts for.
   */
  appTokens(options?: AppTokensOptions): TokenSource
  /** Suspends an installation: its tokens stop working until it is unsuspended. */
  suspendInstallation(id: string | number | bigint, options?: WaitOptions): Promise<void>
  /** Lets a suspended installation work again. */
  unsuspendInstallation(id: string | number | bigint, options?: WaitOptions): Promise<void>
  /** Uninstalls the app from where this installation is. There is no way back. */
  deleteInstallation(id: string | number | bigint, options?: WaitOptions): Promise<void>
  /** Ends an installation token. One that is not valid any more counts as ended. */
  revokeInstallationToken(token: Token | string, options?: WaitOptions): Promise<void>
  /** The app as the platform has it registered. */
  registration(options?: WaitOptions): Promise<Registration>
  /**
   * The app that a manifest's code stands for, with its key and secrets, which are told once. Needs
   * no credential.
   */
  convertManifest(code: string, options?: WaitOptions): Promise<Registration>
  /**
   * The URL where a person installs the app, with a fresh state where the platform takes one (else
   * the state is empty); nothing goes out.
   */
  installUrl(options: InstallUrlOptions): Authorization
  /**
   * The installation that a person came back from making, once the state has proved equal and the
   * platform has confirmed that it is this app's.
   */
  finishInstall(callbackUrl: string | URL, state: string, options?: WaitOptions): Promise<Installation>
  /**
   * A webhook whose signature proved right with one of the secrets: two, while one replaces the
   * other. The body is the raw bytes as they came, before anything parses them. Throws
   * {@link UnauthorizedError} with the reason `invalid_signature`.
   */
  verifyWebhook(headers: HeadersLike, body: Bytes, secrets: string | readonly string[]): WebhookEvent
  /** Forgets the tokens of an installation that was suspended, deleted or changed; how many. */
  applyWebhook(webhook: WebhookEvent): number
  /** Where the platform sends the app's events. */
  webhookConfig(options?: WaitOptions): Promise<WebhookConfig>
  /** Changes where and how the platform sends the app's events. What is not given stays. */
  updateWebhookConfig(options: WebhookConfigOptions): Promise<WebhookConfig>
  /** The events that were sent to the app, newest first, fetched page by page as they are asked for. */
  webhookDeliveries(options?: WaitOptions): Listing<WebhookDelivery>
  /** One of them, with what was sent and what the receiver answered in its `raw`. */
  webhookDelivery(id: string | number | bigint, options?: WaitOptions): Promise<WebhookDelivery>
  /** Has an event sent once more. */
  redeliverWebhook(deliveryId: string | number | bigint, options?: WaitOptions): Promise<void>
  /** The URL where a user authorizes the app, with a fresh state. */
  authorize(options?: AuthorizeOptions): Authorization
  /** The code out of a callback's URL, once its state has proved equal. */
  authorizationCode(callbackUrl: string | URL, state: string): string
  /**
   * A user token for an authorization code, which is sent once, whatever happens; again only with
   * the second key, where the first was refused as the client's.
   */
  exchangeCode(code: string, options?: ExchangeOptions): Promise<Token>
  /**
   * The user token that an authorization brought, given the URL or query that the user came back with:
   * the state is compared, and it works once. Rejects with a {@link ReauthorizeError} for another
   * state and for what was finished before, with a {@link DeniedError} when the user said no.
   */
  finishAuthorization(authorization: Authorization, callbackUrl: string | URL, options?: WaitOptions): Promise<Token>
  /** An authorization as text that only the app's `storeKey` opens, for the user's cookie or session. */
  sealAuthorization(authorization: Authorization): string
  /** The authorization that was sealed, in any process whose app has the same `storeKey`. */
  openAuthorization(sealed: string): Authorization
  /**
   * Begins a login of the person at this machine: a listener on 127.0.0.1 that their browser comes
   * back to (RFC 8252). Nothing goes out yet, and only waiting for it keeps the process alive.
   */
  startLogin(options?: LoginOptions): Login
  /** Begins a login on another device (RFC 8628): show the person the code and where to type it. */
  startDeviceLogin(options?: DeviceLoginOptions): Promise<DeviceLogin>
  /**
   * A source of one user's tokens, which live in the store under this name and are renewed ahead of
   * their end; nothing goes out yet. A refresh token is spent once, in all processes with this store.
   */
  session(name: string): TokenSource
  /** Writes a user's token down: from now on `session(name)` gives it and renews it. */
  startSession(name: string, token: Token, options?: WaitOptions): Promise<void>
  /** Forgets a session, here and in the store. The tokens themselves go on working: `deleteGrant` ends them. */
  endSession(name: string, options?: WaitOptions): Promise<void>
  /**
   * A new user token for a refresh token, or for the one that a token came with. It is sent once,
   * whatever happens; again only with the second key, where the first was refused as the client's.
   */
  refresh(refreshToken: string | Token, options?: WaitOptions): Promise<Token>
  /**
   * A user's token as the platform knows it. Rejects with a {@link ReauthorizeError} of reason
   * `invalid_token` when it is not valid any more. The refresh token is not told: keep the one you have.
   */
  checkToken(token: Token | string, options?: WaitOptions): Promise<Token>
  /** A new token in the place of a user's token, which stops working. */
  resetToken(token: Token | string, options?: WaitOptions): Promise<Token>
  /** A user token that reaches a part of what `token` does, on exactly one account. */
  scopeToken(token: Token | string, options: ScopeTokenOptions): Promise<Token>
  /** Ends a user's token. One that is not valid any more counts as ended. */
  deleteToken(token: Token | string, options?: WaitOptions): Promise<void>
  /** Ends a user's authorization of the app with all its tokens, given one of them. */
  deleteGrant(token: Token | string, options?: WaitOptions): Promise<void>
  /**
   * Ends an access or a refresh token at the authorization server (RFC 7009), with what the server ties
   * to it. One that the server does not know counts as ended.
   */
  revokeToken(token: Token | string, options?: TokenHintOptions): Promise<void>
  /**
   * What the authorization server knows of an access or a refresh token (RFC 7662). One that is over, or
   * somebody else's, is not an error: it is not `active`.
   */
  introspectToken(token: Token | string, options?: TokenHintOptions): Promise<Introspection>
  /** Reports credentials that have leaked, whosever they are; the platform ends them. Needs no credential. */
  revokeCredentials(credentials: readonly (Token | string)[], options?: WaitOptions): Promise<void>
  /** An API call as the app, or with the token given; any status is an answer. */
  request(method: string, path: string, options?: AppRequestOptions): Promise<Response>
  /** How often things happened since the app was made. */
  stats(): Stats
  /**
   * Ends the app's threads and forgets its tokens. Calls that are on their way come to their end; new
   * ones are refused.
   */
  close(): void
  /** The same as `close`: `using app = new App(…)`. */
  [Symbol.dispose](): void
}

/** Tokens for one installation, for the app itself or for a user; sources that ask for the same share one token. */
export class TokenSource {
  private constructor()
  /** The installation's id; null for the app's own tokens, and for what was not looked up yet. */
  get installationId(): string | null
  /** A token that lives at least `minValid` longer, from memory or newly minted. */
  token(options?: TokenOptions): Promise<Token>
  /**
   * Calls back with the token before (null for the first) and the new token, until the app ends. It does
   * not keep the process alive; what the callback throws, or rejects with, is dropped. What is looked up
   * is told of once it has been found.
   */
  onChange(callback: TokenCallback): void
  /** The value for an `Authorization` header, with such a token. */
  authorizationHeader(options?: TokenOptions): Promise<string>
  /** When the token in memory stops working; null without one, or if the platform did not say. */
  get expiresAt(): Date | null
  /** Forgets the token in memory: the next call mints. A token already handed out still works. */
  invalidate(): void
  /**
   * Forgets the token in memory and has the platform end it, wherever it was handed out. Nothing goes
   * out without one that still works.
   */
  revoke(options?: WaitOptions): Promise<void>
  /** The repositories that the token reaches, fetched page by page as they are asked for. */
  repositories(options?: WaitOptions): Listing<Repository>
  /** An API call as the installation; any status is an answer. */
  request(method: string, path: string, options?: RequestOptions): Promise<Response>
}

export type TokenKind = 'jwt' | 'app' | 'installation' | 'user'

/** A snapshot. Printing it, or writing it as JSON, shows no secret. */
export class Token {
  private constructor()
  /** What it stands for. */
  get kind(): TokenKind
  /** The secret itself. */
  reveal(): string
  /** The value for an `Authorization` header, secret included. */
  authorizationHeader(): string
  /** When it stops working; null if the platform did not say. */
  get expiresAt(): Date | null
  /** Permission names to levels. */
  get permissions(): Readonly<Record<string, string>>
  /** `all` or `selected`. */
  get repositorySelection(): string | null
  /** Names of the repositories it was narrowed to; empty when it was not. */
  get repositories(): readonly string[]
  /** The OAuth scopes granted. */
  get scopes(): readonly string[]
  /** The account whose token it is, where the platform was asked (`checkToken` and the like) and said so. */
  get account(): string | null
  /** A JWT's payload; null for other tokens. */
  get claims(): Readonly<Record<string, unknown>> | null
  /** The refresh token itself. */
  revealRefreshToken(): string | null
  /** When the refresh token stops working. */
  get refreshTokenExpiresAt(): Date | null
  toString(): string
  toJSON(): object
}

/** One installation of the app. Only the id is certain; all that the platform said is in `raw`. */
export class Installation {
  private constructor()
  readonly id: string
  /** The account's path or login. */
  readonly account: string | null
  /** The account's name for people. */
  readonly accountName: string | null
  readonly accountId: string | null
  readonly targetId: string | null
  readonly appId: string | null
  readonly appSlug: string | null
  /** `all` or `selected`. */
  readonly repositorySelection: string | null
  /** Permission names to levels. */
  readonly permissions: Readonly<Record<string, string>>
  /** The events that the app hears of. */
  readonly events: readonly string[]
  readonly createdAt: Date | null
  readonly updatedAt: Date | null
  readonly suspendedAt: Date | null
  /** The whole object as the platform sent it. */
  readonly raw: Readonly<Record<string, any>>
}

/**
 * A list that is fetched page by page as it is asked for: `for await (const item of list)`. It is
 * walked once; a loop that is left ends it. After an error the same page is asked for again.
 */
export class Listing<T> implements AsyncIterableIterator<T> {
  private constructor()
  /** The next item, from memory or from the platform's next page. */
  next(): Promise<IteratorResult<T, undefined>>
  /** Ends it: nothing more is asked for. */
  return(): Promise<IteratorResult<T, undefined>>
  /** All that is left of it. */
  toArray(): Promise<T[]>
  [Symbol.asyncIterator](): this
}

/**
 * The app as the platform has it registered. Its secrets are told by `convertManifest` only. Printing
 * it, or writing it as JSON, shows none of them.
 */
export class Registration {
  private constructor()
  /** The app's id. */
  readonly id: string
  /** Its short name, which stands in URLs. */
  readonly slug: string | null
  /** Its name for people. */
  readonly name: string | null
  readonly clientId: string | null
  /** The account that owns it. */
  readonly owner: string | null
  /** Permission names to levels. */
  readonly permissions: Readonly<Record<string, string>>
  /** The events that it hears of. */
  readonly events: readonly string[]
  readonly createdAt: Date | null
  readonly updatedAt: Date | null
  /** The OAuth client secret; null where it was not told. */
  revealClientSecret(): string | null
  /** The secret that signs webhooks; null where it was not told. */
  revealWebhookSecret(): string | null
  /** The app's key as PEM; null where it was not told. */
  revealPrivateKey(): string | null
  /** The whole object as the platform sent it, without the secrets. */
  readonly raw: Readonly<Record<string, any>>
}

/** A repository that an installation reaches. */
export class Repository {
  private constructor()
  readonly id: string
  /** Its name without its owner, as `app.installation(id, { repositories })` takes it. */
  readonly name: string
  /** Its name with its owner: `octocat/Hello-World`. */
  readonly fullName: string | null
  /** The account that owns it. */
  readonly owner: string | null
  /** Whether it is hidden from the public. */
  readonly isPrivate: boolean | null
  /** The whole object as the platform sent it. */
  readonly raw: Readonly<Record<string, any>>
}

/** Where the platform sends the app's events. The secret is never told. */
export class WebhookConfig {
  private constructor()
  /** The URL that events are sent to. */
  readonly url: string | null
  /** How they are written: `json` or `form`. */
  readonly contentType: string | null
  /** Whether the receiver's certificate is left unchecked. */
  readonly insecureSsl: boolean | null
  /** The whole object as the platform sent it. */
  readonly raw: Readonly<Record<string, any>>
}

/** An event that was sent to the app, or was tried to be. */
export class WebhookDelivery {
  private constructor()
  /** The delivery's id, which `redeliverWebhook` takes. */
  readonly id: string
  /** The id that the receiver saw; the same for each attempt. */
  readonly guid: string | null
  /** The event's name. */
  readonly event: string | null
  /** What happened, such as `opened`. */
  readonly action: string | null
  /** What became of it, in the platform's words. */
  readonly status: string | null
  /** The HTTP status that the receiver answered. */
  readonly statusCode: number | null
  /** When it was sent. */
  readonly deliveredAt: Date | null
  /** Whether it had been sent before. */
  readonly isRedelivery: boolean | null
  /** The installation that it is about. */
  readonly installationId: string | null
  /** The repository that it is about. */
  readonly repositoryId: string | null
  /** The whole object as the platform sent it; of a single delivery with request and response. */
  readonly raw: Readonly<Record<string, any>>
}

/** Where to send a user, and what to keep until the user comes back. */
export class Authorization {
  private constructor()
  readonly url: string
  /** What the callback must bring back. */
  readonly state: string
  /** The PKCE verifier to hand to `exchangeCode`, where the platform has PKCE. It does not show itself. */
  get codeVerifier(): string | null
  /** Where the user returns to, as far as it was said. */
  readonly redirectUri: string | null
}

/** A login that waits for a browser to come back. Printing it shows no more than where to. */
export class Login {
  private constructor()
  /** Where the person is to go. */
  get url(): string
  /** Where the browser comes back to. */
  get redirectUri(): string
  /** Opens the person's browser there. Throws {@link UnsupportedError} where there is none: show the URL instead. */
  openBrowser(): void
  /**
   * The person's token, once the browser has come back; the listener then closes. Strangers' requests
   * are turned away and waited past. Rejects with a {@link TimeoutError}, or with a
   * {@link DeniedError} when the person said no. It can be waited for once.
   */
  wait(options?: LoginWaitOptions): Promise<Token>
  /** Ends the waiting with a {@link CancelledError}, and closes the listener. */
  cancel(): void
}

/** A login that waits for a person to type a code at another place. Printing it does not show the code. */
export class DeviceLogin {
  private constructor()
  /** What the person types. */
  get userCode(): string
  /** Where the person types it. */
  get verificationUri(): string
  /** The same with the code in it, for a link or a QR code, where the platform has it. */
  get verificationUriComplete(): string | null
  /** When the code stops working. */
  get expiresAt(): Date | null
  /**
   * Asks once. Rejects with a {@link PendingError} whose `retryAfter` says how long to wait when the
   * person is not done; asked too early it does so without asking the platform.
   */
  poll(options?: WaitOptions): Promise<Token>
  /** Asks in the platform's pace until the person is done, says no, or the code expires. */
  wait(options?: DeviceLoginWaitOptions): Promise<Token>
  /** Ends the waiting with a {@link CancelledError}. The code itself goes on working until it expires. */
  cancel(): void
}

/** What an authorization server knows of a token (RFC 7662). */
export class Introspection {
  private constructor()
  /** Whether the token works now; if not, nothing else is told. */
  readonly active: boolean
  /** The OAuth scopes that it was granted. */
  readonly scopes: readonly string[]
  /** The client that asked for it. */
  readonly clientId: string | null
  /** Who authorized it, for people. */
  readonly username: string | null
  /** Who authorized it, for machines: `sub`. */
  readonly subject: string | null
  /** How it is used, such as `Bearer`. */
  readonly tokenType: string | null
  /** Who issued it: `iss`. */
  readonly issuer: string | null
  /** Whom it is meant for: `aud`. */
  readonly audience: readonly string[]
  /** When it stops working: `exp`. */
  readonly expiresAt: Date | null
  /** When it was issued: `iat`. */
  readonly issuedAt: Date | null
  /** From when on it works: `nbf`. */
  readonly notBefore: Date | null
  /** The whole object as the server sent it. */
  readonly raw: Readonly<Record<string, any>>
}

/** An answer, whatever its status. */
export class Response {
  private constructor()
  readonly status: number
  /** Names in lower case; several values of one name are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** The body as JSON; throws a SyntaxError if it is none. */
  json(): any
  /** The body as UTF-8 text. */
  text(): string
  toJSON(): object
}

/** An event that a platform sent, with a signature that proved right. */
export class WebhookEvent {
  private constructor()
  /** Its name, such as `push`. From a header on most platforms, which no signature covers. */
  readonly name: string | null
  /** The delivery's id, to recognise one that comes twice. From a header, too. */
  readonly deliveryId: string | null
  /** The installation that it is about, from the part that was signed. */
  readonly installationId: string | null
  /** What was signed: the body, or the part of it that the platform signs. */
  readonly payload: any
}

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

/** Something that happened to an app's tokens. It never holds a secret. */
export class Event {
  private constructor()
  readonly kind: EventKind
  /** The installation that it is about. */
  readonly installationId: string | null
  /** How long the call took, or the wait until it is sent again, in milliseconds. */
  readonly durationMs: number | null
  /** How far the platform's clock is ahead, in milliseconds. */
  readonly clockOffsetMs: number | null
  /** Why. */
  readonly error: AppmintError | null
  /** Whether somebody should look at it. */
  readonly isWarning: boolean
  /** The event in a line, as a log wants it. */
  readonly text: string
}

/** How often things happened since the app was made. */
export class Stats {
  private constructor()
  /** Tokens minted because somebody waited. */
  readonly minted: number
  /** Tokens minted ahead of time. */
  readonly renewed: number
  /** Mintings that failed. */
  readonly failed: number
  /** Live tokens handed out beyond their margin because no new one came. */
  readonly servedStale: number
  /** Requests sent again. */
  readonly retried: number
  /** Callers who joined a minting that was on its way. */
  readonly joined: number
  /** Tokens that the platform refused before their time. */
  readonly refused: number
  /** Tokens taken from the store. */
  readonly fromStore: number
  /** What the store did not do. */
  readonly storeFailed: number
  /** Keys (an installation and a scope) that have a place in memory. */
  readonly sources: number
}

/** A clock that stands still until moved, for tests. */
export class ManualClock {
  /** @param now a time, or milliseconds since 1970 */
  constructor(now: Date | number)
  now(): Date
  set(now: Date | number): void
  /** @param by milliseconds */
  advance(by: number): void
}

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

/** What an error says beside its message. */
export interface ErrorDetails {
  reason?: Reason | undefined
  hint?: string | undefined
  status?: number | undefined
  platformCode?: string | undefined
  requestId?: string | undefined
  retryAfter?: number | undefined
  isRetryable?: boolean | undefined
  cause?: unknown
}

/** Why something did not work. Its classes say what the caller can do; so does `code`. */
export abstract class AppmintError extends Error {
  /** For tests of your own; appmint makes its errors itself. */
  constructor(message: string, details?: ErrorDetails)
  /** What the caller can do: the same as `kind`. */
  readonly code: ErrorKind
  get kind(): ErrorKind
  /** A finer word. */
  readonly reason?: Reason
  /** What to do about it. */
  readonly hint?: string
  /** The HTTP status, if there was an answer. */
  readonly status?: number
  /** The platform's own error code. */
  readonly platformCode?: string
  /** The platform's id of the request, to give to its support. */
  readonly requestId?: string
  /** How long to wait before trying again, in milliseconds, if the platform said so. */
  readonly retryAfter?: number
  /** Whether the same call may work later without a change. */
  readonly isRetryable: boolean
}

/** Fix the call: a missing, malformed or contradictory argument. */
export class InvalidArgumentError extends AppmintError {
  readonly code: 'invalid_argument'
}
/** The platform does not offer this operation or argument. */
export class UnsupportedError extends AppmintError {
  readonly code: 'unsupported'
}
/** Fix the private key. */
export class KeyError extends AppmintError {
  readonly code: 'key'
}
/** Retry: no HTTP answer (DNS, connect, TLS, connection lost). */
export class TransportError extends AppmintError {
  readonly code: 'transport'
}
/** Retry or wait longer: the deadline passed. */
export class TimeoutError extends AppmintError {
  readonly code: 'timeout'
}
/** The caller cancelled the call; `cause` is the reason of its signal. */
export class CancelledError extends AppmintError {
  readonly code: 'cancelled'
}
/** Fix the credentials: JWT rejected, key of another app, client secret wrong. */
export class UnauthorizedError extends AppmintError {
  readonly code: 'unauthorized'
}
/** Ask an owner: suspended, permission not granted, repository outside the installation. */
export class ForbiddenError extends AppmintError {
  readonly code: 'forbidden'
}
/** Install the app: no such installation. */
export class NotFoundError extends AppmintError {
  readonly code: 'not_found'
}
/** Wait `retryAfter`, then retry. */
export class RateLimitedError extends AppmintError {
  readonly code: 'rate_limited'
}
/** Fix the request: the platform refused it and said why. */
export class RejectedError extends AppmintError {
  readonly code: 'rejected'
}
/** Send the user through authorization again: dead code or refresh token. */
export class ReauthorizeError extends AppmintError {
  readonly code: 'reauthorize'
}
/** Accept that the user said no. */
export class DeniedError extends AppmintError {
  readonly code: 'denied'
}
/** Poll again after `retryAfter`. */
export class PendingError extends AppmintError {
  readonly code: 'pending'
}
/** Retry later: the platform failed (5xx). */
export class ServerError extends AppmintError {
  readonly code: 'server'
}
/** Report it: an answer that makes no sense. */
export class ProtocolError extends AppmintError {
  readonly code: 'protocol'
}
/** Look after the token store. */
export class StoreError extends AppmintError {
  readonly code: 'store'
}
/** Look at the callback you gave: it failed, and `cause` says why. */
export class CallbackError extends AppmintError {
  readonly code: 'callback'
}
/** Report a bug in appmint. */
export class InternalError extends AppmintError {
  readonly code: 'internal'
}
