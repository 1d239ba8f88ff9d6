'use strict'

// A panic must not leave native code, and an error that native code throws must not reach the caller.

const assert = require('node:assert/strict')
const { readFileSync, readdirSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const { inspect } = require('node:util')

const { App, InternalError, ManualClock, discover } = require('appmint')
const native = require('../native.cjs')

// From the test suite of GitHub's own webhook library.
const SIGNATURE = 'sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3'
const SOURCES = join(__dirname, '../src')
const BROKEN = [
  native.App, native.Authorization, native.DeviceLogin, native.Listing, native.Login, native.ManualClock,
  native.Registration, native.Subscription, native.Token, native.TokenSource, native.WebhookEvent,
]

test('every function that Node can call catches its panics', () => {
  const files = readdirSync(SOURCES, { recursive: true }).filter((name) => name.endsWith('.rs'))
  const sources = files.map((name) => readFileSync(join(SOURCES, name), 'utf8'))
  const exported = sources.flatMap((text) => [...text.matchAll(/#\[napi(.*)\]\n(?:\s*#\[.*\]\n)*\s*(?:pub )?(?:async )?fn (\w+)/g)])
  const open = exported.filter(([, how]) => !/\bcatch_unwind\b/.test(how)).map(([, , name]) => name)
  assert.deepEqual(open, [])
  const names = exported.filter(([, how]) => !/\bconstructor\b/.test(how)).map(([, , name]) => name.replaceAll('_', ''))
  const isClass = (name) => /^[A-Z]/.test(name)
  const known = Object.entries(native).flatMap(([name, value]) => (isClass(name) ? own(value) : name))
  assert.deepEqual(names.sort(), known.map((name) => name.toLowerCase()).sort())
})

test('an error that native code throws becomes an InternalError without its message', async (t) => {
  const clock = new ManualClock(0)
  const app = new App({ platform: 'github', appId: 75, clientId: 'x', clientSecret: 'x', signer: () => Buffer.alloc(256), clock })
  const source = app.installation(14)
  const unsubscribe = source.onChange(() => {})
  const token = await app.jwt()
  const list = app.installations()
  const registration = await registered(t)
  const authorization = app.authorize()
  const login = app.startLogin()
  const device = await deviceLogin(t)
  const webhook = app.verifyWebhook({ 'x-hub-signature-256': SIGNATURE }, '{"foo":"bar"}', 'mysecret')
  mockThrowing(t)
  const calls = [
    () => app.fingerprint, () => app.platformName, () => app.clockOffsetMs, () => app.jwt(), () => app.installations(),
    () => app.findInstallation({ account: 'acme' }), () => app.installation(14), () => app.appTokens(),
    () => app.suspendInstallation(14), () => app.unsuspendInstallation(14), () => app.deleteInstallation(14),
    () => app.revokeInstallationToken('x'), () => app.registration(), () => app.convertManifest('x'),
    () => app.installUrl({ appSlug: 'x' }), () => app.finishInstall('', ''), () => app.verifyWebhook({}, '', 'x'),
    () => app.webhookConfig(), () => app.updateWebhookConfig({}), () => app.webhookDeliveries(), () => app.webhookDelivery(1),
    () => app.redeliverWebhook(1), () => app.authorize(), () => app.authorizationCode('', ''),
    () => app.exchangeCode('x'), () => app.exchangeToken('x'), () => app.refresh('x'), () => app.checkToken('x'), () => app.resetToken('x'),
    () => app.scopeToken('x', {}), () => app.deleteToken('x'), () => app.deleteGrant('x'),
    () => app.revokeToken('x'), () => app.introspectToken('x'), () => discover('https://a.example'), () => App.create({ platform: 'github' }),
    () => app.revokeCredentials(['x']), () => app.request('GET', '/'), () => app.paginate('/'), () => app.quota(), () => app.stats(), () => app.applyWebhook(webhook),
    () => app.finishAuthorization(authorization, ''), () => app.sealAuthorization(authorization),
    () => app.openAuthorization(''), () => app.startLogin(), () => app.startDeviceLogin(), () => app.session('x'),
    () => app.startSession('x', token), () => app.endSession('x'), () => app.close(),
    () => authorization.codeVerifier, () => login.url, () => login.redirectUri, () => login.openBrowser(),
    () => login.wait(), () => login.cancel(), () => device.poll(), () => device.wait(), () => device.cancel(),
    () => source.installationId, () => source.token(), () => source.tokenSync(), () => source.fetch('/locate'), () => source.authorizationHeader(), () => source.quota(), () => source.expiresAt,
    () => source.onChange(() => {}), () => unsubscribe(), () => source.invalidate(), () => source.invalidate('ats_1'), () => source.revoke(), () => source.repositories(), () => source.request('GET', '/'), () => source.paginate('/'),
    () => list.next(), () => list.toArray(), () => registration.revealClientSecret(),
    () => registration.revealWebhookSecret(), () => registration.revealPrivateKey(), () => token.kind, () => token.reveal(), () => token.authorizationHeader(),
    () => token.revealRefreshToken(), () => clock.now(), () => clock.set(0), () => clock.advance(0),
  ]
  assert.deepEqual(uncalled(calls), [])
  for (const call of calls) {
    await assert.rejects(async () => call(), (error) => {
      assert.ok(error instanceof InternalError, `${call}: ${error}`)
      assert.deepEqual([error.kind, error.hint], ['internal', 'This is a bug in appmint; please report it.'])
      assert.ok(!inspect(error).includes('a secret'))
      return true
    })
  }
})

/** The functions of native code that are in none of the calls. */
function uncalled(calls) {
  const text = calls.join()
  const names = [native.App, native.TokenSource, native.Listing, native.Login, native.ManualClock, native.Subscription].flatMap(own)
  return names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))
}

/** A registration, which a platform has to send. */
async function registered(t) {
  const { appOn, platform } = await import('./support.mjs')
  const { url } = await platform(t, () => ({ json: { id: 75 } }))
  return appOn(url, { platform: 'github' }).registration()
}

/** A login on another device, which a platform has to begin. */
async function deviceLogin(t) {
  const { appOn, platform } = await import('./support.mjs')
  const { url } = await platform(t, () => ({ json: { device_code: 'x', user_code: 'x', verification_uri: 'https://example.com', expires_in: 900 } }))
  return appOn(url, { platform: 'github' }).startDeviceLogin()
}

/** Makes native code throw, as it does when it panics. */
function mockThrowing(t) {
  const fail = () => { throw new Error('a secret') }
  for (const type of BROKEN) {
    for (const name of own(type)) t.mock.method(type.prototype, name, fail)
  }
  t.mock.method(native, 'discover', fail)
  t.mock.method(native, 'startApp', fail)
}

function own(value) {
  return Object.getOwnPropertyNames(value.prototype ?? {}).filter((name) => name !== 'constructor')
}
