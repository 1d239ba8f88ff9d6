import assert from 'node:assert/strict'
import { test } from 'node:test'
import { format, inspect } from 'node:util'
import { serialize } from 'node:v8'

import { AppmintError } from 'appmint'
import { KEY, SECRETS, appOn, platform } from './support.mjs'

const WAYS = {
  inspect: (value) => inspect(value, { depth: null, showHidden: true, getters: true }),
  'inspect without custom': (value) => inspect(value, { depth: null, showHidden: true, customInspect: false }),
  format: (value) => format('%s %o %O %j', value, value, value, value),
  JSON: (value) => JSON.stringify({ value }),
  text: (value) => `${value}`,
  spread: (value) => JSON.stringify({ ...value }),
  clone: (value) => inspect(structuredClone(value), { depth: null }),
  v8: (value) => serialize(value).toString('latin1'),
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
  assert.equal(response.json().token, SECRETS.user)
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
