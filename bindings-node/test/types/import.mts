import type { IncomingMessage } from 'node:http'

import {
  App, AppmintError, ManualClock, RateLimitedError, Token, discover, platforms, version,
  type AppOptions, type Authorization, type DeviceLogin, type ErrorKind, type Event, type EventKind, type WebhookConfig, type WebhookDelivery, type Installation, type Introspection, type Listing, type Login,
  type Registration, type Repository, type Response, type Stats, type Store, type TokenSource, type WebhookEvent,
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
  retryWait: 100,
  store: new OwnStore(),
  storeUnencrypted: true,
  onEvent: async ({ kind, durationMs, error, text }: Event) => {
    const told: EventKind = kind
    console.log(told, durationMs?.toFixed(), error?.kind, text)
  },
}
const app = new App(options)
const source: TokenSource = app.installation(14)
const token: Token = await source.token({ minValid: 1, signal: AbortSignal.timeout(1) })
source.onChange((before, next) => console.log(before?.reveal(), next.reveal()))
const found: Installation = await app.findInstallation('acme')
await app.findInstallation({ repository: 'acme/api' }, { signal: AbortSignal.timeout(1) })
const sought: TokenSource = app.installation({ organization: 'acme' }, { repositories: ['a'] })
const narrowed: TokenSource = app.installation(14n, { repositories: ['a'], repositoryIds: [1, '2'], permissions: { contents: 'read' } })
const verify = (request: IncomingMessage): WebhookEvent => app.verifyWebhook(request.headers, Buffer.from(''), ['a', 'b'] as const)
const webhook: WebhookEvent = app.verifyWebhook(new Headers(), '', 'secret')
const forgotten: number = app.applyWebhook(webhook)
const stats: Stats = app.stats()
app[Symbol.dispose]()
const closed: void = app.close()
const response: Response = await app.request('GET', '/x', { token, headers: new Headers(), json: null })
const authorization: Authorization = app.authorize({ scopes: ['a'] as const })
await app.exchangeCode(app.authorizationCode('', authorization.state), { codeVerifier: authorization.codeVerifier })
await app.refresh(token.revealRefreshToken() ?? token)
const user: Token = await app.finishAuthorization(app.openAuthorization(app.sealAuthorization(authorization)), new URL('https://a.example'))
const login: Login = app.startLogin({ scopes: ['a'] as const, ports: [8080, 8081], path: '/back' })
login.openBrowser()
const person: Token = await login.wait({ timeout: 1, signal: AbortSignal.timeout(1) })
const device: DeviceLogin = await app.startDeviceLogin({ scopes: ['a'], signal: AbortSignal.timeout(1) })
const codes: (string | null)[] = [login.url, device.userCode, device.verificationUriComplete, authorization.redirectUri]
await app.startSession('me', await device.wait({ signal: AbortSignal.timeout(1) }), { signal: AbortSignal.timeout(1) })
const me: TokenSource = app.session('me')
const over: void = await app.endSession('me')
const offset: number = app.clockOffset
const installations: Listing<Installation> = app.installations({ signal: AbortSignal.timeout(1) })
for await (const { id, raw } of installations) console.log(id.length, raw)
const repositories: Repository[] = await source.repositories().toArray()
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
const known: Introspection = await app.introspectToken('a', { tokenTypeHint: 'refresh_token' })
const since: [boolean, Date | null, readonly string[], string | null] = [known.active, known.notBefore, known.audience, known.subject]
const platformDescriptor: string = await discover('https://a.example', { timeout: 1, proxy: '', signal: AbortSignal.timeout(1) })
const acting: TokenSource = new App({ platformDescriptor }).appTokens({ scopes: ['a'] as const, subject: 'b' })
const own: string = await app.appTokens().authorizationHeader({ minValid: 1, timeout: 1 })
const ended: void = await source.revoke()
const came: Installation = await app.finishInstall(new URL(app.installUrl({ appSlug: 'mint' }).url), '')
await source.request('GET', '/x', { timeout: 1 })
const texts: (string | null)[] = [version, webhook.name, ...token.repositories, ...platforms, found.account, app.fingerprint, source.installationId, token.account, token.repositorySelection]
const dates: (Date | null)[] = [token.expiresAt, found.createdAt, source.expiresAt]
const bytes: Buffer = response.body
export const used = [texts, dates, bytes, narrowed, verify, offset, iterable, secret, flags, code, own, ended, came, stored, sought, user, person, codes, me, over, forgotten, stats.servedStale, closed, since, acting]

try {
  await app.jwt()
} catch (error) {
  if (error instanceof RateLimitedError) {
    const kind: 'rate_limited' = error.code
    const wait: number | undefined = error.retryAfter
    console.log(kind, wait)
  } else if (error instanceof AppmintError) {
    const kind: ErrorKind = error.kind
    console.log(kind, error.hint?.length)
  }
}

// @ts-expect-error an unknown option
new App({ private_key: '' })
// @ts-expect-error the app is no token
await app.request('GET', '/x', { token: app })
// @ts-expect-error a source makes its calls with its own token
await source.request('GET', '/x', { token })
// @ts-expect-error nothing is looked up by it
await app.findInstallation({ team: 'a' })
// @ts-expect-error nothing is narrowed by it
app.installation(14, { repository: 'a' })
// @ts-expect-error nothing is looked up by it
app.installation({ team: 'a' })
// @ts-expect-error a store has more methods
new App({ store: { get: () => null } })
// @ts-expect-error what is heeded was verified
app.applyWebhook({})
// @ts-expect-error a parsed body
app.verifyWebhook({}, {}, 'secret')
// @ts-expect-error a record of an authorization finishes nothing
await app.finishAuthorization({ ...authorization }, '')
// @ts-expect-error a session begins with a token, not with its text
await app.startSession('me', 'token')
// @ts-expect-error an app's page has its name
app.installUrl({})
// @ts-expect-error credentials come in an array
await app.revokeCredentials('a')
// @ts-expect-error a list is no array
app.installations().length
// @ts-expect-error an issuer is compared to the letter
await discover(new URL('https://a.example'))
// @ts-expect-error nobody is discovered by it
await discover('https://a.example', { clientId: 'a' })
// @ts-expect-error only appmint makes tokens
new Token()
// @ts-expect-error an installation does not change
found.id = '15'
