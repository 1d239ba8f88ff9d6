// What JavaScript programs expect of a package.

import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { test } from 'node:test'

import { App, CancelledError } from 'appmint'
import { KEY, appOn, platform, silentServer } from './support.mjs'

test('an aborted call rejects with an AbortError, whenever it was aborted', async (t) => {
  const { url, callers, hangUp } = await silentServer(t)
  const app = appOn(url)
  const reason = new Error('enough')
  const controller = new AbortController()
  const { signal } = controller
  const calls = [
    app.installation(14).token({ signal }), app.installation(15).authorizationHeader({ signal }), app.request('GET', '/x', { signal }),
    app.findInstallation({ id: 14 }, { signal }), app.exchangeCode('c', { signal }), app.installations({ signal }).toArray(),
  ].map((call) => call.catch((error) => error))
  await callers(1)
  controller.abort(reason)
  calls.push(app.jwt({ signal }).catch((error) => error))
  for (const error of await Promise.all(calls)) {
    assert.ok(error instanceof CancelledError, String(error))
    assert.deepEqual([error.name, error.code, error.cause], ['AbortError', 'ERR_APPMINT_CANCELLED', reason])
  }
  hangUp()
})

test('ten thousand calls that are aborted at some moment leave nothing behind', async (t) => {
  const { url } = await platform(t)
  const app = appOn(url)
  const outcomes = await Promise.all(Array.from({ length: 10_000 }, async (_, index) => {
    const controller = new AbortController()
    const call = app.installation(index % 50).token({ signal: controller.signal })
    if (index % 3 === 0) controller.abort()
    else if (index % 3 === 1) setImmediate(() => controller.abort())
    return await call.then(() => 'token', ({ name }) => name)
  }))
  assert.deepEqual(new Set(outcomes), new Set(['token', 'AbortError']))
  assert.equal(outcomes.filter((each) => each === 'AbortError').length >= 3334, true)
})

test('a key of node:crypto is a private key', async () => {
  const privateKey = createPrivateKey(KEY.privateKey)
  const app = new App({ platform: 'github', appId: 75, privateKey })
  assert.equal(app.fingerprint, new App({ platform: 'github', appId: 75, privateKey: KEY.privateKey }).fingerprint)
  assert.throws(() => new App({ platform: 'github', appId: 75, privateKey: createPublicKey(privateKey) }), {
    message: 'privateKey must be a private key, not an object', hint: 'It is a KeyObject of type public.',
  })
})

test('an app is made of environment variables, and options take precedence', (t) => {
  const variables = { APPMINT_PLATFORM: 'github', APPMINT_APP_ID: '75', APPMINT_PRIVATE_KEY: KEY.privateKey }
  Object.assign(process.env, variables)
  t.after(() => Object.keys(variables).forEach((name) => delete process.env[name]))
  assert.equal(App.fromEnv().platformName, 'github')
  assert.ok(App.fromEnv().fingerprint)
  assert.equal(App.fromEnv({ platform: 'atomgit' }).platformName, 'atomgit')
  process.env.APPMINT_TIMEOUT = 'soon'
  t.after(() => { delete process.env.APPMINT_TIMEOUT })
  assert.throws(() => App.fromEnv(), /APPMINT_TIMEOUT/)
})

test('what onEvent throws becomes one warning of the process', async (t) => {
  const { url } = await platform(t)
  const warnings = []
  const listen = (warning) => warnings.push(warning)
  process.on('warning', listen)
  t.after(() => process.off('warning', listen))
  const app = appOn(url, { onEvent: () => { throw new RangeError('on purpose') } })
  const warned = once(process, 'warning')
  await app.installation(14).token()
  await app.installation(15).token()
  await warned
  await new Promise((resolve) => setImmediate(resolve))
  const own = warnings.filter(({ code }) => code === 'APPMINT_CALLBACK')
  assert.deepEqual(own.map(({ name, message }) => [name, message]), [['AppmintWarning', 'onEvent threw RangeError']])
})

test('an app is disposed of in asynchronous code, too', { skip: !Symbol.asyncDispose }, async (t) => {
  const { url } = await platform(t)
  const app = appOn(url)
  await app[Symbol.asyncDispose]()
  await assert.rejects(app.installation(14).token(), { kind: 'invalid_argument' })
})
