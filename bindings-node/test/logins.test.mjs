import assert from 'node:assert/strict'
import { test } from 'node:test'
import { format, inspect } from 'node:util'

import { CancelledError, InvalidArgumentError, PendingError, ReauthorizeError, TimeoutError } from 'appmint'
import { SECRETS, appOn, platform, run } from './support.mjs'

const storeKey = Buffer.alloc(32, 7)
const STARTED = {
  device_code: 'the-device-code',
  user_code: 'WDJB-MJHT',
  verification_uri: 'https://github.com/login/device',
  expires_in: 900,
  interval: 5,
}

const stateOf = ({ url }) => new URL(url).searchParams.get('state')

test('an authorization can be finished in another process, and once', async (t) => {
  const { url } = await platform(t)
  const app = appOn(url, { storeKey })
  const authorization = app.authorize({ redirectUri: 'https://example.com/back' })
  const sealed = app.sealAuthorization(authorization)
  const other = appOn(url, { storeKey })
  const opened = other.openAuthorization(sealed)
  assert.deepEqual({ ...opened }, { ...authorization })
  assert.equal(opened.redirectUri, 'https://example.com/back')
  assert.ok(!sealed.includes(authorization.state))
  const callback = new URL(`https://example.com/back?code=c&state=${authorization.state}`)
  await assert.rejects(other.finishAuthorization(opened, '?code=c&state=x'), { reason: 'state_mismatch' })
  assert.equal((await other.finishAuthorization(opened, callback)).reveal(), SECRETS.user)
  await assert.rejects(other.finishAuthorization(opened, callback), (error) => {
    return error instanceof ReauthorizeError && error.reason === 'stale_authorization'
  })
})

test('only an Authorization is finished and sealed', async (t) => {
  const { url, requests } = await platform(t)
  const app = appOn(url, { storeKey })
  for (const wrong of [undefined, null, {}, { ...app.authorize() }, 'text']) {
    assert.throws(() => app.sealAuthorization(wrong), InvalidArgumentError)
    await assert.rejects(app.finishAuthorization(wrong, '?code=c'), InvalidArgumentError)
  }
  assert.throws(() => app.openAuthorization('text'), InvalidArgumentError)
  assert.throws(() => appOn(url).sealAuthorization(app.authorize()), { reason: 'missing_credential' })
  assert.throws(() => appOn(url, { storeKey: Buffer.alloc(32) }).openAuthorization(app.sealAuthorization(app.authorize())), InvalidArgumentError)
  assert.equal(requests.length, 0)
})

test('a login ends with its own callback, and with no other', async (t) => {
  const { url } = await platform(t)
  const login = appOn(url).startLogin({ path: '/back', loginHint: undefined })
  assert.match(login.redirectUri, /^http:\/\/127\.0\.0\.1:\d+\/back$/)
  const waiting = login.wait()
  assert.equal((await fetch(`${login.redirectUri}?code=stolen&state=another`)).status, 400)
  assert.equal((await fetch(`${login.redirectUri}?code=c&state=${stateOf(login)}`)).status, 200)
  assert.equal((await waiting).reveal(), SECRETS.user)
  await assert.rejects(fetch(login.redirectUri))
  await assert.rejects(login.wait(), InvalidArgumentError)
})

test('a login takes the first of its ports that is free', async (t) => {
  const { url } = await platform(t)
  const app = appOn(url)
  const first = app.startLogin()
  const taken = Number(new URL(first.redirectUri).port)
  assert.notEqual(new URL(app.startLogin({ ports: [taken, 0] }).redirectUri).port, String(taken))
  assert.throws(() => app.startLogin({ ports: [taken] }), { kind: 'transport', reason: 'unreachable' })
  for (const ports of [[65536], [-1], [1.5], ['80'], 80]) assert.throws(() => app.startLogin({ ports }), InvalidArgumentError)
  first.cancel()
  assert.equal(app.startLogin({ ports: [taken] }).redirectUri, first.redirectUri)
})

test('an aborted signal cancels the login, too', async (t) => {
  const { url } = await platform(t)
  const app = appOn(url)
  const stop = new AbortController()
  const login = app.startLogin()
  const waiting = login.wait({ signal: stop.signal })
  stop.abort('enough')
  await assert.rejects(waiting, (error) => error instanceof CancelledError && error.cause === 'enough')
  const listens = () => fetch(login.redirectUri).then(() => true, () => false)
  while (await listens());
  const other = app.startLogin()
  await assert.rejects(other.wait({ signal: AbortSignal.abort() }), CancelledError)
  await assert.rejects(fetch(other.redirectUri))
})

test('a login that is cancelled or takes too long rejects', async (t) => {
  const { url } = await platform(t)
  const [cancelled, forgotten] = [appOn(url).startLogin(), appOn(url).startLogin()]
  const waiting = cancelled.wait()
  cancelled.cancel()
  await assert.rejects(waiting, CancelledError)
  await assert.rejects(forgotten.wait({ timeoutMs: 1 }), TimeoutError)
})

test('a login can be cancelled while it waits', async (t) => {
  const { url } = await platform(t)
  const login = appOn(url).startLogin()
  const waiting = assert.rejects(login.wait(), (error) => error instanceof CancelledError && error.kind === 'cancelled')
  assert.equal((await fetch(`${login.redirectUri}?code=stolen&state=another`)).status, 400) // so it is waiting
  login.cancel()
  await waiting
  await assert.rejects(fetch(login.redirectUri))
})

for (const [who, cause, end] of [['cancel', undefined, (login) => login.cancel()], ['a signal', 'enough', (_, stop) => stop.abort('enough')]]) {
  test(`a login on another device is ended by ${who} while it polls`, async (t) => {
    let onPoll
    const polled = new Promise((resolve) => { onPoll = resolve })
    const { url, requests } = await platform(t, (request) => {
      if (request.url === '/login/device/code') return { json: { ...STARTED, interval: 0 } }
      onPoll()
      return { json: { error: 'authorization_pending' } }
    })
    const login = await appOn(url, { platform: 'github' }).startDeviceLogin()
    const stop = new AbortController()
    const waiting = assert.rejects(login.wait({ signal: stop.signal }), (error) => {
      assert.deepEqual([error.kind, error.cause], ['cancelled', cause])
      return error instanceof CancelledError
    })
    await polled
    end(login, stop)
    await waiting
    await assert.rejects(login.poll(), CancelledError)
    assert.ok(requests.length > 1)
  })
}

for (const [how, out] of [['start', 'started\n'], ['wait', 'started\ntimeout\n'], ['abort', 'started\ncancelled\n']]) {
  test(`only a pending wait for a login keeps the process alive: ${how}`, async (t) => {
    const { url } = await platform(t)
    const ended = await run('login.mjs', { TEST_URL: url, TEST_HOW: how })
    assert.deepEqual(ended, { code: 0, signal: null, out, err: '' })
  })
}

test('a login on another device is polled at the platform’s interval', async (t) => {
  const { url, requests } = await platform(t, () => ({ json: STARTED }))
  const login = await appOn(url, { platform: 'github' }).startDeviceLogin({ scopes: [] })
  const { userCode, verificationUri, verificationUriComplete, expiresAt } = login
  assert.deepEqual([userCode, verificationUri, verificationUriComplete], ['WDJB-MJHT', 'https://github.com/login/device', null])
  assert.ok(expiresAt instanceof Date)
  await assert.rejects(login.poll(), (error) => {
    return error instanceof PendingError && error.reason === 'authorization_pending' && error.retryAfterMs > 0
  })
  assert.equal(requests.length, 1)
})

test('an aborted signal cancels a login on another device', async (t) => {
  const { url, requests } = await platform(t, () => ({ json: STARTED }))
  const app = appOn(url, { platform: 'github' })
  const stop = new AbortController()
  const login = await app.startDeviceLogin()
  const waiting = login.wait({ signal: stop.signal })
  stop.abort()
  await assert.rejects(waiting, CancelledError)
  await assert.rejects(login.poll(), CancelledError)
  const other = await app.startDeviceLogin()
  const cancelled = other.wait()
  other.cancel()
  await assert.rejects(cancelled, CancelledError)
  assert.equal(requests.length, 2)
})

test('a session keeps a user’s token under a name', async (t) => {
  const { url, requests } = await platform(t)
  const app = appOn(url, { store: 'memory:', storeKey })
  const me = app.session('me')
  await assert.rejects(me.token(), { kind: 'reauthorize', reason: 'no_session' })
  await app.startSession('me', await app.exchangeCode('c'))
  assert.equal((await me.token()).reveal(), SECRETS.user)
  assert.equal((await me.request('GET', '/user')).status, 200)
  assert.equal(requests.at(-1).headers.authorization, `Bearer ${SECRETS.user}`)
  await app.endSession('me')
  await assert.rejects(app.session('me').token(), { reason: 'no_session' })
})

test('a session needs a name, a store and a user token', async (t) => {
  const { url } = await platform(t)
  const app = appOn(url, { store: 'memory:', storeKey })
  assert.throws(() => app.session(''), InvalidArgumentError)
  assert.throws(() => app.session(1), InvalidArgumentError)
  assert.throws(() => appOn(url).session('me'), { reason: 'missing_credential' })
  for (const wrong of [undefined, SECRETS.user, {}]) await assert.rejects(app.startSession('me', wrong), InvalidArgumentError)
  await assert.rejects(app.startSession('me', await app.jwt()), InvalidArgumentError)
})

test('logins and authorizations do not show their secrets', async (t) => {
  const { url } = await platform(t, () => ({ json: STARTED }))
  const app = appOn(url, { platform: 'github', storeKey })
  const [login, device, authorization] = [app.startLogin(), await app.startDeviceLogin(), app.authorize()]
  const shown = [login, device, authorization].map((it) => {
    return `${inspect(it, { depth: null, showHidden: true })} ${format('%s %o %O %j', it, it, it, it)} ${JSON.stringify(it)}`
  })
  for (const secret of [stateOf(login), STARTED.device_code, STARTED.user_code, authorization.codeVerifier]) {
    assert.ok(secret.length > 0)
    assert.ok(!shown.join().includes(secret))
  }
  assert.equal(inspect(login), `Login { redirectUri: '${login.redirectUri}' }`)
})
