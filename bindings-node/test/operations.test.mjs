import assert from 'node:assert/strict'
import { test } from 'node:test'

import { WebhookConfig, WebhookDelivery, Installation, InvalidArgumentError, Registration } from 'appmint'
import { SECRETS, appOn, platform } from './support.mjs'

const github = (url, more) => appOn(url, { platform: 'github', ...more })
const summary = ({ method, url, body }) => [method, url, body && JSON.parse(body)]
const noContent = () => ({ status: 204, raw: '' })

test('a registration has the members that the platform sent', async (t) => {
  const app = { id: 75, slug: 'mint', owner: { login: 'acme' }, permissions: { checks: 'write' }, events: ['push'], created_at: '2026-11-21T12:00:00Z' }
  const { url } = await platform(t, () => ({ json: app }))
  const found = await github(url).registration()
  assert.ok(found instanceof Registration)
  const { id, slug, name, owner, permissions, events, createdAt, updatedAt, raw } = found
  assert.deepEqual([id, slug, name, owner, permissions, events], ['75', 'mint', null, 'acme', { checks: 'write' }, ['push']])
  assert.deepEqual([createdAt, updatedAt, raw], [new Date('2026-11-21T12:00:00Z'), null, app])
  assert.deepEqual([found.revealClientSecret(), found.revealWebhookSecret(), found.revealPrivateKey()], [null, null, null])
  assert.throws(() => { found.id = '76' }, TypeError)
})

test('installations are suspended, unsuspended and deleted', async (t) => {
  const { url, requests } = await platform(t, noContent)
  const app = github(url)
  const done = [await app.suspendInstallation(14), await app.unsuspendInstallation('14'), await app.deleteInstallation(14n)]
  assert.deepEqual(done, [undefined, undefined, undefined])
  assert.deepEqual(requests.map(({ method, url }) => `${method} ${url}`), [
    'PUT /app/installations/14/suspended', 'DELETE /app/installations/14/suspended', 'DELETE /app/installations/14',
  ])
})

test('an update of the webhook changes the given members only', async (t) => {
  const { url, requests } = await platform(t, () => ({ json: { url: 'https://acme.example/', insecure_ssl: '0' } }))
  const app = github(url)
  const config = await app.updateWebhookConfig({ url: new URL('https://acme.example/'), secret: null, insecureSsl: false })
  assert.ok(config instanceof WebhookConfig)
  assert.deepEqual([config.url, config.contentType, config.insecureSsl], ['https://acme.example/', null, false])
  assert.deepEqual(summary(requests[0]), ['PATCH', '/app/hook/config', { url: 'https://acme.example/', insecure_ssl: '0' }])
  for (const wrong of [undefined, {}, { insecureSsl: 0 }, { secret: 5 }, { contentType: {} }]) {
    await assert.rejects(app.updateWebhookConfig(wrong), InvalidArgumentError)
  }
  assert.equal(requests.length, 1)
})

test('the id of a delivery may be a number or text', async (t) => {
  const { url, requests } = await platform(t, ({ method }) => (method === 'POST' ? { status: 202, json: {} } : { json: { id: 7, status_code: 200, redelivery: true } }))
  const app = github(url)
  const delivery = await app.webhookDelivery(7)
  assert.ok(delivery instanceof WebhookDelivery)
  assert.deepEqual([delivery.statusCode, delivery.isRedelivery], [200, true])
  assert.equal(await app.redeliverWebhook(delivery.id), undefined)
  assert.deepEqual(requests.map(({ url }) => url), ['/app/hook/deliveries/7', '/app/hook/deliveries/7/attempts'])
  await assert.rejects(app.webhookDelivery(2 ** 60), { message: /^id must be a string, not /, hint: /has lost its last digits/ })
  await assert.rejects(app.redeliverWebhook(), { message: /^deliveryId must be / })
})

test('a user’s token is given as text or as a Token', async (t) => {
  const user = { token: SECRETS.user, user: { login: 'octo' }, scopes: [] }
  const { url, requests } = await platform(t, ({ method }) => (method === 'DELETE' ? noContent() : { json: user }))
  const app = github(url)
  const checked = await app.checkToken('ghu_mine')
  assert.deepEqual([checked.kind, checked.reveal(), checked.account], ['user', SECRETS.user, 'octo'])
  assert.equal((await app.resetToken(checked)).account, 'octo')
  await app.scopeToken(checked, { targetId: 9, repositoryIds: [1, '2'], permissions: { contents: 'read' } })
  await app.deleteToken(checked)
  await app.deleteGrant(checked)
  assert.deepEqual(requests.map(summary), [
    ['POST', '/applications/Iv1.75/token', { access_token: 'ghu_mine' }],
    ['PATCH', '/applications/Iv1.75/token', { access_token: SECRETS.user }],
    ['POST', '/applications/Iv1.75/token/scoped', { access_token: SECRETS.user, target_id: 9, repository_ids: [1, 2], permissions: { contents: 'read' } }],
    ['DELETE', '/applications/Iv1.75/token', { access_token: SECRETS.user }],
    ['DELETE', '/applications/Iv1.75/grant', { access_token: SECRETS.user }],
  ])
})

test('a token is limited to exactly one account', async () => {
  const app = github('http://127.0.0.1:9')
  const refusal = { kind: 'invalid_argument', message: /exactly one account/ }
  for (const scope of [undefined, {}, { target: 'a', targetId: 1 }]) await assert.rejects(app.scopeToken('t', scope), refusal)
  await assert.rejects(app.scopeToken('t', { target: 'a', repositories: 'api' }), InvalidArgumentError)
})

test('a value that is no token is refused, and not sent', async () => {
  const app = github('http://127.0.0.1:9')
  const calls = ['checkToken', 'resetToken', 'scopeToken', 'deleteToken', 'deleteGrant', 'revokeInstallationToken']
  for (const call of calls) {
    for (const wrong of [undefined, null, 5, {}]) await assert.rejects(app[call](wrong), { kind: 'invalid_argument', message: /^token must be a string or a Token, not / })
    await assert.rejects(app[call]('', { target: 'a' }), InvalidArgumentError)
  }
  for (const wrong of [undefined, 'ghp_1', new Set(['ghp_1']), [5], [''], []]) {
    await assert.rejects(app.revokeCredentials(wrong), InvalidArgumentError)
  }
})

test('leaked credentials are reported without a credential', async (t) => {
  const { url, requests } = await platform(t, noContent)
  const token = await appOn((await platform(t)).url).installation(14).token()
  await github(url).revokeCredentials(['ghp_1', token])
  assert.deepEqual(summary(requests[0]), ['POST', '/credentials/revoke', { credentials: ['ghp_1', SECRETS.installation] }])
  assert.equal(requests[0].headers.authorization, undefined)
})

test('an installation token is revoked and forgotten', async (t) => {
  const { url, requests } = await platform(t, ({ method }) => (method === 'DELETE' ? noContent() : undefined))
  const app = github(url)
  const source = app.installation(14)
  await source.revoke()
  assert.deepEqual([requests.length, source.expiresAt], [0, null])
  const token = await source.token()
  assert.deepEqual(source.expiresAt, token.expiresAt)
  assert.equal(await source.authorizationHeader(), token.authorizationHeader())
  assert.equal(await source.revoke(), undefined)
  assert.equal(source.expiresAt, null)
  await app.revokeInstallationToken(token)
  assert.deepEqual(requests.slice(1).map(({ method, headers }) => [method, headers.authorization.split(' ')[1]]), Array(2).fill(['DELETE', SECRETS.installation]))
  await assert.rejects(appOn(url).installation(14).revoke(), { kind: 'unsupported' })
})

test('an app has tokens of its own if the platform offers them', async (t) => {
  const { url } = await platform(t, () => ({ status: 201, json: { token: 'ats_app' } }))
  const source = appOn(url, { platform: 'icr' }).appTokens()
  assert.equal(source.installationId, null)
  assert.throws(() => github(url).appTokens(), { name: 'UnsupportedError' })
  for (const more of [{ scopes: ['a'] }, { subject: 'octo' }]) {
    assert.throws(() => appOn(url, { platform: 'icr' }).appTokens(more), { name: 'UnsupportedError' })
  }
})

test('a user installs the app and returns', async (t) => {
  const { url } = await platform(t, () => ({ json: { id: 14 } }))
  const app = github(url)
  const { url: page, state, codeVerifier } = app.installUrl({ appSlug: 'mint' })
  assert.equal(page, `${url}/apps/mint/installations/new?state=${state}`)
  assert.equal(codeVerifier, null)
  const callback = new URL(`https://acme.example/?installation_id=14&setup_action=install&state=${state}`)
  const installation = await app.finishInstall(callback, state)
  assert.ok(installation instanceof Installation)
  assert.equal(installation.id, '14')
  await assert.rejects(app.finishInstall(callback, 'other'), { reason: 'state_mismatch' })
  for (const wrong of [undefined, {}, { appSlug: 5 }, { appSlug: '' }]) assert.throws(() => app.installUrl(wrong), InvalidArgumentError)
})
