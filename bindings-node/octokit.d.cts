// Authentication strategies for Octokit, with the options and results of the packages @octokit/auth-app,
// @octokit/auth-oauth-app, @octokit/auth-oauth-user and @octokit/auth-oauth-device.

/** The `request` function of Octokit, as far as it is called. */
export interface OctokitRequest {
  (route: any, parameters?: any): Promise<any>
  /** The endpoint function of Octokit. */
  endpoint: any
  /** A request function with further defaults. */
  defaults: (parameters: any) => any
}

/** The function `auth.hook`, which Octokit wraps its requests with. */
export type OctokitHook = (request: any, route: any, parameters?: any) => Promise<any>

/** A cache of the program's own. Its texts hold tokens. */
export interface OctokitCache {
  /** The text of a key, or undefined. */
  get(key: string): string | undefined | null | Promise<string | undefined | null>
  /** Keeps a text. */
  set(key: string, value: string): unknown
}

/** Permissions and their levels. */
export type OctokitPermissions = Record<string, string>

/** The options of {@link createAppAuth}. */
export interface AppAuthOptions {
  /** The app's id, or its client id. */
  appId: number | string
  /** The app's private key in any form that appmint reads. Give it or `createJwt`. */
  privateKey?: string | undefined
  /** Makes a JWT elsewhere. `timeDifference` is how far the platform's clock is ahead in seconds, if it is. */
  createJwt?: ((appId: number | string, timeDifference?: number) => Promise<{ jwt: string; expiresAt: string }>) | undefined
  /** The OAuth client's id. */
  clientId?: string | undefined
  /** The OAuth client's secret. */
  clientSecret?: string | undefined
  /** The installation of requests that go through the hook. */
  installationId?: number | string | undefined
  /** Keeps tokens outside; default the memory of this process. Entries that have expired are not used. */
  cache?: OctokitCache | undefined
  /** Sends all requests; default one that calls the global `fetch`. */
  request?: OctokitRequest | undefined
  /** Gets warnings; default the console. */
  log?: { warn: (message: string, ...more: any[]) => unknown; [method: string]: any } | undefined
  /** Further members are passed to a `factory`. */
  [further: string]: any
}

/** A JWT. */
export interface AppAuthentication {
  /** The kind of authentication. */
  type: 'app'
  /** The JWT. */
  token: string
  /** The app's id. */
  appId: number | string
  /** When the JWT expires, in ISO 8601. */
  expiresAt: string
}

/** The OAuth client's credentials. */
export interface OAuthAppAuthentication {
  /** The kind of authentication. */
  type: 'oauth-app'
  /** The client's id. */
  clientId: string
  /** The client's secret. */
  clientSecret: string
  /** The kind of client. */
  clientType: 'oauth-app' | 'github-app'
  /** The header of HTTP Basic authentication. */
  headers: { authorization: string }
}

/** An installation's token. */
export interface InstallationAuthentication {
  /** The kind of authentication. */
  type: 'token'
  /** The kind of token. */
  tokenType: 'installation'
  /** The token. */
  token: string
  /** The installation's id. */
  installationId: number
  /** The permissions of the token. */
  permissions: OctokitPermissions
  /** When it was made, in ISO 8601. */
  createdAt: string
  /** When it expires, in ISO 8601. */
  expiresAt: string
  /** The repositories that it can access. */
  repositorySelection: 'all' | 'selected'
  /** The ids of the repositories that it is limited to. */
  repositoryIds?: number[]
  /** The names of the repositories that it is limited to. */
  repositoryNames?: string[]
  /** The file that the app may access. */
  singleFileName?: string
}

/** A user's token. */
export interface UserAuthentication {
  /** The kind of authentication. */
  type: 'token'
  /** The kind of token. */
  tokenType: 'oauth'
  /** The kind of client. */
  clientType: 'oauth-app' | 'github-app'
  /** The client's id. */
  clientId: string
  /** The client's secret. */
  clientSecret?: string
  /** The token. */
  token: string
  /** The scopes of an OAuth app's token. */
  scopes?: string[]
  /** The refresh token. */
  refreshToken?: string
  /** When the token expires, in ISO 8601. */
  expiresAt?: string
  /** When the refresh token expires, in ISO 8601. */
  refreshTokenExpiresAt?: string
  /** Whether it was deleted, or is unknown to the platform. */
  invalid?: true
}

/** The options of an installation's token. */
export interface InstallationAuthOptions {
  /** The kind of authentication. */
  type: 'installation'
  /** The installation's id; default that of the strategy. */
  installationId?: number | string | undefined
  /** The repositories that the token is limited to, by id. */
  repositoryIds?: readonly number[] | undefined
  /** The repositories that the token is limited to, by name. */
  repositoryNames?: readonly string[] | undefined
  /** The permissions that the token is limited to. */
  permissions?: OctokitPermissions | undefined
  /** Makes a new token instead of the one in memory; default false. */
  refresh?: boolean | undefined
  [further: string]: any
}

/** The reply of the platform, with the code and the URL that a device shows its user. */
export interface OctokitVerification {
  /** The code of the device. */
  device_code: string
  /** The code that the user types. */
  user_code: string
  /** The page where the user types it. */
  verification_uri: string
  /** The life of the codes in seconds. */
  expires_in: number
  /** The pause between two polls in seconds. */
  interval: number
}

/** The options of a user's token, from a code or a device. */
export interface UserAuthOptions {
  /** The kind of authentication. */
  type: 'oauth-user'
  /** The authorization code. */
  code?: string
  /** The callback that the user was sent to. */
  redirectUrl?: string
  /** The state of the authorization. */
  state?: string
  /** Shows the user code. */
  onVerification?: (verification: OctokitVerification) => unknown
  [further: string]: any
}

/** The function that createAppAuth returns. */
export interface AppAuth {
  (options: { type: 'app' }): Promise<AppAuthentication>
  (options: { type: 'oauth-app' }): Promise<OAuthAppAuthentication>
  <T>(options: InstallationAuthOptions & { factory: (options: any) => T }): Promise<T>
  (options: InstallationAuthOptions): Promise<InstallationAuthentication>
  <T>(options: UserAuthOptions & { factory: (options: any) => T }): Promise<T>
  (options: UserAuthOptions): Promise<UserAuthentication>
  /** Authenticates a request by its route. */
  hook: OctokitHook
}

/** The options of {@link createOAuthAppAuth}. */
export interface OAuthAppAuthOptions {
  /** The kind of client; default `oauth-app`. */
  clientType?: 'oauth-app' | 'github-app' | undefined
  /** The client's id. */
  clientId: string
  /** The client's secret. */
  clientSecret: string
  /** Sends all requests. */
  request?: OctokitRequest | undefined
  [further: string]: any
}

/** The function that createOAuthAppAuth returns. */
export interface OAuthAppAuth {
  (options: { type: 'oauth-app' }): Promise<OAuthAppAuthentication>
  <T>(options: UserAuthOptions & { factory: (options: any) => T }): Promise<T>
  (options: UserAuthOptions): Promise<UserAuthentication>
  /** Authenticates a request as the client. */
  hook: OctokitHook
}

/** The options of {@link createOAuthUserAuth}: with a code, with `onVerification`, or with a token. */
export interface OAuthUserAuthOptions extends OAuthAppAuthOptions {
  /** Gets each new token: after a reset, and after a refresh, whoever caused it. Keep its refresh token. */
  onTokenCreated?: ((authentication: UserAuthentication, options: { type: 'refresh' | 'reset' }) => unknown) | undefined
  /** A token that there is already. */
  token?: string | undefined
  /** Its refresh token. */
  refreshToken?: string | undefined
  /** When it expires, in ISO 8601. */
  expiresAt?: string | undefined
  /** When the refresh token expires, in ISO 8601. */
  refreshTokenExpiresAt?: string | undefined
}

/** The function that createOAuthUserAuth returns. */
export interface OAuthUserAuth {
  (options?: { type?: 'get' | 'check' | 'refresh' | 'reset' | 'delete' | 'deleteAuthorization' }): Promise<UserAuthentication>
  /** Authenticates a request as the user. */
  hook: OctokitHook
}

/** The options of {@link createOAuthDeviceAuth}. */
export interface OAuthDeviceAuthOptions {
  /** The kind of client; default `oauth-app`. */
  clientType?: 'oauth-app' | 'github-app' | undefined
  /** The client's id. */
  clientId: string
  /** Shows the user code. */
  onVerification: (verification: OctokitVerification) => unknown
  /** The scopes of an OAuth app; default none. */
  scopes?: string[] | undefined
  /** Sends all requests. */
  request?: OctokitRequest | undefined
}

/** The function that createOAuthDeviceAuth returns. */
export interface OAuthDeviceAuth {
  (options: { type: 'oauth'; refresh?: boolean; scopes?: string[] }): Promise<UserAuthentication>
  /** Authenticates a request as the user. */
  hook: OctokitHook
}

/**
 * Authenticates as a GitHub App, as its installations and as its users: a drop-in for `@octokit/auth-app`.
 *
 * @example
 * ```js
 * const octokit = new Octokit({ authStrategy: createAppAuth, auth: { appId, privateKey, installationId } })
 * ```
 */
export function createAppAuth(options: AppAuthOptions): AppAuth
/** Authenticates as an OAuth client: a drop-in for `@octokit/auth-oauth-app`. */
export function createOAuthAppAuth(options: OAuthAppAuthOptions): OAuthAppAuth
/** Authenticates as a user: a drop-in for `@octokit/auth-oauth-user`. */
export function createOAuthUserAuth(options: OAuthUserAuthOptions): OAuthUserAuth
/** Authenticates as a user who types a code on another device: a drop-in for `@octokit/auth-oauth-device`. */
export function createOAuthDeviceAuth(options: OAuthDeviceAuthOptions): OAuthDeviceAuth
