import type { IncomingMessage } from 'node:http'

import {
  App, AppmintError, ManualClock, PrivateKeyError, RateLimitedError, Token, discover, platforms, version,
  type ApiResponse, type AppEvent, type AppOptions, type Authorization, type DeviceLogin, type ErrorCode, type ErrorKind, type EventKind, type Installation,
  type Introspection, type JsonObject, type JsonValue, type Listing, type Login, type WebhookConfig, type WebhookDelivery,
  type Registration, type Repository, type Stats, type Store, type TokenSource, type WebhookEvent,
} from 'appmint'

class OwnStore implements Store {
  async get(name: string): Promise<Uint8Array | undefined> { return new TextEncoder().encode(name) }
  put(_name: string, value: Uint8Array, expected: Uint8Array | null, keepUntil: Date | null): boolean {
    return value.length > 0 && expected === null && keepUntil !== null
  }
  remove(): void {}
  async lock(_name: string, owner: string, leaseMs: number): Promise<boolean> { return owner.length > leaseMs }
  async unlock(): Promise<number> { return 1 }
}
const stored: AppOptions[] = [{ store: 'sqlite:tokens.db', storeKey: new Uint8Array(32), capacity: 5 }, { store: new URL('redis://host') }]
const options: AppOptions = {
  platform: 'atomgit',
  host: 'git.corp.example',
  appId: 75,
  fallbackPrivateKey: new Uint8Array(),
  keyId: '1',
  fallbackKeyId: '2',
  privateKey: Buffer.from(''),
  signer: async (message: Buffer) => new Uint8Array(message),
  clock: new ManualClock(new Date()),
  retryWaitMs: 100,
  jwtBackDateMs: 30_000,
  connectTimeoutMs: 1000,
  store: new OwnStore(),
  storeUnencrypted: true,
  onEvent: async ({ kind, durationMs, error, text }: AppEvent) => {
    const eventKind: EventKind = kind
    console.log(eventKind, durationMs?.toFixed(), error?.kind, text)
  },
}
const app = new App(options)
const source: TokenSource = app.installation(14)
const token: Token = await source.token({ minValidMs: 1, signal: AbortSignal.timeout(1) })
source.onChange((previous, next) => console.log(previous?.reveal(), next.reveal()))
const found: Installation = await app.findInstallation({ account: 'acme' })
await app.findInstallation({ repository: 'acme/api' }, { signal: AbortSignal.timeout(1) })
const lookedUp: TokenSource = app.installation({ organization: 'acme', repositories: ['a'] })
const limited: TokenSource = app.installation(14n, { repositories: ['a'], repositoryIds: [1, '2'], permissions: { contents: 'read' } })
const verify = (request: IncomingMessage): WebhookEvent => app.verifyWebhook(request.headers, Buffer.from(''), ['a', 'b'] as const)
const webhook: WebhookEvent = app.verifyWebhook(new Headers(), '', 'secret')
const forgotten: number = app.applyWebhook(webhook)
const stats: Stats = app.stats()
app[Symbol.dispose]()
const closed: void = app.close()
const response: ApiResponse = await app.request('GET', '/x', { token, headers: new Headers(), json: null })
const authorization: Authorization = app.authorize({ scopes: ['a'] as const })
await app.exchangeCode(app.authorizationCode('', authorization.state), { codeVerifier: authorization.codeVerifier })
await app.refresh(token.revealRefreshToken() ?? token)
const user: Token = await app.finishAuthorization(app.openAuthorization(app.sealAuthorization(authorization)), new URL('https://a.example'))
const login: Login = app.startLogin({ scopes: ['a'] as const, ports: [8080, 8081], path: '/back' })
login.openBrowser()
const loggedIn: Token = await login.wait({ timeoutMs: 1, signal: AbortSignal.timeout(1) })
const device: DeviceLogin = await app.startDeviceLogin({ scopes: ['a'], signal: AbortSignal.timeout(1) })
const codes: (string | null)[] = [login.url, device.userCode, device.verificationUriComplete, authorization.redirectUri]
await app.startSession('me', await device.wait({ signal: AbortSignal.timeout(1) }), { signal: AbortSignal.timeout(1) })
const me: TokenSource = app.session('me')
const over: void = await app.endSession('me')
const offset: number = app.clockOffsetMs
const installations: Listing<Installation> = app.installations({ signal: AbortSignal.timeout(1) })
for await (const { id, raw } of installations) console.log(id.length, raw)
const repositories: Repository[] = await source.repositories().toArray()
const values: JsonValue[] = await source.paginate('/x', { items: 'commits', headers: { a: 'b' }, timeoutMs: 1, signal: AbortSignal.timeout(1) }).toArray()
for await (const value of app.paginate('/x', { token })) values.push(value)
const { done, value } = await app.webhookDeliveries().next()
const delivery: WebhookDelivery | undefined = done ? undefined : value
const iterable: AsyncIterable<Installation> = installations
const registration: Registration = await app.convertManifest('')
const secret: string | null = registration.revealClientSecret() ?? registration.revealPrivateKey()
const hook: WebhookConfig = await app.updateWebhookConfig({ url: new URL('https://a.example'), insecureSsl: false })
const flags: (boolean | null | undefined)[] = [hook.insecureSsl, delivery?.isRedelivery, repositories[0]?.isPrivate]
const code: number | null | undefined = delivery?.statusCode
const scoped: Token = await app.scopeToken(token, { target: 'acme', repositoryIds: [1], permissions: { contents: 'read' } })
await app.revokeCredentials(['a', scoped] as const, { signal: AbortSignal.timeout(1) })
await app.revokeToken(token, { tokenTypeHint: 'access_token', signal: AbortSignal.timeout(1) })
const introspection: Introspection = await app.introspectToken('a', { tokenTypeHint: 'refresh_token' })
const since: [boolean, Date | null, readonly string[], string | null] = [introspection.active, introspection.notBefore, introspection.audience, introspection.subject]
const platformDescriptor: string = await discover('https://a.example', { timeoutMs: 1, proxy: '', signal: AbortSignal.timeout(1) })
const acting: TokenSource = new App({ platformDescriptor }).appTokens({ scopes: ['a'] as const, subject: 'b' })
const own: string = await app.appTokens().authorizationHeader({ minValidMs: 1, timeoutMs: 1 })
const ended: void = await source.revoke()
const came: Installation = await app.finishInstall(new URL(app.installUrl({ appSlug: 'mint' }).url), '')
await source.request('GET', '/x', { timeoutMs: 1 })
const texts: (string | null)[] = [version, webhook.name, ...token.repositories, ...platforms, found.account, app.fingerprint, source.installationId, token.account, token.repositorySelection]
const dates: (Date | null)[] = [token.expiresAt, found.createdAt, source.expiresAt]
const bytes: Buffer = response.body
const json: JsonValue[] = [await response.json(), webhook.payload, found.raw['account'] ?? null, token.claims]
const raw: JsonObject = delivery?.raw ?? registration.raw
export const used = [texts, dates, bytes, json, raw, limited, verify, offset, iterable, secret, flags, code, own, ended, came, stored, lookedUp, user, loggedIn, codes, me, over, forgotten, stats.servedStale, closed, since, acting]

try {
  await app.jwt()
} catch (error) {
  if (error instanceof RateLimitedError) {
    const kind: 'rate_limited' = error.kind
    const code: 'ERR_APPMINT_RATE_LIMITED' = error.code
    const wait: number | undefined = error.retryAfterMs
    console.log(kind, code, wait)
  } else if (error instanceof PrivateKeyError) {
    const code: 'ERR_APPMINT_KEY' = error.code
    console.log(code)
  } else if (error instanceof AppmintError) {
    const kind: ErrorKind = error.kind
    const code: ErrorCode = error.code
    console.log(kind, code, error.hint?.length)
  }
}

// @ts-expect-error an unknown option
new App({ private_key: '' })
// @ts-expect-error an app is no token
await app.request('GET', '/x', { token: app })
// @ts-expect-error a source uses its own token
await source.request('GET', '/x', { token })
// @ts-expect-error a bare name
await app.findInstallation('acme')
// @ts-expect-error an unknown lookup
await app.findInstallation({ team: 'a' })
// @ts-expect-error an unknown option
app.installation(14, { repository: 'a' })
// @ts-expect-error an unknown lookup
app.installation({ team: 'a' })
// @ts-expect-error a scope beside an object
app.installation({ organization: 'a' }, { repositories: ['a'] })
// @ts-expect-error a duration without its unit
await source.token({ minValid: 1 })
// @ts-expect-error JSON that was not checked
;(await response.json()).name
// @ts-expect-error a store without all of its methods
new App({ store: { get: () => null } })
// @ts-expect-error a webhook that was not verified
app.applyWebhook({})
// @ts-expect-error a parsed body
app.verifyWebhook({}, {}, 'secret')
// @ts-expect-error a copy of an authorization
await app.finishAuthorization({ ...authorization }, '')
// @ts-expect-error the text of a token
await app.startSession('me', 'token')
// @ts-expect-error no name of the app
app.installUrl({})
// @ts-expect-error no array of credentials
await app.revokeCredentials('a')
// @ts-expect-error a list is no array
app.installations().length
// @ts-expect-error an issuer is text, which is compared character by character
await discover(new URL('https://a.example'))
// @ts-expect-error an option that discovery does not take
await discover('https://a.example', { clientId: 'a' })
// @ts-expect-error only appmint makes tokens
new Token()
// @ts-expect-error an installation does not change
found.id = '15'
