import type { IncomingMessage } from 'node:http'

import {
  App, AppmintError, ManualClock, RateLimitedError, Token, platforms, version,
  type AppOptions, type Authorization, type ErrorKind, type Installation, type Response, type TokenSource,
  type Webhook,
} from 'appmint'

const options: AppOptions = {
  platform: 'atomgit',
  host: 'git.corp.example',
  appId: 75,
  otherPrivateKey: new Uint8Array(),
  privateKey: Buffer.from(''),
  signer: async (message: Buffer) => new Uint8Array(message),
  clock: new ManualClock(new Date()),
}
const app = new App(options)
const source: TokenSource = app.installation(14)
const token: Token = await source.token({ minValid: 1, signal: AbortSignal.timeout(1) })
const found: Installation = await app.findInstallation('acme')
await app.findInstallation({ repository: 'acme/api' }, { signal: AbortSignal.timeout(1) })
const narrowed: TokenSource = app.installation(14n, { repositories: ['a'], repositoryIds: [1, '2'], permissions: { contents: 'read' } })
const verify = (request: IncomingMessage): Webhook => app.verifyWebhook(request.headers, Buffer.from(''), ['a', 'b'] as const)
const webhook: Webhook = app.verifyWebhook(new Headers(), '', 'secret')
const response: Response = await app.request('GET', '/x', { token, headers: new Headers(), json: null })
const authorization: Authorization = app.authorize({ scopes: ['a'] as const })
await app.exchangeCode(app.authorizationCode('', authorization.state), { codeVerifier: authorization.codeVerifier })
await app.refresh(token.revealRefreshToken() ?? token)
const offset: number = app.clockOffset
const texts: (string | null)[] = [version, webhook.event, ...token.repositories, ...platforms, found.account, app.fingerprint, token.repositorySelection]
const dates: (Date | null)[] = [token.expiresAt, found.createdAt]
const bytes: Buffer = response.body
export const used = [texts, dates, bytes, narrowed, verify, offset]

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
// @ts-expect-error a parsed body
app.verifyWebhook({}, {}, 'secret')
// @ts-expect-error only appmint makes tokens
new Token()
// @ts-expect-error an installation does not change
found.id = '15'
