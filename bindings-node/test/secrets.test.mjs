import assert from 'node:assert/strict'
import { test } from 'node:test'
import { format, inspect } from 'node:util'
import { serialize } from 'node:v8'

import { App, AppmintError, ManualClock, secretPattern } from 'appmint'
import { KEY, SECRETS, appOn, platform } from './support.mjs'

const WAYS = {
  inspect: (value) => inspect(value, { depth: null, showHidden: true, getters: true }),
  'inspect without custom': (value) => inspect(value, { depth: null, showHidden: true, customInspect: false }),
  format: (value) => format('%s %o %O %j', value, value, value, value),
  JSON: (value) => JSON.stringify({ value }),
  text: (value) => `${value}`,
  spread: (value) => JSON.stringify({ ...value }),
  clone: (value) => unlessRefused(() => inspect(structuredClone(value), { depth: null })),
  v8: (value) => unlessRefused(() => serialize(value).toString('latin1')),
}

function unlessRefused(show) {
  try {
    return show()
  } catch (error) {
    return inspect(error)
  }
}

function hides(value, secrets) {
  for (const [way, show] of Object.entries(WAYS)) {
    const shown = show(value)
    for (const secret of secrets) assert.ok(!shown.includes(secret), `${way} shows a secret: ${shown}`)
  }
}

test('a token shows its secrets only when it reveals them', async (t) => {
  const { url } = await platform(t)
  const app = appOn(url)
  const [jwt, minted, user] = await Promise.all([app.jwt(), app.installation(14).token(), app.exchangeCode('code')])
  assert.equal(minted.reveal(), SECRETS.installation)
  assert.equal(minted.authorizationHeader(), `Bearer ${SECRETS.installation}`)
  assert.equal(user.revealRefreshToken(), SECRETS.refresh)
  assert.equal(minted.revealRefreshToken(), null)
  hides(jwt, [jwt.reveal(), jwt.reveal().split('.')[2]])
  hides(minted, [SECRETS.installation])
  hides(user, [SECRETS.user, SECRETS.refresh])
  assert.match(inspect(minted), /\[redacted\]/)
})

test('an object whose members are in native memory is not cloned into an empty one', async (t) => {
  const { url } = await platform(t)
  const app = appOn(url)
  const source = app.installation(14)
  const clock = new ManualClock(0)
  for (const object of [app, await App.create({ platform: 'github' }), source, await source.token(), app.authorize(), app.installations(), clock]) {
    for (const clone of [() => structuredClone(object), () => structuredClone({ deep: [object] }), () => serialize(object)]) {
      assert.throws(clone, (error) => /could not be cloned|Unserializable|DataCloneError/.test(`${error.name} ${error.message}`))
    }
    assert.deepEqual(Object.keys(object).filter((name) => !['url', 'state', 'redirectUri'].includes(name)), [])
  }
})

test('objects are deeply equal if they stand for the same, and only then', async (t) => {
  const { url } = await platform(t)
  const app = appOn(url)
  const [jwt, again, minted] = [await app.jwt(), await app.jwt(), await app.installation(14).token()]
  assert.deepStrictEqual(jwt, again)
  assert.deepStrictEqual({ token: minted }, { token: await app.installation(14).token() })
  assert.notDeepStrictEqual(jwt, minted)
  const [one, other] = [await app.exchangeCode('code'), await appOn(url).jwt()]
  assert.notDeepStrictEqual(one, other)
  assert.notDeepStrictEqual(app, appOn(url))
  assert.deepStrictEqual(app, app)
  assert.notDeepStrictEqual(app.installation(14), app.installation(15))
})

test('an authorization shows its verifier only when it is asked for it', async (t) => {
  const { url } = await platform(t)
  const authorization = appOn(url, { platform: 'github', webUrl: url }).authorize()
  const shown = inspect(authorization, { depth: null, showHidden: true, getters: true })
  assert.ok(authorization.codeVerifier.length >= 43 && !shown.includes(authorization.codeVerifier))
  assert.match(shown, /state:/)
})

test('a pattern finds secrets in a log', () => {
  const stateless = 'ghs_1_eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJnaXRodWIifQ-_x.c2lnbmF0dXJl-_'
  const line = `GET /user (${stateless}) ats_6c91b91bc9ca751ec61140ab55ae8a71, refresh_token_expires_in`
  assert.equal(line.replace(new RegExp(secretPattern, 'g'), '***'), 'GET /user (***) ***, refresh_token_expires_in')
})

test('a registration shows its secrets only when it reveals them', async (t) => {
  const secrets = { client_secret: 'the-new-client-secret', webhook_secret: 'the-webhook-secret', pem: KEY.privateKey }
  const { url, requests } = await platform(t, () => ({ status: 201, json: { id: 75, ...secrets } }))
  const registration = await appOn(url, { platform: 'github', privateKey: undefined }).convertManifest('the-secret-code')
  assert.equal(requests[0].url, '/app-manifests/the-secret-code/conversions')
  const revealed = [registration.revealClientSecret(), registration.revealWebhookSecret(), registration.revealPrivateKey()]
  assert.deepEqual(revealed, Object.values(secrets))
  hides(registration, [secrets.client_secret, secrets.webhook_secret, KEY.privateKey.split('\n')[3]])
})

test('an app and its source do not show their secrets', async (t) => {
  const { url } = await platform(t)
  const app = appOn(url)
  const source = app.installation(14)
  await source.token()
  const secrets = [SECRETS.client, SECRETS.installation, KEY.privateKey.split('\n')[3]]
  hides(app, secrets)
  hides(source, secrets)
})

test('a response does not show its body', async (t) => {
  const { url } = await platform(t, () => ({ json: { token: SECRETS.user } }))
  const response = await appOn(url).request('GET', '/x')
  assert.equal((await response.json()).token, SECRETS.user)
  assert.ok(!inspect(response).includes(SECRETS.user))
  assert.ok(!JSON.stringify(response).includes(SECRETS.user))
})

test('an error does not repeat a secret that the platform echoes', async (t) => {
  const { url } = await platform(t, (_, body) => ({ status: 400, json: { error: 'bad', error_description: body } }))
  const thrown = await appOn(url).exchangeCode('the-secret-code').catch((error) => error)
  assert.ok(thrown instanceof AppmintError)
  hides({ ...thrown, message: thrown.message }, [SECRETS.client, 'the-secret-code'])
  assert.ok(!inspect(thrown).includes(SECRETS.client))
})

test('a wrong value is not repeated', () => {
  assert.throws(() => appOn('http://127.0.0.1', { clientSecret: [SECRETS.client] }), (error) => {
    assert.ok(!inspect(error).includes(SECRETS.client))
    return error.kind === 'invalid_argument'
  })
})
