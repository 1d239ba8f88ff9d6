import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'

import {
  ApiResponse, App, Authorization, DeviceLogin, InvalidArgumentError, Listing, Login, ManualClock, Registration, Token,
  TokenSource, WebhookEvent,
} from 'appmint'
import { KEY, appOn, platform } from './support.mjs'

const NOWHERE = 'http://127.0.0.1:9'

test('an unknown option is refused, and a similar one is suggested', () => {
  const hints = {
    privat_key: 'privateKey', private_key: 'privateKey', appid: 'appId', timout: 'timeoutMs', jwtLifetmie: 'jwtLifetimeMs', retry_wait: 'retryWaitMs',
  }
  for (const [wrong, right] of Object.entries(hints)) {
    const refusal = { name: 'InvalidArgumentError', message: `there is no option ${wrong}`, hint: `Did you mean ${right}?` }
    assert.throws(() => new App({ [wrong]: 'x' }), refusal)
  }
  assert.throws(() => new App({ colour: 'x' }), { hint: /^The options are environment, platform, / })
})

test('a duration without its unit is refused', async () => {
  const app = appOn(NOWHERE)
  const source = app.installation(14)
  const login = app.startLogin()
  const refused = (name) => ({ kind: 'invalid_argument', message: `there is no option ${name}`, hint: `Did you mean ${name}Ms?` })
  for (const name of ['timeout', 'connectTimeout', 'retryWait', 'jwtBackDate', 'jwtLifetime']) {
    assert.throws(() => new App({ [name]: 1 }), refused(name))
  }
  await assert.rejects(app.request('GET', '/', { timeout: 1 }), refused('timeout'))
  await assert.rejects(source.request('GET', '/', { timeout: 1 }), refused('timeout'))
  await assert.rejects(source.token({ minValid: 1 }), refused('minValid'))
  await assert.rejects(login.wait({ timeout: 1 }), refused('timeout'))
  login.cancel()
})

test('an option of a call that is unknown is refused', async () => {
  const app = appOn(NOWHERE)
  const source = app.installation(14)
  const calls = [
    () => app.jwt({ signals: 1 }),
    async () => app.installations({ page: 1 }),
    () => app.findInstallation({ team: 'a' }),
    () => app.findInstallation({ account: 'acme' }, { user: 'a' }),
    async () => app.installation(14, { repository: 'a' }),
    async () => app.installation(14, { id: 14 }),
    async () => app.installation({ id: 14, team: 'a' }),
    () => app.request('GET', '/', { header: {} }),
    () => source.token({ min_valid: 1 }),
    () => source.request('GET', '/', { token: 'x' }),
    () => app.exchangeCode('c', { verifier: 'x' }),
    () => app.updateWebhookConfig({ URL: 'x' }),
    () => app.scopeToken('t', { account: 'a' }),
    () => app.registration({ page: 1 }),
    async () => app.webhookDeliveries({ page: 1 }),
    async () => app.installUrl({ slug: 'a' }),
    async () => source.repositories({ page: 1 }),
    () => source.authorizationHeader({ timeout_ms: 1 }),
    () => source.revoke({ force: true }),
  ]
  for (const call of calls) await assert.rejects(call, InvalidArgumentError)
  assert.throws(() => app.authorize({ scope: 'x' }), { hint: 'Did you mean scopes?' })
})

test('a wrong type is an invalid argument that is named', () => {
  const wrong = {
    platform: 1, appId: -1, privateKey: 5, timeoutMs: 'soon', retries: 1.5, allowPlainHttp: 1, refusePrivateAddresses: 1,
    retryWaitMs: '1s', store: 5, storeKey: 5, previousStoreKey: {}, storeUnencrypted: 'yes', capacity: 1.5, onEvent: 'log', host: 1, fallbackPrivateKey: 5, signer: {}, clock: {}, jwtLifetimeMs: Number.NaN, maxResponseBody: -1, platformDescriptor: () => {},
  }
  for (const [name, value] of Object.entries(wrong)) {
    assert.throws(() => new App({ [name]: value }), (error) => {
      assert.ok(error instanceof InvalidArgumentError)
      assert.ok(error.message.startsWith(`${name} must be `), error.message)
      return true
    })
  }
  for (const given of [null, 1, 'atomgit']) assert.throws(() => new App(given), InvalidArgumentError)
})

test('a wrong argument rejects the promise of a call over the network, and is thrown by any other call', async () => {
  const app = appOn(NOWHERE)
  for (const wrong of [undefined, null, true, {}, [], 'acme', 14, { id: 1, user: 'a' }, { id: {} }, { repository: 5 }]) {
    await assert.rejects(app.findInstallation(wrong), InvalidArgumentError)
  }
  await assert.rejects(app.exchangeCode(), InvalidArgumentError)
  await assert.rejects(app.refresh(5), InvalidArgumentError)
  await assert.rejects(app.request('GET'), InvalidArgumentError)
  await assert.rejects(app.request('GET', '/', { headers: 'x' }), InvalidArgumentError)
  await assert.rejects(app.request('GET', '/', { json: 1n }), InvalidArgumentError)
  await assert.rejects(app.request('GET', '/', { json: 1, body: 'x' }), InvalidArgumentError)
  await assert.rejects(app.request('GET', '/', { signal: {} }), InvalidArgumentError)
  await assert.rejects(app.request('GET', '/', { timeoutMs: -1 }), InvalidArgumentError)
  await assert.rejects(app.installation(1).token({ minValidMs: -1 }), InvalidArgumentError)
  await assert.rejects(app.installation(1).authorizationHeader({ timeoutMs: '1s' }), InvalidArgumentError)
  for (const wrong of [undefined, null, {}, [], { id: 1, user: 'a' }, { team: 'a' }, { repository: 5 }]) {
    assert.throws(() => app.installation(wrong), InvalidArgumentError)
  }
  assert.throws(() => app.installation('../x'), InvalidArgumentError)
  assert.throws(() => app.authorizationCode('?code=1'), InvalidArgumentError)
})

test('a bare name is refused by a lookup, which could be that of an account or of an installation', async () => {
  const app = appOn(NOWHERE)
  for (const [bare, type] of [['acme', 'a string'], [14, '14'], [14n, 'a bigint']]) {
    await assert.rejects(app.findInstallation(bare), {
      message: `the lookup must be an object such as { account: 'acme' }, not ${type}`,
      hint: 'Say what to look up: account, id, organization, user, repository or enterprise.',
    })
  }
})

test('what a token is limited to stands beside the lookup, and nowhere else', () => {
  const app = appOn(NOWHERE, { platform: 'github' })
  assert.equal(app.installation({ id: 14, repositories: ['api'] }).installationId, '14')
  const refusal = { kind: 'invalid_argument', message: 'installation(…) takes a second argument after an id, not after an object', hint: /one object/ }
  assert.throws(() => app.installation({ id: 14 }, { repositories: ['api'] }), refusal)
})

test('an installation is looked up by exactly one thing, and the core says so', async () => {
  const refusal = { kind: 'invalid_argument', message: /exactly one/, hint: /account, id, organization/ }
  const app = appOn(NOWHERE)
  for (const lookup of [{}, { id: undefined }, { id: 1, user: 'a' }]) await assert.rejects(app.findInstallation(lookup), refusal)
})

test('a scope that limits nothing is refused, and not taken for everything', () => {
  const app = appOn(NOWHERE, { platform: 'github' })
  const wrong = [
    { repositories: [] }, { repositoryIds: [] }, { permissions: {} }, { repositories: 'api' }, { repositories: [1] }, { repositories: new Set(['api']) }, { repositories: ['acme/api'] },
    { repositoryIds: 5 }, { repositoryIds: [-1] }, { permissions: 'contents' }, { permissions: ['contents'] },
    { permissions: new Map([['contents', 'read']]) }, { permissions: { contents: undefined } }, { permissions: { contents: '' } },
  ]
  for (const scope of wrong) {
    assert.throws(() => app.installation(14, scope), InvalidArgumentError)
    assert.throws(() => app.installation({ id: 14, ...scope }), InvalidArgumentError)
  }
  const unable = () => appOn(NOWHERE).installation(14, { repositories: ['api'] })
  assert.throws(unable, { name: 'UnsupportedError' })
})

test('a platform that can be at several hosts takes one', () => {
  const at = (platform, host) => appOn(undefined, { platform, host }).authorize().url
  assert.match(at('github-enterprise', 'git.corp.example'), /^https:\/\/git\.corp\.example\/login\/oauth\/authorize/)
  assert.throws(() => at('atomgit', 'git.corp.example'), { kind: 'unsupported' })
  assert.throws(() => at('github-enterprise', undefined), { kind: 'invalid_argument' })
  assert.throws(() => at('github-enterprise', 5), InvalidArgumentError)
})

test('ids may be numbers or text', () => {
  const app = appOn(NOWHERE)
  for (const id of [14, 14n, '14']) assert.equal(app.installation(id).installationId, '14')
})

test('a key may be text or bytes', () => {
  const forms = [KEY.privateKey, Buffer.from(KEY.privateKey), new TextEncoder().encode(KEY.privateKey).buffer]
  const fingerprints = forms.map((privateKey) => appOn(NOWHERE, { privateKey }).fingerprint)
  assert.equal(new Set(fingerprints).size, 1)
  assert.match(fingerprints[0], /^SHA256:/)
})

test('a store is a URL of a known kind, or an object with all methods', () => {
  const refused = (store, refusal) => assert.throws(() => appOn(NOWHERE, { store, storeUnencrypted: true }), refusal)
  refused('mysql://host', { kind: 'invalid_argument', hint: /sqlite:FILE/ })
  refused(new Map(), { kind: 'invalid_argument', message: 'store.put must be a function, not undefined' })
  refused([], { kind: 'invalid_argument', message: 'store.get must be a function, not undefined' })
  appOn(NOWHERE, { store: new URL('sqlite:tokens.db'), storeUnencrypted: true })
})

test('a store needs a key of 32 bytes, or has to be left unencrypted', () => {
  const appWith = (more) => appOn(NOWHERE, { store: 'sqlite:tokens.db', ...more })
  const key = Buffer.alloc(32, 7)
  for (const storeKey of [key, new Uint8Array(key).buffer, key.toString('hex'), key.toString('base64')]) appWith({ storeKey, previousStoreKey: key })
  assert.throws(() => appWith({ storeKey: key.subarray(1) }), { kind: 'invalid_argument', message: /not 32 bytes/ })
  assert.throws(() => appWith({ storeKey: 'the-secret-key' }), (error) => !inspect(error).includes('the-secret-key'))
  assert.throws(() => appWith({}), { kind: 'invalid_argument', hint: /storeKey|store_key/ })
  assert.throws(() => appWith({ storeKey: key, storeUnencrypted: true }), InvalidArgumentError)
  appOn(NOWHERE, { storeKey: key }) // which seals authorizations
})

test('a webhook that is applied was verified, and a callback is a function', () => {
  const app = appOn(NOWHERE)
  for (const wrong of [undefined, null, {}, { event: 'installation' }]) assert.throws(() => app.applyWebhook(wrong), InvalidArgumentError)
  for (const wrong of [undefined, null, 'log']) assert.throws(() => app.installation(14).onChange(wrong), InvalidArgumentError)
})

test('objects that only appmint makes cannot be constructed', () => {
  const types = [Authorization, DeviceLogin, Listing, Login, Registration, Token, TokenSource, WebhookEvent]
  for (const Type of types) assert.throws(() => new Type(), InvalidArgumentError)
})

test('a clock is moved by dates and milliseconds', () => {
  const clock = new ManualClock(new Date(1000))
  clock.advance(500)
  assert.deepEqual(clock.now(), new Date(1500))
  clock.set(0)
  assert.equal(clock.now().getTime(), 0)
  assert.throws(() => clock.set('noon'), InvalidArgumentError)
  assert.throws(() => clock.advance(-1), InvalidArgumentError)
})

test('a request has the headers, the body and the token that it was given', async (t) => {
  const { url, requests } = await platform(t)
  const app = appOn(url)
  await app.request('POST', '/json', { json: { n: null }, headers: new Headers({ 'x-one': '1' }), token: 'atu_mine' })
  await app.request('PUT', '/bytes?q=1', { body: new Uint8Array([104, 105]), headers: { 'X-Two': ['2', 3], 'X-None': undefined } })
  await app.request('POST', '/null', { json: null })
  const [json, bytes, empty] = requests
  assert.deepEqual([json.body, json.headers['content-type'], json.headers['x-one']], ['{"n":null}', 'application/json', '1'])
  assert.equal(json.headers.authorization, 'Bearer atu_mine')
  assert.deepEqual([bytes.method, bytes.url, bytes.body, bytes.headers['x-two']], ['PUT', '/bytes?q=1', 'hi', '2, 3'])
  assert.ok(!('x-none' in bytes.headers))
  assert.equal(empty.body, 'null')
})

test('a response has a body as bytes, text and JSON', async (t) => {
  const { url } = await platform(t, () => ({ status: 418, raw: '{"a":"ü"}', headers: { 'X-A': 'b', 'Set-Cookie': ['a=1', 'b=2'] } }))
  const response = await appOn(url).request('GET', '/')
  assert.ok(response instanceof ApiResponse)
  assert.equal(response.status, 418)
  assert.ok(Buffer.isBuffer(response.body))
  assert.deepEqual([response.text(), await response.json()], ['{"a":"ü"}', { a: 'ü' }])
  assert.deepEqual([response.headers['x-a'], response.headers['set-cookie']], ['b', 'a=1, b=2'])
})
