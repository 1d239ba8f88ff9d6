import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { test } from 'node:test'

import { ManualClock } from 'appmint'
import { SECRETS, appOn, platform } from './support.mjs'

const NOON = Date.UTC(2026, 10, 21, 12)

test('a JWT has its claims, and no other members', async (t) => {
  const { url } = await platform(t)
  const jwt = await appOn(url, { clock: new ManualClock(NOON), jwtBackDateMs: 30_000, jwtLifetimeMs: 300_000 }).jwt()
  assert.deepEqual(jwt.claims, { iat: NOON / 1000 - 30, exp: NOON / 1000 + 300, iss: '75' })
  assert.deepEqual([jwt.kind, jwt.expiresAt], ['jwt', new Date(NOON + 300_000)])
  assert.throws(() => { jwt.claims.iss = '76' }, TypeError)
})

test('an installation has the members that the platform sent', async (t) => {
  const { url } = await platform(t)
  const app = appOn(url)
  const [listed] = await app.installations().toArray()
  const found = await app.findInstallation({ account: 'ACME' })
  assert.deepEqual(found, listed)
  const { id, appId, permissions, events, repositorySelection, createdAt, suspendedAt, raw } = found
  assert.deepEqual([id, appId, permissions, events], ['14', '75', { contents: 'write' }, ['push']])
  assert.deepEqual([repositorySelection, suspendedAt, raw.id], ['all', null, 14])
  assert.deepEqual(createdAt, new Date('2023-04-26T06:18:39Z'))
  assert.throws(() => { found.id = '15' }, TypeError)
  await assert.rejects(app.findInstallation({ account: 'other' }), { name: 'NotFoundError', reason: 'not_installed' })
})

test('an installation is looked up by its id, organization, repository or user', async (t) => {
  const { url, requests } = await platform(t, (request) => ({ json: { id: request.url.includes('/api/') ? 2 : 1 } }))
  const app = appOn(url, { platform: 'github' })
  const lookups = [{ organization: 'acme' }, { repository: 'acme/api' }, { id: 14 }, { user: 'me', enterprise: undefined }]
  for (const lookup of lookups) await app.findInstallation(lookup)
  assert.deepEqual(requests.map(({ url }) => url), [
    '/orgs/acme/installation', '/repos/acme/api/installation', '/app/installations/14', '/users/me/installation',
  ])
})

test('a token is limited to the repositories and permissions of its source', async (t) => {
  const minted = { token: 'ghs_1', repositories: [{ name: 'api' }, { name: 'web' }], repository_selection: 'selected' }
  const { url, requests } = await platform(t, () => ({ status: 201, json: minted }))
  const app = appOn(url, { platform: 'github' })
  const scope = { repositories: ['web', 'api'], repositoryIds: [2, 1n, '3'], permissions: { contents: 'read' } }
  const token = await app.installation(14, scope).token()
  assert.deepEqual(JSON.parse(requests[0].body), {
    repositories: ['api', 'web'], repository_ids: [1, 2, 3], permissions: { contents: 'read' },
  })
  assert.deepEqual(token.repositories, ['api', 'web'])
  assert.throws(() => { token.repositories.push('more') }, TypeError)
  await app.installation(14, { ...scope, repositories: ['api', 'web'] }).token()
  await app.installation({ id: 14, ...scope }).token()
  assert.equal(requests.length, 1)
  await app.installation(14).token()
  assert.equal(requests.length, 2)
})

test('the promise of a JWT in memory resolves before the event loop turns', async (t) => {
  const { url } = await platform(t)
  const app = appOn(url)
  const first = await app.jwt()
  let second
  app.jwt().then((jwt) => { second = jwt })
  await new Promise((resolve) => process.nextTick(resolve))
  assert.equal(second?.reveal(), first.reveal())
})

test('the platform’s clock is read from its responses', async (t) => {
  const mint = () => ({ status: 201, json: { token: 'ats_1' }, headers: { date: new Date(NOON + 3600_000).toUTCString() } })
  const { url } = await platform(t, mint)
  const app = appOn(url, { clock: new ManualClock(NOON) })
  assert.equal(app.clockOffsetMs, 0)
  await app.installation(14).token()
  assert.equal(app.clockOffsetMs, 0) // one Date may be wrong
  await app.installation(15).token()
  assert.equal(app.clockOffsetMs, 3600_000)
})

test('the second key is used when the platform does not know the first', async (t) => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const other = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const { url, requests } = await platform(t, (request) => {
    const [head, payload, signature] = request.headers.authorization.split(' ')[1].split('.')
    const isOther = verify('sha256', `${head}.${payload}`, createPublicKey(other), Buffer.from(signature, 'base64url'))
    const refusal = { message: 'A JSON web token could not be decoded' }
    return isOther ? { json: [] } : { status: 401, json: refusal }
  })
  const app = appOn(url, { platform: 'github', fallbackPrivateKey: other })
  const before = app.fingerprint
  assert.deepEqual(await app.installations().toArray(), [])
  assert.equal(requests.length, 2)
  assert.notEqual(app.fingerprint, before)
})

test('a token is minted once for all callers, and again after it was invalidated', async (t) => {
  const { url, requests } = await platform(t)
  const app = appOn(url)
  const source = app.installation(14)
  const tokens = await Promise.all([source.token(), app.installation('14').token(), source.token({ minValidMs: 1000 })])
  assert.deepEqual(tokens.map((token) => token.reveal()), Array(3).fill(SECRETS.installation))
  await source.token()
  assert.equal(requests.length, 1)
  source.invalidate()
  await source.token()
  assert.equal(requests.length, 2)
})

test('a token that was refused is forgotten once', async (t) => {
  const { url, requests } = await platform(t)
  const source = appOn(url).installation(14)
  source.invalidate('ats_another')
  const token = await source.token()
  source.invalidate('ats_another')
  await source.token()
  assert.equal(requests.length, 1)
  source.invalidate(token)
  await source.token()
  assert.equal(requests.length, 2)
  assert.throws(() => source.invalidate(1), { code: 'ERR_APPMINT_INVALID_ARGUMENT', message: /token must be a string or a Token/ })
})

test('concurrent calls of a new source mint one token', async (t) => {
  const { url, requests } = await platform(t)
  const app = appOn(url)
  const tokens = await Promise.all(Array.from({ length: 64 }, () => app.installation(14).token()))
  assert.deepEqual(new Set(tokens.map((token) => token.reveal())), new Set([SECRETS.installation]))
  assert.equal(requests.length, 1)
  assert.deepEqual([app.stats().minted, app.stats().joined], [1, 63])
})

test('the installation of a source is looked up once', async (t) => {
  const minted = { status: 201, json: { token: 'ghs_1' } }
  const { url, requests } = await platform(t, ({ method }) => (method === 'POST' ? minted : { json: { id: 14 } }))
  const source = appOn(url, { platform: 'github' }).installation({ organization: 'acme', permissions: { contents: 'read' } })
  assert.equal(source.installationId, null)
  const tokens = await Promise.all([source.token(), source.token()])
  assert.deepEqual(tokens.map((token) => token.reveal()), ['ghs_1', 'ghs_1'])
  assert.equal(source.installationId, '14')
  assert.deepEqual(requests.map(({ url }) => url), ['/orgs/acme/installation', '/app/installations/14/access_tokens'])
  assert.deepEqual(JSON.parse(requests[1].body), { permissions: { contents: 'read' } })
})

test('a token inside the margin is renewed', async (t) => {
  const minute = 60_000
  const clock = new ManualClock(NOON)
  const mint = () => ({ status: 201, json: { token: 'ats_1', expires_at: new Date(NOON + 60 * minute).toISOString() } })
  const { url, requests } = await platform(t, mint)
  const source = appOn(url, { clock }).installation(14)
  await source.token()
  clock.advance(50 * minute)
  await source.token({ minValidMs: 9 * minute })
  assert.equal(requests.length, 1)
  await source.token({ minValidMs: 11 * minute })
  assert.equal(requests.length, 2)
})

test('a token’s fields are read-only snapshots', async (t) => {
  const { url } = await platform(t)
  const token = await appOn(url).installation(14).token()
  assert.deepEqual(token.permissions, { checks: 'read', contents: 'write' })
  assert.deepEqual([token.kind, token.repositorySelection, token.scopes, token.claims], ['installation', 'all', [], null])
  assert.throws(() => { token.permissions.contents = 'admin' }, TypeError)
  token.expiresAt.setTime(0)
  assert.equal(token.expiresAt.getUTCFullYear(), 2100)
})

test('a user authorizes, and the token is refreshed', async (t) => {
  const { url, requests } = await platform(t)
  const app = appOn(url)
  const { url: page, state, codeVerifier } = app.authorize({ redirectUri: new URL('https://example.com/cb') })
  assert.equal(new URL(page).searchParams.get('state'), state)
  assert.equal(codeVerifier, null)
  const code = app.authorizationCode(`https://example.com/cb?code=c1&state=${state}`, state)
  const token = await app.exchangeCode(code)
  const refreshed = await app.refresh(token)
  assert.deepEqual([token.kind, refreshed.reveal()], ['user', SECRETS.user])
  assert.equal(refreshed.refreshTokenExpiresAt.getUTCFullYear(), 2100)
  assert.equal(JSON.parse(requests[1].body).refresh_token, SECRETS.refresh)
  assert.throws(() => app.authorizationCode('?code=c1&state=other', state), { reason: 'state_mismatch' })
})
