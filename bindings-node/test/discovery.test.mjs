// Platforms that are discovered by their metadata, and the operations of an app there.

import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'

import { CancelledError, Introspection, InvalidArgumentError, NotFoundError, ProtocolError, TimeoutError, discover } from 'appmint'
import { KEY, SECRETS, appOn, platform, silentServer } from './support.mjs'

const NETWORK = { proxy: '', retries: 0 }
const METADATA = '/.well-known/oauth-authorization-server'
const ASSERTION = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** A server that publishes its metadata, and an app that was made of them. */
async function discovered(t, respond, more = {}) {
  const { url, requests } = await platform(t, (request, body) => {
    return request.url === METADATA ? { json: metadata(`http://${request.headers.host}`) } : respond(request, body)
  })
  const platformDescriptor = await discover(url, NETWORK)
  const app = appOn(undefined, { platform: undefined, platformDescriptor, ...more })
  requests.length = 0
  return { app, url, requests }
}

const metadata = (issuer) => ({
  issuer,
  token_endpoint: `${issuer}/token`,
  revocation_endpoint: `${issuer}/revoke`,
  introspection_endpoint: `${issuer}/introspect`,
  grant_types_supported: [ASSERTION],
  token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
})

const form = ({ body }) => Object.fromEntries(new URLSearchParams(body))
const claims = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'))
const header = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url'))

test('a platform is discovered as a descriptor', async (t) => {
  const { url, requests } = await platform(t, (request) => ({ json: metadata(`http://${request.headers.host}`) }))
  const descriptor = await discover(url, { ...NETWORK, userAgent: 'mine/1' })
  assert.equal(typeof descriptor, 'string')
  assert.equal(JSON.parse(descriptor).oauth.revocation.path, `${url}/revoke`)
  assert.equal(appOn(undefined, { platform: undefined, platformDescriptor: descriptor }).platformName, JSON.parse(descriptor).name)
  assert.deepEqual(requests.map(({ url }) => url), [METADATA])
  assert.match(requests[0].headers['user-agent'], /^mine\/1 appmint/)
})

test('metadata are needed, and must be those of the issuer', async (t) => {
  const without = await platform(t, () => ({ status: 404, json: {} }))
  await assert.rejects(discover(without.url, NETWORK), NotFoundError)
  assert.equal(without.requests.length, 2)
  const other = await platform(t, () => ({ json: metadata('https://another.example') }))
  await assert.rejects(discover(other.url, NETWORK), (error) => {
    return error instanceof ProtocolError && error.reason === 'issuer_mismatch'
  })
  await assert.rejects(discover('http://issuer.example', NETWORK), { kind: 'invalid_argument', message: /plain http/ })
})

test('a wrong issuer is refused, and so are options that discovery does not take', async () => {
  for (const wrong of [undefined, null, 5, {}, '', 'a', new URL('https://a.example')]) {
    await assert.rejects(discover(wrong), InvalidArgumentError)
  }
  for (const wrong of [null, 'x', { platform: 'github' }, { clock: 1 }, { timeoutMs: 'soon' }, { timeout: 1 }, { signal: {} }]) {
    await assert.rejects(discover('https://a.example', wrong), InvalidArgumentError)
  }
})

test('a signal or a timeout ends the waiting for a discovery', async (t) => {
  const { url, callers } = await silentServer(t)
  const stop = new AbortController()
  const waiting = discover(url, { ...NETWORK, signal: stop.signal })
  await callers(1)
  stop.abort('enough')
  await assert.rejects(waiting, (error) => error instanceof CancelledError && error.cause === 'enough')
  await assert.rejects(discover(url, { ...NETWORK, timeoutMs: 1 }), TimeoutError)
})

test('a token is introspected', async (t) => {
  const response = {
    active: true, scope: 'read write', client_id: 'Iv1.75', username: 'octo', sub: '7', token_type: 'Bearer', iss: 'https://a.example',
    aud: 'https://b.example', exp: 4102444800, iat: 1795262400, nbf: 1795262401,
  }
  const { app, requests } = await discovered(t, () => ({ json: response }))
  const introspection = await app.introspectToken('the-token', { tokenTypeHint: 'access_token' })
  assert.ok(introspection instanceof Introspection)
  assert.deepEqual({ ...introspection }, {
    active: true, scopes: ['read', 'write'], clientId: 'Iv1.75', username: 'octo', subject: '7', tokenType: 'Bearer', issuer: 'https://a.example',
    audience: ['https://b.example'], expiresAt: new Date('2100-01-01T00:00:00Z'), issuedAt: new Date(1795262400_000),
    notBefore: new Date(1795262401_000), raw: response,
  })
  assert.deepEqual([requests[0].url, form(requests[0])], ['/introspect', {
    token: 'the-token', token_type_hint: 'access_token', client_id: 'Iv1.75', client_secret: SECRETS.client,
  }])
  assert.throws(() => { introspection.active = false }, TypeError)
  assert.throws(() => { introspection.scopes.push('more') }, TypeError)
  assert.ok(!inspect(introspection).includes('the-token'))
})

test('the introspection of a token that has ended says that it is not active, and nothing else', async (t) => {
  const { app } = await discovered(t, () => ({ json: { active: false } }))
  const { active, scopes, audience, raw, ...rest } = await app.introspectToken('x')
  assert.deepEqual([active, scopes, audience, raw], [false, [], [], { active: false }])
  assert.deepEqual(new Set(Object.values(rest)), new Set([null]))
})

test('a token is revoked, as text or as a Token', async (t) => {
  const { app, requests } = await discovered(t, ({ url }) => {
    return url === '/token' ? { json: { access_token: SECRETS.user, token_type: 'Bearer' } } : { raw: '' }
  })
  const token = await app.appTokens().token()
  assert.equal(await app.revokeToken(token), undefined)
  assert.equal(await app.revokeToken(SECRETS.refresh, { tokenTypeHint: 'refresh_token' }), undefined)
  const client = { client_id: 'Iv1.75', client_secret: SECRETS.client }
  assert.deepEqual(requests.slice(1).map(({ url }) => url), ['/revoke', '/revoke'])
  assert.deepEqual(requests.slice(1).map(form), [
    { token: SECRETS.user, ...client }, { token: SECRETS.refresh, token_type_hint: 'refresh_token', ...client },
  ])
  for (const call of ['revokeToken', 'introspectToken']) {
    for (const wrong of [undefined, null, 5, {}, '']) await assert.rejects(app[call](wrong), { kind: 'invalid_argument', message: /token/ })
    for (const wrong of [{ hint: 'x' }, { tokenTypeHint: 5 }, { signal: 1 }]) await assert.rejects(app[call]('x', wrong), InvalidArgumentError)
    await assert.rejects(app[call]('x', { signal: AbortSignal.abort() }), CancelledError)
    await assert.rejects(appOn('http://127.0.0.1:9')[call]('x'), { kind: 'unsupported' })
  }
})

test('an app’s own tokens may have scopes and a subject', async (t) => {
  let count = 0
  const { app, url, requests } = await discovered(t, () => ({ json: { access_token: `t${++count}`, expires_in: 3600 } }), { keyId: 'k1' })
  const acting = app.appTokens({ scopes: ['b', 'a'], subject: 'octo' })
  assert.equal((await acting.token()).reveal(), 't1')
  assert.equal((await app.appTokens({ scopes: ['a', 'b', 'a'], subject: 'octo' }).token()).reveal(), 't1')
  assert.equal((await app.appTokens({ scopes: undefined }).token()).reveal(), 't2')
  const [{ grant_type, scope, assertion }, other] = requests.map(form)
  assert.deepEqual([grant_type, scope, other.scope], [ASSERTION, 'a b', undefined])
  const { sub, aud } = claims(assertion)
  assert.deepEqual([sub, aud, claims(other.assertion).sub, header(assertion).kid], ['octo', url, '75', 'k1'])
  const [head, payload, signature] = assertion.split('.')
  assert.ok(verify('sha256', `${head}.${payload}`, createPublicKey(KEY.publicKey), Buffer.from(signature, 'base64url')))
  for (const wrong of [null, 'a', { scopes: 'a' }, { scopes: [1] }, { subject: 5 }, { scope: ['a'] }]) {
    assert.throws(() => app.appTokens(wrong), InvalidArgumentError)
  }
})

test('the name of a key needs the key', () => {
  assert.throws(() => appOn('http://127.0.0.1:9', { fallbackKeyId: 'k2' }), { kind: 'invalid_argument', message: /^fallback_key_id / })
  for (const wrong of [5, {}]) assert.throws(() => appOn('http://127.0.0.1:9', { keyId: wrong }), { message: /^keyId must be / })
})
